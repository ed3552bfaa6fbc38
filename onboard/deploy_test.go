package onboard_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/onboard"
)

func TestAllows(t *testing.T) {
	owner := onboard.Permission{Actions: []string{"*"}}
	contributor := onboard.Permission{Actions: []string{"*"}, NotActions: []string{"Microsoft.Authorization/*/Delete", "Microsoft.Authorization/*/Write"}}
	reader := onboard.Permission{Actions: []string{"*/read"}}
	access := onboard.Permission{Actions: []string{"*/read", "Microsoft.Authorization/*"}}
	const give = "Microsoft.Authorization/roleAssignments/write"
	for _, x := range []struct {
		name   string
		all    []onboard.Permission
		action string
		want   bool
	}{
		{"nothing", nil, give, false},
		{"everything", []onboard.Permission{owner}, give, true},
		{"taken out", []onboard.Permission{contributor}, give, false},
		{"taken out of one role, and another gives it", []onboard.Permission{contributor, access}, give, true},
		{"in any casing", []onboard.Permission{access}, strings.ToUpper(give), true},
		{"another ending", []onboard.Permission{reader}, give, false},
		{"the ending", []onboard.Permission{reader}, "Microsoft.Resources/deployments/read", true},
		{"exact", []onboard.Permission{{Actions: []string{give}}}, give, true},
		{"longer than the pattern", []onboard.Permission{{Actions: []string{give}}}, give + "/more", false},
		{"several stars", []onboard.Permission{{Actions: []string{"Microsoft.*/role*/w*e"}}}, give, true},
	} {
		if got := onboard.Allows(x.all, x.action); got != x.want {
			t.Errorf("%s: %v", x.name, got)
		}
	}
}

func TestMayDeploy(t *testing.T) {
	contributor := onboard.Permission{Actions: []string{"*"}, NotActions: []string{"Microsoft.Authorization/*/Write"}}
	if err := onboard.MayDeploy([]onboard.Permission{{Actions: []string{"*"}}}); err != nil {
		t.Error(err)
	}
	err := onboard.MayDeploy([]onboard.Permission{contributor})
	if pharos.CodeOf(err) != pharos.Forbidden || !strings.HasSuffix(err.Error(), ": Microsoft.Authorization/roleAssignments/write missing") ||
		!strings.Contains(pharos.HintOf(err), "Owner") {
		t.Errorf("got %v, hint %s", err, pharos.HintOf(err))
	}
}

func TestDeploymentName(t *testing.T) {
	name := onboard.DeploymentName
	first := name([]byte("a"), []byte("b"), "s")
	if first != name([]byte("a"), []byte("b"), "s") || len(first) > 64 {
		t.Errorf("got %s", first)
	}
	for _, other := range []string{name([]byte("ab"), nil, "s"), name([]byte("a"), []byte("b"), "t"), name([]byte("a"), []byte("c"), "s"), name([]byte("a"), nil, "bs")} {
		if other == first {
			t.Errorf("%s stands for two deployments", other)
		}
	}
}

// place is a subscription in memory: deployed is what stands there.
type place struct {
	permissions []onboard.Permission
	region      string
	running     bool
	deployed    bool
	fails       map[string]error
	calls       []string
}

func (p *place) step(name string) error {
	p.calls = append(p.calls, name)
	return p.fails[name]
}

func (p *place) Permissions(context.Context) ([]onboard.Permission, error) {
	return p.permissions, p.step("permissions")
}

func (p *place) Location(context.Context, string) (string, error) {
	return p.region, p.step("location")
}

func (p *place) Await(context.Context, string) (bool, error) {
	waited := p.running
	p.running, p.deployed = false, p.deployed || waited
	return waited, p.step("await")
}

func (p *place) Validate(context.Context, onboard.Deployment) error { return p.step("validate") }

func (p *place) WhatIf(context.Context, onboard.Deployment) ([]onboard.Effect, error) {
	kind := onboard.Creates
	if p.deployed {
		kind = onboard.Keeps
	}
	return []onboard.Effect{{Resource: "/definition", Kind: kind}}, p.step("what-if")
}

func (p *place) Deploy(context.Context, onboard.Deployment) error {
	err := p.step("deploy")
	p.deployed = err == nil
	return err
}

func TestDeploy(t *testing.T) {
	owner := []onboard.Permission{{Actions: []string{"*"}}}
	broken := func(step string, code pharos.Code) map[string]error {
		return map[string]error{step: pharos.Errorf(code, "%s does not work", step)}
	}
	const nowhere = "nowhere"
	all := "permissions await validate what-if agree deploy"
	for _, x := range []struct {
		name             string
		at               place
		whatIf           bool
		refuse           bool
		calls            string
		code             pharos.Code
		inForce, changed bool
	}{
		{name: "all goes well", at: place{permissions: owner}, calls: all, inForce: true, changed: true},
		{name: "what if", at: place{permissions: owner}, whatIf: true, calls: "permissions validate what-if"},
		{name: "the second time", at: place{permissions: owner, deployed: true}, calls: "permissions await validate what-if", inForce: true},
		{name: "an earlier run is under way", at: place{permissions: owner, running: true}, calls: "permissions await validate what-if", inForce: true},
		{name: "not allowed", calls: "permissions", code: pharos.Forbidden},
		{name: "the permissions cannot be read", at: place{fails: broken("permissions", pharos.Unavailable)}, calls: "permissions", code: pharos.Unavailable},
		{name: "no region", at: place{permissions: owner, region: nowhere}, calls: "permissions location", code: pharos.Invalid},
		{name: "waiting fails", at: place{permissions: owner, fails: broken("await", pharos.Interrupted)}, calls: "permissions await", code: pharos.Interrupted},
		{name: "Azure refuses", at: place{permissions: owner, fails: broken("validate", pharos.Invalid)}, calls: "permissions await validate", code: pharos.Invalid},
		{name: "Azure cannot tell", at: place{permissions: owner, fails: broken("what-if", pharos.Unavailable)}, calls: "permissions await validate what-if", code: pharos.Unavailable},
		{name: "a person says no", at: place{permissions: owner}, refuse: true, calls: "permissions await validate what-if agree", code: pharos.Interrupted},
		{name: "refused at last", at: place{permissions: owner, fails: broken("deploy", pharos.Forbidden)}, calls: all, code: pharos.Forbidden},
		{name: "failed in the middle", at: place{permissions: owner, fails: broken("deploy", pharos.Conflict)}, calls: all, code: pharos.Conflict, changed: true},
		{name: "interrupted", at: place{permissions: owner, fails: broken("deploy", pharos.Interrupted)}, calls: all, code: pharos.Interrupted, changed: true},
	} {
		var told []string
		d := onboard.Deployment{Name: "d", Location: "westeurope"}
		if x.at.region == nowhere {
			d.Location, x.at.region = "", ""
		}
		done, err := onboard.Deploy(t.Context(), &x.at, d, onboard.DeployOptions{
			WhatIf: x.whatIf, Tell: func(s string) { told = append(told, s) },
			Agree: func(effects []onboard.Effect) error {
				x.at.calls = append(x.at.calls, "agree")
				if x.refuse || len(effects) != 1 {
					return pharos.Errorf(pharos.Interrupted, "nothing was changed")
				}
				return nil
			},
		})
		if pharos.CodeOf(err) != x.code || done.InForce != x.inForce || done.Changed != x.changed {
			t.Errorf("%s: %+v, %v", x.name, done, err)
		}
		if got := strings.Join(x.at.calls, " "); got != x.calls || len(told) == 0 || slices.Contains(told, "") {
			t.Errorf("%s: called %s, want %s; told %q", x.name, got, x.calls, told)
		}
	}
}

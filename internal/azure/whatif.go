package azure

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/onboard"
)

type wireWhatIf struct {
	Status     string       `json:"status"`
	Error      *wireRefusal `json:"error"`
	Properties struct {
		Changes []wireChange `json:"changes"`
	} `json:"properties"`
}

type wireChange struct {
	ID     string          `json:"resourceId"`
	Kind   string          `json:"changeType"`
	Why    string          `json:"unsupportedReason"`
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
	Delta  []wireDelta     `json:"delta"`
}

type wireDelta struct {
	Path     string          `json:"path"`
	Kind     string          `json:"propertyChangeType"`
	Before   json.RawMessage `json:"before"`
	After    json.RawMessage `json:"after"`
	Children []wireDelta     `json:"children"`
}

// WhatIf asks what the deployment would do.
func (d Deployer) WhatIf(ctx context.Context, x onboard.Deployment) ([]onboard.Effect, error) {
	const refuses = "Azure cannot tell what would change"
	body := d.body(x)
	body["properties"].(map[string]any)["whatIfSettings"] = map[string]string{"resultFormat": "FullResourcePayloads"}
	ans, err := d.session.arm.do(ctx, call{method: http.MethodPost, ref: d.path(x.Name) + "/whatIf" + deploymentsVersion, body: body, need: needDeploy})
	if err == nil && ans.status == http.StatusAccepted {
		ans, err = d.result(ctx, ans, "asking what would change")
	}
	if err != nil {
		return nil, refusedAs(refuses, ans, err)
	}
	w, err := decode[wireWhatIf](ans)
	switch {
	case err != nil:
		return nil, err
	case w.Error != nil:
		return nil, pharos.Errorf(pharos.Invalid, "%s: %s", refuses, w.Error)
	case !strings.EqualFold(w.Status, "Succeeded"):
		return nil, ans.malformed(fmt.Errorf("its status is %q", w.Status))
	}
	var out []onboard.Effect
	for _, c := range w.Properties.Changes {
		out = append(out, c.effect())
	}
	return out, nil
}

// effect reads one change. Terms that hold what Azure has yet to work out, such
// as an expression, are unclear.
func (c wireChange) effect() onboard.Effect {
	e := onboard.Effect{Resource: oneLine(c.ID), Why: oneLine(c.Why)}
	kinds := map[string]onboard.EffectKind{
		"create": onboard.Creates, "modify": onboard.Modifies, "delete": onboard.Deletes, "nochange": onboard.Keeps, "ignore": onboard.Untouched,
	}
	known := false
	if e.Kind, known = kinds[strings.ToLower(c.Kind)]; !known {
		e.Kind = onboard.Unclear // Deploy, Unsupported, and what comes later
	}
	definition := strings.Contains(strings.ToLower(c.ID), "/providers/microsoft.managedservices/registrationdefinitions/")
	if definition {
		var err error
		if e.Before, err = termsOf(c.Before); err == nil {
			e.After, err = termsOf(c.After)
		}
		if err != nil {
			e.Kind, e.Before, e.After, e.Why = onboard.Unclear, nil, nil, "what it gives cannot be told before it is made"
			return e
		}
	}
	e.Deltas = deltas("", c.Delta, definition)
	if e.Kind == onboard.Modifies && !real(c.Delta) {
		e.Kind = onboard.Keeps
	}
	return e
}

// real reports whether a difference has an effect.
func real(all []wireDelta) bool {
	for _, d := range all {
		if !d.idle() && (len(d.Children) == 0 || real(d.Children)) {
			return true
		}
	}
	return false
}

// idle reports whether a difference that is told has no effect: Azure says so,
// or an empty value stands against none.
func (d wireDelta) idle() bool {
	if strings.EqualFold(d.Kind, "NoEffect") {
		return true
	}
	told := len(d.Before)+len(d.After) > 0
	return told && len(d.Children) == 0 && vacant(d.Before) && vacant(d.After)
}

func vacant(v json.RawMessage) bool {
	return slices.Contains([]string{"", "null", `""`, "[]", "{}"}, string(v))
}

// deltas lists what differs by the paths of its innermost properties, without
// those that the terms of a definition tell.
func deltas(under string, all []wireDelta, definition bool) []onboard.Delta {
	var out []onboard.Delta
	for _, d := range all {
		at := strings.TrimPrefix(under+"."+oneLine(d.Path), ".")
		told := map[string]bool{
			"properties.authorizations": true, "properties.eligibleauthorizations": true,
			"properties.registrationdefinitionname": true, "properties.managedbytenantid": true,
		}
		switch {
		case d.idle(), definition && told[strings.ToLower(at)]:
		case len(d.Children) > 0:
			out = append(out, deltas(at, d.Children, definition)...)
		default:
			out = append(out, onboard.Delta{Path: at, Before: shortly(d.Before), After: shortly(d.After)})
		}
	}
	return out
}

// shortly is a value as text, "" for none.
func shortly(v json.RawMessage) string {
	var s string
	if json.Unmarshal(v, &s) == nil {
		return oneLine(s)
	}
	return oneLine(string(v))
}

// wireTerms is a registration definition.
type wireTerms struct {
	Properties struct {
		Offer     string     `json:"registrationDefinitionName"`
		Manager   guid       `json:"managedByTenantId"`
		Permanent []wireTerm `json:"authorizations"`
		Eligible  []wireTerm `json:"eligibleAuthorizations"`
	} `json:"properties"`
}

type wireTerm struct {
	wireAuthorization
	Name      string    `json:"principalIdDisplayName"`
	Delegated []roleRef `json:"delegatedRoleDefinitionIds"`
	Policy    struct {
		MFA       string `json:"multiFactorAuthProvider"`
		Maximum   string `json:"maximumActivationDuration"`
		Approvers []struct {
			Principal guid `json:"principalId"`
		} `json:"managedByTenantApprovers"`
	} `json:"justInTimeAccessPolicy"`
}

// termsOf reads a definition; nil for none.
func termsOf(v json.RawMessage) (*onboard.Terms, error) {
	if len(v) == 0 || string(v) == "null" {
		return nil, nil
	}
	var w wireTerms
	if err := json.Unmarshal(v, &w); err != nil {
		return nil, err
	}
	p := w.Properties
	out := &onboard.Terms{Offer: oneLine(p.Offer), Manager: pharos.TenantID(p.Manager)}
	for _, a := range p.Permanent {
		out.Grants = append(out.Grants, a.term(false))
	}
	for _, a := range p.Eligible {
		out.Grants = append(out.Grants, a.term(true))
	}
	return out, nil
}

// term reads an authorization. Azure takes None and PT8H for what a policy
// leaves out (docs: create eligible authorizations).
func (w wireTerm) term(eligible bool) onboard.Term {
	t := onboard.Term{Principal: pharos.PrincipalID(w.Principal), Name: oneLine(w.Name), Role: pharos.RoleID(w.Role), Eligible: eligible}
	var limits []string
	if eligible {
		limits = append(limits, "up to "+firstOf(oneLine(w.Policy.Maximum), "PT8H"))
		if mfa := w.Policy.MFA; mfa != "" && !strings.EqualFold(mfa, "None") {
			limits = append(limits, "with MFA")
		}
		for _, a := range w.Policy.Approvers {
			limits = append(limits, "approved by "+string(a.Principal))
		}
	}
	for _, r := range w.Delegated {
		limits = append(limits, "may give "+pharos.Roles().Lookup(pharos.RoleID(r)).Name)
	}
	t.Limits = strings.Join(limits, ", ")
	return t
}

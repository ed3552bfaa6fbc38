package delegationfile_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/delegationfile"
	"github.com/pharos-pec/pharos/onboard"
)

const (
	ourTenant = "11111111-1111-4111-8111-111111111111"
	robot     = "5d3a2f60-8d0b-4a55-8f0e-0f4f4f6b1c2d"
	engineers = "7c1f7a52-51d0-4f0d-9a36-3f0f8f1e2b3c"
	leads     = "0b6e4e1d-2f3a-4b5c-8d7e-9f0a1b2c3d4e"
)

func request() onboard.Request {
	return onboard.Request{
		Offer: "Contoso operations", Description: "Operations by Contoso", Manager: ourTenant,
		Account:   onboard.Member{ID: robot, Name: "Provider Automation Account"},
		Teams:     []onboard.Team{{Member: onboard.Member{ID: engineers, Name: "Engineers"}, Role: pharos.Contributor}},
		Approvers: []onboard.Member{{ID: leads, Name: "Leads"}},
	}
}

// written writes a request in a language and reads the first file back.
func written(t interface {
	Helper()
	Fatal(...any)
}, l delegationfile.Language, r onboard.Request) onboard.Proposal {
	t.Helper()
	d, err := onboard.Compose(r)
	if err != nil {
		t.Fatal(err)
	}
	files, err := delegationfile.Write(l, r, d, "")
	if err != nil {
		t.Fatal(err)
	}
	p, err := delegationfile.Read(files[0], delegationfile.File{})
	if err != nil {
		t.Fatal(err, string(files[0].Data))
	}
	return p
}

// TestWrite_ReadsBack: what is written says what was asked for, whatever the
// names hold, and it earns with nothing to mend.
func TestWrite_ReadsBack(t *testing.T) {
	name := rapid.StringMatching(`[a-zA-Z\[\]{}$%'"\\ ü<&]{1,12}`)
	rapid.Check(t, func(t *rapid.T) {
		r := request()
		r.Offer, r.Description, r.Account.Name = "x"+name.Draw(t, "offer"), name.Draw(t, "description"), name.Draw(t, "account")
		r.Teams[0].Standing = rapid.Bool().Draw(t, "standing")
		l := rapid.SampledFrom(delegationfile.Languages()).Draw(t, "language")
		switch shape := rapid.IntRange(0, 2).Draw(t, "shape"); {
		case shape == 1:
			r.Groups = []string{"rg-web", "rg-data"}
		case shape == 2 && l == delegationfile.ARM:
			r.Policy = true
		}
		p := written(t, l, r)
		report, err := onboard.Lint(p, onboard.Surroundings{Manager: ourTenant, CSP: true})
		if err != nil || report.Earns != onboard.Yes || len(report.Findings) > 0 {
			t.Fatalf("earns %s: %+v, %v", report.Earns, report.Findings, err)
		}
		d := p.Definitions[0]
		if d.Offer.Value != r.Offer || d.Manager.Value != ourTenant || d.Authorizations[0].Name.Value != r.Account.Name {
			t.Fatalf("got offer %q of %q, by %q", d.Offer.Value, d.Manager.Value, d.Authorizations[0].Name.Value)
		}
		want, err := onboard.Compose(r)
		if err != nil || summary(d) != summary(want) {
			t.Fatalf("%s: got %s, want %s, %v", l, summary(d), summary(want), err)
		}
		assignments := max(1, len(r.Groups))
		switch {
		case l == delegationfile.Offer:
			assignments = 0
		case l != delegationfile.ARM:
			assignments = 1 // in a loop
		}
		if len(p.Assignments) != assignments {
			t.Fatalf("%s: got %d assignments, want %d", l, len(p.Assignments), assignments)
		}
	})
}

// summary is what a definition authorizes, with the line of each value left out.
func summary(d onboard.Definition) string {
	var out []string
	for _, a := range d.Authorizations {
		var approvers []string
		for _, x := range a.Policy.Approvers {
			approvers = append(approvers, x.Value)
		}
		out = append(out, fmt.Sprint(a.Principal.Value, a.Name.Value, a.Role.Value, a.Eligible, a.Policy.MFA.Value, a.Policy.Maximum.Value, approvers))
	}
	return strings.Join(out, "\n")
}

// TestWrite_Languages: each language names every authorization, and a text
// cannot leave its quotes.
func TestWrite_Languages(t *testing.T) {
	r := request()
	r.Offer = `a'b"c${d}%{e}`
	d, err := onboard.Compose(r)
	if err != nil {
		t.Fatal(err)
	}
	for l, quoted := range map[delegationfile.Language]string{
		delegationfile.ARM: `"a'b\"c${d}%{e}"`, delegationfile.Bicep: `'a\'b"c\${d}%{e}'`, delegationfile.Terraform: `"a'b\"c$${d}%%{e}"`, delegationfile.Offer: `"a'b\"c${d}%{e}"`,
	} {
		files, err := delegationfile.Write(l, r, d, "")
		if err != nil {
			t.Fatal(err)
		}
		text := string(files[0].Data)
		for _, want := range []string{quoted, robot, engineers, leads, string(pharos.SupportRequestContributor), string(pharos.DelegationDeleteRole), string(pharos.Reader), "PT8H"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %s in\n%s", l, want, text)
			}
		}
	}
}

// TestCompose refuses what would not earn or would be refused.
func TestCompose(t *testing.T) {
	for name, change := range map[string]func(*onboard.Request){
		"PH102": func(r *onboard.Request) { r.Role = pharos.Reader },
		"PH201": func(r *onboard.Request) { r.Teams[0].Role = pharos.Owner },
		"PH208": func(r *onboard.Request) { r.Account.ID = "robot" },
		"PH303": func(r *onboard.Request) { r.Approvers[0].ID = engineers },
		"name":  func(r *onboard.Request) { r.Offer = " " },
		"group": func(r *onboard.Request) { r.Policy, r.Groups = true, []string{"rg"} },
	} {
		r := request()
		change(&r)
		if _, err := onboard.Compose(r); pharos.CodeOf(err) != pharos.Invalid || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	d, err := onboard.Compose(request())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Provider Automation Account: Support Request Contributor, for good",
		"Provider Automation Account: Managed Services Registration assignment Delete Role, for good",
		"Engineers: Reader, for good", "Engineers: Contributor, just in time, up to 8 hours, once an approver agrees",
	}
	if got := strings.Join(d.Steps(), "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s", got)
	}
}

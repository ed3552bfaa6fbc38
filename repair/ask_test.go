package repair

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/explain"
)

var update = flag.Bool("update", false, "write the golden files anew")

const (
	customerTenant = pharos.TenantID("22222222-2222-4222-8222-222222222222")
	askedSub       = pharos.SubscriptionID("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa")
	robotID        = pharos.PrincipalID("bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb")
	definitionName = "cccccccc-cccc-4ccc-8ccc-cccccccccccc"
	assignedName   = "dddddddd-dddd-4ddd-8ddd-dddddddddddd"
	otherName      = "eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee" // of another definition
)

// asked are a step of each kind that a customer is asked to do, about things
// of these names.
func asked(t testing.TB, name string) []*Step {
	t.Helper()
	quoted, err := json.Marshal(name)
	if err != nil {
		t.Fatal(err)
	}
	at := pharos.SubscriptionScope(askedSub)
	robot := Target{Customer: customerTenant, Principal: robotID, PrincipalName: name, PrincipalKind: pharos.ServicePrincipal, Role: pharos.SupportRequestContributor, Scope: at}
	here := string(at) + definitionsPath + definitionName + definitionsVersion
	stands, err := stateOf(here, json.RawMessage(`{"properties": {"registrationDefinitionName": `+string(quoted)+`, "managedByTenantId": "`+string(home)+`",
		"provisioningState": "Succeeded", "authorizations": [{"principalId": "`+string(robotID)+`", "principalIdDisplayName": `+string(quoted)+`, "roleDefinitionId": "`+string(pharos.Reader)+`"}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	inDelegation := robot
	inDelegation.Offer, inDelegation.Delegation = name, string(at)+"/providers/microsoft.managedservices/registrationassignments/"+assignedName
	inGroup := inDelegation
	inGroup.Scope = pharos.ResourceGroupScope(askedSub, "rg-web")
	inGroup.Delegation = string(inGroup.Scope) + "/providers/microsoft.managedservices/registrationassignments/" + assignedName
	agentsGroup := robot
	agentsGroup.Principal, agentsGroup.PrincipalKind, agentsGroup.Role = agents, pharos.ForeignGroup, pharos.Owner
	sale := func(c pharos.Cause) Target { return Target{Customer: customerTenant, Scope: at, Cause: c} }
	steps := []*Step{
		{ID: "add-authorization-1", Kind: AddAuthorization, Target: inDelegation, Before: []Thing{{Path: here, State: stands}}},
		{ID: "make-standing-1", Kind: MakeStanding, Target: inGroup, Before: []Thing{{Path: strings.Replace(here, definitionName, otherName, 1), State: stands}}},
		{ID: "make-standing-2", Kind: MakeStanding, Target: robot},
		{ID: "assign-1", Kind: Assign, Target: robot},
		{ID: "restore-aobo-1", Kind: RestoreAOBO, Target: agentsGroup},
		{ID: "delegate-1", Kind: Delegate, Target: robot},
		{ID: "lift-denial-1", Kind: LiftDenial, Target: sale(pharos.DenyAssignment)},
		{ID: "sell-1", Kind: Sell, Target: sale(pharos.NoCustomerAgreement)},
		{ID: "sell-2", Kind: Sell, Target: sale(pharos.NotAzurePlan)},
	}
	for _, s := range steps {
		s.Actor = Customer
		s.Mends = []Mend{{Scope: at, SubscriptionName: name}}
		if len(s.Before) > 0 {
			if err := s.prepare(); err != nil {
				t.Fatal(err)
			}
		}
	}
	return steps
}

// letterhead knows the customer and its subscription by this name.
func letterhead(name string) Letterhead {
	return Letterhead{
		From: name, Plan: "plan.json",
		Names: explain.Names{
			Customers:     map[pharos.TenantID]pharos.Customer{customerTenant: {ID: customerTenant, Name: name}},
			Subscriptions: map[pharos.SubscriptionID]pharos.Subscription{askedSub: {ID: askedSub, Customer: customerTenant, Name: name}},
		},
		Delegation: func(t Target) (json.RawMessage, error) {
			return json.Marshal(literal(map[string]any{"offer": t.PrincipalName}))
		},
	}
}

func partnerPlan() *Plan { return &Plan{PartnerID: ours, Tenant: home, Made: scanned} }

// TestCompose_Golden shows the letter about every kind of step.
func TestCompose_Golden(t *testing.T) {
	a, err := Compose(partnerPlan(), letterhead("Contoso"), asked(t, "Contoso")...)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"mail.txt": a.Mail, "run.sh": a.Az, "run.ps1": a.PowerShell, "page.html": a.Page}
	for _, x := range a.Templates {
		files[x.Name] = string(x.Body) + "\n"
	}
	if len(a.Templates) != 3 || a.Recheck != "pharos apply plan.json --check" || a.Subject != `Please: one more line in the delegation "Contoso" of Contoso, and 8 more` {
		t.Errorf("%d templates, %s, %s", len(a.Templates), a.Recheck, a.Subject)
	}
	for name, got := range files {
		at := filepath.Join("testdata", "ask", name)
		if *update {
			if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(at, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(at)
		if err != nil {
			t.Fatalf("%v (run the test with -update to write it)", err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

// TestCompose_OneOfEach: each step makes a letter of its own, with a template
// only where one is deployed.
func TestCompose_OneOfEach(t *testing.T) {
	for _, s := range asked(t, "Contoso") {
		a, err := Compose(partnerPlan(), letterhead("Contoso"), s)
		if err != nil {
			t.Fatalf("%s: %v", s.ID, err)
		}
		deploys := strings.Contains(a.Az, "az deployment sub create")
		if deploys != (len(a.Templates) == 1) || (a.Az == "") != (s.Kind == Sell) {
			t.Errorf("%s: %d templates for\n%s", s.ID, len(a.Templates), a.Az)
		}
		for _, line := range strings.Split(a.Mail, "\n") {
			if len([]rune(line)) > mailWidth+20 {
				t.Errorf("%s: a line of %d: %s", s.ID, len(line), line)
			}
		}
	}
}

// TestCompose_OneDefinition: of steps that change one delegation only the last
// is deployed, which has the lines of all.
func TestCompose_OneDefinition(t *testing.T) {
	first, second := asked(t, "Contoso")[0], asked(t, "Contoso")[0]
	second.ID, second.Target.Principal = "add-authorization-2", agents
	if err := chain([]*Step{first, second}, map[string]string{}); err != nil {
		t.Fatal(err)
	}
	a, err := Compose(partnerPlan(), letterhead("Contoso"), second, first) // second needs first
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Templates) != 1 || a.Templates[0].Name != "template.json" || strings.Count(a.Az, "az deployment sub create") != 1 {
		t.Fatalf("%d templates in\n%s", len(a.Templates), a.Az)
	}
	for _, id := range []pharos.PrincipalID{robotID, agents} {
		if !strings.Contains(string(a.Templates[0].Body), string(id)) {
			t.Errorf("the template lacks %s", id)
		}
	}
	if !strings.Contains(a.Mail, "What point 2 deploys has this line as well.") {
		t.Error(a.Mail)
	}
}

func TestCompose_Errors(t *testing.T) {
	all := asked(t, "Contoso")
	unread := *all[0]
	unread.Before, unread.After = nil, nil
	link := Step{ID: "link-1", Kind: Link}
	other := *all[3]
	other.ID, other.Target.Customer = "assign-2", home
	bad := *all[3]
	bad.Target.Principal = "') || 1=1 || ('"
	for _, c := range []struct {
		name  string
		steps []*Step
		code  pharos.Code
	}{
		{"a delegation nobody read", []*Step{&unread}, pharos.NotFound},
		{"not a customer's", []*Step{&link}, pharos.Unsupported},
		{"two customers", []*Step{all[3], &other}, pharos.Internal},
		{"nothing", nil, pharos.Internal},
		{"a principal that is none", []*Step{&bad}, pharos.Invalid},
	} {
		if _, err := Compose(partnerPlan(), letterhead("Contoso"), c.steps...); pharos.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
		if len(c.steps) != 1 {
			continue
		}
		if err := letterhead("Contoso").Refuses(partnerPlan(), c.steps[0]); pharos.CodeOf(err) != c.code {
			t.Errorf("%s: refused with %v", c.name, err)
		}
	}
}

// TestCompose_Hostile: a name is a name, in whatever it stands.
func TestCompose_Hostile(t *testing.T) {
	for i, name := range hostile() {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			a, err := Compose(partnerPlan(), letterhead(name), asked(t, name)...)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range a.PowerShell {
				if r > '~' {
					t.Fatalf("%q in a script that may be read in another code page", r)
				}
			}
			checkPage(t, a)
			checkPowerShell(t, a.PowerShell)
			for _, x := range a.Templates {
				if !json.Valid(x.Body) || strings.Contains(string(x.Body), `"[concat('a')]"`) {
					t.Errorf("%s would be evaluated, or is no JSON", x.Body)
				}
			}
			if strings.ContainsAny(a.Subject, "\r\n\x00\u202e") || strings.Contains(a.Mail, "\u202e") {
				t.Errorf("the subject %q breaks the mail", a.Subject)
			}
		})
	}
}

// checkPage reads the page as a browser does: no element that does not belong,
// and no reference to anything outside.
func checkPage(t *testing.T, a *Ask) {
	t.Helper()
	page, err := goquery.NewDocumentFromReader(strings.NewReader(a.Page))
	if err != nil {
		t.Fatal(err)
	}
	if n := page.Find("script, link, img, iframe, [src], [href], [style], [onclick]").Length(); n > 0 {
		t.Errorf("%d elements that do not belong", n)
	}
}

// checkPowerShell holds that every line of the script, outside the templates,
// closes the quotes that it opens.
func checkPowerShell(t *testing.T, script string) {
	t.Helper()
	within := false
	for line := range strings.Lines(script) {
		switch line = strings.TrimRight(line, "\n"); {
		case line == "$template = @'":
			within = true
		case line == "'@":
			within = false
		case !within && strings.Count(line, "'")%2 != 0:
			t.Errorf("an open quote: %s", line)
		}
	}
	if within {
		t.Error("a template does not end")
	}
}

// TestCompose_Runs runs the script against an az that writes down what it is
// told: twice, the second time with the roles assigned.
func TestCompose_Runs(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh on this machine: the scripts are not run")
	}
	dir := t.TempDir()
	fake := "#!/bin/sh\nfor a; do printf '%s|' \"$a\" >>" + shell(dir+"/log") + "; done; echo >>" + shell(dir+"/log") +
		"\ncase \"$*\" in *atScope*) cat " + shell(dir+"/there") + " ;; *deployment*) cat template-*.json >>" + shell(dir+"/deployed") + " ;; esac\n"
	for name, text := range map[string]string{"az": fake, "there": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range hostile() {
		a, err := Compose(partnerPlan(), letterhead(name), asked(t, name)...)
		if err != nil {
			t.Fatal(err)
		}
		for _, there := range []string{"", "/an/id"} {
			log := runScript(t, sh, dir, a.Az, there)
			for _, want := range []string{
				"role|assignment|create|--subscription|" + string(askedSub) + "|--name|" + assignmentName(asked(t, name)[4].Target) +
					"|--assignee-object-id|" + string(agents) + "|--assignee-principal-type|ForeignGroup|--role|" + string(pharos.Owner) + "|--scope|/subscriptions/" + string(askedSub) + "|--output|none|",
				"|--assignee-principal-type|ServicePrincipal|",
			} {
				if strings.Contains(log, want) != (there == "") {
					t.Errorf("%q, there %q: %s\nin\n%s", name, there, want, log)
				}
			}
			if strings.Contains(log, "injected|") || strings.Count(log, "deployment|sub|create|") != 3 || strings.Count(log, "\n") > 13 {
				t.Errorf("%q: %s", name, log)
			}
		}
	}
}

// runScript runs a script, checks that a shell reads it as one, and returns
// what az was told.
func runScript(t *testing.T, sh, dir, script, there string) string {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "there"), []byte(there), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "log"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(dir, "run.sh")
	if err := os.WriteFile(at, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"-n", at}, {at}} {
		c := exec.Command(sh, args...)
		c.Env = append(os.Environ(), "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"))
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("sh %v: %v\n%s\n%s", args, err, out, script)
		}
	}
	log, err := os.ReadFile(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	return string(log)
}

// BenchmarkCompose is the letter about one step, of which there may be as many
// as there are customers.
func BenchmarkCompose(b *testing.B) {
	step, head := asked(b, "Contoso")[0], letterhead("Contoso")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compose(partnerPlan(), head, step); err != nil {
			b.Fatal(err)
		}
	}
}

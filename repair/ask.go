package repair

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	text "text/template"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/explain"
)

//go:embed ask/*.tmpl
var askForms embed.FS

// Letterhead is what an ask says of us.
type Letterhead struct {
	// From is who signs: a person, with an address to answer to.
	From string
	// Plan is the saved plan's file, for the command that checks again.
	Plan string
	// Names are what customers and subscriptions are called.
	Names explain.Names
	// Delegation writes the ARM template of a new delegation that gives the
	// target's principal the target's role.
	Delegation func(Target) (json.RawMessage, error)
	// read is when what stands was looked at.
	read time.Time
}

// Compose writes what is sent to a customer who must do the steps: all of them
// of one customer and of a kind that a customer can do. The scripts may be run
// twice, and quote everything that comes from elsewhere.
//
// The error has code NotFound when a step adds to a delegation that nobody of
// ours could read, Unsupported for a step that is not a customer's to do, and
// Invalid for ids that are none.
func Compose(p *Plan, head Letterhead, steps ...*Step) (*Ask, error) {
	l := letter{Partner: p.PartnerID, Tenant: p.Tenant, From: oneLine(head.From), Recheck: "pharos apply " + cmp.Or(head.Plan, "plan.json") + " --check"}
	head.read = p.Made
	steps, err := ordered(steps)
	if err != nil {
		return nil, err
	}
	last, templates := deployments(steps)
	for i, s := range steps {
		it, err := head.item(s, i+1, templates)
		if err != nil {
			return nil, err
		}
		if i > 0 && s.Target.Customer != steps[0].Target.Customer {
			return nil, pharos.Errorf(pharos.Internal, "the steps %s and %s are of two customers", steps[0].ID, s.ID)
		}
		if n := last[s.key()]; it.Deploy != nil && n > i {
			it.Deploy, it.How = nil, fmt.Sprintf("What point %d deploys has this line as well.", n+1)
		}
		l.Items = append(l.Items, it)
	}
	if len(l.Items) == 0 {
		return nil, pharos.Errorf(pharos.Internal, "nothing is asked")
	}
	l.CustomerID = steps[0].Target.Customer
	l.Customer = cmp.Or(oneLine(head.Names.Customers[l.CustomerID].Name), string(l.CustomerID))
	l.Subject = "Please: " + l.Items[0].Short
	if n := len(l.Items); n > 1 {
		l.Subject = fmt.Sprintf("Please: %s, and %d more", l.Items[0].Short, n-1)
	}
	return l.write()
}

// deployments finds which step deploys a delegation last, by the definition,
// and counts what is deployed. Steps that change one definition follow each
// other, so that the last makes what all of them want; to deploy the others
// too would, when a script runs again, take away for a moment what earns.
func deployments(steps []*Step) (last map[string]int, templates int) {
	last = map[string]int{}
	for i, s := range steps {
		switch {
		case s.Kind == Delegate:
			templates++
		case s.deployed():
			last[s.key()] = i
		}
	}
	return last, templates + len(last)
}

// Refuses says why a step cannot be asked for, nil when it can: as [Compose],
// without writing anything.
func (h Letterhead) Refuses(p *Plan, s *Step) error {
	h.read = p.Made
	_, err := h.item(s, 1, 1)
	return err
}

// letter is what the forms are filled with.
type letter struct {
	Subject, Customer, From, Recheck string
	CustomerID                       pharos.TenantID
	Partner                          pharos.PartnerID
	Tenant                           pharos.TenantID // ours
	Items                            []item
}

// item is one thing that is asked. At most one of Deploy, Assign and Show is
// set: what the scripts do.
type item struct {
	Number int
	words
	Scopes []string // what does not earn without it
	Deploy *deployment
	Assign *assignment
	Show   *listing
}

// deployment deploys a template to a subscription.
type deployment struct {
	Subscription   pharos.SubscriptionID
	Name, Location string
	File           string
	Template       string
}

// assignment assigns a role.
type assignment struct {
	Subscription pharos.SubscriptionID
	Scope        pharos.Scope
	Principal    pharos.PrincipalID
	Kind         string
	Role         pharos.RoleID
	Name         string // the assignment's own, a GUID
	// There lists the assignments at the scope and above it, and Query finds
	// ours among them. (az role assignment list asks the directory for every
	// name, which knows none of a foreign group.)
	There, Query string
}

// listing shows the deny assignments at a scope.
type listing struct {
	Subscription pharos.SubscriptionID
	Path         string
}

// Scripted reports whether there is anything to run.
func (l *letter) Scripted() bool {
	return slices.ContainsFunc(l.Items, func(i item) bool { return i.Deploy != nil || i.Assign != nil || i.Show != nil })
}

// Files names what is sent along.
func (l *letter) Files() []string {
	if !l.Scripted() {
		return nil
	}
	files := []string{"run.sh (Azure CLI: in Cloud Shell, Linux, macOS)", "run.ps1 (PowerShell with the Az module)"}
	for _, i := range l.Items {
		if i.Deploy != nil {
			files = append(files, i.Deploy.File+" (the template that both deploy, to be read)")
		}
	}
	return files
}

// deployed reports whether the step is done by deploying a template.
func (s *Step) deployed() bool { return s.Kind == Delegate || s.Target.Delegation != "" }

// item says what one step asks for, of letters with so many templates.
func (h *Letterhead) item(s *Step, number, templates int) (item, error) {
	w, err := h.wordsOf(s)
	if err != nil {
		return item{}, err
	}
	it := item{Number: number, words: w}
	for _, m := range s.Mends {
		it.Scopes = append(it.Scopes, oneLine(h.scopeName(m.Scope, m.SubscriptionName)))
	}
	it.Scopes = few(it.Scopes)
	switch {
	case s.Kind == Sell:
		return it, nil
	case s.Kind == LiftDenial:
		return it, it.show(s)
	case s.deployed():
		return it, it.deploy(s, h, number, templates)
	default:
		return it, it.assign(s)
	}
}

// show lists the deny assignments, of which only their maker can remove one.
func (it *item) show(s *Step) error {
	sub, err := subscriptionOf(s)
	it.Show = &listing{sub, string(s.Target.Scope) + "/providers/Microsoft.Authorization/denyAssignments?api-version=2022-04-01"}
	return err
}

// deployLocation is where the record of the deployment is kept: a delegation
// itself has no place, and a second deployment of one name must name the first's.
const deployLocation = "westeurope"

func (it *item) deploy(s *Step, h *Letterhead, number, templates int) error {
	sub, err := subscriptionOf(s)
	if err != nil {
		return err
	}
	var body json.RawMessage
	switch {
	case s.Kind != Delegate:
		body, err = s.extended()
	case h.Delegation == nil:
		err = pharos.Errorf(pharos.Internal, "step %s: nobody writes delegations", s.ID)
	default:
		if body, err = h.Delegation(s.Target); err == nil {
			body, err = asTemplate(body)
		}
	}
	file := "template.json"
	if templates > 1 {
		file = fmt.Sprintf("template-%d.json", number)
	}
	it.Deploy = &deployment{sub, "pharos-" + s.ID, deployLocation, file, string(body)}
	return err
}

func (it *item) assign(s *Step) error {
	sub, err := subscriptionOf(s)
	if err != nil {
		return err
	}
	principal, err := pharos.ParseGUID(string(s.Target.Principal))
	if err != nil {
		return pharos.Errorf(pharos.Invalid, "step %s: the principal: %w", s.ID, err)
	}
	role, err := pharos.ParseGUID(string(s.Target.Role))
	if err != nil {
		return pharos.Errorf(pharos.Invalid, "step %s: the role: %w", s.ID, err)
	}
	it.Assign = &assignment{
		Subscription: sub, Scope: s.Target.Scope, Principal: pharos.PrincipalID(principal), Kind: wireKind(s.Target.PrincipalKind),
		Role: pharos.RoleID(role), Name: assignmentName(s.Target),
		There: string(s.Target.Scope) + roleAssignmentsPath[:len(roleAssignmentsPath)-1] + roleAssignmentsQuery + "&$filter=atScope()",
		Query: fmt.Sprintf("value[?properties.principalId=='%s' && ends_with(properties.roleDefinitionId, '%s')].id", principal, role),
	}
	return nil
}

// subscriptionOf is the subscription that a step changes.
func subscriptionOf(s *Step) (pharos.SubscriptionID, error) {
	id, err := pharos.ParseGUID(string(s.Target.Scope.Subscription()))
	if err != nil {
		return "", pharos.Errorf(pharos.Invalid, "step %s: the subscription: %w", s.ID, err)
	}
	return pharos.SubscriptionID(id), nil
}

// write fills the forms.
func (l *letter) write() (*Ask, error) {
	a := &Ask{Subject: l.Subject, Recheck: l.Recheck}
	for _, i := range l.Items {
		if i.Deploy != nil {
			a.Templates = append(a.Templates, Template{i.Deploy.File, json.RawMessage(i.Deploy.Template)})
		}
	}
	var err error
	plain := func(name string) string {
		form, bad := text.New(name).Funcs(text.FuncMap{"sh": shell, "ps": powerShell, "wrap": wrap, "string": func(v any) string { return fmt.Sprint(v) }}).ParseFS(askForms, "ask/"+name)
		return filled(form, bad, l, &err)
	}
	if l.Scripted() {
		a.Az, a.PowerShell = plain("run.sh.tmpl"), plain("run.ps1.tmpl")
	}
	a.Mail = plain("mail.txt.tmpl")
	form, bad := template.ParseFS(askForms, "ask/page.html.tmpl")
	a.Page = filled(form, bad, struct {
		*letter
		Az, PowerShell string
	}{l, a.Az, a.PowerShell}, &err)
	return a, err
}

// filled executes a form. What goes wrong there is our mistake.
func filled(form interface {
	Execute(io.Writer, any) error
}, bad error, data any, failed *error) string {
	var b strings.Builder
	if bad == nil {
		bad = form.Execute(&b, data)
	}
	if bad != nil && *failed == nil {
		*failed = pharos.Errorf(pharos.Internal, "ask: %w", bad)
	}
	return b.String()
}

// mailWidth is where the lines of a mail are broken.
const mailWidth = 76

// wrap breaks text that begins at a column into lines, and indents all but the
// first.
func wrap(column, indent int, s string) string {
	var b strings.Builder
	for i, word := range strings.Fields(s) {
		n := len([]rune(word))
		switch {
		case i == 0:
		case column+1+n > mailWidth:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}

package delegationfile

import (
	"bytes"
	"embed"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"text/template"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/onboard"
)

//go:embed form/*.tmpl
var forms embed.FS

// Language is a language that a delegation can be written in.
type Language string

// The languages.
const (
	ARM       Language = "arm"
	Bicep     Language = "bicep"
	Terraform Language = "terraform"
	Offer     Language = "offer" // the authorizations of a Managed Service offer
)

// Languages lists them.
func Languages() []Language { return []Language{ARM, Bicep, Terraform, Offer} }

// Write writes a composed delegation in a language, and the page for the
// customer. URL is where the ARM template will be published, "" for nowhere.
func Write(l Language, r onboard.Request, d onboard.Definition, at string) ([]File, error) {
	v := values{Request: r, Definition: d, URL: at}
	var names []string
	switch {
	case r.Policy && l != ARM:
		return nil, pharos.Errorf(pharos.Unsupported, "a policy is written as an ARM template only")
	case r.Policy:
		inner, err := render("delegation.json", v)
		if err != nil {
			return nil, err
		}
		v.Inner = within(string(inner))
		policy, err := render("policy.json", v)
		if err != nil {
			return nil, err
		}
		page, err := render("customer.md", v)
		return []File{{"delegation.json", policy}, {"customer.md", page}}, err
	case l == ARM:
		names = []string{"delegation.json", "customer.md"}
	case l == Bicep && len(r.Groups) > 0:
		names = []string{"delegation.bicep", "assignment.bicep"}
	case l == Bicep:
		names = []string{"delegation.bicep"}
	case l == Terraform:
		names = []string{"delegation.tf"}
	case l == Offer:
		names = []string{"offer.json"}
	default:
		return nil, pharos.Errorf(pharos.Invalid, "no language is called %q", l).WithHint("arm, bicep, terraform and offer are")
	}
	var out []File
	for _, name := range names {
		data, err := render(name, v)
		if err != nil {
			return nil, err
		}
		out = append(out, File{name, data})
	}
	return out, nil
}

// values are what the forms are filled with.
type values struct {
	onboard.Request
	Definition onboard.Definition
	URL        string
	Inner      string
}

func (v values) pick(eligible bool) []onboard.Authorization {
	var out []onboard.Authorization
	for _, a := range v.Definition.Authorizations {
		if a.Eligible == eligible {
			out = append(out, a)
		}
	}
	return out
}

// Standing are the permanent authorizations.
func (v values) Standing() []onboard.Authorization { return v.pick(false) }

// Eligible are those just in time.
func (v values) Eligible() []onboard.Authorization { return v.pick(true) }

// Steps tells in words what is given.
func (v values) Steps() []string { return v.Definition.Steps() }

// expression finds where a text that begins with a bracket begins. A quote
// inside a text stands behind a backslash.
var expression = regexp.MustCompile(`([^\\])"\[`)

// within prepares a template to stand in a policy, which evaluates expressions
// with one bracket itself, and indents it.
func within(text string) string {
	text = expression.ReplaceAllString(strings.TrimSpace(text), `$1"[[`)
	return strings.ReplaceAll(text, "\n", "\n                  ")
}

func render(name string, v values) ([]byte, error) {
	t, err := template.New(name+".tmpl").Funcs(template.FuncMap{
		"json": asJSON, "hcl": asHCL, "bicep": asBicep, "query": url.QueryEscape,
		"role": func(a onboard.Authorization) string { return pharos.Roles().Lookup(a.RoleID()).Name },
	}).ParseFS(forms, "form/"+name+".tmpl")
	if err != nil {
		return nil, pharos.Errorf(pharos.Internal, "the form %s: %w", name, err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, v); err != nil {
		return nil, pharos.Errorf(pharos.Internal, "the form %s: %w", name, err)
	}
	return b.Bytes(), nil
}

// asJSON writes a value as JSON. A text that would be taken for an expression
// begins with two brackets.
func asJSON(v any) (string, error) {
	if s := plain(v); strings.HasPrefix(s, "[") {
		v = "[" + s
	}
	return encoded(v)
}

// asHCL writes a text as Terraform reads it, where ${ and %{ begin templates.
func asHCL(v any) (string, error) {
	s, err := encoded(plain(v))
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(s), err
}

// encoded writes JSON with < and & as they are.
func encoded(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return strings.TrimSpace(b.String()), err
}

// asBicep writes a text as Bicep reads it.
func asBicep(v any) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`, "${", `\${`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(plain(v)) + "'"
}

// plain is a value of a form as text, empty if it is none.
func plain(v any) string {
	if s, ok := v.(pharos.TenantID); ok {
		return string(s)
	}
	s, _ := v.(string)
	return s
}

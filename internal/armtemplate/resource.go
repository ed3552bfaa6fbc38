package armtemplate

import (
	"errors"
	"fmt"
	"strings"
)

// Resource is one resource of a template; a loop makes several of one.
type Resource struct {
	ID, Type, Name, APIVersion string
	// Scope is the id of what it stands in: the deployment's scope, the
	// resource group it names, or the resource it extends.
	Scope string
	// SubscriptionID and GroupName are those of Scope; GroupName may be empty.
	SubscriptionID, GroupName string
	// Condition is false for a resource that is not to be made.
	Condition bool
	// Source is the resource as it is written, with its place.
	Source *Node
	// DependsOn are the resources that must be made before.
	DependsOn []*Resource

	dependsOn []string // as evaluated
	loop      string   // name of the loop that made it
	frame     *frame
	mark      int // of the ordering
}

// IsDeployment reports whether the resource is a deployment in a deployment.
func (r *Resource) IsDeployment() bool {
	return strings.EqualFold(r.Type, "Microsoft.Resources/deployments")
}

// expand works out the resources of a list; parent is that in which it stands.
func (e *evaluation) expand(list *Node, parent *Resource) error {
	for _, n := range itemsOf(list) {
		if n.Kind != Object {
			return unreadable("Error converting value to type 'TemplateResource'", n.Path, n.Line, n.Column)
		}
		f := e.frame(inName)
		if parent != nil {
			f.loops = parent.frame.loops
		}
		loops := n.Get("copy")
		if loops == nil || loops.Kind != Object {
			if _, err := e.one(f, n, parent); err != nil {
				return err
			}
			continue
		}
		if parent != nil {
			return invalid(loops, "The template resource at line '%d' and column '%d' is not valid. Copying nested resources is not supported. %s", loops.Line, loops.Column, seeCopy)
		}
		if err := e.several(f, n, loops); err != nil {
			return err
		}
	}
	return nil
}

// several makes the resources of a loop; a serial loop makes them in batches.
func (e *evaluation) several(f *frame, n, l *Node) error {
	count, err := f.count(l)
	if err != nil {
		return wrap(err, l, "The template 'copy' definition %s is not valid: %s. "+seeCopy, place(l))
	}
	batch := 0
	if strings.EqualFold(l.text("mode"), "serial") {
		batch = 1
		if b, err := f.node(orNull(l.Get("batchSize"))); err == nil && b.Kind == Int && b.Int > 0 && b.Int <= maxCopies {
			batch = int(b.Int)
		}
	}
	var made []*Resource
	for i := range count {
		in := e.frame(inName, loop{name: l.text("name"), index: i, resource: true})
		r, err := e.one(in, n, nil)
		if err != nil {
			return err
		}
		r.loop = l.text("name")
		if batch > 0 && len(made) >= batch {
			first := (len(made)/batch - 1) * batch
			r.DependsOn = append(r.DependsOn, made[first:first+batch]...)
		}
		made = append(made, r)
	}
	return nil
}

func orNull(n *Node) *Node {
	if n == nil {
		return null()
	}
	return n
}

// one works out what must be known of a resource before anything is made.
func (e *evaluation) one(f *frame, n *Node, parent *Resource) (*Resource, error) {
	r := &Resource{Source: n, Condition: true, frame: f}
	fields := []struct {
		name string
		into *string
	}{
		{"type", &r.Type}, {"name", &r.Name}, {"apiVersion", &r.APIVersion}, {"scope", &r.Scope}, {"subscriptionId", &r.SubscriptionID}, {"resourceGroup", &r.GroupName},
	}
	for _, x := range fields {
		v, err := f.node(orNull(n.Get(x.name)))
		if err != nil {
			return nil, wrap(err, orNull(n.Get(x.name)), "The template resource '%s' %s is not valid: %s. "+seeFunctions, n.text("name"), place(n.Get(x.name)))
		}
		if v.Kind != String && v.Kind != Null {
			return nil, invalid(n, "The template resource '%s' %s is not valid. The %s property must be a string. %s", n.text("name"), place(n), x.name, seeResources)
		}
		*x.into = v.Text
	}
	if err := r.named(parent); err != nil {
		return nil, err
	}
	if err := e.conditioned(r); err != nil {
		return nil, err
	}
	if err := e.dependencies(r); err != nil {
		return nil, err
	}
	if parent != nil {
		r.Condition = r.Condition && parent.Condition
	}
	e.place(r)
	e.result.Resources = append(e.result.Resources, r)
	if n := len(e.result.Resources); n > maxCopies {
		return nil, invalid(r.Source, "The number of template resources limit exceeded. Limit: '%d' and actual: '%d'. %s", maxCopies, n, seeResources)
	}
	return r, e.expand(n.Get("resources"), r)
}

// named checks type and name, and puts those of the parent before.
func (r *Resource) named(parent *Resource) error {
	for _, x := range []struct{ name, value string }{{"name", r.Name}, {"type", r.Type}, {"apiVersion", r.APIVersion}} {
		if x.value == "" {
			return invalid(r.Source, "The template resource '%s' %s is not valid. The %s property cannot be null or empty. %s", r.Name, place(r.Source), x.name, seeResources)
		}
	}
	if parent != nil && !strings.Contains(strings.SplitN(r.Type, "/", 2)[0], ".") {
		r.Type, r.Name = parent.Type+"/"+r.Type, parent.Name+"/"+r.Name
	}
	// Microsoft's own samples end a type with a slash.
	r.Type = strings.TrimSuffix(r.Type, "/")
	types, names := strings.Split(r.Type, "/"), strings.Split(r.Name, "/")
	if len(types) != len(names)+1 || containsFold(types, "") || containsFold(names, "") {
		at := orNull(r.Source.Get("type"))
		return invalid(at, "The template resource '%s' for type '%s' %s has incorrect segment lengths. A nested resource type must have identical number of segments as its resource name. "+
			"A root resource type must have segment length one greater than its resource name. %s", r.Name, r.Type, place(at), seeResources)
	}
	return nil
}

func (e *evaluation) conditioned(r *Resource) error {
	c := r.Source.Get("condition")
	if c.IsNull() {
		return nil
	}
	v, err := r.frame.node(c)
	if err != nil {
		return wrap(err, c, "The template resource '%s' %s is not valid: %s. "+seeFunctions, r.Name, place(c))
	}
	switch {
	case e.env.Open && v.Kind == String && IsExpression(v.Text): // it may be made
	case v.Kind == Bool:
		r.Condition = v.Truth
	case v.Kind == String && (strings.EqualFold(v.Text, "true") || strings.EqualFold(v.Text, "false")):
		r.Condition = strings.EqualFold(v.Text, "true")
	default:
		return invalid(c, "The template resource '%s' %s is not valid. The condition must be a boolean. %s", r.Name, place(c), seeResources)
	}
	return nil
}

// place works out where a resource stands, and its id.
func (e *evaluation) place(r *Resource) {
	scope := r.Scope
	if r.SubscriptionID == "" {
		r.SubscriptionID = e.env.SubscriptionID
		if r.GroupName == "" {
			r.GroupName = e.env.GroupName
		}
	}
	base := "/subscriptions/" + r.SubscriptionID
	if r.GroupName != "" {
		base += "/resourceGroups/" + r.GroupName
	}
	if scope != "" {
		if !strings.HasPrefix(scope, "/") {
			scope = base + "/providers/" + relative(scope)
		}
		base = strings.TrimSuffix(scope, "/")
	}
	r.Scope = base
	types := strings.Split(r.Type, "/")
	r.ID = joinID(base, types[0], types[1:], strings.Split(r.Name, "/"))
}

// relative is a type and name, or an id without its scope, as the end of an id.
func relative(s string) string {
	if i := strings.Index(strings.ToLower(s), "/providers/"); strings.HasPrefix(s, "/") && i >= 0 {
		return s[i+len("/providers/"):]
	}
	return strings.Trim(s, "/")
}

// Body evaluates what the resource holds. Loops, conditions and dependencies
// are done with and left out. A deployment whose expressions are its own keeps
// its template as it is written. Complete is false when something was left as
// it is written because it refers to resources that are not read.
func (r *Resource) Body() (body *Node, complete bool, err error) {
	f := *r.frame
	f.in = inBody
	source := r.Source.without("copy", "condition", "dependsOn", "resources", "comments")
	var inner *Node
	if properties := source.Get("properties"); r.IsDeployment() && properties != nil && properties.Kind == Object && isInner(properties) {
		inner = properties.Get("template")
		source = source.with("properties", properties.without("template"))
	}
	before := f.deferred
	body, err = f.object(source)
	if err == nil {
		if inner != nil {
			body = body.with("properties", body.Get("properties").with("template", inner))
		}
		body = body.with("type", text(r.Type)).with("name", text(r.Name))
		err = f.result.keep(body)
	}
	if err != nil {
		return nil, false, r.unprocessed(err)
	}
	return body, f.deferred == before, nil
}

// unprocessed words what is wrong in a resource's expressions.
func (r *Resource) unprocessed(err error) error {
	var f *fault
	switch {
	case !errors.As(err, &f):
		return err
	case f.unsupported:
		return f.notImplemented(r.Source)
	}
	e := invalid(r.Source, "")
	e.Message = fmt.Sprintf("Unable to process template language expressions for resource '%s' %s. '%s'", r.ID, place(r.Source), f.message)
	return e
}

// Nested is the deployment that a resource's body describes: its template, the
// values for it and its mode. What lies behind a link is not read: the error
// then has the code InvalidContentLink.
func Nested(body *Node) (t *Template, parameters *Node, mode string, err error) {
	properties := body.Get("properties")
	for _, name := range []string{"templateLink", "parametersLink"} {
		link := properties.Get(name)
		if link.IsNull() {
			continue
		}
		at := link.text("uri")
		if at == "" {
			at = link.text("id") + link.text("relativePath")
		}
		return nil, nil, "", &Error{Code: InvalidContentLink, Line: link.Line, Column: link.Column, Path: link.Path,
			Message: fmt.Sprintf("Unable to download deployment content from '%s': links are not followed here. Please see https://aka.ms/arm-deploy for usage details.", at)}
	}
	source := properties.Get("template")
	if source.IsNull() {
		return nil, nil, "", &Error{Code: InvalidRequestContent, Line: body.Line, Column: body.Column, Path: body.Path,
			Message: "The request content was invalid and could not be deserialized: 'Required property 'template' not found in JSON.'."}
	}
	t, err = New(source)
	return t, properties.Get("parameters"), properties.text("mode"), err
}

func isInner(properties *Node) bool {
	return strings.EqualFold(properties.Get("expressionEvaluationOptions").text("scope"), "inner")
}

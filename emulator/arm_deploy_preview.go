package emulator

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/armtemplate"
)

// planned is one resource that a deployment would make.
type planned struct {
	*armtemplate.Resource
	// on is where it stands.
	on   target
	body *armtemplate.Node
	// complete is false when the body refers to resources that are not made.
	complete bool
}

// preview works out what a deployment would make, with the deployments in it,
// and makes nothing.
type preview struct {
	*call
	work   armtemplate.Work
	groups map[pharos.Scope]bool // resource groups that it would make
	out    []planned
	depth  int
}

// maxNesting bounds deployments in deployments.
const maxNesting = 10

// preview checks a deployment as validation does: the template, what it would
// make, and whether the caller may make it.
func (c *call) preview(on target, d *deployment) ([]planned, error) {
	p := &preview{call: c, groups: map[pharos.Scope]bool{}}
	if err := p.add(on, d); err != nil {
		return nil, templateError(err)
	}
	return p.out, p.authorize()
}

func (p *preview) add(on target, d *deployment) error {
	if p.depth++; p.depth > maxNesting {
		return badRequest("InvalidTemplate", fmt.Sprintf("The template nesting level exceeds the limit of '%d'.", maxNesting))
	}
	defer func() { p.depth-- }()
	result, err := d.template.Evaluate(p.deploymentEnv(on, d, &p.work))
	if err != nil {
		return err
	}
	d.parameters = result.Parameters
	for _, r := range result.Resources {
		if !r.Condition {
			continue
		}
		if err := p.resource(d, r); err != nil {
			return err
		}
	}
	_, err = result.Outputs()
	return err
}

func (p *preview) resource(d *deployment, r *armtemplate.Resource) error {
	body, complete, err := r.Body()
	if err != nil {
		return err
	}
	on, err := p.placeOf(r)
	if err != nil {
		return err
	}
	x := planned{r, on, body, complete}
	if err := p.supported(d, x); err != nil {
		return err
	}
	p.out = append(p.out, x)
	if strings.EqualFold(r.Type, groupType) {
		p.groups[pharos.ResourceGroupScope(on.sub.id, r.Name)] = true
	}
	if !r.IsDeployment() || !complete {
		return nil
	}
	nested, err := p.nested(on, r, body)
	if err != nil {
		return err
	}
	return p.add(on, nested)
}

// placeOf finds where a resource stands. A resource group that the same
// deployment makes is there already.
func (p *preview) placeOf(r *armtemplate.Resource) (target, error) {
	scope, err := pharos.ParseScope(r.Scope)
	if err == nil && p.groups[scope] {
		sub := p.world.subByID[scope.Subscription()]
		return target{scope, sub, sub.customer.tenant}, nil
	}
	on, err := p.placed(r)
	if e := (*apiError)(nil); err != nil && errors.As(err, &e) && e.code == "ResourceGroupNotFound" {
		return on, &apiError{status: http.StatusBadRequest, code: "InvalidTemplateDeployment", details: []apiError{*e}, message: fmt.Sprintf(
			"The template deployment '%s' is not valid according to the validation procedure. The tracking id is '%s'. See inner errors for details.",
			p.vars["id"], p.id)}
	}
	return on, err
}

// placed finds where a resource stands now.
func (c *call) placed(r *armtemplate.Resource) (target, error) {
	in := *c
	in.vars = map[string]string{"scope": r.Scope}
	on, err := in.target()
	if err == nil && on.sub == nil {
		err = &apiError{status: http.StatusNotImplemented, code: "NotImplemented", message: "the emulator deploys nothing at '" + r.Scope + "'"}
	}
	return on, err
}

// nested is the deployment that a resource of a deployment describes.
func (c *call) nested(on target, r *armtemplate.Resource, body *armtemplate.Node) (*deployment, error) {
	d := &deployment{scope: on.scope, name: r.Name, tags: body.Get("tags"), at: c.now}
	if l := body.Get("location"); l != nil {
		d.location = l.Text
	}
	var err error
	if d.template, d.given, d.mode, err = armtemplate.Nested(body); err != nil {
		return nil, err
	}
	if on.scope.ResourceGroup() != "" {
		d.location = "" // that of the group
	}
	return d, d.check(on)
}

// supported refuses types that the emulator cannot make, and api-versions
// that the type does not have.
func (p *preview) supported(d *deployment, x planned) error {
	rt, _ := p.emulator.router.find(http.MethodPut, segmentsOf((&url.URL{Path: x.ID}).EscapedPath()))
	namespace, kind, _ := strings.Cut(x.Type, "/")
	switch {
	case (rt == nil || rt.handle == nil) && !isNamespace(namespace):
		return notFound("InvalidResourceNamespace", "The resource namespace '"+namespace+"' is invalid.")
	case rt == nil || rt.handle == nil:
		return &apiError{status: http.StatusNotImplemented, code: "NotImplemented", message: "the emulator does not deploy resources of type " + x.Type}
	case len(rt.versions) > 0 && !slices.ContainsFunc(rt.versions, func(v string) bool { return strings.EqualFold(v, x.APIVersion) }):
		return badRequest("NoRegisteredProviderFound", fmt.Sprintf("No registered resource provider found for location '%s' and API version '%s' for type '%s'. "+
			"The supported api-versions are '%s'. The supported locations are ''.", d.location, x.APIVersion, kind, strings.Join(rt.versions, ", ")))
	}
	return nil
}

// authorize refuses a deployment of which the caller may not make a part.
func (p *preview) authorize() error {
	var refused []string
	for _, x := range p.out {
		action := x.Type + "/write"
		if strings.EqualFold(x.Type, groupType) {
			action = writeGroups
		}
		if allowed, denied := p.world.decide(p.caller.principal, action, x.on, p.now); !allowed || denied != nil {
			refused = append(refused, fmt.Sprintf("Authorization failed for template resource '%s' of type '%s'. %s does not have permission to perform action '%s' at scope '%s'.",
				x.Name, x.Type, p.client(), action, x.ID))
		}
	}
	if refused == nil {
		return nil
	}
	message := "The template deployment failed with error: '" + refused[0] + "'."
	if len(refused) > 1 {
		message = "Deployment failed with multiple errors: '" + strings.Join(refused, ":") + "'"
	}
	return forbidden("InvalidTemplateDeployment", message)
}

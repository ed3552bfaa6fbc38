package emulator

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/pharos-pec/pharos/internal/armtemplate"
)

// whatIfDeployment tells what a template would change. The result waits at a
// Location, as with Azure.
func whatIfDeployment(c *call) (reply, error) {
	on, err := c.deploymentTarget("whatIf/action")
	if err != nil {
		return reply{}, err
	}
	d, err := c.readDeployment(on)
	if err != nil {
		return reply{}, err
	}
	var want struct {
		Properties struct{ WhatIfSettings struct{ ResultFormat string } }
	}
	body, err := armtemplate.Read(c.body)
	if err == nil {
		err = json.Unmarshal(jsonBytes(body), &want)
	}
	if err != nil {
		return reply{}, templateError(err)
	}
	resources, err := c.preview(on, d)
	if err != nil {
		return reply{}, err
	}
	w := &whatIf{call: c, idsOnly: strings.EqualFold(want.Properties.WhatIfSettings.ResultFormat, "ResourceIdOnly"), named: map[string]bool{}, changes: []map[string]any{}}
	for _, x := range resources {
		if err := w.add(x); err != nil {
			return reply{}, err
		}
	}
	w.ignored(on)
	return c.accepted(on, d.armID(), reply{status: http.StatusOK, body: map[string]any{
		"status": "Succeeded", "properties": map[string]any{"correlationId": objectID("deployment", string(d.scope), d.name), "changes": w.changes},
	}}), nil
}

func jsonBytes(n *armtemplate.Node) []byte {
	text, _ := n.MarshalJSON() // it has no error
	return text
}

// whatIf compares what a deployment would make with what there is.
type whatIf struct {
	*call
	idsOnly bool
	named   map[string]bool // ids in lower case that the deployment names
	changes []map[string]any
}

// add compares one resource. Deployments are not shown: what they make is.
func (w *whatIf) add(x planned) error {
	w.named[strings.ToLower(x.ID)] = true
	change := map[string]any{"resourceId": x.ID}
	switch {
	case !x.complete && x.IsDeployment():
		change["changeType"], change["unsupportedReason"] = "Unsupported",
			"The deployment refers to resources that are not made, and cannot be worked out before they are."
		w.changes = append(w.changes, change)
		return nil
	case x.IsDeployment():
		return nil
	}
	after := x.shown()
	before, err := w.current(x)
	if err != nil {
		return err
	}
	w.changes = append(w.changes, change)
	if w.idsOnly {
		change["changeType"] = "Deploy"
		if before == nil {
			change["changeType"] = "Create"
		}
		return nil
	}
	change["after"] = after
	if before == nil {
		change["changeType"] = "Create"
		return nil
	}
	change["before"], change["changeType"] = before, "NoChange"
	if delta := objectDelta("", writable(before, x.Type), writable(after, x.Type)); len(delta) > 0 {
		change["changeType"], change["delta"] = "Modify", delta
	}
	return nil
}

// shown is a resource as it would be, in the form in which it is read.
func (x planned) shown() map[string]any {
	after, _ := plain(x.body).(map[string]any)
	if after == nil {
		after = map[string]any{}
	}
	delete(after, "scope")
	delete(after, "resourceGroup")
	delete(after, "subscriptionId")
	after["id"], after["name"], after["type"], after["apiVersion"] = x.ID, x.Name, x.Type, x.APIVersion
	if g := x.on.scope.ResourceGroup(); g != "" {
		after["resourceGroup"] = x.on.sub.groupName(g)
	}
	return after
}

// current is a resource as it is; nil when there is none.
func (w *whatIf) current(x planned) (map[string]any, error) {
	out, err := w.within(http.MethodGet, x.ID, x.APIVersion, nil)
	var refused *apiError
	if errors.As(err, &refused) && refused.status == http.StatusNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	before, _ := plain(out.body).(map[string]any)
	if before != nil {
		before["apiVersion"] = x.APIVersion
		delete(before, "systemData")
	}
	return before, nil
}

// writable is what of a resource a template can set: the rest of what is read
// is the provider's own.
func writable(body map[string]any, kind string) map[string]any {
	set := map[string]string{
		"microsoft.managedservices/registrationdefinitions": "registrationDefinitionName description managedByTenantId authorizations eligibleAuthorizations",
		"microsoft.managedservices/registrationassignments": "registrationDefinitionId",
		"microsoft.authorization/roleassignments":           "roleDefinitionId principalId description condition conditionVersion",
		"microsoft.authorization/roledefinitions":           "roleName description permissions assignableScopes",
	}[strings.ToLower(kind)]
	out := map[string]any{}
	for _, name := range []string{"location", "tags", "plan"} {
		if v := body[name]; v != nil {
			out[name] = v
		}
	}
	properties, _ := body["properties"].(map[string]any)
	kept := map[string]any{}
	for _, name := range strings.Fields(set) {
		for k, v := range properties {
			if strings.EqualFold(k, name) && v != nil {
				kept[name] = v
			}
		}
	}
	out["properties"] = kept
	return out
}

// ignored lists the resources of the resource group that the template does not
// name: mode Incremental leaves them as they are.
func (w *whatIf) ignored(on target) {
	if on.scope.ResourceGroup() == "" {
		return
	}
	for _, r := range w.resources(on) {
		id, _ := r["id"].(string)
		if w.named[strings.ToLower(id)] {
			continue
		}
		change := map[string]any{"resourceId": id, "changeType": "Ignore"}
		if !w.idsOnly {
			change["before"], change["after"] = r, r
		}
		w.changes = append(w.changes, change)
	}
}

// objectDelta lists how the members of an object differ, by their paths.
func objectDelta(path string, before, after map[string]any) []map[string]any {
	var out []map[string]any
	for _, name := range sortedNames(before, after) {
		at := name
		if path != "" {
			at = path + "." + name
		}
		b, had := before[name]
		a, has := after[name]
		switch {
		case !had:
			out = append(out, map[string]any{"path": at, "propertyChangeType": "Create", "after": a})
		case !has && isEmpty(b): // a default that is told
		case !has:
			out = append(out, map[string]any{"path": at, "propertyChangeType": "Delete", "before": b})
		default:
			out = append(out, valueDelta(at, b, a)...)
		}
	}
	return out
}

func isEmpty(v any) bool {
	list, isList := v.([]any)
	return v == nil || v == "" || isList && len(list) == 0
}

func valueDelta(path string, before, after any) []map[string]any {
	b, wasObject := before.(map[string]any)
	a, isObject := after.(map[string]any)
	if wasObject && isObject {
		return objectDelta(path, b, a)
	}
	bs, wasList := before.([]any)
	as, isList := after.([]any)
	if wasList && isList {
		if children := listDelta(bs, as); len(children) > 0 {
			return []map[string]any{{"path": path, "propertyChangeType": "Array", "before": before, "after": after, "children": children}}
		}
		return nil
	}
	if sameValue(before, after) {
		return nil
	}
	return []map[string]any{{"path": path, "propertyChangeType": "Modify", "before": before, "after": after}}
}

// listDelta lists how the elements of a list differ, by their indices.
func listDelta(before, after []any) []map[string]any {
	var out []map[string]any
	for i := range max(len(before), len(after)) {
		at := strconv.Itoa(i)
		switch {
		case i >= len(before):
			out = append(out, map[string]any{"path": at, "propertyChangeType": "Create", "after": after[i]})
		case i >= len(after):
			out = append(out, map[string]any{"path": at, "propertyChangeType": "Delete", "before": before[i]})
		default:
			b, wasObject := before[i].(map[string]any)
			a, isObject := after[i].(map[string]any)
			if wasObject && isObject {
				if children := objectDelta("", b, a); len(children) > 0 {
					out = append(out, map[string]any{"path": at, "propertyChangeType": "Modify", "children": children})
				}
				continue
			}
			out = append(out, valueDelta(at, before[i], after[i])...)
		}
	}
	return out
}

// sameValue compares what is no object and no list; ids match in any casing.
func sameValue(a, b any) bool {
	s, isText := a.(string)
	t, alsoText := b.(string)
	if isText && alsoText {
		return s == t || strings.HasPrefix(s, "/") && strings.EqualFold(s, t)
	}
	return a == b
}

func sortedNames(objects ...map[string]any) []string {
	seen := map[string]bool{}
	var out []string
	for _, o := range objects {
		for k := range o {
			if !seen[k] {
				seen[k] = true
				out = append(out, k)
			}
		}
	}
	slices.Sort(out)
	return out
}

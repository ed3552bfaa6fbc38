package emulator

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/pharos-pec/pharos/internal/armtemplate"
)

// hash tells templates apart; Azure's own is not documented.
func (d *deployment) hash() string {
	text, err := json.Marshal(d.template.Node())
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return strconv.FormatUint(binary.BigEndian.Uint64(sum[:8]), 10)
}

// typeName writes the type of a parameter or output as deployments show it.
func typeName(declared string) string {
	switch strings.ToLower(declared) {
	case "securestring":
		return "SecureString"
	case "secureobject":
		return "SecureObject"
	case "":
		return ""
	default:
		return strings.ToUpper(declared[:1]) + strings.ToLower(declared[1:])
	}
}

// typedBody is a value with its type; that of a secret is not told.
func typedBody(declared string, value *armtemplate.Node) map[string]any {
	body := map[string]any{"type": typeName(declared)}
	if !strings.HasPrefix(strings.ToLower(declared), "secure") {
		body["value"] = value
	}
	return body
}

func (d *deployment) parametersBody() map[string]any {
	out := map[string]any{}
	declared := d.template.Node().Get("parameters")
	for _, p := range d.parameters {
		kind := ""
		if t := declared.Get(p.Name).Get("type"); t != nil {
			kind = t.Text
		}
		out[p.Name] = typedBody(kind, p.Value)
	}
	return out
}

func (d *deployment) outputsBody() map[string]any {
	out := map[string]any{}
	for _, o := range d.outputs {
		out[o.Name] = typedBody(o.Type, o.Value)
	}
	return out
}

func (d *deployment) resourcesBody() []map[string]string {
	out := []map[string]string{}
	for _, x := range d.made {
		if x.failure == nil {
			out = append(out, map[string]string{"id": x.ID})
		}
	}
	return out
}

// providersBody lists the types of the template's resources by namespace.
func (d *deployment) providersBody() []map[string]any {
	out := []map[string]any{}
	types := map[string][]any{}
	seen := map[string]bool{}
	var namespaces []string
	for _, x := range d.made {
		namespace, kind, _ := strings.Cut(x.Type, "/")
		if types[namespace] == nil {
			namespaces = append(namespaces, namespace)
		}
		if !seen[strings.ToLower(x.Type)] {
			seen[strings.ToLower(x.Type)] = true
			types[namespace] = append(types[namespace], map[string]any{"resourceType": kind, "locations": []any{d.locationBody()}})
		}
	}
	for _, n := range namespaces {
		out = append(out, map[string]any{"namespace": n, "resourceTypes": types[n]})
	}
	return out
}

func (d *deployment) locationBody() any {
	if d.location == "" {
		return nil
	}
	return d.location
}

func (d *deployment) dependenciesBody() []map[string]any {
	out := []map[string]any{}
	for _, x := range d.made {
		on := []map[string]string{}
		for _, r := range x.DependsOn {
			if r.Condition {
				on = append(on, resourceBody(r))
			}
		}
		if len(on) > 0 {
			body := map[string]any{"dependsOn": on}
			for k, v := range resourceBody(x.Resource) {
				body[k] = v
			}
			out = append(out, body)
		}
	}
	return out
}

func resourceBody(r *armtemplate.Resource) map[string]string {
	return map[string]string{"id": r.ID, "resourceType": r.Type, "resourceName": r.Name}
}

// operationsBody is what was done for each resource, and at the end for the
// outputs.
func (d *deployment) operationsBody() []map[string]any {
	out := []map[string]any{}
	add := func(what, operation string, p map[string]any) {
		id := strings.ToUpper(strings.ReplaceAll(objectID("deployment operation", d.armID()+stamp(d.at), what), "-", "")[:16])
		p["provisioningOperation"], p["timestamp"], p["duration"] = operation, stamp(d.at), "PT1S"
		p["trackingId"] = objectID("tracking", d.armID()+stamp(d.at), what)
		out = append(out, map[string]any{"id": d.armID() + "/operations/" + id, "operationId": id, "properties": p})
	}
	for _, x := range d.made {
		p := map[string]any{"provisioningState": "Succeeded", "statusCode": statusName(x.status), "targetResource": resourceBody(x.Resource)}
		if x.failure != nil {
			p["provisioningState"], p["statusCode"] = "Failed", statusName(x.failure.status)
			p["statusMessage"] = map[string]any{"status": "Failed", "error": armError(x.failure)}
		}
		add(x.ID, "Create", p)
	}
	if d.failure == nil && !d.template.Node().Get("outputs").IsNull() {
		add("outputs", "EvaluateDeploymentOutput", map[string]any{"provisioningState": "Succeeded", "statusCode": "OK"})
	}
	return out
}

// statusName is the name that Azure has for a status.
func statusName(status int) string { return strings.ReplaceAll(http.StatusText(status), " ", "") }

func listDeploymentOperations(c *call) (reply, error) {
	_, d, err := c.existingDeployment("operations/read")
	if err != nil {
		return reply{}, err
	}
	return list(d.operationsBody())
}

func getDeploymentOperation(c *call) (reply, error) {
	_, d, err := c.existingDeployment("operations/read")
	if err != nil {
		return reply{}, err
	}
	for _, o := range d.operationsBody() {
		if strings.EqualFold(o["operationId"].(string), c.vars["operation"]) {
			return ok(o)
		}
	}
	return reply{}, notFound("DeploymentOperationNotFound", "The deployment operation '"+c.vars["operation"]+"' could not be found.")
}

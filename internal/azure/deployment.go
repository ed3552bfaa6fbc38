package azure

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/onboard"
)

const deploymentsVersion = "?api-version=2021-04-01"

// Deployer is a session at one subscription, as package onboard sees it.
// Source: REST API Deployments 2021-04-01 ("Validate At Subscription Scope",
// "What If At Subscription Scope", "Create Or Update At Subscription Scope"),
// Deployment Operations, and Permissions 2022-04-01.
type Deployer struct {
	session *Session
	root    string
}

var _ onboard.Deployer = Deployer{}

// Deployer returns the session as one who deploys at a subscription.
func (s *Session) Deployer(sub pharos.SubscriptionID) Deployer {
	return Deployer{s, string(pharos.SubscriptionScope(sub))}
}

func (d Deployer) path(name string) string {
	return d.root + "/providers/Microsoft.Resources/deployments/" + pathSegment(name)
}

// needDeploy is the role that deploying a delegation asks for.
const needDeploy = "the role Owner on the subscription"

// Permissions lists what the roles of the caller allow at the subscription.
func (d Deployer) Permissions(ctx context.Context) ([]onboard.Permission, error) {
	return d.session.permissions(ctx, pharos.Scope(d.root), needDeploy)
}

// wireDeployment is a deployment, of which only the course matters here.
type wireDeployment struct {
	Location   string `json:"location"`
	Properties struct {
		State string       `json:"provisioningState"`
		Error *wireRefusal `json:"error"`
	} `json:"properties"`
}

// look reads a deployment; nil when there is none of that name.
func (d Deployer) look(ctx context.Context, name string) (*wireDeployment, *answer, error) {
	ans, err := d.session.arm.do(ctx, call{ref: d.path(name) + deploymentsVersion, need: needDeploy})
	if pharos.CodeOf(err) == pharos.NotFound {
		return nil, ans, nil
	}
	if err != nil {
		return nil, ans, err
	}
	w, err := decode[wireDeployment](ans)
	if err == nil && w.Properties.State == "" {
		err = ans.malformed(errMissing("properties.provisioningState"))
	}
	return &w, ans, err
}

// Location is where a deployment of that name was made or, when there is none,
// where most resource groups of the subscription are; "" when it has none.
func (d Deployer) Location(ctx context.Context, name string) (string, error) {
	was, _, err := d.look(ctx, name)
	if err != nil || was != nil {
		return was.at(), err
	}
	groups, _, err := list[struct {
		Location string `json:"location"`
	}](ctx, d.session.arm, call{ref: d.root + "/resourcegroups?api-version=2021-04-01", need: needDeploy})
	count := map[string]int{}
	for _, g := range groups {
		count[g.Location]++
	}
	best := slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		return cmp.Or(count[b]-count[a], strings.Compare(a, b))
	})
	if err != nil || len(best) == 0 {
		return "", err
	}
	return best[0], nil
}

func (w *wireDeployment) at() string {
	if w == nil {
		return ""
	}
	return w.Location
}

// ended reports whether a state is a last one.
func ended(state string) bool {
	return slices.ContainsFunc([]string{"Succeeded", "Failed", "Canceled"}, func(s string) bool { return strings.EqualFold(s, state) })
}

// Await waits for a deployment of the name that is under way.
func (d Deployer) Await(ctx context.Context, name string) (bool, error) {
	for look := 0; ; look++ {
		was, ans, err := d.look(ctx, name)
		if err != nil || was == nil {
			return false, err
		}
		if ended(was.Properties.State) {
			return look > 0, nil
		}
		if err := d.session.pause(ctx, ans, look, "waiting for the deployment "+name); err != nil {
			return true, err
		}
	}
}

// body is what the calls about a deployment send.
func (d Deployer) body(x onboard.Deployment) map[string]any {
	properties := map[string]any{"mode": "Incremental", "template": json.RawMessage(x.Template)}
	if len(x.Parameters) > 0 {
		properties["parameters"] = json.RawMessage(x.Parameters)
	}
	return map[string]any{"location": x.Location, "properties": properties}
}

// Validate asks Resource Manager whether it would take the deployment.
func (d Deployer) Validate(ctx context.Context, x onboard.Deployment) error {
	ans, err := d.session.arm.do(ctx, call{method: http.MethodPost, ref: d.path(x.Name) + "/validate" + deploymentsVersion, body: d.body(x), need: needDeploy})
	if err != nil {
		return refusedAs("Azure refuses the template", ans, err)
	}
	if ans.status == http.StatusAccepted {
		ans, err = d.result(ctx, ans, "validating the template")
		if err != nil {
			return refusedAs("Azure refuses the template", ans, err)
		}
	}
	w, err := decode[struct {
		Error *wireRefusal `json:"error"`
	}](ans)
	if err == nil && w.Error != nil { // some refusals are told with status 200
		return pharos.Errorf(pharos.Invalid, "Azure refuses the template: %s", w.Error)
	}
	return err
}

// result waits until the Location of an accepted call answers with its result.
func (d Deployer) result(ctx context.Context, ans *answer, doing string) (*answer, error) {
	location := ans.header.Get("Location")
	if location == "" {
		return ans, ans.malformed(errMissing("Location"))
	}
	for look := 0; ; look++ {
		if err := d.session.pause(ctx, ans, look, doing); err != nil {
			return ans, err
		}
		next, err := d.session.arm.do(ctx, call{ref: location, need: needDeploy})
		if err != nil || next.status != http.StatusAccepted {
			return next, err
		}
		ans = next
	}
}

// Deploy deploys and waits for the end. A deployment of the name that is under
// way, of an earlier run or of a try whose answer was lost, is waited for.
func (d Deployer) Deploy(ctx context.Context, x onboard.Deployment) error {
	ans, err := d.session.arm.do(ctx, call{method: http.MethodPut, ref: d.path(x.Name) + deploymentsVersion, body: d.body(x), need: needDeploy})
	if f := faultOf(err); err != nil && (f == nil || f.code != "DeploymentActive") {
		return refusedAs("Azure refuses the deployment", ans, err)
	}
	if err := d.end(ctx, ans, x.Name); err != nil {
		return d.leftAlone(err, x)
	}
	was, _, err := d.look(ctx, x.Name)
	switch {
	case err != nil:
		return err
	case was == nil:
		return pharos.Errorf(pharos.Conflict, "the deployment %s is gone: somebody removed it, or the subscription keeps no more than 800", x.Name)
	case strings.EqualFold(was.Properties.State, "Succeeded"):
		return nil
	}
	return d.failure(ctx, x.Name, was)
}

// end waits for the end of a deployment: by the operation that the answer
// names, or else by looking at the deployment.
func (d Deployer) end(ctx context.Context, ans *answer, name string) error {
	operation := ans.header.Get("Azure-AsyncOperation")
	if operation == "" {
		_, err := d.Await(ctx, name)
		return err
	}
	for look := 0; ; look++ {
		if err := d.session.pause(ctx, ans, look, "waiting for the deployment "+name); err != nil {
			return err
		}
		next, err := d.session.arm.do(ctx, call{ref: operation, need: needDeploy})
		if err != nil {
			return err
		}
		w, err := decode[struct {
			Status string `json:"status"`
		}](next)
		if err == nil && w.Status == "" {
			err = next.malformed(errMissing("status"))
		}
		if err != nil || ended(w.Status) {
			return err
		}
		ans = next
	}
}

// leftAlone says how to look at a deployment that is not waited for any more.
func (d Deployer) leftAlone(err error, x onboard.Deployment) error {
	if pharos.CodeOf(err) != pharos.Interrupted {
		return err
	}
	return pharos.Errorf(pharos.Interrupted, "%w; Azure goes on with it, see `az deployment sub show --name %s --subscription %s`", err, x.Name, x.Subscription)
}

// wireDone is what a deployment did about one resource.
type wireDone struct {
	Properties struct {
		State   string        `json:"provisioningState"`
		Message statusMessage `json:"statusMessage"`
		Target  struct {
			Type string `json:"resourceType"`
			Name string `json:"resourceName"`
		} `json:"targetResource"`
	} `json:"properties"`
}

// statusMessage is what a provider answered: an error, or a text that it wrote.
type statusMessage json.RawMessage

// UnmarshalJSON keeps the message as it is.
func (m *statusMessage) UnmarshalJSON(b []byte) error {
	*m = slices.Clone(b)
	return nil
}

// refusal is the error in the message, nil for none.
func (m statusMessage) refusal() *wireRefusal {
	var w struct {
		Error *wireRefusal `json:"error"`
	}
	if json.Unmarshal(m, &w) == nil {
		return w.Error
	}
	var text string
	if json.Unmarshal(m, &text) != nil || text == "" {
		return nil
	}
	return &wireRefusal{Message: text}
}

// failure tells what of a deployment failed, by its operations, or else by its
// own words.
func (d Deployer) failure(ctx context.Context, name string, was *wireDeployment) error {
	operations, _, err := list[wireDone](ctx, d.session.arm, call{ref: d.path(name) + "/operations" + deploymentsVersion, need: needDeploy})
	var failed []string
	code := pharos.Conflict
	for _, o := range operations {
		p := o.Properties
		why := p.Message.refusal()
		if !strings.EqualFold(p.State, "Failed") || why == nil {
			continue
		}
		failed = append(failed, p.Target.Type+" "+p.Target.Name+": "+why.String())
		if strings.Contains(why.Code, "Privileges") || strings.HasPrefix(why.Code, "AuthorizationFailed") {
			code = pharos.Forbidden
		}
	}
	if len(failed) == 0 && was.Properties.Error != nil {
		failed = []string{was.Properties.Error.String()}
	}
	e := pharos.Errorf(code, "the deployment %s is %s: %s", name, strings.ToLower(was.Properties.State), strings.Join(failed, "; "))
	switch {
	case code == pharos.Forbidden:
		return e.WithHint("whoever delegates must be able to give roles (Owner) and be no guest of the customer's tenant")
	case err != nil && !errors.Is(err, context.Canceled):
		return e.WithHint("its operations could not be read: %s", err)
	}
	return e.WithHint("mend the template and deploy again; what was made before the failure stays")
}

// Now is the cloud's time, as its last answer told.
func (d Deployer) Now(ctx context.Context) (time.Time, error) { return d.session.now(ctx) }

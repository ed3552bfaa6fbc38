package onboard

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/pharos-pec/pharos"
)

// Deployer is a customer's subscription as one who is to deploy there sees it:
// somebody of the customer's, or one of ours on the customer's behalf. Errors
// bear the codes of [pharos.Error] and hold Azure's words whole.
type Deployer interface {
	// Permissions lists what the caller's roles allow at the subscription.
	Permissions(ctx context.Context) ([]Permission, error)
	// Location is where the record of a deployment of the name is kept, or
	// would best be; "" when nothing at the subscription tells.
	Location(ctx context.Context, name string) (string, error)
	// Await waits for a deployment of the name that is under way, and reports
	// whether there was one. What came of it is no matter here.
	Await(ctx context.Context, name string) (bool, error)
	// Validate asks whether Azure would take the deployment.
	Validate(ctx context.Context, d Deployment) error
	// WhatIf asks what the deployment would do.
	WhatIf(ctx context.Context, d Deployment) ([]Effect, error)
	// Deploy deploys and waits for the end. A failure names what failed.
	Deploy(ctx context.Context, d Deployment) error
}

// Deployment is a template to be deployed at a subscription.
type Deployment struct {
	// Name is the deployment's name at the subscription, see [DeploymentName].
	Name         string
	Subscription pharos.SubscriptionID
	// Location is the region where Azure keeps the record of the deployment; ""
	// for the one that the subscription suggests.
	Location string
	// Template and Parameters are JSON objects; Parameters may be nil.
	Template, Parameters []byte
}

// DeploymentName is the name of the deployment of a template at a subscription:
// the same for the same template and values, so that a run that was interrupted
// is found again, and another for any other.
func DeploymentName(template, parameters []byte, s pharos.SubscriptionID) string {
	h := sha256.New()
	for _, part := range [][]byte{template, parameters, []byte(s)} {
		sum := sha256.Sum256(part)
		h.Write(sum[:])
	}
	return "pharos-" + hex.EncodeToString(h.Sum(nil)[:8])
}

// Permission is what one role allows: actions in the wildcards of Azure's
// roles, less those that are taken out.
type Permission struct{ Actions, NotActions []string }

// Allows reports whether a permission of the list allows an action.
func Allows(all []Permission, action string) bool {
	for _, p := range all {
		if anyMatches(p.Actions, action) && !anyMatches(p.NotActions, action) {
			return true
		}
	}
	return false
}

func anyMatches(patterns []string, action string) bool {
	for _, p := range patterns {
		if matches(strings.ToLower(p), strings.ToLower(action)) {
			return true
		}
	}
	return false
}

// matches holds text against a pattern in which * stands for anything.
func matches(pattern, text string) bool {
	head, rest, wild := strings.Cut(pattern, "*")
	if !wild {
		return pattern == text
	}
	if !strings.HasPrefix(text, head) {
		return false
	}
	for i := len(head); i <= len(text); i++ {
		if matches(rest, text[i:]) {
			return true
		}
	}
	return false
}

// neededToDeploy are the actions that deploying a delegation asks for. Who
// delegates must be able to give roles (docs: onboard a customer to Azure
// Lighthouse, "Deploy the Azure Resource Manager template").
func neededToDeploy() []string {
	return []string{
		"Microsoft.Resources/deployments/validate/action", "Microsoft.Resources/deployments/whatIf/action", "Microsoft.Resources/deployments/write",
		"Microsoft.ManagedServices/registrationDefinitions/write", "Microsoft.ManagedServices/registrationAssignments/write",
		"Microsoft.Authorization/roleAssignments/write",
	}
}

// MayDeploy fails with code Forbidden when the permissions do not allow to
// deploy a delegation, and names what is missing.
func MayDeploy(all []Permission) error {
	var missing []string
	for _, action := range neededToDeploy() {
		if !Allows(all, action) {
			missing = append(missing, action)
		}
	}
	if missing == nil {
		return nil
	}
	return pharos.Errorf(pharos.Forbidden, "not allowed to delegate the subscription: %s missing", strings.Join(missing, ", ")).
		WithHint("whoever deploys needs the role Owner on the subscription, as a member of the customer's tenant or as one of AdminAgents on the customer's behalf; a guest cannot delegate")
}

// DeployOptions say how far [Deploy] goes and whom it asks. Both functions are
// required.
type DeployOptions struct {
	// WhatIf ends before anything is changed.
	WhatIf bool
	// Agree is asked before anything is changed; its error ends the run.
	Agree func([]Effect) error
	// Tell is told each step when it begins.
	Tell func(step string)
}

// Deployed is what [Deploy] did.
type Deployed struct {
	// Effects are what the deployment was said to do before it was made.
	Effects []Effect
	// InForce says that the subscription is as the template wants it, Changed
	// that this run made it so, or may have: an answer can be lost.
	InForce, Changed bool
}

// Deploy brings a subscription into the state that a template describes: it
// checks the permissions, waits for a run that was interrupted, validates, asks
// what would change, and deploys if anything would. It can be repeated: the
// second time there is nothing to change.
func Deploy(ctx context.Context, at Deployer, d Deployment, o DeployOptions) (Deployed, error) {
	var out Deployed
	o.Tell("checking the permissions")
	permissions, err := at.Permissions(ctx)
	if err != nil {
		return out, err
	}
	if err := MayDeploy(permissions); err != nil {
		return out, err
	}
	if err := d.locate(ctx, at); err != nil {
		return out, err
	}
	if !o.WhatIf {
		waited, err := at.Await(ctx, d.Name)
		if err != nil {
			return out, err
		}
		if waited {
			o.Tell("an earlier run's deployment " + d.Name + " has ended")
		}
	}
	o.Tell("validating the template")
	if err := at.Validate(ctx, d); err != nil {
		return out, err
	}
	o.Tell("asking what would change")
	if out.Effects, err = at.WhatIf(ctx, d); err != nil {
		return out, err
	}
	out.InForce = !Changes(out.Effects)
	if out.InForce || o.WhatIf {
		return out, nil
	}
	if err := o.Agree(out.Effects); err != nil {
		return out, err
	}
	o.Tell("deploying as " + d.Name)
	err = at.Deploy(ctx, d)
	out.InForce, out.Changed = err == nil, err == nil || !refused(pharos.CodeOf(err))
	return out, err
}

// locate settles where the record of the deployment is kept.
func (d *Deployment) locate(ctx context.Context, at Deployer) (err error) {
	if d.Location != "" {
		return nil
	}
	if d.Location, err = at.Location(ctx, d.Name); err == nil && d.Location == "" {
		err = pharos.Errorf(pharos.Invalid, "the subscription %s has no resource group that shows where to keep the record of the deployment", d.Subscription).
			WithHint("name an Azure region with --location, such as westeurope")
	}
	return err
}

// refused reports whether an error of that code says that Azure did not take
// the deployment at all.
func refused(c pharos.Code) bool {
	return c == pharos.Invalid || c == pharos.Forbidden || c == pharos.Unauthenticated || c == pharos.NotFound
}

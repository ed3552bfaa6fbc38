// Package armtemplate reads and evaluates the deployment templates of Azure
// Resource Manager.
//
// A template's text is taken as clients send it (Read): keys without quotes,
// comments, commas before a closing bracket, line breaks in texts, a byte
// order mark. Every value keeps the line and column it stands at. A Template
// is evaluated for one deployment (Evaluate): parameters are bound and
// checked, variables, loops and conditions are worked out, and the resources
// come back in the order in which they can be made. What a resource holds, and
// the outputs, are evaluated when they are asked for, because they may refer
// to resources that were made before.
//
// Errors are *Error and carry Azure's code and, where Microsoft's public pages
// or users quote it, Azure's own text.
//
// The package does no input or output, reads no clock, and is bounded: depth,
// copies, calls, and the size of what a template becomes. It knows nothing of
// what a template's resources mean.
package armtemplate

import "time"

// Bounds of an evaluation. Sizes of the text and the result, parameters,
// variables, outputs, copies and the length of an expression are Azure's own
// (docs: template best practices); the others keep time and memory finite.
const (
	maxText       = 4 << 20  // bytes of a text that is read
	maxValues     = 500_000  // values in it
	maxDepth      = 100      // of nested values and of expressions
	maxExpression = 24_576   // characters of an expression
	maxParameters = 256      // and variables
	maxOutputs    = 64       //
	maxCopies     = 800      // of one loop, and resources of a template
	maxCalls      = 200_000  // of functions
	maxWork       = 32 << 20 // bytes and elements that functions may make
	maxResult     = 4 << 20  // bytes of what a template becomes
)

// Env is the deployment that a template is evaluated for.
type Env struct {
	// Parameters holds the values given, by name, each as {"value": …}; nil
	// for none. Names match in any casing.
	Parameters *Node
	// Open leaves what depends on a parameter without a value as it is
	// written, where a deployment is refused: for reading a template before it
	// is deployed.
	Open bool
	// SubscriptionID and GroupName say where: GroupName is empty for a
	// deployment at the subscription.
	SubscriptionID, GroupName string
	// Deployment and Location are the deployment's own; Mode is Incremental or
	// Complete.
	Deployment, Location, Mode string
	// Subscription, ResourceGroup, Tenant and Environment are what the
	// functions of these names return, as JSON values. A nil one cannot be
	// asked for.
	Subscription, ResourceGroup, Tenant, Environment any
	// Now is the time of utcNow().
	Now time.Time
	// NewGUID makes the values of newGuid(); nil refuses it.
	NewGUID func() string
	// Work counts what the evaluation of several templates together may cost,
	// as of those of one request; nil for one of its own.
	Work *Work
	// Reference returns a resource in the form of its GET, by its id. Nil
	// leaves every expression that refers to a resource as it is written, as
	// validation does.
	Reference func(id, apiVersion string) (any, error)
}

// Work is what evaluations have cost so far. Its zero value is ready.
type Work struct {
	calls, spent, kept int
}

package emulator

import (
	"net/http"
	"strconv"
	"time"

	"github.com/pharos-pec/pharos"
)

// operationLife is how long the outcome of a change can be asked for, by the
// emulator's clock. Azure documents no such time; deployments keep theirs for
// longer.
const operationLife = 24 * time.Hour

// operation is a change that the client is told of by another address. Here
// the change is done when the call that asked for it is; what came of it is
// kept for whoever asks.
type operation struct {
	by      pharos.PrincipalRef
	on      target
	at      time.Time
	failure *apiError // nil: succeeded
	// deployment is told of by its own states, when the change is one.
	deployment *deployment
	// result is what the operation's Location answers; nil for operations
	// that have none.
	result *reply
}

// operations are those of the last hours, by id. The world's lock guards them.
type operations struct {
	count int
	byID  map[string]*operation
	// ids are those of byID, the oldest first.
	ids []string
}

// begin keeps the outcome of a change and returns its id. Ids follow from the
// order of the changes, so that the same calls give the same ones.
func (c *call) begin(on target, resource string, failure *apiError) string {
	o := &c.emulator.operations
	for len(o.ids) > 0 && c.now.Sub(o.byID[o.ids[0]].at) >= operationLife {
		delete(o.byID, o.ids[0])
		o.ids = o.ids[1:]
	}
	if o.byID == nil {
		o.byID = map[string]*operation{}
	}
	o.count++
	id := objectID("operation", resource, strconv.Itoa(o.count))
	o.byID[id] = &operation{by: c.caller.principal.ref(), on: on, at: c.now, failure: failure}
	o.ids = append(o.ids, id)
	return id
}

// operationHeaders tell the client where to ask: header is Location or
// Azure-Asyncoperation. A second is the shortest wait that every client keeps.
func (c *call) operationHeaders(header, path string) http.Header {
	return http.Header{header: {c.base + path + "?api-version=" + c.apiVersion()}, "Retry-After": {"1"}}
}

// outcome answers with the outcome of a change: to whoever began it,
// even if the change took away the access it was made with, and to those who
// may do the action at its scope.
func (c *call) outcome(id, action string) (reply, error) {
	o := c.emulator.operations.byID[id]
	if o != nil && c.now.Sub(o.at) >= operationLife {
		o = nil
	}
	if o == nil || o.by != c.caller.principal.ref() {
		on, err := c.target()
		if err == nil {
			err = c.require(action, on)
		}
		if err != nil {
			return reply{}, err
		}
		if o == nil || !on.scope.Covers(o.on.scope) {
			return reply{}, notFound("NotFound", "The operation '"+id+"' could not be found.")
		}
	}
	state, failure := "Succeeded", o.failure
	switch {
	case o.deployment != nil:
		state, failure = o.deployment.look(c.now), o.deployment.failure
	case failure != nil:
		state = "Failed"
	}
	if state == "Running" {
		return reply{status: http.StatusOK, body: map[string]string{"status": state}, header: http.Header{"Retry-After": {"1"}}}, nil
	}
	if failure != nil {
		return ok(map[string]any{"status": state, "error": armError(failure)})
	}
	return ok(map[string]string{"status": state})
}

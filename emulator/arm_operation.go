package emulator

import "net/http"

// accepted is the answer to a call whose result the client fetches at a
// Location of its own. The result is there at once.
func (c *call) accepted(on target, resource string, result reply) reply {
	id := c.begin(on, resource, nil)
	c.emulator.operations.byID[id].result = &result
	return reply{status: http.StatusAccepted, header: c.operationHeaders("Location", "/subscriptions/"+string(on.sub.id)+"/operationresults/"+id)}
}

// operationResult answers with the result of a call, to whoever made it.
func operationResult(c *call) (reply, error) {
	id := c.vars["operation"]
	o := c.emulator.operations.byID[id]
	if o == nil || o.result == nil || o.by != c.caller.principal.ref() || c.now.Sub(o.at) >= operationLife {
		return reply{}, notFound("NotFound", "The operation '"+id+"' could not be found.")
	}
	return *o.result, nil
}

package emulator

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// serve is the one adapter between HTTP and the handlers: faults, body,
// api-version, token, limits, lock, handler, answer.
func (e *Emulator) serve(w http.ResponseWriter, r *http.Request) {
	path := segmentsOf(r.URL.EscapedPath())
	rt, vars := e.router.find(r.Method, path)
	var svc service
	if rt != nil {
		svc = rt.service
	} else {
		svc = serviceOf(path)
	}
	c := &call{
		Request: r, emulator: e, world: e.world, now: e.world.clock.read(), base: baseOf(r), id: e.nextID(), route: rt, vars: vars,
	}
	fault := e.dice.draw(svc)
	var out reply
	err := fault.refuse(r.Context(), svc)
	if err == nil {
		out, err = e.answer(c, svc, path)
	}
	if err != nil {
		out = errorReply(svc, asAPIError(err), c)
	}
	e.write(w, c, svc, out, fault.truncate)
}

// answer runs the route's handler when the caller may call it at all.
func (e *Emulator) answer(c *call, svc service, path []string) (reply, error) {
	var err error
	if c.body, err = readBody(c.Request); err != nil {
		return reply{}, err
	}
	if svc == arm {
		if err := c.checkVersion(c.route); err != nil {
			return reply{}, err
		}
	}
	if c.route != nil && c.route.before != nil {
		c.route.before(c)
	}
	if c.Method == http.MethodGet || c.Method == http.MethodHead {
		e.world.mu.RLock()
		defer e.world.mu.RUnlock()
	} else {
		e.world.mu.Lock()
		defer e.world.mu.Unlock()
	}
	c.now = e.world.clock.read()
	if needsToken(svc, c.route) {
		if c.caller, err = e.authenticate(c, svc); err != nil {
			return reply{}, err
		}
		if svc == arm {
			if err := c.countCall(path); err != nil {
				return reply{}, err
			}
		}
	}
	if c.route == nil {
		return reply{}, c.refusePath(svc, path)
	}
	if c.route.handle == nil {
		return reply{}, notImplemented(c.Request)
	}
	if err := c.checkMedia(svc); err != nil {
		return reply{}, err
	}
	if err := e.replicas.refuse(c); err != nil {
		return reply{}, err
	}
	out, err := e.perform(c)
	if err == nil {
		e.replicas.note(c, out)
	}
	return out, err
}

// needsToken reports whether the call wants a token; the cloud's own
// description is public.
func needsToken(svc service, rt *route) bool {
	switch svc {
	case arm, graph, partnerCenter:
		return rt == nil || rt.pattern != "/metadata/endpoints"
	case control, entra, blob:
	}
	return false
}

// baseOf returns the address by which the client reached the emulator.
func baseOf(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

// write sends the answer, with the emulator's time for a date. A truncated
// answer announces its whole length and breaks off in the middle.
func (e *Emulator) write(w http.ResponseWriter, c *call, svc service, out reply, truncate bool) {
	h := w.Header()
	h["Date"] = []string{c.now.Format(http.TimeFormat)}
	standardHeaders(h, c, svc)
	for k, v := range out.header {
		h[k] = v
	}
	body, isRaw := out.body.([]byte)
	if !isRaw && out.body != nil {
		var err error
		if body, err = json.Marshal(out.body); err != nil {
			out.status, body = http.StatusInternalServerError, []byte(`{"error":{"code":"InternalServerError","message":"the answer cannot be written"}}`)
		}
		if len(h["Content-Type"]) == 0 {
			h["Content-Type"] = []string{c.contentType(svc)}
		}
	}
	if out.status != http.StatusNoContent && out.status != http.StatusNotModified {
		h["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	w.WriteHeader(out.status)
	if c.Method == http.MethodHead || len(body) == 0 {
		return
	}
	if truncate {
		_, _ = w.Write(body[:len(body)/2]) // the client is to see a broken answer
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(body) // a client that went away needs no answer
}

// errorReply words a refusal in the form of its service.
func errorReply(svc service, e *apiError, c *call) reply {
	out := reply{status: e.status, header: e.header, body: e.body}
	if e.body != nil {
		return out
	}
	switch svc {
	case graph:
		out.body = map[string]any{"error": map[string]any{
			"code": e.code, "message": e.message, "innerError": map[string]any{
				"date": c.now.Format("2006-01-02T15:04:05"), "request-id": c.id, "client-request-id": c.clientID("Client-Request-Id"),
			},
		}}
	case partnerCenter:
		out.body = map[string]any{"code": e.code, "description": e.message, "data": []string{}, "source": "PartnerFD"}
		if e.status == http.StatusTooManyRequests {
			out.body = map[string]any{"statusCode": e.status, "message": e.message}
		}
	case entra:
		out.body = entraError(e, c)
	default:
		out.body = map[string]any{"error": armError(e)}
	}
	return out
}

func armError(e *apiError) map[string]any {
	body := map[string]any{"code": e.code, "message": e.message}
	if e.target != "" {
		body["target"] = e.target
	}
	if e.info != nil {
		body["additionalInfo"] = e.info
	}
	if len(e.details) > 0 {
		var details []any
		for i := range e.details {
			details = append(details, armError(&e.details[i]))
		}
		body["details"] = details
	}
	return body
}

// stamp writes an instant as Resource Manager does.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }

// shortStamp is stamp without zeros at the end, as Microsoft.ManagementPartner
// writes instants (public recordings).
func shortStamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.9999999Z") }

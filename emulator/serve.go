package emulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// serve is the one adapter between HTTP and the handlers: faults, token,
// api-version, lock, handler, answer.
func (e *Emulator) serve(w http.ResponseWriter, r *http.Request) {
	now := e.world.clock.read()
	rt, vars := e.router.find(r.Method, r.URL.EscapedPath())
	svc := serviceOf(r.URL.Path)
	if rt != nil {
		svc = rt.service
	}
	c := &call{Request: r, emulator: e, world: e.world, now: now, base: baseOf(r), vars: vars}
	fault := e.dice.draw(svc)
	var out reply
	err := fault.refuse(r.Context(), svc)
	if err == nil {
		out, err = e.answer(rt, c)
	}
	if err != nil {
		out = errorReply(svc, asAPIError(err), c)
	}
	e.write(w, c, svc, out, fault.truncate)
}

// answer runs the route's handler when the caller may call it at all.
func (e *Emulator) answer(rt *route, c *call) (reply, error) {
	if rt == nil {
		return reply{}, notImplemented(c.Request)
	}
	body, err := readBody(c.Request)
	if err != nil {
		return reply{}, err
	}
	c.body = body
	if c.Method == http.MethodGet || c.Method == http.MethodHead {
		e.world.mu.RLock()
		defer e.world.mu.RUnlock()
	} else {
		e.world.mu.Lock()
		defer e.world.mu.Unlock()
	}
	if rt.service == arm || rt.service == graph || rt.service == partnerCenter {
		if needsToken(rt) {
			if c.caller, err = e.authenticate(c, rt.service); err != nil {
				return reply{}, err
			}
		}
	}
	if rt.service == arm {
		if err := checkVersion(rt, c.Request); err != nil {
			return reply{}, err
		}
	}
	return rt.handle(c)
}

// needsToken reports whether the call wants a token; the cloud's own
// description is public.
func needsToken(rt *route) bool { return rt.pattern != "/metadata/endpoints" }

// checkVersion demands the api-version that every Resource Manager call has.
func checkVersion(rt *route, r *http.Request) error {
	v := r.URL.Query().Get("api-version")
	switch {
	case v == "":
		return badRequest("MissingApiVersionParameter",
			"The api-version query parameter (?api-version=) is required for all requests.")
	case len(rt.versions) > 0 && !slices.Contains(rt.versions, strings.ToLower(v)):
		return badRequest("InvalidApiVersionParameter", fmt.Sprintf(
			"The api-version '%s' is invalid. The supported versions are '%s'.", v, strings.Join(rt.versions, ",")))
	}
	return nil
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
	h.Set("Date", c.now.Format(http.TimeFormat))
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
		if h.Get("Content-Type") == "" {
			h.Set("Content-Type", "application/json; charset=utf-8")
		}
	}
	if out.status != http.StatusNoContent && out.status != http.StatusNotModified {
		h.Set("Content-Length", strconv.Itoa(len(body)))
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

// standardHeaders sets what each service sends with every answer.
func standardHeaders(h http.Header, c *call, svc service) {
	id := uuid.NewString()
	switch svc {
	case arm:
		h.Set("Cache-Control", "no-cache")
		h.Set("Pragma", "no-cache")
		h.Set("Expires", "-1")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		h.Set("x-ms-request-id", id)
		correlation := c.Header.Get("x-ms-correlation-request-id")
		if correlation == "" {
			correlation = id
		}
		h.Set("x-ms-correlation-request-id", correlation)
		h.Set("x-ms-routing-request-id", "EMULATOR:"+c.now.Format("20060102T150405Z")+":"+id)
		if client := c.Header.Get("x-ms-client-request-id"); client != "" {
			h.Set("x-ms-client-request-id", client)
		}
		name, left := remaining(c)
		h.Set(name, left)
	case graph:
		h.Set("request-id", id)
		client := c.Header.Get("client-request-id")
		if client == "" {
			client = id
		}
		h.Set("client-request-id", client)
		h.Set("Cache-Control", "no-cache")
		h.Set("OData-Version", "4.0")
	case partnerCenter:
		for _, name := range []string{"MS-RequestId", "MS-CorrelationId"} {
			v := c.Header.Get(name)
			if v == "" {
				v = id
			}
			h.Set(name, v)
		}
		h.Set("MS-CV", id[:22]+".0")
		h.Set("MS-ServerId", "EMULATOR")
	case control, blob: // have none
	case entra:
		h.Set("Cache-Control", "no-store, no-cache")
		h.Set("x-ms-request-id", id)
		if client := c.Header.Get("client-request-id"); client != "" {
			h.Set("client-request-id", client)
		}
	}
}

// remaining is the rate limit header of a call. The emulator has no limits
// but the throttling of its faults, so the numbers stand still.
func remaining(c *call) (name, left string) {
	level := "tenant"
	if strings.HasPrefix(strings.ToLower(c.URL.Path), "/subscriptions/") {
		level = "subscription"
	}
	switch c.Method {
	case http.MethodGet, http.MethodHead:
		return "x-ms-ratelimit-remaining-" + level + "-reads", "11999"
	case http.MethodDelete:
		return "x-ms-ratelimit-remaining-" + level + "-deletes", "14999"
	default:
		return "x-ms-ratelimit-remaining-" + level + "-writes", "1199"
	}
}

// errorReply words a refusal in the form of its service.
func errorReply(svc service, e *apiError, c *call) reply {
	out := reply{status: e.status, header: e.header}
	switch svc {
	case graph:
		id := uuid.NewString()
		out.body = map[string]any{"error": map[string]any{
			"code": e.code, "message": e.message,
			"innerError": map[string]any{"date": c.now.Format("2006-01-02T15:04:05"), "request-id": id, "client-request-id": id},
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

package emulator

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"

	"github.com/pharos-pec/pharos"
)

// act is one call that may have changed what the emulator holds, as it was
// answered. The same calls in the same order, at the same instants of the
// emulator's clock, make the same world again: what a handler makes up, it
// makes up from the call's place in the journal (see [call.fresh]).
type act struct {
	Number int       `json:"n"`  // counted from 1
	At     time.Time `json:"at"` // by the emulator's clock
	Method string    `json:"method"`
	ID     string    `json:"id"`   // of the request, which some objects tell
	Base   string    `json:"base"` // the address by which the client reached the emulator
	URL    string    `json:"url"`  // path, still escaped, and query
	Remote string    `json:"remote,omitempty"`
	// Header is what the handlers may read: no credentials, nothing of the connection.
	Header http.Header `json:"header,omitempty"`
	// Claims are those of the caller's access token.
	Claims jwt.MapClaims `json:"claims,omitempty"`
	Body   string        `json:"body,omitempty"`
	Bytes  []byte        `json:"bytes,omitempty"` // a body that is no UTF-8
	Status int           `json:"status"`          // of the answer
}

// journal is every change since the emulator was made, in order. It is the
// emulator's state: together with the scenario it says what the world holds.
type journal struct {
	mu   sync.Mutex
	acts []act
	// kept is the file that every change is added to before its client is
	// answered; nil when the state is not kept.
	kept *keptState
}

// next is the number of the change that is under way. It is asked for with
// the world's lock held for writing, so that no two calls get the same.
func (j *journal) next() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.acts) + 1
}

// add notes a call that was answered, and writes it to the kept state.
func (j *journal) add(c *call, status int) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	a := actOf(c, len(j.acts)+1, status)
	j.acts = append(j.acts, a)
	return j.kept.append(a)
}

// read returns the changes so far. They are not changed any more.
func (j *journal) read() []act {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clip(j.acts)
}

// unkeptHeaders are of the connection, or secret, or say nothing to a handler.
var unkeptHeaders = []string{
	"Authorization", auxiliaryHeader, "Accept-Encoding", "Connection", "Content-Encoding", "Content-Length", "User-Agent",
}

func actOf(c *call, number, status int) act {
	h := c.Header.Clone()
	for _, name := range unkeptHeaders {
		h.Del(name)
	}
	a := act{
		Number: number, At: c.now, Method: c.Method, ID: c.id, Base: c.base, URL: c.URL.RequestURI(), Remote: c.RemoteAddr,
		Header: h, Claims: c.claims, Status: status,
	}
	if utf8.Valid(c.body) {
		a.Body = string(c.body)
	} else {
		a.Bytes = c.body
	}
	return a
}

// changes reports whether a call of the route may change the world, by its
// method. A handler for which that is wrong says so: see [route] and [call].
func (r *route) changes(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && !r.asks
}

// perform answers a call and notes it in the journal when it may have changed
// anything. The caller holds the world's lock.
func (e *Emulator) perform(c *call) (reply, error) {
	c.journal = &journaled{number: e.journal.next(), keep: c.route.changes(c.Method)}
	watched := c.watch()
	out, err := c.route.handle(c)
	if !c.journal.keep {
		return out, err
	}
	watched.done(out, err)
	if kept := e.journal.add(c, statusOf(out, err)); kept != nil {
		return reply{}, kept
	}
	return out, err
}

// statusOf is the status with which a call is answered.
func statusOf(out reply, err error) int {
	if err != nil {
		return asAPIError(err).status
	}
	return out.status
}

// journaled is a call's place in the journal.
type journaled struct {
	number int
	// keep is whether the call goes into the journal.
	keep bool
	// made counts what the call made up.
	made int
}

// keep notes a call in the journal that changed something although its method
// or its route says that it does not: a first look at an operation, a sign-in
// that can be renewed.
func (c *call) keep() { c.journal.keep = true }

// fresh makes up an id: a GUID that no other call gets, and the same one when
// the same calls are made again. Kind is what it is for.
func (c *call) fresh(kind string) string {
	c.journal.made++
	return objectID(kind, c.world.name, strconv.Itoa(c.journal.number)+"/"+strconv.Itoa(c.journal.made))
}

// secret makes up a text of 26 letters and digits, the same one when the same
// calls are made again. Only who knows the scenario, with the secrets in it,
// can tell it beforehand.
func (c *call) secret(kind string) string {
	mac := hmac.New(sha256.New, c.emulator.scenario.text)
	mac.Write([]byte(c.fresh(kind)))
	return base32.StdEncoding.EncodeToString(mac.Sum(nil))[:26]
}

// replay makes a change again, as it was noted.
func (e *Emulator) replay(a act) error {
	r, err := a.request()
	if err != nil {
		return err
	}
	rt, vars := e.router.find(a.Method, segmentsOf(r.URL.EscapedPath()))
	if rt == nil {
		return pharos.Errorf(pharos.Invalid, "url: this emulator has no call %s %s", a.Method, a.URL)
	}
	body := a.Bytes
	if body == nil {
		body = []byte(a.Body)
	}
	e.world.mu.Lock()
	defer e.world.mu.Unlock()
	if err := e.world.clock.set(a.At); err != nil {
		return pharos.Errorf(pharos.Invalid, "at: %w", err)
	}
	c := &call{Request: r, emulator: e, world: e.world, now: a.At, base: a.Base, id: a.ID, route: rt, vars: vars, body: body, claims: a.Claims}
	if c.claims != nil {
		if c.caller, err = e.authenticate(c, rt.service); err != nil {
			return pharos.Errorf(pharos.Invalid, "claims: %w", err)
		}
	}
	if status := statusOf(e.perform(c)); status != a.Status {
		return pharos.Errorf(pharos.Invalid, "status: %s %s was answered %d when it was kept, and is answered %d now", a.Method, a.URL, a.Status, status)
	}
	return nil
}

func (a act) request() (*http.Request, error) {
	r, err := http.NewRequest(a.Method, a.Base+a.URL, nil) //nolint:noctx // it is never sent, and no handler of a change waits
	if err != nil {
		return nil, pharos.Errorf(pharos.Invalid, "url: %w", err)
	}
	r.RemoteAddr, r.RequestURI = a.Remote, a.URL
	if a.Header != nil {
		r.Header = a.Header
	}
	return r, nil
}

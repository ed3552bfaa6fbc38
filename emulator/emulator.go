package emulator

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/pharos-pec/pharos"
)

// Emulator is a local Azure. It is an http.Handler that answers as Entra ID,
// Resource Manager, Microsoft Graph and Partner Center under one address, and
// is safe for concurrent use.
type Emulator struct {
	scenario *Scenario
	world    *world
	journal  journal
	signer   *signer
	router   *router
	dice     *dice
	replicas *replicas
	logins   *logins
	limits   *limits
	// operations are the changes that clients ask after.
	operations operations
	// queries are the counts of Resource Graph.
	queries queryQuotas
	// exports are the billing exports that were asked for.
	exports exports
	// calls counts the requests, for their ids.
	calls atomic.Uint64
	// authority is the certificate, in PEM, that clients of the listener trust.
	authority []byte
	// remote is whether other machines may make the emulator's own calls.
	remote bool
}

// Option changes how an emulator is made.
type Option func(*Emulator)

// WithTime gives the emulator this machine's clock (time.Now), which only a
// live scenario needs.
func WithTime(now func() time.Time) Option {
	return func(e *Emulator) {
		if e.world.clock.live {
			e.world.clock.run(now)
		}
	}
}

// WithRemoteControl lets other machines make the emulator's own calls too:
// move the clock, read the bill, sign people in. They need no token, so it is
// for an emulator that only a test's own network reaches, as in a container.
func WithRemoteControl() Option {
	return func(e *Emulator) { e.remote = true }
}

// Scenario returns what the emulator plays.
func (e *Emulator) Scenario() *Scenario { return e.scenario }

// New returns an emulator that plays the scenario. Nothing runs in the
// background: what it holds is freed with it. The same scenario and the same
// calls give the same ids. The error has code Invalid when the scenario's
// clock is live and no [WithTime] makes it go.
func New(s *Scenario, options ...Option) (*Emulator, error) {
	e, err := set(s)
	if err != nil {
		return nil, err
	}
	return e, e.begin(options)
}

// set sets a scenario up. Its clock stands until begin.
func set(s *Scenario) (*Emulator, error) {
	w, found := newWorld(s)
	if err := found.err(s.File); err != nil {
		return nil, err
	}
	keys, err := newSigner()
	if err != nil {
		return nil, pharos.Errorf(pharos.Internal, "cannot make the token signing key: %w", err)
	}
	e := &Emulator{scenario: s, world: w, signer: keys, dice: newDice(w.faults), replicas: newReplicas(w.faults.replicaLag),
		logins: newLogins(), limits: newLimits(s.limits, w.clock.live)}
	e.router = newRouter(e.routes())
	return e, nil
}

// begin applies the options to an emulator that is set up.
func (e *Emulator) begin(options []Option) error {
	for _, o := range options {
		o(e)
	}
	if e.world.clock.live && e.world.clock.real == nil {
		return pharos.Errorf(pharos.Invalid, "%s: the clock is live, and there is no time to run by", e.scenario.File)
	}
	return nil
}

// Now returns the emulator's time.
func (e *Emulator) Now() time.Time { return e.world.clock.read() }

// SetTime moves the clock to t. The error has code Conflict when t lies
// behind the clock.
func (e *Emulator) SetTime(t time.Time) error {
	body, err := json.Marshal(map[string]time.Time{"now": t.UTC()})
	if err != nil {
		return pharos.Errorf(pharos.Invalid, "the clock cannot be moved to %s: %w", t, err)
	}
	return e.ask(http.MethodPost, clockPath, body)
}

// nextID is the id of the next request: the same one for the same order of
// calls.
func (e *Emulator) nextID() string {
	return objectID("request", e.world.name, strconv.FormatUint(e.calls.Add(1), 10))
}

// ask makes one of the emulator's own calls, as a program on this machine
// would: what it changes is in the journal like any other call.
func (e *Emulator) ask(method, path string, body []byte) error {
	r, err := http.NewRequest(method, "https://localhost"+path, nil) //nolint:noctx // it is never sent, and does not wait
	if err != nil {
		return pharos.Errorf(pharos.Internal, "cannot make a call: %w", err)
	}
	r.RemoteAddr, r.RequestURI = "127.0.0.1:0", path
	rt, vars := e.router.find(method, segmentsOf(path))
	e.world.mu.Lock()
	defer e.world.mu.Unlock()
	c := &call{Request: r, emulator: e, world: e.world, now: e.world.clock.read(), base: "https://localhost", id: e.nextID(), route: rt, vars: vars, body: body}
	_, err = e.perform(c)
	return err
}

// ServeHTTP answers one request.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) { e.serve(w, r) }

package emulator

import (
	"net/http"
	"time"

	"github.com/pharos-pec/pharos"
)

// Emulator is a local Azure. It is an http.Handler that answers as Entra ID,
// Resource Manager, Microsoft Graph and Partner Center under one address, and
// is safe for concurrent use.
type Emulator struct {
	world  *world
	signer *signer
	router *router
	dice   *dice
	logins *logins
	limits *limits
	// operations are the changes that clients ask after.
	operations operations
	// exports are the billing exports that were asked for.
	exports exports
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

// New returns an emulator that plays the scenario. Nothing runs in the
// background: what it holds is freed with it. The error has code Invalid when
// the scenario's clock is live and no [WithTime] makes it go.
func New(s *Scenario, options ...Option) (*Emulator, error) {
	w, found := newWorld(s)
	if err := found.err(s.File); err != nil {
		return nil, err
	}
	keys, err := newSigner()
	if err != nil {
		return nil, pharos.Errorf(pharos.Internal, "cannot make the token signing key: %w", err)
	}
	e := &Emulator{world: w, signer: keys, dice: newDice(w.faults), logins: newLogins(), limits: newLimits(s.limits, w.clock.live)}
	for _, o := range options {
		o(e)
	}
	if w.clock.live && w.clock.real == nil {
		return nil, pharos.Errorf(pharos.Invalid, "%s: the clock is live, and there is no time to run by", s.File)
	}
	e.router = newRouter(e.routes())
	return e, nil
}

// Now returns the emulator's time.
func (e *Emulator) Now() time.Time { return e.world.clock.read() }

// SetTime moves the clock to t. The error has code Conflict when t lies
// behind the clock.
func (e *Emulator) SetTime(t time.Time) error { return e.world.clock.set(t) }

// ServeHTTP answers one request.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) { e.serve(w, r) }

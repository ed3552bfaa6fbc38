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
	// exports are the billing exports that were asked for.
	exports exports
}

// New returns an emulator that plays the scenario. Nothing runs in the
// background: what it holds is freed with it.
func New(s *Scenario) (*Emulator, error) {
	w, found := newWorld(s)
	if err := found.err(s.File); err != nil {
		return nil, err
	}
	keys, err := newSigner()
	if err != nil {
		return nil, pharos.Errorf(pharos.Internal, "cannot make the token signing key: %w", err)
	}
	e := &Emulator{world: w, signer: keys, dice: newDice(w.faults), logins: newLogins()}
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

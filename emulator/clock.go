package emulator

import (
	"sync"
	"time"

	"github.com/pharos-pec/pharos"
)

// clock is the emulator's time. It stands still until it is moved, unless it
// is live. It is safe for concurrent use.
type clock struct {
	mu   sync.Mutex
	now  time.Time
	live bool
	// real is this machine's time; nil for a clock that stands.
	real  func() time.Time
	since time.Time
}

func newClock(now time.Time, live bool) *clock { return &clock{now: now, live: live} }

// run makes a live clock go, by this machine's.
func (c *clock) run(real func() time.Time) { c.real, c.since = real, real() }

// read returns the emulator's time.
func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at()
}

func (c *clock) at() time.Time {
	if c.real == nil {
		return c.now
	}
	return c.now.Add(c.real().Sub(c.since))
}

// body is the clock as the emulator's own calls tell it.
func (c *clock) body() map[string]any {
	return map[string]any{"now": c.read().Format(time.RFC3339Nano), "live": c.live}
}

// set moves the clock to t, or gives an error with code Conflict when t lies
// behind it: what was answered cannot be taken back.
func (c *clock) set(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.move(t.UTC())
}

// advance moves the clock by d, with the same error as set.
func (c *clock) advance(d time.Duration) (time.Time, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.at().Add(d)
	return t, c.move(t)
}

func (c *clock) move(t time.Time) error {
	if now := c.at(); t.Before(now) {
		return pharos.Errorf(pharos.Conflict, "the clock stands at %s and cannot go back to %s",
			now.Format(time.RFC3339), t.Format(time.RFC3339))
	}
	c.now = t
	if c.real != nil {
		c.since = c.real()
	}
	return nil
}

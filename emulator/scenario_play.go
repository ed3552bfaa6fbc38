package emulator

import (
	"bytes"
	"time"
)

// Span returns the times between which the scenario is played: its first
// instant, and where its clock stands when it is up.
func (s *Scenario) Span() (start, now time.Time) { return s.start, s.now }

// From returns the scenario with its clock at t instead of where its file puts
// it, for whoever plays it from there on.
func (s *Scenario) From(t time.Time) *Scenario {
	c := *s
	c.now = t.UTC()
	return &c
}

// Equal reports whether both were read from the same text and start at the
// same instant.
func (s *Scenario) Equal(o *Scenario) bool {
	return bytes.Equal(s.text, o.text) && s.now.Equal(o.now)
}

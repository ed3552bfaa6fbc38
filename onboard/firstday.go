package onboard

import (
	"fmt"
	"time"

	"github.com/pharos-pec/pharos"
)

// Earner is a principal that holds an earning role permanently, by a
// delegation that is in force.
type Earner struct {
	Principal pharos.PrincipalID
	Name      string
	Role      pharos.RoleID
	Scope     pharos.Scope
	// Since is when the delegation came into force.
	Since time.Time
	// Linked says whether the principal, or a member of the group, is linked to
	// an ID of ours, and LinkedSince when that began; zero for long since.
	Linked      Answer
	LinkedSince time.Time
	// Disabled principals earn nothing.
	Disabled bool
}

// Start is when a delegation begins to earn. Known is Yes with the day, No when
// it does not earn as it is, Unknown when nobody could read what decides; Why
// is the reason of the latter two.
type Start struct {
	Known Answer
	Day   pharos.Day
	Why   string
}

// FirstDay is the first whole UTC day that will earn: access and link of one
// principal must both hold from its first instant to its last (docs: partner
// earned credit troubleshooting, "entire day"). A principal whose link nobody
// can read may earn earlier, and is not counted on.
func FirstDay(earners []Earner) Start {
	out := Start{Known: No, Why: "no principal holds an earning role for good"}
	for _, e := range earners {
		switch {
		case e.Disabled:
			if out.Known == No {
				out.Why = e.who() + " is disabled"
			}
		case e.Linked == Yes:
			since := e.Since
			if e.LinkedSince.After(since) {
				since = e.LinkedSince
			}
			if d := firstWhole(since); out.Known != Yes || d < out.Day {
				out = Start{Known: Yes, Day: d}
			}
		case out.Known == Yes:
		case e.Linked == Unknown:
			out = Start{Known: Unknown, Why: fmt.Sprintf("nobody could read whether %s is linked to the partner ID", e.who())}
		case out.Known == No:
			out.Why = fmt.Sprintf("%s is not linked to the partner ID", e.who())
		}
	}
	return out
}

func (e Earner) who() string {
	if e.Name != "" {
		return e.Name
	}
	return string(e.Principal)
}

// firstWhole is the first day that begins at t or later.
func firstWhole(t time.Time) pharos.Day {
	d := pharos.DayOf(t)
	if d.Start().Before(t) {
		d++
	}
	return d
}

// String is the day, or "none" or "unknown".
func (s Start) String() string {
	switch s.Known {
	case Yes:
		return s.Day.String()
	case No:
		return "none"
	case Unknown:
	}
	return "unknown"
}

// MarshalText writes what String says.
func (s Start) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

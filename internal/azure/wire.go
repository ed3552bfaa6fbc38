package azure

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// The types below read one value of the wire each, in every form it is seen
// in, and refuse the rest.

// guid is a GUID of any casing; "" and null are none.
type guid string

// UnmarshalJSON reads a GUID.
func (g *guid) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil || s == "" {
		return err
	}
	v, err := pharos.ParseGUID(s)
	if err != nil {
		return err
	}
	*g = guid(v)
	return nil
}

// roleRef is the GUID of a role definition, bare or at the end of its ARM id.
type roleRef string

// UnmarshalJSON reads a role.
func (r *roleRef) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	v, err := pharos.ParseGUID(s[strings.LastIndexByte(s, '/')+1:])
	if err != nil {
		return fmt.Errorf("role %q: %w", s, err)
	}
	*r = roleRef(v)
	return nil
}

// scopeRef is an ARM scope of any casing.
type scopeRef pharos.Scope

// UnmarshalJSON reads a scope.
func (s *scopeRef) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	v, err := pharos.ParseScope(text)
	if err != nil {
		return err
	}
	*s = scopeRef(v)
	return nil
}

// instant is a time, with or without a zone (then UTC); "" and null are none.
type instant struct{ time.Time }

// UnmarshalJSON reads a time.
func (i *instant) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil || s == "" {
		return err
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			i.Time = t.UTC()
			if i.Year() <= 1 {
				i.Time = time.Time{} // .NET's "no time"
			}
			return nil
		}
	}
	return fmt.Errorf("%q is not a time", s)
}

// text is a string that some answers write as a number.
type text string

// UnmarshalJSON reads a string or a number.
func (t *text) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] != '"' && string(b) != "null" {
		var n json.Number
		if err := json.Unmarshal(b, &n); err != nil {
			return err
		}
		*t = text(n)
		return nil
	}
	var s string
	err := json.Unmarshal(b, &s)
	*t = text(s)
	return err
}

// later returns the latest of times, zero when all are.
func later(times ...instant) time.Time {
	var latest time.Time
	for _, t := range times {
		if t.After(latest) {
			latest = t.Time
		}
	}
	return latest
}

// errMissing is the error of an answer that lacks a key.
type errMissing string

func (e errMissing) Error() string { return "it has no " + string(e) }

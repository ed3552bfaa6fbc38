package pharos

import (
	"time"
)

// Day is a UTC calendar day, counted from 1970-01-01. Microsoft does not
// document the time zone of the credit's day; usage is dated in UTC (docs:
// partner earned credit troubleshooting, "entire day").
type Day int32

const dayLength = 24 * time.Hour

// DayOf returns the UTC day that t falls on.
func DayOf(t time.Time) Day {
	s := t.Unix()
	d := s / 86400
	if s%86400 < 0 {
		d--
	}
	return Day(d)
}

// ParseDay reads 2026-10-09.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, Errorf(Invalid, "%q is not a date", s).WithHint("write dates as 2026-10-09")
	}
	return DayOf(t), nil
}

// Start returns the day's first instant.
func (d Day) Start() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// End returns the first instant after the day.
func (d Day) End() time.Time { return d.Start().Add(dayLength) }

// Month returns the month the day is in.
func (d Day) Month() Month { return MonthOf(d.Start()) }

// String returns 2026-10-09.
func (d Day) String() string { return d.Start().Format(time.DateOnly) }

// MarshalText writes 2026-10-09.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads 2026-10-09.
func (d *Day) UnmarshalText(b []byte) error {
	v, err := ParseDay(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// Month is a calendar month, counted from January of year 0. It is also a
// billing period of the partner bill.
type Month int32

// MonthOf returns the UTC month of t.
func MonthOf(t time.Time) Month {
	t = t.UTC()
	return Month(t.Year()*12 + int(t.Month()) - 1)
}

// ParseMonth reads 2026-10.
func ParseMonth(s string) (Month, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		return 0, Errorf(Invalid, "%q is not a month", s).WithHint("write months as 2026-10")
	}
	return MonthOf(t), nil
}

func (m Month) start() time.Time {
	return time.Date(int(m)/12, time.Month(int(m)%12+1), 1, 0, 0, 0, 0, time.UTC)
}

// First returns the month's first day.
func (m Month) First() Day { return DayOf(m.start()) }

// Last returns the month's last day.
func (m Month) Last() Day { return (m + 1).First() - 1 }

// Days returns how many days the month has.
func (m Month) Days() int { return int(m.Last()-m.First()) + 1 }

// String returns 2026-10.
func (m Month) String() string { return m.start().Format("2006-01") }

// MarshalText writes 2026-10.
func (m Month) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads 2026-10.
func (m *Month) UnmarshalText(b []byte) error {
	v, err := ParseMonth(string(b))
	if err != nil {
		return err
	}
	*m = v
	return nil
}

// Interval is the half-open time [From, To). A zero From means since ever, a
// zero To means still.
type Interval struct {
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

// Contains reports whether t lies in the interval.
func (i Interval) Contains(t time.Time) bool {
	return !t.Before(i.From) && (i.To.IsZero() || t.Before(i.To))
}

// ContainsDay reports whether the interval holds the whole of day d.
func (i Interval) ContainsDay(d Day) bool {
	return !i.From.After(d.Start()) && (i.To.IsZero() || !i.To.Before(d.End()))
}

// Overlaps reports whether the interval has an instant of day d.
func (i Interval) Overlaps(d Day) bool {
	return i.From.Before(d.End()) && (i.To.IsZero() || i.To.After(d.Start()))
}

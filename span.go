package pharos

import "time"

// Bound is an instant at which something changed, as exactly as it is known:
// the change happened neither before Earliest nor after Latest. The two are
// equal when the change is dated. A zero Earliest means any time before, a
// zero Latest any time after, or never.
type Bound struct {
	Earliest time.Time `json:"earliest,omitzero"`
	Latest   time.Time `json:"latest,omitzero"`
}

// At is the bound of a dated change.
func At(t time.Time) Bound { return Bound{t, t} }

// Dated reports whether the instant is known.
func (b Bound) Dated() bool { return !b.Earliest.IsZero() && b.Earliest.Equal(b.Latest) }

// Span is the time over which a fact held. It held for certain on
// [Began.Latest, Ended.Earliest) and possibly on [Began.Earliest,
// Ended.Latest). A fact that holds still has Ended.Earliest at the last
// observation that saw it, and a zero Ended.Latest.
type Span struct {
	Began Bound `json:"began"`
	Ended Bound `json:"ended"`
}

// Always is the span of what is declared rather than observed.
func Always() Span {
	far := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	return Span{Began: Bound{}, Ended: At(far)}
}

// SpanOf is the span of a fact known to have held exactly on i.
func SpanOf(i Interval) Span {
	s := Always()
	if !i.From.IsZero() {
		s.Began = At(i.From)
	}
	if !i.To.IsZero() {
		s.Ended = At(i.To)
	}
	return s
}

// Open reports whether the fact held when it was last looked at.
func (s Span) Open() bool { return s.Ended.Latest.IsZero() }

// Holding is the answer to "did it hold for the whole of that day".
type Holding int

// The answers, from the worst to the best for the credit.
const (
	Never    Holding = iota // for no instant of the day
	PartOf                  // for a part of the day, for certain not the whole
	Unseen                  // it may have: nobody looked before, or after
	Disputed                // it may have: two observations around the change disagree
	Whole                   // from the first to the last instant
)

// AbsentOn says how, on day d, the fact did not hold: Whole when it held at no
// instant for certain, PartOf or Never when it held at one for certain. It is
// the question to ask of what takes credit away.
func (s Span) AbsentOn(d Day) Holding {
	start, end := d.Start(), d.End()
	from, to := s.Began.Latest, s.Ended.Earliest // held for certain
	switch {
	case s.On(d) == Whole:
		return Never
	case from.Before(to) && from.Before(end) && to.After(start):
		return PartOf
	case !s.Began.Earliest.IsZero() && !s.Began.Earliest.Before(end),
		!s.Ended.Latest.IsZero() && !s.Ended.Latest.After(start):
		return Whole
	case !to.After(start) && s.Open(), !from.Before(end) && s.Began.Earliest.IsZero():
		return Unseen
	default:
		return Disputed
	}
}

// On says how the span held on day d.
func (s Span) On(d Day) Holding {
	start, end := d.Start(), d.End()
	beganBy := !s.Began.Latest.After(start)
	endedAfter := !s.Ended.Earliest.Before(end)
	switch {
	case beganBy && endedAfter:
		return Whole
	case !s.Began.Earliest.IsZero() && !s.Began.Earliest.Before(end),
		!s.Ended.Latest.IsZero() && !s.Ended.Latest.After(start):
		return Never
	case s.Began.Earliest.After(start),
		!s.Ended.Latest.IsZero() && s.Ended.Latest.Before(end):
		return PartOf
	case !beganBy && s.Began.Earliest.IsZero(),
		!endedAfter && s.Ended.Latest.IsZero():
		return Unseen
	default:
		return Disputed
	}
}

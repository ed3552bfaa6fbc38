package web

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/pharos-pec/pharos"
)

// A judged month is kept for ten times as long as judging it took, within
// these limits: a small month is all but live, so that an import shows up at
// once, and a large one is not judged anew at every click.
const (
	keepTimes  = 10
	leastFresh = 2 * time.Second
	mostFresh  = 10 * time.Minute
)

// kept is how many months are kept at once.
const kept = 3

// shelf keeps the months read last, summed. Requests for the same month at
// the same time wait for one judgement.
type shelf struct {
	Books
	clock func() time.Time // measures age, dates nothing
	group singleflight.Group
	mu    sync.Mutex
	known map[pharos.Month]shelved
}

type shelved struct {
	tally *tally
	at    time.Time
	fresh time.Duration
}

func newShelf(b Books, clock func() time.Time) *shelf {
	return &shelf{Books: b, clock: clock, known: map[pharos.Month]shelved{}}
}

// month returns a month's tally. The judging outlives the request that began
// it, for others may wait for it, but not the limit for all requests.
func (s *shelf) month(ctx context.Context, m pharos.Month) (*tally, error) {
	if t := s.held(m); t != nil {
		return t, nil
	}
	done := s.group.DoChan(m.String(), func() (any, error) {
		if t := s.held(m); t != nil { // judged between the look and the call
			return t, nil
		}
		work, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestTimeout)
		defer cancel()
		return s.read(work, m)
	})
	select {
	case r := <-done:
		if r.Err != nil {
			return nil, r.Err
		}
		return r.Val.(*tally), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// held returns the tally of a month that was judged a moment ago, else nil.
func (s *shelf) held(m pharos.Month) *tally {
	s.mu.Lock()
	defer s.mu.Unlock()
	have, ok := s.known[m]
	if !ok || s.clock().Sub(have.at) >= have.fresh {
		return nil
	}
	return have.tally
}

// read judges and sums a month, and keeps it in place of the oldest.
func (s *shelf) read(ctx context.Context, m pharos.Month) (*tally, error) {
	began := s.clock()
	judged, err := s.Month(ctx, m)
	if err != nil {
		return nil, err
	}
	t := newTally(judged)
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.clock()
	s.known[m] = shelved{t, at, min(max(keepTimes*at.Sub(began), leastFresh), mostFresh)}
	for len(s.known) > kept {
		oldest := m
		for k, v := range s.known {
			if v.at.Before(s.known[oldest].at) {
				oldest = k
			}
		}
		delete(s.known, oldest)
	}
	return t, nil
}

package web

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/pharos-pec/pharos"
)

// fresh is how long a judged month is kept. A click through a month then
// judges it once, and an import shows up without a restart.
const fresh = 20 * time.Second

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
	if !ok || s.clock().Sub(have.at) >= fresh {
		return nil
	}
	return have.tally
}

// read judges and sums a month, and keeps it in place of the oldest.
func (s *shelf) read(ctx context.Context, m pharos.Month) (*tally, error) {
	judged, err := s.Month(ctx, m)
	if err != nil {
		return nil, err
	}
	t := newTally(judged)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[m] = shelved{t, s.clock()}
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

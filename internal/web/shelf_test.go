package web

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// A month is judged once while it is fresh, and again after that.
func TestShelf_Fresh(t *testing.T) {
	b := sample()
	s, clock := server(t, b)
	for range 3 {
		read(t, s, "/months/2026-10")
	}
	if b.reads != 1 {
		t.Errorf("judged %d times within a moment, want once", b.reads)
	}
	*clock = clock.Add(leastFresh)
	read(t, s, "/months/2026-10")
	if b.reads != 2 {
		t.Errorf("judged %d times after %s, want twice", b.reads, leastFresh)
	}
}

// heavyBooks take their time to judge a month.
type heavyBooks struct {
	*fakeBooks
	clock *time.Time
	takes time.Duration
}

func (b *heavyBooks) Month(ctx context.Context, m pharos.Month) (*credit.Month, error) {
	*b.clock = b.clock.Add(b.takes)
	return b.fakeBooks.Month(ctx, m)
}

// What took long to judge is kept longer, but not for ever.
func TestShelf_FreshAsLongAsItTook(t *testing.T) {
	for takes, keeps := range map[time.Duration]time.Duration{
		time.Millisecond: leastFresh, 3 * time.Second: 30 * time.Second, 5 * time.Minute: mostFresh,
	} {
		b := &heavyBooks{fakeBooks: sample(), takes: takes}
		s, clock := server(t, b)
		b.clock = clock
		read(t, s, "/months/2026-10")
		*clock = clock.Add(keeps - time.Nanosecond)
		read(t, s, "/months/2026-10")
		if b.reads != 1 {
			t.Errorf("judged again before %s, though it took %s", keeps, takes)
		}
		*clock = clock.Add(time.Nanosecond)
		read(t, s, "/months/2026-10")
		if b.reads != 2 {
			t.Errorf("not judged again after %s, though it took only %s", keeps, takes)
		}
	}
}

// Only the months read last are kept.
func TestShelf_Kept(t *testing.T) {
	b := sample()
	s, clock := server(t, b)
	for m := october - kept - 2; m <= october; m++ {
		*clock = clock.Add(time.Second)
		if _, err := s.books.month(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.books.known); n != kept {
		t.Errorf("%d months are kept, want %d", n, kept)
	}
	if _, ok := s.books.known[october]; !ok {
		t.Error("the month read last is not kept")
	}
}

// What could not be judged is tried again.
func TestShelf_ErrorsAreNotKept(t *testing.T) {
	b := sample()
	s, _ := server(t, b)
	b.err = errors.New("locked")
	if _, err := s.books.month(t.Context(), october); err == nil {
		t.Fatal("no error")
	}
	b.err = nil
	if _, err := s.books.month(t.Context(), october); err != nil {
		t.Error(err)
	}
}

// gate lets the judgement of a month wait for the test.
type gate struct {
	*fakeBooks
	judged atomic.Int32
	asked  chan struct{}
	open   chan struct{}
}

func (g *gate) Month(ctx context.Context, m pharos.Month) (*credit.Month, error) {
	if g.judged.Add(1) == 1 {
		close(g.asked)
	}
	<-g.open
	return g.fakeBooks.Month(ctx, m)
}

// Requests at the same time wait for one judgement, which lives on when the
// first of them goes away.
func TestShelf_Together(t *testing.T) {
	g := &gate{fakeBooks: sample(), asked: make(chan struct{}), open: make(chan struct{})}
	s, _ := server(t, g)
	first, leave := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() {
		_, err := s.books.month(first, october)
		left <- err
	}()
	<-g.asked
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("the one who left got %v", err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := s.books.month(t.Context(), october); err != nil {
				t.Error(err)
			}
		})
	}
	close(g.open)
	all.Wait()
	// A request that comes after the first judgement ended finds it on the shelf.
	if n := g.judged.Load(); n != 1 {
		t.Errorf("judged %d times, want once", n)
	}
}

package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/store"
)

// countedStore counts how often the whole history is read.
type countedStore struct {
	*store.Store
	loads int
}

func (c *countedStore) LoadHistory(ctx context.Context) (*pharos.History, error) {
	c.loads++
	return c.Store.LoadHistory(ctx)
}

func openCounted(t *testing.T, path string) *countedStore {
	t.Helper()
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &countedStore{Store: s}
}

// TestBooks_SeesWhatOthersSave asks the books over and over: the history is
// read once, and again when another process has saved a scan or a check-in.
func TestBooks_SeesWhatOthersSave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pharos.db")
	ours, other := openCounted(t, path), openCounted(t, path)
	b := &books{history: ours, machine: time.Now, pulled: func(context.Context) (time.Time, error) { return time.Time{}, nil }}
	customers := func() int {
		t.Helper()
		names, err := b.Names(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Now(t.Context()); err != nil {
			t.Fatal(err)
		}
		return len(names.Customers)
	}
	for n := range 3 {
		for range 5 {
			if got := customers(); got != n || ours.loads != n+1 {
				t.Fatalf("%d customers after %d reads, want %d after %d", got, ours.loads, n, n+1)
			}
		}
		saveCustomer(t, other, n)
	}
	if customers() != 3 {
		t.Error("the last scan is not seen")
	}
	err := other.SaveCheckIn(t.Context(), store.CheckIn{
		Principal: pharos.PrincipalRef{Tenant: "11111111-1111-4111-8111-111111111111", ID: "22222222-2222-4222-8222-222222222222"},
		PartnerID: "4987654", Source: pharos.CheckIn, At: time.Date(2026, 10, 9, 8, 0, 0, 0, time.UTC),
	})
	if err != nil {
		t.Fatal(err)
	}
	v, err := b.view(t.Context())
	if err != nil || len(v.history.Links) != 1 {
		t.Errorf("%d links, %v, want that of the check-in", len(v.history.Links), err)
	}
}

// TestBooks_WhileOthersSave asks from several goroutines while scans are
// saved: no answer is older than the one before it.
func TestBooks_WhileOthersSave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pharos.db")
	b := &books{history: openCounted(t, path), machine: time.Now, pulled: func(context.Context) (time.Time, error) { return time.Time{}, nil }}
	other := openCounted(t, path)
	const scans = 20
	var asking sync.WaitGroup
	for range 4 {
		asking.Go(func() {
			for last := 0; last < scans; {
				names, err := b.Names(t.Context())
				if err != nil || len(names.Customers) < last {
					t.Errorf("%d customers after %d, %v", len(names.Customers), last, err)
					return
				}
				last = len(names.Customers)
			}
		})
	}
	for n := range scans {
		saveCustomer(t, other, n)
	}
	asking.Wait()
}

// saveCustomer saves the history with one customer more, the n-th.
func saveCustomer(t *testing.T, s *countedStore, n int) {
	t.Helper()
	before, err := s.LoadHistory(t.Context())
	if err != nil {
		t.Error(err)
		return
	}
	after := pharos.NewHistory()
	for id, c := range before.Customers {
		after.Customers[id] = c
	}
	id := pharos.TenantID(fmt.Sprintf("33333333-3333-4333-8333-%012d", n))
	after.Customers[id] = pharos.Customer{ID: id, Name: "customer"}
	if err := s.SaveHistory(t.Context(), before, after); err != nil {
		t.Error(err)
	}
}

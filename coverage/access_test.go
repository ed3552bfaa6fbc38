package coverage

import (
	"testing"

	"github.com/pharos-pec/pharos"
)

// TestOn_KeepsABoundedNumber: a server that is asked for month after month
// does not grow with each.
func TestOn_KeepsABoundedNumber(t *testing.T) {
	a := New(pharos.NewHistory(), pharos.Partner{}, pharos.Day(0).Start())
	for d := range pharos.Day(kept) {
		a.cache[cacheKey{"/subscriptions/x", d}] = pharos.Coverage{}
	}
	a.On("/subscriptions/y", 1)
	if n := len(a.cache); n != 1 {
		t.Errorf("%d answers are kept, want the last alone", n)
	}
}

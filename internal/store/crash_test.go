//go:build unix

package store_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/store"
)

// The test binary runs itself as the process that is killed, or whose disk is
// full. These variables tell it so.
const (
	childPath  = "PHAROS_TEST_STORE"
	childFuse  = "PHAROS_TEST_FUSE"  // after how many steps it kills itself
	childLimit = "PHAROS_TEST_LIMIT" // how large its files may grow
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childPath); path != "" {
		os.Exit(child(path, os.Getenv(childFuse), os.Getenv(childLimit)))
	}
	goleak.VerifyTestMain(m)
}

// fuse is a context that ends the process by SIGKILL at the nth time that the
// database looks at it, which it does before and after every statement.
type fuse struct {
	context.Context
	left *atomic.Int64
}

func (f fuse) Done() <-chan struct{} {
	if f.left.Add(-1) == 0 {
		_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
		select {} // the signal is on its way
	}
	return f.Context.Done()
}

// child saves one generation of a history after the other, each wholly unlike
// the one before, and tells of each that was saved.
func child(path, fuseText, limit string) int {
	ctx := context.Background()
	s, err := store.Open(ctx, path)
	if err != nil {
		fmt.Println("error", pharos.CodeOf(err), err)
		return 1
	}
	before, err := s.LoadHistory(ctx)
	if err != nil {
		fmt.Println("error", pharos.CodeOf(err), err)
		return 1
	}
	saving := ctx
	if n, err := strconv.ParseInt(fuseText, 10, 64); err == nil {
		saving = fuse{ctx, new(atomic.Int64)}
		saving.(fuse).left.Store(n)
	}
	if n, err := strconv.ParseUint(limit, 10, 64); err == nil {
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: n}); err != nil {
			fmt.Println("error", err)
			return 1
		}
	}
	for n := number(before) + 1; ; n++ {
		after := generation(n)
		if err := s.SaveScan(saving, before, after, store.Scan{At: after.LastScan}); err != nil {
			fmt.Println("error", pharos.CodeOf(err), err)
			return 1
		}
		fmt.Println("saved", n)
		before = after
	}
}

// generation is a history of which every part tells its number.
func generation(n int) *pharos.History {
	h := pharos.NewHistory()
	h.LastScan = instant(int64(n) * 1e9)
	name := "generation-" + strconv.Itoa(n)
	for _, sub := range ids[pharos.SubscriptionID](10 + n%3) {
		h.Subscriptions[sub] = pharos.Subscription{ID: sub, Name: name}
		rec := &pharos.Record[pharos.Grant]{Observed: []pharos.Interval{{To: h.LastScan}}}
		for range 1 + n%2 {
			rec.Facts = append(rec.Facts, pharos.Fact[pharos.Grant]{Value: pharos.Grant{ID: name}, Evidence: name})
		}
		h.Grants[pharos.GrantKey{Subscription: sub, Path: pharos.Direct}] = rec
	}
	return h
}

// number is the generation of a history, 0 for an empty one.
func number(h *pharos.History) int {
	if h.LastScan.IsZero() {
		return 0
	}
	return int(h.LastScan.Unix())
}

// spawn runs the child until it ends and returns the last generation it told
// of and the error it told.
func spawn(t *testing.T, path string, env ...string) (last int, failed string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(append(os.Environ(), childPath+"="+path), env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), "saved "); ok {
			if last, err = strconv.Atoi(text); err != nil {
				t.Fatal(err)
			}
			continue
		}
		failed = lines.Text()
	}
	_ = cmd.Wait() // it never ends well
	return last, failed
}

// TestKill kills a process at random points of a save. The next one finds the
// history before the save or the one after it, and goes on from there.
func TestKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pharos.db")
	random := rand.New(rand.NewPCG(1, 2))
	told := 0
	for range 25 {
		last, failed := spawn(t, path, childFuse+"="+strconv.Itoa(1+random.IntN(900)))
		if failed != "" {
			t.Fatal(failed)
		}
		told = max(told, last)
		s, err := store.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		h := load(t, s)
		n := number(h)
		if n != told && n != told+1 {
			t.Fatalf("generation %d was told saved, %d is there", told, n)
		}
		checkGeneration(t, h, n)
		told = n
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if told == 0 {
		t.Error("no save ever came through: the test proves nothing")
	}
}

// checkGeneration fails when a part of the history is of another generation.
func checkGeneration(t *testing.T, h *pharos.History, n int) {
	t.Helper()
	if n == 0 {
		if len(h.Grants)+len(h.Subscriptions) > 0 {
			t.Fatalf("half a first generation: %d records", len(h.Grants))
		}
		return
	}
	want := generation(n)
	if len(h.Grants) != len(want.Grants) || len(h.Subscriptions) != len(want.Subscriptions) {
		t.Fatalf("generation %d has %d records, want %d", n, len(h.Grants), len(want.Grants))
	}
	for k, rec := range want.Grants {
		got := h.Grants[k]
		if got == nil || len(got.Facts) != len(rec.Facts) || got.Facts[len(got.Facts)-1] != rec.Facts[len(rec.Facts)-1] || got.Observed[0] != rec.Observed[0] {
			t.Fatalf("record %v is not of generation %d: %+v", k, n, got)
		}
	}
}

// TestDiskFull lets the files grow no further: the save fails, and what was
// there stays.
func TestDiskFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pharos.db")
	s := open(t, path)
	if err := s.SaveHistory(t.Context(), nil, generation(1)); err != nil {
		t.Fatal(err)
	}
	last, failed := spawn(t, path, childLimit+"=200000")
	if !strings.HasPrefix(failed, "error "+string(pharos.Unavailable)+" ") {
		t.Errorf("the child told %q", failed)
	}
	h := load(t, s)
	if n := number(h); n < max(last, 1) {
		t.Errorf("generation %d was saved, %d is there", last, n)
	}
	checkGeneration(t, h, number(h))
}

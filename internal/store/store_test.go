package store_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/store"
)

func open(t testing.TB, path string) *store.Store {
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
	return s
}

func load(t testing.TB, s *store.Store) *pharos.History {
	t.Helper()
	h, err := s.LoadHistory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestHistory_RoundTrip saves histories one after the other and reads each
// back. The first of a run replaces what the run before left.
func TestHistory_RoundTrip(t *testing.T) {
	s := open(t, "sqlite:"+filepath.Join(t.TempDir(), "pharos.db"))
	rapid.Check(t, func(r *rapid.T) {
		var before *pharos.History
		for range rapid.IntRange(1, 3).Draw(r, "saves") {
			old := before
			if old == nil {
				old = pharos.NewHistory()
			}
			after := drawHistory(r, old)
			if err := s.SaveHistory(t.Context(), before, after); err != nil {
				r.Fatal(err)
			}
			got, err := s.LoadHistory(t.Context())
			if err != nil {
				r.Fatal(err)
			}
			if d := cmp.Diff(after, got); d != "" {
				r.Fatalf("-saved +loaded:\n%s", d)
			}
			before = after
		}
	})
}

// TestOpen_Empty is a new file.
func TestOpen_Empty(t *testing.T) {
	path := filepath.Join(t.TempDir(), "with space & 100%?.db")
	s := open(t, path)
	if d := cmp.Diff(pharos.NewHistory(), load(t, s)); d != "" {
		t.Error(d)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the file is readable to others: %v", info.Mode())
	}
}

// TestOpen_Refused holds that what cannot be opened is told in one line with
// something to do about it.
func TestOpen_Refused(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	sqlite := func(name, text string) string {
		path := filepath.Join(dir, name)
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		return path
	}
	newer := filepath.Join(dir, "newer.db")
	if err := open(t, newer).Close(); err != nil {
		t.Fatal(err)
	}
	sqlite("newer.db", `INSERT INTO migration (name) VALUES ('migrations/9999_tomorrow.sql')`)
	for _, row := range []struct {
		name, location string
		code           pharos.Code
	}{
		{"another kind", "postgres://localhost/pharos", pharos.Unsupported},
		{"no path", "sqlite:", pharos.Invalid},
		{"no folder", filepath.Join(dir, "none", "pharos.db"), pharos.Invalid},
		{"a folder", dir, pharos.Invalid},
		{"below a file", filepath.Join(file("plain", ""), "pharos.db"), pharos.Invalid},
		{"no database", file("text.db", strings.Repeat("this is no database\n", 100)), pharos.Invalid},
		{"of another program", sqlite("other.db", `CREATE TABLE song (title TEXT)`), pharos.Invalid},
		{"of a newer version", newer, pharos.Unsupported},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := store.Open(t.Context(), row.location)
			if pharos.CodeOf(err) != row.code {
				t.Fatalf("got %v (%s), want %s", err, pharos.CodeOf(err), row.code)
			}
			if strings.Contains(err.Error(), "\n") || pharos.HintOf(err) == "" {
				t.Errorf("message %q, hint %q", err, pharos.HintOf(err))
			}
		})
	}
}

// raw runs a statement behind the store's back.
func raw(t *testing.T, path, text string) error {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), text)
	if e := db.Close(); e != nil {
		t.Fatal(e)
	}
	return err
}

// TestSaveHistory_Conflict is two processes that scan at the same time.
func TestSaveHistory_Conflict(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pharos.db")
	one, two := open(t, path), open(t, path)
	h1, h2 := load(t, one), load(t, two)
	mine := pharos.NewHistory()
	mine.AgentGroups["mine"] = "AdminAgents"
	if err := one.SaveHistory(t.Context(), h1, mine); err != nil {
		t.Fatal(err)
	}
	other := pharos.NewHistory()
	other.AgentGroups["other"] = "AdminAgents"
	if err := two.SaveHistory(t.Context(), h2, other); pharos.CodeOf(err) != pharos.Conflict {
		t.Fatalf("got %v", err)
	}
	if d := cmp.Diff(mine, load(t, two)); d != "" {
		t.Error(d)
	}
}

// TestSaveHistory_Interrupted saves nothing.
func TestSaveHistory_Interrupted(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "pharos.db"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	after := pharos.NewHistory()
	after.AgentGroups["g"] = "AdminAgents"
	if err := s.SaveHistory(ctx, pharos.NewHistory(), after); pharos.CodeOf(err) != pharos.Interrupted {
		t.Errorf("got %v", err)
	}
	if d := cmp.Diff(pharos.NewHistory(), load(t, s)); d != "" {
		t.Error(d)
	}
}

// TestLoadHistory_Damaged is a database that somebody wrote to by hand.
func TestLoadHistory_Damaged(t *testing.T) {
	for _, damage := range []string{
		`UPDATE fact SET value = '{'`,
		`UPDATE record SET kind = 'moon'`,
		`UPDATE fact SET record = record + 1`,
		`UPDATE observed SET record = record + 1`,
	} {
		t.Run(damage, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "pharos.db")
			s := open(t, path)
			after := pharos.NewHistory()
			after.Links[refs()[0]] = &pharos.Record[pharos.PartnerID]{
				Observed: []pharos.Interval{{From: instant(1e18), To: instant(2e18)}}, Facts: []pharos.Fact[pharos.PartnerID]{{Value: "4987654"}},
			}
			if err := s.SaveHistory(t.Context(), nil, after); err != nil {
				t.Fatal(err)
			}
			if err := raw(t, path, damage); err != nil {
				t.Fatal(err)
			}
			if _, err := s.LoadHistory(t.Context()); pharos.CodeOf(err) != pharos.Invalid || pharos.HintOf(err) == "" {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestSaveHistory_OnlyWhatChanged counts the rows that a second save writes.
func TestSaveHistory_OnlyWhatChanged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pharos.db")
	s := open(t, path)
	first := pharos.NewHistory()
	for _, sub := range ids[pharos.SubscriptionID](20) {
		first.Sales[sub] = &pharos.Record[pharos.Sale]{Facts: []pharos.Fact[pharos.Sale]{{Value: pharos.Sale{Plan: pharos.AzurePlan}}}}
	}
	if err := s.SaveHistory(t.Context(), nil, first); err != nil {
		t.Fatal(err)
	}
	if err := raw(t, path, `CREATE TABLE written (record INTEGER);
		CREATE TRIGGER facts_updated AFTER UPDATE ON fact BEGIN INSERT INTO written VALUES (new.record); END;
		CREATE TRIGGER facts_inserted AFTER INSERT ON fact BEGIN INSERT INTO written VALUES (new.record); END`); err != nil {
		t.Fatal(err)
	}
	second := *first
	second.Sales = map[pharos.SubscriptionID]*pharos.Record[pharos.Sale]{}
	for sub, rec := range first.Sales {
		second.Sales[sub] = rec
	}
	changed := ids[pharos.SubscriptionID](20)[7]
	second.Sales[changed] = &pharos.Record[pharos.Sale]{Facts: []pharos.Fact[pharos.Sale]{first.Sales[changed].Facts[0], {Value: pharos.Sale{Plan: pharos.LegacyPlan}}}}
	if err := s.SaveHistory(t.Context(), first, &second); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var n int
	if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM written`).Scan(&n); err != nil || n != 1 {
		t.Errorf("wrote %d facts, want 1 (%v)", n, err)
	}
}

// TestSaveHistory_TimeOutOfRange refuses a time that nanoseconds cannot hold,
// and with it everything else of the save.
func TestSaveHistory_TimeOutOfRange(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "pharos.db"))
	h := pharos.NewHistory()
	h.AgentGroups["g"] = "AdminAgents"
	h.Programme = &pharos.Record[pharos.Signed]{Observed: []pharos.Interval{{To: instant(0).AddDate(-400, 0, 0)}}}
	if err := s.SaveHistory(t.Context(), nil, h); pharos.CodeOf(err) != pharos.Invalid {
		t.Errorf("got %v", err)
	}
	if d := cmp.Diff(pharos.NewHistory(), load(t, s)); d != "" {
		t.Errorf("half of it was saved: %s", d)
	}
}

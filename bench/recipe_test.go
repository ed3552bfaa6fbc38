package main

import (
	"database/sql"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

const recipePage = "../docs/usage-export.md"

// recipes are the SQL blocks of the page, by their mark.
func recipes(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(recipePage)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, m := range regexp.MustCompile("(?s)<!-- recipe: ([a-z]+) -->\n```sql\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		out[m[1]] = m[2]
	}
	return out
}

// TestRecipes runs every SQL block of the page over an export and a ledger
// that the built program made, and holds the answers against its own.
func TestRecipes(t *testing.T) {
	sqls := recipes(t)
	pharos := filepath.Join(t.TempDir(), "pharos")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", pharos, "./cmd/pharos")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s := shape{Rows: 5_000, Files: 2, Customers: 20, Subscriptions: 60, Resources: 200, Seed: 3, First: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}
	dir := t.TempDir()
	if err := prepare(filepath.Join(dir, "bill"), s); err != nil {
		t.Fatal(err)
	}
	files, err := billFiles(filepath.Join(dir, "bill"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir) // the recipes name files as a user's folder has them
	run := func(args ...string) []byte {
		t.Helper()
		c := exec.CommandContext(t.Context(), pharos, args...)
		c.Stderr = t.Output()
		out, err := c.Output()
		if err != nil {
			t.Fatalf("pharos %v: %v\n%s", args, err, out)
		}
		return out
	}
	if err := os.WriteFile("pharos.yaml", []byte("partner: {id: \"4987654\"}\nledger: ledger\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir("exports", 0o750); err != nil {
		t.Fatal(err)
	}
	run(append([]string{"usage", "import"}, files...)...)
	asOf := []string{"--month", "2026-10", "--as-of", "2026-11-06"}
	run(append([]string{"usage", "export", "--out", "exports/2026-10.parquet"}, asOf...)...)
	want := totals(t, run(append([]string{"credit", "-o", "json"}, asOf...)...))

	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	checks := map[string]func(*testing.T, *sql.DB, string){
		"verdicts": func(t *testing.T, db *sql.DB, q string) { verdictRecipe(t, db, q, want, s.Rows) },
		"losers":   someRows,
		"months":   func(t *testing.T, db *sql.DB, q string) { monthRecipe(t, db, q, want, s.Rows) },
		"ledger":   func(t *testing.T, db *sql.DB, q string) { ledgerRecipe(t, db, q, want, s.Rows) },
	}
	if len(sqls) != len(checks) {
		t.Errorf("the page has %d recipes, the test %d", len(sqls), len(checks))
	}
	for name, q := range sqls {
		check := checks[name]
		if check == nil {
			t.Errorf("the recipe %s is not checked", name)
			continue
		}
		t.Run(name, func(t *testing.T) { check(t, db, q) })
	}
}

// totals are the amounts of `pharos credit`, by currency and verdict.
func totals(t *testing.T, document []byte) map[string]map[string]decimal.Decimal {
	t.Helper()
	var doc struct{ Totals []map[string]string }
	if err := json.Unmarshal(document, &doc); err != nil || len(doc.Totals) < 3 {
		t.Fatalf("%v in %s", err, document)
	}
	out := map[string]map[string]decimal.Decimal{}
	for _, row := range doc.Totals {
		sums := map[string]decimal.Decimal{}
		for name, v := range row {
			if name != "currency" {
				sums[name] = decimal.RequireFromString(v)
			}
		}
		out[row["currency"]] = sums
	}
	return out
}

// query runs a recipe and calls each with a scan of every row.
func query(t *testing.T, db *sql.DB, q string, each func(scan func(...any))) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		each(func(to ...any) {
			if err := rows.Scan(to...); err != nil {
				t.Fatal(err)
			}
		})
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// verdictRecipe: sums are those of pharos credit, but for what rounding each
// line at the 18th decimal can make.
func verdictRecipe(t *testing.T, db *sql.DB, q string, want map[string]map[string]decimal.Decimal, lines int) {
	n := 0
	exact := `select currency, verdict, lines, list::varchar, credit::varchar from (` + trimmed(q) + `)`
	query(t, db, exact, func(scan func(...any)) {
		var currency, verdict, list, credit string
		var count int
		scan(&currency, &verdict, &count, &list, &credit)
		n += count
		got := decimal.RequireFromString(credit)
		if verdict == "excluded" {
			got = decimal.RequireFromString(list)
		}
		if !near(got, want[currency][verdict], lines) {
			t.Errorf("%s %s: %s, pharos credit has %s", currency, verdict, got, want[currency][verdict])
		}
	})
	if n != lines {
		t.Errorf("%d lines, want %d", n, lines)
	}
}

// monthRecipe: one month, whose earned credit is that of pharos credit.
func monthRecipe(t *testing.T, db *sql.DB, q string, want map[string]map[string]decimal.Decimal, lines int) {
	n := 0
	query(t, db, `select month::varchar, currency, earned::varchar from (`+trimmed(q)+`)`, func(scan func(...any)) {
		var month, currency, earned string
		scan(&month, &currency, &earned)
		n++
		if month != "2026-10-01" || !near(decimal.RequireFromString(earned), want[currency]["earned"], lines) {
			t.Errorf("%s %s: %s, pharos credit has %s", month, currency, earned, want[currency]["earned"])
		}
	})
	if n != len(want) {
		t.Errorf("%d rows for %d currencies", n, len(want))
	}
}

// ledgerRecipe adds the bill's lines up in floating point.
func ledgerRecipe(t *testing.T, db *sql.DB, q string, want map[string]map[string]decimal.Decimal, lines int) {
	n, sums := 0, map[string]float64{}
	query(t, db, `select billing_currency, lines, list from (`+trimmed(q)+`)`, func(scan func(...any)) {
		var currency string
		var count int
		var list float64
		scan(&currency, &count, &list)
		n += count
		sums[currency] += list
	})
	for currency, w := range want {
		if list := w["list"].InexactFloat64(); math.Abs(sums[currency]-list) > 1e-9*list {
			t.Errorf("%s: %v, pharos credit has %v", currency, sums[currency], list)
		}
	}
	if n != lines {
		t.Errorf("%d lines, want %d", n, lines)
	}
}

// someRows: a bill without a history of access has lost nothing that is known.
func someRows(t *testing.T, db *sql.DB, q string) {
	query(t, db, q, func(func(...any)) { t.Error("something was lost") })
}

// near allows half of the last decimal of Parquet for each line.
func near(a, b decimal.Decimal, lines int) bool {
	return a.Sub(b).Abs().LessThanOrEqual(decimal.New(5, -19).Mul(decimal.NewFromInt(int64(lines))))
}

// trimmed is the SQL without its semicolon, to stand within another.
func trimmed(q string) string { return regexp.MustCompile(`;\s*$`).ReplaceAllString(q, "") }

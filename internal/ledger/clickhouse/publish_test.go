package clickhouse

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/ledger"
)

// The query of docs/scale.md runs as it stands there.
func TestViews_DocumentedQuery(t *testing.T) {
	page, err := os.ReadFile("../../../docs/scale.md")
	if err != nil {
		t.Fatal(err)
	}
	_, query, _ := strings.Cut(string(page), "```sql\n")
	query, _, found := strings.Cut(query, "```")
	if !found {
		t.Fatal("docs/scale.md has no query")
	}
	l := newOpener(t).in(t, "pharos")
	mustImport(t, l, ledger.Options{}, part("bill", 1, 300))
	rows, err := l.conn().Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	customers := 0
	for rows.Next() {
		customers++
	}
	if rows.Err() != nil || customers != 4 {
		t.Errorf("%d customers, %v", customers, rows.Err())
	}
}

// A month's view has the lines that count, on every node, after each import.
func TestViews(t *testing.T) {
	o := newOpener(t)
	l := o.open(t)
	for _, sources := range [][]ledger.Source{firstBill(), secondBill(), secondBill()} {
		mustImport(t, l, ledger.Options{Statement: wholeBill()}, sources...)
		var want decimal.Decimal
		var lines, wide uint64
		var files []string
		for line, err := range l.Lines(t.Context(), pharos.LineQuery{Month: october}) {
			if err != nil {
				t.Fatal(err)
			}
			lines++
			if !slices.Contains(files, line.Source.File) {
				files = append(files, line.Source.File)
			}
			if line.Quantity.Exponent() < -10 {
				wide++
				continue
			}
			want = want.Add(line.Quantity)
		}
		for _, n := range l.nodes {
			var got decimal.Decimal
			var all, nulls, named uint64
			err := n.conn.QueryRow(t.Context(), "select count(), countIf(isNull(quantity)), assumeNotNull(sum(quantity)), uniqExact(file) from "+l.table("usage_2026_10")).
				Scan(&all, &nulls, &got, &named)
			if err != nil || all != lines || nulls != wide || !got.Equal(want) || named != uint64(len(files)) {
				t.Errorf("%s: %d lines, %d of them wide, %s, %d files, %v; want %d, %d, %s, %d", n.address, all, nulls, got, named, err, lines, wide, want, len(files))
			}
		}
	}
}

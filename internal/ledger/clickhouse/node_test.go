package clickhouse

import (
	"slices"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/ledger"
)

// Without one of its nodes the ledger answers nothing, and says which node it
// misses; when the node is back, so are the answers.
func TestNodeDown(t *testing.T) {
	for shard := range 2 {
		o := newOpener(t)
		l := o.open(t)
		mustImport(t, l, ledger.Options{}, part("bill", 1, 300))
		want := factsOf(t, l)
		o.cluster.Kill(shard)
		down := o.cluster.Addresses()[shard]
		names := func(what string, err error) {
			t.Helper()
			if pharos.CodeOf(err) != pharos.Unavailable || !strings.Contains(err.Error(), down) || pharos.HintOf(err) == "" {
				t.Errorf("%s: error %v of code %s, which must name %s", what, err, pharos.CodeOf(err), down)
			}
		}
		for _, err := range l.Facts(t.Context(), october, nil) {
			names("facts", err)
		}
		for _, err := range l.Lines(t.Context(), pharos.LineQuery{Month: october}) {
			names("lines", err)
		}
		_, err := l.Months(t.Context())
		names("months", err)
		_, err = l.Totals(t.Context(), october)
		names("totals", err)
		_, err = l.Import(t.Context(), []ledger.Source{part("more", 2, 300)}, ledger.Options{})
		names("import", err)
		_, err = Open(t.Context(), o.address("bill1"), "")
		names("open", err)
		if err := o.cluster.Restart(shard); err != nil {
			t.Fatal(err)
		}
		if got := factsOf(t, l); !slices.Equal(got, want) {
			t.Errorf("shard %d is back: %d facts, want %d", shard, len(got), len(want))
		}
	}
}

// A node that goes while lines are sent ends the import, and nothing of it counts.
func TestNodeDown_WhileImporting(t *testing.T) {
	o := newOpener(t)
	l := o.open(t)
	mustImport(t, l, ledger.Options{}, part("bill", 1, 100))
	want := factsOf(t, l)
	l.batchRows = 50
	steps := 0
	l.step = func() {
		if steps++; steps == 4 {
			o.cluster.Kill(1)
		}
	}
	_, err := l.Import(t.Context(), []ledger.Source{part("more", 2, 300)}, ledger.Options{})
	if pharos.CodeOf(err) != pharos.Unavailable || !strings.Contains(err.Error(), o.cluster.Addresses()[1]) {
		t.Errorf("error %v", err)
	}
	if err := o.cluster.Restart(1); err != nil {
		t.Fatal(err)
	}
	if got := factsOf(t, l); !slices.Equal(got, want) {
		t.Errorf("%d facts, want %d", len(got), len(want))
	}
	l.step = func() {}
	mustImport(t, l, ledger.Options{}, part("more", 2, 300))
	waitForLines(t, l, 400)
}

// What is wrong with an address or a cluster is said.
func TestOpen_Wrong(t *testing.T) {
	o := newOpener(t)
	all := strings.Join(o.cluster.Addresses(), ",")
	for _, c := range []struct {
		address, want string
		code          pharos.Code
	}{
		{"clickhouse://" + o.cluster.Addresses()[0] + "/bill", "has, on " + o.cluster.Addresses()[0] + ", 2 shards and 2 nodes, and the ledger's address has 1", pharos.Invalid},
		{"clickhouse://" + all + "/bill?cluster=other", `knows no cluster "other"`, pharos.Invalid},
		{"clickhouse://nobody@" + all + "/bill", `refuses the user "nobody"`, pharos.Unauthenticated},
		{"clickhouse://host/bill", "names a host without a port: host", pharos.Invalid},
		{"clickhouse://" + all + "/bill?debug=1", "has an unknown option: debug=1", pharos.Invalid},
		{"clickhouse://" + all + "/bi'll", "has a name with a quote or slash", pharos.Invalid},
		{"http://" + all, "cannot be read", pharos.Invalid},
	} {
		_, err := Open(t.Context(), c.address, "")
		if err == nil || !strings.Contains(err.Error(), c.want) || pharos.CodeOf(err) != c.code {
			t.Errorf("%s: error %v of code %s, want %q", c.address, err, pharos.CodeOf(err), c.want)
		}
	}
}

package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/explain"
	"github.com/pharos-pec/pharos/internal/report"
)

// changes lists what began and ended between two states of the history: the
// access, the denials and the links. A first scan has nothing to compare with.
func changes(before, after *pharos.History) []report.Changed {
	if before == nil || before.LastScan.IsZero() {
		return nil
	}
	names := explain.NamesOf(after)
	var out []report.Changed
	for key, rec := range after.Grants {
		out = append(out, turns(before.Grants[key], rec, func(g pharos.Grant) (string, string) {
			role := pharos.Roles().Lookup(g.Role).Name
			return string(g.Scope), fmt.Sprintf("%s %s for %s (%s)", g.Kind, role, nameOf(names, g.Holder), g.Path)
		})...)
	}
	for key, rec := range after.Denials {
		out = append(out, turns(before.Denials[key], rec, func(d pharos.Denial) (string, string) { return string(d.Scope), "deny assignment" })...)
	}
	for key, rec := range after.Links {
		out = append(out, turns(before.Links[key], rec, func(id pharos.PartnerID) (string, string) {
			return "tenant " + string(key.Tenant), fmt.Sprintf("link of %s to partner ID %s", nameOf(names, key), id)
		})...)
	}
	slices.SortFunc(out, func(a, b report.Changed) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Scope, b.Scope), strings.Compare(a.What, b.What))
	})
	return out
}

// turns are the facts of a record that opened or closed since before.
func turns[T comparable](before, after *pharos.Record[T], describe func(T) (scope, what string)) []report.Changed {
	var out []report.Changed
	was, is := open(before), open(after)
	for value, f := range is {
		if _, ok := was[value]; !ok {
			scope, what := describe(value)
			out = append(out, report.Changed{At: dated(f.Span.Began), Scope: scope, What: "began: " + what})
		}
	}
	for value := range was {
		if _, ok := is[value]; ok {
			continue
		}
		scope, what := describe(value)
		out = append(out, report.Changed{At: dated(lastEnd(after, value)), Scope: scope, What: "ended: " + what})
	}
	return out
}

// open maps the values that held when the record was last looked at.
func open[T comparable](r *pharos.Record[T]) map[T]pharos.Fact[T] {
	m := map[T]pharos.Fact[T]{}
	if r == nil {
		return m
	}
	for _, f := range r.Facts {
		if f.Span.Open() {
			m[f.Value] = f
		}
	}
	return m
}

// lastEnd is when a value that holds no more ended last.
func lastEnd[T comparable](r *pharos.Record[T], value T) pharos.Bound {
	var end pharos.Bound
	for _, f := range r.Facts {
		if f.Value == value && f.Span.Ended.Latest.After(end.Latest) {
			end = f.Span.Ended
		}
	}
	return end
}

// dated is the instant of a bound, zero when it is not known exactly.
func dated(b pharos.Bound) (t time.Time) {
	if b.Dated() {
		t = b.Latest
	}
	return t
}

func nameOf(n explain.Names, ref pharos.PrincipalRef) string {
	if p, ok := n.Principals[ref]; ok && p.Name != "" {
		return p.Name
	}
	return string(ref.ID)
}

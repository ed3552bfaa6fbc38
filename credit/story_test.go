package credit

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
)

// TestStories plays every file of testdata/story: coverage and a bill in
// tables, and the verdicts, causes, totals and warnings they must lead to.
// testdata/story/README explains the columns.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/story/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories found: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			s := readStory(t, file)
			in := Input{Month: october, Ledger: s.ledger(t), Access: s.access(t), AsOf: s.asOf(t)}
			m, err := Judge(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			s.compare(t, m)
		})
	}
}

// story is a file's sections: rows of cells by column name.
type story map[string][]map[string]string

func readStory(t *testing.T, file string) story {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := story{}
	var section string
	var columns []string
	for i, line := range strings.Split(string(text), "\n") {
		fields := strings.Fields(line)
		switch {
		case len(fields) == 0 || fields[0] == "#":
		case strings.HasPrefix(line, "["):
			section, columns = strings.Trim(line, "[]"), nil
			s[section] = []map[string]string{}
		case columns == nil:
			columns = fields
		case len(fields) != len(columns):
			t.Fatalf("%s:%d: %d cells for %d columns", file, i+1, len(fields), len(columns))
		default:
			row := map[string]string{}
			for n, f := range fields {
				row[columns[n]] = strings.TrimPrefix(f, "-")
				if strings.HasPrefix(f, "-") && f != "-" {
					row[columns[n]] = f // a negative amount
				}
			}
			s[section] = append(s[section], row)
		}
	}
	return s
}

func (s story) asOf(t *testing.T) time.Time {
	if len(s["as-of"]) == 0 {
		return settledAt
	}
	at, err := time.Parse(time.RFC3339, s["as-of"][0]["time"])
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// days reads 7 or 1-31.
func days(t *testing.T, s string) []pharos.Day {
	t.Helper()
	from, to, ranged := strings.Cut(s, "-")
	if !ranged {
		to = from
	}
	a, errA := strconv.Atoi(from)
	b, errB := strconv.Atoi(to)
	if errA != nil || errB != nil {
		t.Fatalf("%q is no day or range of days", s)
	}
	var out []pharos.Day
	for n := a; n <= b; n++ {
		out = append(out, day(n))
	}
	return out
}

// storyScope reads s1, s1/rg or s1/rg/resource.
func storyScope(s string) pharos.Scope {
	part := strings.Split(s, "/")
	sub := pharos.SubscriptionID(part[0])
	switch len(part) {
	case 1:
		return pharos.SubscriptionScope(sub)
	case 2:
		return pharos.ResourceGroupScope(sub, part[1])
	default:
		return pharos.ResourceGroupScope(sub, part[1]) + pharos.Scope("/providers/n/t/"+part[2])
	}
}

func causeList(s string) []pharos.Cause {
	var out []pharos.Cause
	for _, c := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' }) {
		out = append(out, pharos.Cause(c))
	}
	return out
}

func (s story) access(t *testing.T) Access {
	t.Helper()
	all := map[string]pharos.Coverage{}
	for _, row := range s["coverage"] {
		for _, d := range days(t, row["days"]) {
			state, disputed := strings.CutSuffix(row["state"], "?")
			c := pharos.Coverage{State: pharos.CoverageState(state), Disputed: disputed, Causes: causeList(row["causes"])}
			for _, who := range causeList(row["unread"]) {
				c.Unread = append(c.Unread, pharos.PrincipalRef{Tenant: "t", ID: pharos.PrincipalID(who)})
			}
			all[fmt.Sprint(storyScope(row["scope"]), d)] = c
		}
	}
	return access{on: func(scope pharos.Scope, d pharos.Day) pharos.Coverage { return all[fmt.Sprint(scope, d)] }}
}

func (s story) ledger(t *testing.T) *memory {
	t.Helper()
	l := &memory{}
	for _, row := range s["bill"] {
		for _, d := range days(t, row["days"]) {
			f := pharos.DayFact{
				Day: d, Customer: "c", Scope: storyScope(row["scope"]), Product: pharos.Cause(row["product"]),
				Currency: "EUR", Lines: 1, List: dec(row["list"]),
			}
			f.Subscription = f.Scope.Subscription()
			if v := row["currency"]; v != "" {
				f.Currency = v
			}
			if v := row["credited"]; v != "" {
				f.Credited = rate(v)
			}
			if v := row["meter-rate"]; v != "" {
				f.MeterRate = rate(v)
			}
			l.facts = append(l.facts, f)
		}
	}
	return l
}

// compare holds each section of expectations that the story has to the month.
func (s story) compare(t *testing.T, m *Month) {
	t.Helper()
	got := map[string][]map[string]string{"verdicts": {}, "causes": {}, "totals": {}, "warnings": {}}
	for _, sub := range m.Subscriptions {
		for _, d := range sub.Days {
			got["verdicts"] = append(got["verdicts"], map[string]string{
				"subscription": string(sub.SubscriptionID), "day": strings.TrimPrefix(d.Date.String(), "2026-10-"), "currency": sub.Currency,
				"verdict": string(d.Verdict), "causes": joinCauses(d.Causes), "list": d.List.String(), "credit": d.Credit.String(),
				"lines": fmt.Sprint(d.Lines),
			})
		}
	}
	for _, c := range m.Causes {
		got["causes"] = append(got["causes"], map[string]string{
			"code": string(c.Code), "verdict": string(c.Verdict), "currency": c.Currency, "credit": c.Credit.String(),
			"list": c.List.String(), "subscriptions": fmt.Sprint(c.Subscriptions), "days": fmt.Sprint(c.Days),
		})
	}
	for _, total := range m.Totals {
		row := map[string]string{"currency": total.Currency, "list": total.List.String()}
		for _, v := range pharos.Verdicts() {
			row[string(v)] = total.Of(v).String()
		}
		got["totals"] = append(got["totals"], row)
	}
	for _, w := range m.Warnings {
		got["warnings"] = append(got["warnings"], map[string]string{"code": w.Code})
	}
	compared := 0
	for section, rows := range got {
		want, stated := s[section]
		if !stated {
			continue
		}
		compared++
		if diff := cmp.Diff(want, onlyColumns(rows, want)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", section, diff)
		}
	}
	if compared == 0 {
		t.Error("the story expects nothing")
	}
}

func joinCauses(causes []pharos.Cause) string {
	var out []string
	for _, c := range causes {
		out = append(out, string(c))
	}
	return strings.Join(out, ",")
}

// onlyColumns keeps the columns that the story states.
func onlyColumns(rows, want []map[string]string) []map[string]string {
	out := []map[string]string{}
	for _, row := range rows {
		kept := map[string]string{}
		for column, v := range row {
			if len(want) == 0 {
				kept[column] = v
			} else if _, stated := want[0][column]; stated {
				kept[column] = v
			}
		}
		out = append(out, kept)
	}
	return out
}

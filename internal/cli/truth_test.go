package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"gopkg.in/yaml.v3"

	"github.com/pharos-pec/pharos"
)

// expectation is a row of a scenario's ground truth: the verdict of a
// subscription's lines on every day of [From, To), and their credit in all.
type expectation struct {
	Subscription string         `yaml:"subscription"`
	From         string         `yaml:"from"`
	To           string         `yaml:"to"`
	Verdict      pharos.Verdict `yaml:"verdict"`
	Causes       []pharos.Cause `yaml:"causes"`
	Credit       string         `yaml:"credit"`
}

// judgement is the part of the credit document that the truth is about.
type judgement struct {
	Subscriptions []struct {
		Name string `json:"subscriptionName"`
		Days []struct {
			Date    pharos.Day      `json:"date"`
			Verdict pharos.Verdict  `json:"verdict"`
			Causes  []pharos.Cause  `json:"causes"`
			Credit  decimal.Decimal `json:"credit"`
		} `json:"days"`
	} `json:"subscriptions"`
}

// TestTruth plays every scenario of testdata/truth as the demo does, through
// the real commands and clients, and holds the verdicts against what the
// scenario expects: on exactly those days, to the cent, and nothing else.
func TestTruth(t *testing.T) {
	files, err := filepath.Glob("testdata/truth/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range append(files, "demo/scenario.yaml") {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			t.Parallel()
			checkTruth(t, file)
		})
	}
}

func checkTruth(t *testing.T, file string) {
	t.Helper()
	expected := expectations(t, file)
	world, out, errs := world(nil)
	if got := Main(t.Context(), []string{"demo", "--exit", "-o", "json", "--scenario", file}, world); got != 0 {
		t.Fatalf("exit status %d: %s", got, errs)
	}
	var judged judgement
	if err := json.Unmarshal(out.Bytes(), &judged); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wanted(t, expected), found(judged)); diff != "" {
		t.Errorf("day by day: -expected +judged\n%s", diff)
	}
	for _, x := range expected {
		want, err := decimal.NewFromString(x.Credit)
		if err != nil {
			t.Fatal(err)
		}
		if got := judged.credit(t, x); !got.Round(2).Equal(want) {
			t.Errorf("%s %s..%s %s %v: got credit %s, want %s", x.Subscription, x.From, x.To, x.Verdict, x.Causes, got, want)
		}
	}
}

// expectations reads the ground truth of a scenario.
func expectations(t *testing.T, file string) []expectation {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var scenario struct {
		Expect map[string][]expectation `yaml:"expect"`
	}
	if err := yaml.Unmarshal(text, &scenario); err != nil {
		t.Fatal(err)
	}
	var all []expectation
	for _, rows := range scenario.Expect {
		all = append(all, rows...)
	}
	if len(all) == 0 {
		t.Fatalf("%s expects nothing", file)
	}
	return all
}

// label is one verdict of a subscription's day.
func label(subscription string, day pharos.Day, v pharos.Verdict, causes []pharos.Cause) string {
	names := make([]string, len(causes))
	for i, c := range causes {
		names[i] = string(c)
	}
	return strings.Join([]string{subscription, day.String(), string(v), strings.Join(names, "+")}, " ")
}

func wanted(t *testing.T, expected []expectation) []string {
	t.Helper()
	var all []string
	for _, x := range expected {
		from, to := span(t, x)
		for d := from; d < to; d++ {
			all = append(all, label(x.Subscription, d, x.Verdict, x.Causes))
		}
	}
	slices.Sort(all)
	return all
}

func found(j judgement) []string {
	var all []string
	for _, s := range j.Subscriptions {
		for _, d := range s.Days {
			all = append(all, label(s.Name, d.Date, d.Verdict, d.Causes))
		}
	}
	slices.Sort(all)
	return all
}

// credit sums the credit of the days that x is about.
func (j judgement) credit(t *testing.T, x expectation) decimal.Decimal {
	t.Helper()
	from, to := span(t, x)
	var sum decimal.Decimal
	for _, s := range j.Subscriptions {
		for _, d := range s.Days {
			if s.Name == x.Subscription && d.Date >= from && d.Date < to && d.Verdict == x.Verdict && slices.Equal(d.Causes, x.Causes) {
				sum = sum.Add(d.Credit)
			}
		}
	}
	return sum
}

func span(t *testing.T, x expectation) (from, to pharos.Day) {
	t.Helper()
	from, err := pharos.ParseDay(x.From)
	if err != nil {
		t.Fatal(err)
	}
	to, err = pharos.ParseDay(x.To)
	if err != nil {
		t.Fatal(err)
	}
	return from, to
}

package emulator

import (
	"os"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"gopkg.in/yaml.v3"

	"github.com/pharos-pec/pharos"
)

// expected is a row of a scenario's ground truth: days that do not earn.
type expected struct {
	Subscription string   `yaml:"subscription"`
	From         string   `yaml:"from"`
	To           string   `yaml:"to"`
	Verdict      string   `yaml:"verdict"`
	Causes       []string `yaml:"causes"`
	Credit       string   `yaml:"credit"`
}

// The bill of a scenario with every cause of lost credit: the credit of lines
// that were not credited is, for each subscription and day, what the file's
// ground truth says to the last digit, and nothing else is left uncredited.
// The truth was worked out from the planted facts and the price list alone.
func TestBill_GroundTruth(t *testing.T) {
	const file = "testdata/causes.yaml"
	s, err := ReadScenario(file)
	if err != nil {
		t.Fatal(err)
	}
	w, _ := newWorld(s)
	missed := map[string]decimal.Decimal{}
	lines := 0
	for l := range w.billOf(october, w.clock.read()).lines() {
		if lines++; l.Item.canEarn() && !l.Credited {
			key := l.Item.SubscriptionName + " " + l.Day.String()
			missed[key] = missed[key].Add(l.Item.Meter.Credit.Of(l.list()).Mul(l.Rate))
		}
	}
	want := groundTruth(t, file)
	for key, credit := range want {
		if !missed[key].Equal(credit) {
			t.Errorf("%s: %s not credited, want %s", key, missed[key], credit)
		}
	}
	for key, credit := range missed {
		if _, planted := want[key]; !planted {
			t.Errorf("%s: %s not credited, and nothing is planted there", key, credit)
		}
	}
	if lines < 2000 || len(want) < 400 {
		t.Errorf("only %d lines and %d planted days", lines, len(want))
	}
}

// groundTruth reads a file's expect key as credit by subscription and day.
func groundTruth(t *testing.T, file string) map[string]decimal.Decimal {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var scenario struct {
		Expect map[string][]expected `yaml:"expect"`
	}
	if err := yaml.Unmarshal(data, &scenario); err != nil {
		t.Fatal(err)
	}
	causes := map[string]bool{}
	truth := map[string]decimal.Decimal{}
	for _, e := range scenario.Expect[october.String()] {
		from, err := pharos.ParseDay(e.From)
		if err != nil {
			t.Fatal(err)
		}
		to := pharos.DayOf(at(t, e.To+"T00:00:00Z").Add(-time.Nanosecond))
		each := dec(e.Credit).Div(decimal.NewFromInt(int64(to - from + 1)))
		for d := from; d <= to; d++ {
			key := e.Subscription + " " + d.String()
			truth[key] = truth[key].Add(each)
		}
		for _, c := range e.Causes {
			causes[c] = true
		}
	}
	// Causes that no line of the new-commerce bill can show, and exclusions.
	absent := map[pharos.Cause]bool{
		pharos.NotAzurePlan: true, pharos.NotBillTo: true, pharos.ExcludedReservation: true, pharos.ExcludedSavingsPlan: true,
		pharos.ExcludedSpot: true, pharos.ExcludedThirdParty: true, pharos.ExcludedLegacy: true, pharos.ZeroCost: true,
	}
	for _, c := range pharos.Causes() {
		if !causes[string(c)] && !absent[c] {
			t.Errorf("%s plants no %s", file, c)
		}
	}
	return truth
}

package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gopkg.in/yaml.v3"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/emulator"
	"github.com/pharos-pec/pharos/internal/cli"
)

// TestScenarios plays every scenario of testdata/scenario through the real
// commands: a scan a day, the bill, the verdicts. What the scenario expects
// must be found on exactly the planted days, to the last digit, and nothing
// else.
func TestScenarios(t *testing.T) {
	eachScenario(t, func(p *play) {
		p.scanDaily()
		p.ok("usage", "pull")
		p.verify(p.credit())
	})
}

// TestScenarios_OneLook plays them with a single scan at the end: the logs
// tell what they can. Whatever they do not tell is unknown, never wrong.
func TestScenarios_OneLook(t *testing.T) {
	eachScenario(t, func(p *play) {
		p.moveTo(p.end)
		p.ok("scan")
		p.ok("usage", "pull")
		p.verifyNeverWrong(p.credit())
	})
}

// eachScenario starts a play of every scenario, at its beginning.
func eachScenario(t *testing.T, check func(*play)) {
	files, err := filepath.Glob("testdata/scenario/*.yaml")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d scenarios, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			check(startPlay(t, text))
		})
	}
}

// play is one scenario being played through the command line.
type play struct {
	t      *testing.T
	azure  *emulator.Emulator
	config string
	end    time.Time
	expect expected
}

// expected is the part of a scenario that tests read.
type expected struct {
	Clock struct {
		Start, Now time.Time
	}
	Customers []struct {
		Name          string
		Subscriptions []struct{ Name string }
	}
	Expect map[string][]struct {
		Subscription string
		From, To     string
		Verdict      pharos.Verdict
		Causes       []pharos.Cause
		Credit       string
	}
}

// startPlay starts an emulator that stands at the beginning of the scenario.
func startPlay(t *testing.T, text []byte) *play {
	t.Helper()
	p := &play{t: t}
	if err := yaml.Unmarshal(text, &p.expect); err != nil {
		t.Fatal(err)
	}
	p.end = p.expect.Clock.Now
	begin := "now: " + p.expect.Clock.Start.Format(time.RFC3339)
	s, err := emulator.ParseScenario(t.Name(), regexp.MustCompile(`\bnow: [0-9TZ:-]+`).ReplaceAll(text, []byte(begin)))
	if err != nil {
		t.Fatal(err)
	}
	p.azure, err = emulator.New(s)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	server, err := p.azure.Listen("127.0.0.1:0", dir)
	if err != nil {
		t.Fatal(err)
	}
	ready, err := p.azure.WriteFiles(dir, server.URL)
	if err != nil {
		t.Fatal(err)
	}
	p.config = ready.ConfigFile
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return p
}

func (p *play) moveTo(at time.Time) {
	p.t.Helper()
	if err := p.azure.SetTime(at); err != nil {
		p.t.Fatal(err)
	}
}

// scanDaily scans at the first instant of every day, and at the end.
func (p *play) scanDaily() {
	p.t.Helper()
	for at := p.expect.Clock.Start; at.Before(p.end); at = at.AddDate(0, 0, 1) {
		p.moveTo(at)
		p.ok("scan")
	}
	p.moveTo(p.end)
	p.ok("scan")
}

// ok runs a command that must succeed and returns what it prints.
func (p *play) ok(args ...string) []byte {
	p.t.Helper()
	out, talk, status := p.run(args...)
	if status != 0 {
		p.t.Fatalf("pharos %s: status %d\n%s", strings.Join(args, " "), status, talk)
	}
	return out
}

func (p *play) run(args ...string) (out, talk []byte, status int) {
	var o, e bytes.Buffer
	world := cli.IO{In: strings.NewReader(""), Out: &o, Err: &e, Getenv: func(string) string { return "" }, Now: time.Now}
	status = cli.Main(p.t.Context(), append(args, "--config", p.config), world)
	return o.Bytes(), e.Bytes(), status
}

// creditDoc is the part of `pharos credit -o json` that the tests read.
type creditDoc struct {
	Totals        []map[string]string
	Subscriptions []struct {
		SubscriptionID string
		Days           []struct {
			Date    string
			Verdict pharos.Verdict
			Causes  []pharos.Cause
			Credit  decimal.Decimal
		}
	}
	Warnings []struct{ Code, Message string }
}

func (p *play) credit() creditDoc {
	p.t.Helper()
	var doc creditDoc
	out := p.ok("credit", "--month", "2026-10", "-o", "json")
	if err := json.Unmarshal(out, &doc); err != nil {
		p.t.Fatalf("%v in %s", err, out)
	}
	return doc
}

// names maps subscription ids to the scenario's names.
func (p *play) names() map[string]string {
	byID := map[string]string{}
	for _, c := range p.expect.Customers {
		for _, s := range c.Subscriptions {
			byID[uuid.NewSHA1(uuid.NameSpaceURL, []byte("subscription/"+c.Name+"/"+s.Name)).String()] = s.Name
		}
	}
	return byID
}

// claim is what is said of a subscription on some days.
func claim(sub string, v pharos.Verdict, causes []pharos.Cause) string {
	return fmt.Sprintf("%s %s %v", sub, v, causes)
}

// verify compares day by day and to the last digit.
func (p *play) verify(doc creditDoc) {
	p.t.Helper()
	got, want := map[string]decimal.Decimal{}, map[string]decimal.Decimal{}
	claims := map[string]string{} // claim and day -> the expectation it is under
	for _, e := range p.expect.Expect["2026-10"] {
		key := claim(e.Subscription, e.Verdict, e.Causes) + " " + e.From + ".." + e.To
		want[key] = decimal.RequireFromString(e.Credit)
		got[key] = decimal.Zero
		for d, end := day(p.t, e.From), day(p.t, e.To); d < end; d++ {
			claims[claim(e.Subscription, e.Verdict, e.Causes)+" "+d.String()] = key
		}
	}
	seen := map[string]bool{}
	names := p.names()
	for _, s := range doc.Subscriptions {
		for _, d := range s.Days {
			at := claim(names[s.SubscriptionID], d.Verdict, d.Causes) + " " + d.Date
			key, ok := claims[at]
			if !ok {
				p.t.Errorf("not expected: %s %s", at, d.Credit)
				continue
			}
			seen[at] = true
			got[key] = got[key].Add(d.Credit)
		}
	}
	for _, at := range slices.Sorted(maps.Keys(claims)) {
		if !seen[at] {
			p.t.Errorf("missing: %s", at)
		}
	}
	for key, w := range want {
		if !got[key].Equal(w) {
			p.t.Errorf("%s: got %s, want %s", key, got[key], w)
		}
	}
}

// verifyNeverWrong allows unknown in place of any verdict, and earned of what
// was credited; nothing else may differ.
func (p *play) verifyNeverWrong(doc creditDoc) {
	p.t.Helper()
	claims := map[string]bool{}
	for _, e := range p.expect.Expect["2026-10"] {
		for d, end := day(p.t, e.From), day(p.t, e.To); d < end; d++ {
			claims[claim(e.Subscription, e.Verdict, e.Causes)+" "+d.String()] = true
		}
	}
	names := p.names()
	rows, unknown := 0, 0
	for _, s := range doc.Subscriptions {
		for _, d := range s.Days {
			rows++
			if d.Verdict == pharos.UnknownVerdict {
				unknown++
				continue
			}
			if at := claim(names[s.SubscriptionID], d.Verdict, d.Causes) + " " + d.Date; !claims[at] {
				p.t.Errorf("not expected: %s", at)
			}
		}
	}
	p.t.Logf("%d of %d rows unknown", unknown, rows)
}

func day(t *testing.T, s string) pharos.Day {
	t.Helper()
	d, err := pharos.ParseDay(s[:10])
	if err != nil {
		t.Fatal(err)
	}
	return d
}

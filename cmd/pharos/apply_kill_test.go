package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pharos-pec/pharos/internal/store"
	"github.com/pharos-pec/pharos/repair"
)

// TestApplyKilled kills `pharos apply` at random points, on a cloud that fails
// and drops connections, and runs it again: the cloud ends up
// as after an undisturbed run, every call that changed anything stands in the
// plan, and the audit trail tells every change once.
func TestApplyKilled(t *testing.T) {
	t.Parallel()
	canKill(t)
	good := startCloud(t, []byte(manyCustomers("")))
	plan := good.plan()
	good.must("apply", plan.file)
	want := good.written(plan)

	bad := startCloud(t, []byte(manyCustomers("faults: {seed: 7, serverError: 0.02, dropConnection: 0.05}\n")))
	plan = bad.plan()
	took := bad.killedAfter(time.Hour, "plan", "-o", "json", "--out", plan.file+".again") // it looks as apply does
	for range 10 {
		bad.killedAfter(rand.N(took), "apply", plan.file)
	}
	bad.must("apply", plan.file)
	if got := bad.written(plan); !maps.Equal(want, got) {
		t.Errorf("the cloud was left with\n%s\nwant\n%s", got, want)
	}
	if out := bad.must("apply", plan.file, "-o", "json"); bytes.Contains(out, []byte(`"changed": true`)) {
		t.Errorf("there was something left to do: %s", out)
	}
	bad.must("apply", plan.file, "--check")
	bad.audited(plan)
}

// manyCustomers is a scenario of customers whose delegations earn nothing, of
// whose tenants we hold a credential that may change them.
func manyCustomers(more string) string {
	var b strings.Builder
	b.WriteString(`version: 1
name: many
clock: {start: 2026-10-01T00:00:00Z, now: 2026-10-07T06:00:00Z}
partner:
  tenant: {name: contoso, domain: contoso.example, id: 11111111-1111-4111-8111-111111111111}
  partnerId: "4987654"
  globalId: "4987653"
  kind: direct-bill
  agreement: {signed: true}
  principals:
    - {name: robot, kind: servicePrincipal, secret: s3cret}
customers:
`)
	for i := range 4 {
		fmt.Fprintf(&b, `  - name: customer%d
    domain: customer%d.example
    country: DE
    currency: EUR
    exchangeRate: "0.5"
    agreement: {mca: true}
    plan: azure-plan
    billTo: us
    principals:
      - {name: admin%d, kind: servicePrincipal, secret: s3cret%d}
    subscriptions:
      - name: prod%d
        delegations:
          - {offer: Contoso, scope: subscription, via: template, authorizations: [{principal: robot, role: Reader}]}
        roleAssignments:
          - {principal: admin%d, role: Owner, scope: subscription, kind: timeBound, to: 2027-01-01T00:00:00Z}
        resources:
          - {name: vm, group: rg, type: Microsoft.Compute/virtualMachines, meter: hour, quantity: 10}
`, i, i, i, i, i, i)
	}
	b.WriteString(`meters:
  - {id: hour, name: Hour, category: Virtual Machines, subcategory: Test, unit: 1 Hour, unitPrice: "2", credit: 15}
`)
	return b.String() + more
}

// savedPlan is a plan in its file.
type savedPlan struct {
	*repair.Plan
	file string
}

func (c *cloudRun) plan() savedPlan {
	c.Helper()
	c.must("scan")
	file := filepath.Join(c.TempDir(), "plan.json")
	c.must("plan", "-o", "json", "--out", file)
	text, err := os.Open(file)
	if err != nil {
		c.Fatal(err)
	}
	defer func() { _ = text.Close() }()
	p, err := repair.Read(text)
	if err != nil {
		c.Fatal(err)
	}
	if len(p.Steps) != 5 || slices.ContainsFunc(p.Steps, func(s repair.Step) bool { return s.Actor != repair.Pharos || len(s.Writes) != 1 }) {
		c.Fatalf("the plan is not all for Pharos: %+v", p.Steps)
	}
	return savedPlan{p, file}
}

// written is what clients left in the cloud: the body of the last call to each
// path. Every call that changed something must be one that the plan shows.
func (c *cloudRun) written(p savedPlan) map[string]string {
	c.Helper()
	planned := map[string]bool{}
	for _, s := range p.Steps {
		for _, w := range s.Writes {
			planned[w.Method+" "+w.Path+" "+compact(w.Body)] = true
		}
	}
	out := map[string]string{}
	for _, act := range c.acts() {
		call := act.Method + " " + act.URL + " " + compact([]byte(act.Body))
		if act.Method == "GET" || strings.Contains(act.URL, "/oauth2/") || strings.HasSuffix(strings.Split(act.URL, "?")[0], "/directoryObjects/getByIds") {
			continue
		}
		if !planned[call] {
			c.Errorf("this call is not in the plan: %s", call)
		}
		if act.Status < 300 {
			out[act.URL] = compact([]byte(act.Body))
		}
	}
	if len(out) != len(planned) {
		c.Errorf("%d of %d planned changes were made", len(out), len(planned))
	}
	return out
}

// act is one call in an emulator's state.
type act struct {
	Method, URL, Body string
	Status            int
}

// acts are all calls that the emulator noted as changes.
func (c *cloudRun) acts() []act {
	c.Helper()
	dir := c.TempDir()
	if err := c.azure.Save(dir); err != nil {
		c.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "state.jsonl"))
	if err != nil {
		c.Fatal(err)
	}
	var out []act
	for _, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n"))[1:] {
		var a act
		if err := json.Unmarshal(line, &a); err != nil {
			c.Fatalf("%s: %v", line, err)
		}
		out = append(out, a)
	}
	if len(out) == 0 {
		c.Fatal("the emulator noted no change")
	}
	return out
}

func compact(text []byte) string {
	var b bytes.Buffer
	if len(text) == 0 || json.Compact(&b, text) != nil {
		return string(text)
	}
	return b.String()
}

// audited holds that the audit trail has one line for each step.
func (c *cloudRun) audited(p savedPlan) {
	c.Helper()
	s, err := store.Open(c.Context(), filepath.Join(filepath.Dir(c.config), "pharos.db"))
	if err != nil {
		c.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	trail, err := s.Trail(c.Context(), 1000)
	if err != nil {
		c.Fatal(err)
	}
	lines := map[string]int{}
	for _, e := range trail {
		if _, id, ok := strings.Cut(e.Subject, "(step "); ok {
			lines[strings.TrimSuffix(id, ")")]++
		}
	}
	for _, step := range p.Steps {
		if lines[step.ID] != 1 {
			c.Errorf("step %s stands %d times in the audit trail", step.ID, lines[step.ID])
		}
	}
}

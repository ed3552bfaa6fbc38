package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pharos-pec/pharos/internal/store"
)

// TestKilled_Request kills the opening of support requests at random points, on
// a cloud that fails and drops connections, and runs it again: each subscription
// ends with its ticket, the evidence is attached, and both the attempt and the
// number are in the audit trail.
func TestKilled_Request(t *testing.T) {
	t.Parallel()
	canKill(t)
	const subscriptions = 4
	c := startCloud(t, owing(subscriptions))
	config, err := os.ReadFile(c.config)
	if err != nil {
		t.Fatal(err)
	}
	config = append(config, "\ncontact: {firstName: Ada, lastName: Example, email: ada@contoso.example, country: DEU, timeZone: UTC}\n"...)
	if err := os.WriteFile(c.config, config, 0o600); err != nil {
		t.Fatal(err)
	}
	c.must("scan")
	c.moveTo("2026-11-04T06:00:00Z")
	c.must("scan")
	c.must("usage", "pull")
	dir := t.TempDir()
	file := func(i int) []string {
		return []string{"evidence", "--month", "2026-10", "--subscription", fmt.Sprintf("s%d", i), "--open-request", "--dir", dir, "-o", "json"}
	}
	took := c.killedAfter(time.Hour, file(0)...)
	for i := range subscriptions {
		c.killedAfter(rand.N(took), file(i)...)
		var got struct {
			Ticket struct{ Name, Number, Status string }
		}
		if err := json.Unmarshal(c.must(file(i)...), &got); err != nil || got.Ticket.Status != "Open" {
			t.Errorf("s%d: %+v, %v", i, got, err)
		}
		again := c.must("evidence", "--month", "2026-10", "--subscription", fmt.Sprintf("s%d", i), "--status", "-o", "json")
		if n := bytes.Count(again, []byte(`"number": "`+got.Ticket.Number+`"`)); n != 1 {
			t.Errorf("s%d: the number %s stands %d times in %s", i, got.Ticket.Number, n, again)
		}
	}
	attempts := 0
	for _, e := range trail(t, filepath.Join(filepath.Dir(c.config), "pharos.db")) {
		if e.Action == "open-request" {
			attempts++
		}
	}
	if attempts < subscriptions {
		t.Errorf("the trail has %d attempts for %d tickets", attempts, subscriptions)
	}
}

// moveTo sets the emulator's clock.
func (c *cloudRun) moveTo(now string) {
	c.Helper()
	config, err := os.ReadFile(c.config)
	if err != nil {
		c.Fatal(err)
	}
	url := regexp.MustCompile(`https://127\.0\.0\.1:\d+`).FindString(string(config))
	env := map[string]string{"EMULATOR_URL": url, "EMULATOR_CA": filepath.Join(filepath.Dir(c.config), "ca.pem")}
	if _, err := post(func(key string) string { return env[key] }, "/emulator/clock", "application/json", []byte(`{"now":"`+now+`"}`)); err != nil {
		c.Fatal(err)
	}
}

func trail(t *testing.T, path string) []store.Entry {
	t.Helper()
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.Trail(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return all
}

// owing is a scenario with n subscriptions that were not credited on two days.
func owing(n int) []byte {
	var mistakes, subscriptions strings.Builder
	for i := range n {
		fmt.Fprintf(&mistakes, "    - {subscription: s%d, from: 2026-10-14T00:00:00Z, to: 2026-10-16T00:00:00Z}\n", i)
		fmt.Fprintf(&subscriptions, `      - name: s%d
        delegations: [{offer: Ops, from: 2026-09-01T00:00:00Z, authorizations: [{principal: robot, role: Support Request Contributor}]}]
        resources: [{name: vm, group: rg, type: Microsoft.Compute/virtualMachines, meter: hour, quantity: "10"}]
`, i)
	}
	return []byte(`version: 1
clock: {start: 2026-10-01T00:00:00Z, now: 2026-10-01T01:00:00Z}
partner:
  tenant: {name: contoso, id: 11111111-1111-4111-8111-111111111111}
  partnerId: "4987654"
  principals: [{name: robot, kind: servicePrincipal, secret: s3cret}]
links: [{principal: robot, partnerId: "4987654", from: 2026-09-01T00:00:00Z}]
faults: {seed: 3, serverError: 0.04, dropConnection: 0.04}
meters: [{id: hour, name: Hour, unitPrice: "2"}]
billing:
  mistakes:
` + mistakes.String() + `customers:
  - name: fabrikam
    subscriptions:
` + subscriptions.String())
}

package main

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

const deployScenario = `version: 1
clock: {start: 2026-10-01T00:00:00Z, now: 2026-10-07T06:00:00Z}
partner:
  tenant: {name: contoso, id: 11111111-1111-4111-8111-111111111111}
  partnerId: "4987654"
  principals: [{name: robot, kind: servicePrincipal, secret: s3cret, id: aaaaaaaa-0000-4000-8000-000000000001}]
links: [{principal: robot, partnerId: "4987654"}]
customers:
  - name: fabrikam
    principals: [{name: admin, kind: servicePrincipal, secret: s3cret}]
    subscriptions:
      - name: prod
        id: 59c9bc6d-a1b0-5ee6-b87f-6880b9220640
        roleAssignments: [{principal: admin, role: Owner, scope: subscription, kind: permanent}]
        resources: [{name: vm, group: rg-web, type: Microsoft.Compute/virtualMachines, meter: hour, quantity: 1}]
meters: [{id: hour, name: Hour, unitPrice: "1"}]
faults: {seed: 7, throttle: 0.05, serverError: 0.05, dropConnection: 0.03}
`

// TestDeployKilled kills a deployment at random points, on a cloud that
// throttles, fails and drops connections, and runs it again: at the end the
// delegation is in force once, and a further run changes nothing.
func TestDeployKilled(t *testing.T) {
	t.Parallel()
	canKill(t)
	c := startCloud(t, []byte(deployScenario))
	dir := t.TempDir()
	c.must("onboard", "new", "--offer", "Ops", "--account", "aaaaaaaa-0000-4000-8000-000000000001=robot", "--dir", dir)
	args := []string{"onboard", "deploy", filepath.Join(dir, "delegation.json"), "--subscription", "59c9bc6d-a1b0-5ee6-b87f-6880b9220640", "-o", "json"}
	const longest = 3 * time.Second // about as long as it takes
	for range 5 {
		c.killedAfter(rand.N(longest), args...)
	}
	c.must(args...)
	var got struct {
		Subscriptions []struct {
			Deployed, Changed bool
			FirstDay          string
			Delegations       []struct{ Visible bool }
		}
	}
	if err := json.Unmarshal(c.must(args...), &got); err != nil || len(got.Subscriptions) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	s := got.Subscriptions[0]
	if !s.Deployed || s.Changed || s.FirstDay != "2026-10-08" || len(s.Delegations) != 1 || !s.Delegations[0].Visible {
		t.Errorf("got %+v", s)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(c.config), "pharos.db")); err != nil {
		t.Error(err)
	}
}

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// measureStarts measures from the start of the program until it accepts
// connections: with the demo's scenario, and with a large one.
func (b *bench) measureStarts(ctx context.Context) error {
	large := filepath.Join(b.dir, fmt.Sprintf("subscriptions-%d.yaml", b.subscriptions))
	if err := os.WriteFile(large, manySubscriptions(b.subscriptions), 0o600); err != nil {
		return err
	}
	w := tabwriter.NewWriter(b.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "scenario\tready after (median)\tslowest\tpeak MiB")
	for _, s := range []struct{ name, file string }{{"of the demo", ""}, {fmt.Sprintf("%d subscriptions", b.subscriptions), large}} {
		var took []time.Duration
		peak := 0.0
		for range b.starts {
			p, err := b.startPharos(ctx, s.file, false)
			if err != nil {
				return err
			}
			took, peak = append(took, p.ready), max(peak, p.peak())
			p.stop()
		}
		slices.Sort(took)
		fmt.Fprintf(w, "%s\t%s\t%s\t%.0f\n", s.name, took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond), peak)
	}
	return w.Flush()
}

// manySubscriptions is a scenario of n subscriptions, five of each customer.
// Each has a delegation, two role assignments, an AOBO grant and two
// resources; one link makes them all earn.
func manySubscriptions(n int) []byte {
	var s strings.Builder
	s.WriteString(`version: 1
clock: {start: 2026-10-01T00:00:00Z, now: 2026-11-06T00:00:00Z}
partner:
  tenant: {name: msp, id: 11111111-1111-4111-8111-111111111111}
  partnerId: "4987654"
  principals: [{name: robot, kind: servicePrincipal, secret: s3cret, appId: 22222222-2222-4222-8222-222222222222}]
links: [{principal: robot, partnerId: "4987654"}]
customers:
`)
	for c := range (n + 4) / 5 {
		fmt.Fprintf(&s, "  - name: customer-%d\n    principals: [{name: staff, kind: group}, {name: admin, kind: servicePrincipal, secret: s%d}]\n    subscriptions:\n", c, c)
		for i := range min(5, n-5*c) {
			fmt.Fprintf(&s, `      - name: sub-%d
        id: 33333333-3333-4333-8333-%012d
        aobo: [{partner: us}]
        delegations:
          - offer: Managed services
            from: 2026-09-01T00:00:00Z
            authorizations: [{principal: robot, role: Reader}, {principal: robot, role: Support Request Contributor}]
        roleAssignments: [{principal: staff, role: Contributor}, {principal: admin, role: Owner}]
        resources:
          - {name: vm-1, group: rg-web, type: Microsoft.Compute/virtualMachines, meter: vm-d2s-v5, quantity: 24}
          - {name: db-1, group: rg-data, type: Microsoft.Sql/servers, meter: sql-gp-2, quantity: 24}
`, i, 5*c+i)
		}
	}
	return []byte(s.String())
}

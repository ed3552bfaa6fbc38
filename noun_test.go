package pharos_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
)

func TestParseScope(t *testing.T) {
	const sub = "/subscriptions/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
	tests := []struct{ in, want string }{
		{"/", "/"},
		{"/SUBSCRIPTIONS/AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA", sub},
		{"subscriptions/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa/", sub},
		{sub + "/resourcegroups/RG-Web", sub + "/resourceGroups/rg-web"},
		{sub + "/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/VM", sub + "/resourceGroups/rg/providers/microsoft.compute/virtualmachines/vm"},
		{"/providers/microsoft.management/managementgroups/MG", "/providers/Microsoft.Management/managementGroups/mg"},
		{"", ""}, {"rg-web", ""}, {"/subscriptions/", ""}, {"/providers/Microsoft.Compute/x", ""},
	}
	for _, tt := range tests {
		got, err := pharos.ParseScope(tt.in)
		if string(got) != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%q: got %q, %v; want %q", tt.in, got, err, tt.want)
		}
		if tt.want != "" {
			again, err := pharos.ParseScope(string(got))
			if err != nil || again != got {
				t.Errorf("%q does not parse to itself: %q, %v", got, again, err)
			}
		}
	}
}

func TestScope_Covers(t *testing.T) {
	sub := pharos.SubscriptionScope("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa")
	rg := pharos.ResourceGroupScope(sub.Subscription(), "RG-Web")
	vm := rg + "/providers/microsoft.compute/virtualmachines/vm"
	tests := []struct {
		above, below pharos.Scope
		want         bool
	}{
		{sub, sub, true}, {sub, rg, true}, {rg, vm, true}, {"/", vm, true},
		{"/providers/Microsoft.Management/managementGroups/mg", sub, true},
		{rg, sub, false}, {rg, rg + "-2", false}, {vm, vm + "-2", false}, {sub, "/subscriptions/b", false},
	}
	for _, tt := range tests {
		if got := tt.above.Covers(tt.below); got != tt.want {
			t.Errorf("%s covers %s: got %v", tt.above, tt.below, got)
		}
	}
	if rg.ResourceGroup() != "rg-web" || !vm.IsResource() || rg.IsResource() {
		t.Errorf("parts of %s and %s are wrong", rg, vm)
	}
}

func TestDay_TextAndMonth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-1e10, 1e10).Draw(t, "unix"), 0).UTC()
		d := pharos.DayOf(at)
		if d.Start().After(at) || !d.End().After(at) {
			t.Fatalf("%s is not on %s", at, d)
		}
		if back, err := pharos.ParseDay(d.String()); err != nil || back != d {
			t.Fatalf("%s reads as %s, %v", d, back, err)
		}
		m := d.Month()
		if d < m.First() || d > m.Last() || m.First().Month() != m || m.Last().Month() != m || (m+1).First() != m.Last()+1 {
			t.Fatalf("%s is not in %s", d, m)
		}
	})
}

func TestRoles(t *testing.T) {
	roles := pharos.Roles()
	count := map[pharos.Eligibility]int{}
	delegable := 0
	for _, r := range roles.All() {
		count[r.Earns]++
		if r.Earns == pharos.EligibleRole && r.Delegable {
			delegable++
		}
		if r.Delegable == (r.Barred != "") {
			t.Errorf("%s: delegable %v, barred %q", r.Name, r.Delegable, r.Barred)
		}
	}
	if count[pharos.EligibleRole] != 98 || count[pharos.IneligibleRole] != 24 || delegable != 71 || roles.Read != "2022-11-08" {
		t.Errorf("got %v, %d delegable, read %s; Microsoft's table of 2022-11-08 has 98 yes, 24 no, of which 71 can be delegated", count, delegable, roles.Read)
	}
	for id, want := range map[pharos.RoleID]pharos.Eligibility{
		pharos.Owner: pharos.EligibleRole, pharos.Contributor: pharos.EligibleRole, pharos.SupportRequestContributor: pharos.EligibleRole,
		pharos.UserAccessAdministrator: pharos.EligibleRole, pharos.Reader: pharos.IneligibleRole,
		"91c1777a-f3dc-4fae-b103-61d183457e46": pharos.UnlistedRole,
	} {
		if got := roles.Lookup(id).Earns; got != want {
			t.Errorf("%s: got %s, want %s", id, got, want)
		}
	}
}

func TestRate_Of(t *testing.T) {
	list := decimal.RequireFromString("123456789012345678.000000000000000000001")
	want := decimal.RequireFromString("18518518351851851.70000000000000000000015")
	if got := pharos.NewRate(15).Of(list); !got.Equal(want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestMoney_Add(t *testing.T) {
	eur := pharos.Money{Amount: decimal.NewFromInt(1), Currency: "EUR"}
	if _, err := eur.Add(pharos.Money{Amount: decimal.NewFromInt(1), Currency: "USD"}); pharos.CodeOf(err) != pharos.Invalid {
		t.Errorf("two currencies: got %v", err)
	}
	if sum, err := (pharos.Money{}).Add(eur); err != nil || sum.Currency != "EUR" {
		t.Errorf("from nothing: got %v, %v", sum, err)
	}
}

func TestError(t *testing.T) {
	inner := pharos.Errorf(pharos.Forbidden, "no").WithHint("ask")
	outer := fmt.Errorf("reading: %w", pharos.Errorf(pharos.Incomplete, "half: %w", inner))
	if pharos.CodeOf(outer) != pharos.Incomplete || pharos.HintOf(outer) != "ask" || !errors.Is(outer, inner) {
		t.Errorf("code %s, hint %q", pharos.CodeOf(outer), pharos.HintOf(outer))
	}
	if pharos.CodeOf(nil) != "" || pharos.CodeOf(context.Canceled) != pharos.Interrupted || pharos.CodeOf(errors.New("x")) != pharos.Internal {
		t.Error("codes of other errors are wrong")
	}
}

func TestParsePartnerID(t *testing.T) {
	for in, ok := range map[string]bool{"4987654": true, " 4987654 ": true, "498765": true, "12345": false, "12345678901": false, "a987654": false, "": false, "11111111-1111-4111-8111-111111111111": false} {
		if _, err := pharos.ParsePartnerID(in); (err == nil) != ok {
			t.Errorf("%q: got %v", in, err)
		}
	}
}

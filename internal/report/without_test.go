package report

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/repair"
)

// sampleEarners are a scope with money in two currencies and one without any.
func sampleEarners() (rich, poor repair.Earner) {
	of := func(currency, earned, monthly string) repair.Stake {
		return repair.Stake{Currency: currency, Earned: must(decimal.NewFromString(earned)), Monthly: must(decimal.NewFromString(monthly))}
	}
	rich = repair.Earner{Scope: pharos.SubscriptionScope(prod), SubscriptionName: "fabrikam-prod", Customer: fabrikam, CustomerName: "Fabrikam Müller & Söhne GmbH",
		Stakes: []repair.Stake{of("EUR", "5185.18476", "5555.5551"), of("USD", "10.5", "12")}}
	poor = repair.Earner{Scope: pharos.ResourceGroupScope(lab, "rg-data"), SubscriptionName: "fabrikam-lab", Customer: fabrikam,
		CustomerName: "Fabrikam Müller & Söhne GmbH", Stakes: []repair.Stake{}}
	return rich, poor
}

func samplePeople() []repair.Person {
	return []repair.Person{{Name: "alice", Identity: "alice@contosomsp.example", Objects: []pharos.PrincipalRef{{Tenant: fabrikam, ID: alice}}}}
}

func sampleWithout() *Report {
	rich, poor := sampleEarners()
	month := must(pharos.ParseMonth("2026-10"))
	return Without(&repair.Impact{
		Scanned: time.Date(2026, 11, 6, 12, 0, 0, 0, time.UTC), Month: &month, Earning: 3, Totals: rich.Stakes,
		Removed:  []repair.Removed{{What: "principal:provider-automation", Found: []string{"provider-automation (tenant " + string(fabrikam) + ", " + string(robot) + ")"}}},
		Stopped:  []repair.Stopped{{Earner: rich, State: pharos.None, Causes: []pharos.Cause{pharos.NoAccess}, Notes: []string{"nobody of ours holds any role here"}}},
		Weakened: []repair.Weakened{{Earner: poor, Was: 2, Last: samplePeople()}},
	})
}

func sampleBusFactors() *Report {
	rich, poor := sampleEarners()
	month := must(pharos.ParseMonth("2026-10"))
	agents := repair.Person{Name: "AdminAgents", AOBO: true, Objects: []pharos.PrincipalRef{{ID: robot}}}
	return BusFactors(&month, []repair.BusFactor{{Customer: fabrikam, CustomerName: rich.CustomerName, Earning: 3, Factor: 1, Weakest: []repair.Dependence{
		{People: samplePeople(), Scopes: []repair.Earner{rich}, Stakes: rich.Stakes},
		{People: []repair.Person{agents}, Scopes: []repair.Earner{poor}, Stakes: []repair.Stake{}},
	}}})
}

// TestWithout_Nothing: an impact that stops nothing says so.
func TestWithout_Nothing(t *testing.T) {
	i := &repair.Impact{Removed: []repair.Removed{{What: "principal:ops", Found: []string{"ops"}, Notes: []string{"ops is in other groups"}}}, Earning: 7}
	golden(t, "txt", write(t, Without(i), Table, Style{}))
	golden(t, "csv", write(t, Without(i), CSV, Style{}))
}

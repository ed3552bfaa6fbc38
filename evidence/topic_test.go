package evidence_test

import (
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/evidence"
)

func TestFindTopic(t *testing.T) {
	const (
		missing = "Partner earned credit / Credit is missing or lower than expected"
		invoice = "Partner  Earned Credit / Correct a past invoice"
		refund  = "Refund request"
		owner   = "Transfer ownership of my subscription"
	)
	full := map[string][]string{"Billing": {refund, invoice, missing}, "Subscription management": {owner}, "Data Explorer": {"Partner earned credit missing there"}}
	for _, c := range []struct {
		name   string
		topics map[string][]string
		choice evidence.Choice
		want   string // service: problem
		hint   string // of a refusal
	}{
		{name: "best", topics: full, want: "Billing: " + missing},
		{name: "only one about credit", topics: map[string][]string{"BILLING": {refund, invoice}}, want: "BILLING: " + invoice},
		{name: "of another service", topics: map[string][]string{"Billing": {refund}, "Subscription management": {"Partner earned credit"}}, want: "Subscription management: Partner earned credit"},
		{name: "several", topics: map[string][]string{"Billing": {invoice, "Partner earned credit / Other"}},
			hint: `choose one with --classification: "Partner Earned Credit / Correct a past invoice", "Partner earned credit / Other"`},
		{name: "none", topics: map[string][]string{"Billing": {refund}, "Subscription management": {owner}},
			hint: `choose one with --classification (and another service with --service): "Refund request", "Transfer ownership of my subscription"`},
		{name: "no such service", topics: map[string][]string{"Data Explorer": {"x"}}, hint: `choose one with --service: "Data Explorer"`},
		{name: "by name", topics: full, choice: evidence.Choice{Problem: "refund REQUEST"}, want: "Billing: " + refund},
		{name: "by a part", topics: full, choice: evidence.Choice{Problem: "ownership"}, want: "Subscription management: " + owner},
		{name: "by the end of the id", topics: full, choice: evidence.Choice{Problem: "refund-request"}, want: "Billing: " + refund},
		{name: "by id", topics: full, choice: evidence.Choice{Service: "/providers/microsoft.support/data-explorer"}, want: "Data Explorer: Partner earned credit missing there"},
		{name: "of a chosen service", topics: full, choice: evidence.Choice{Service: "data explorer", Problem: "there"}, want: "Data Explorer: Partner earned credit missing there"},
		{name: "unknown service", topics: full, choice: evidence.Choice{Service: "pizza"}, hint: `one of "Billing", "Data Explorer", "Subscription management"`},
		{name: "unknown problem", topics: full, choice: evidence.Choice{Service: "Billing", Problem: "pizza"},
			hint: `one of "Partner Earned Credit / Correct a past invoice", "Partner earned credit / Credit is missing or lower than expected", "Refund request"`},
		{name: "two of that part", topics: full, choice: evidence.Choice{Problem: "earned"},
			hint: `one of "Partner Earned Credit / Correct a past invoice", "Partner earned credit / Credit is missing or lower than expected"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := &desk{topics: c.topics}
			for _, name := range []string{"Data Explorer", "Billing", "BILLING", "Subscription management"} {
				if _, has := c.topics[name]; has {
					d.order = append(d.order, name)
				}
			}
			service, problem, err := evidence.FindTopic(t.Context(), d, c.choice)
			if c.hint != "" {
				if pharos.CodeOf(err) != pharos.Invalid || pharos.HintOf(err) != c.hint {
					t.Fatalf("got %v\nhint %s\nwant %s", err, pharos.HintOf(err), c.hint)
				}
				return
			}
			if got := service.Name + ": " + problem.Name; err != nil || got != c.want {
				t.Fatalf("got %s, %v, want %s", got, err, c.want)
			}
			asked := map[string]bool{}
			for _, call := range d.calls {
				if asked[call] {
					t.Errorf("asked twice: %s", call)
				}
				asked[call] = true
			}
			if !strings.HasPrefix(service.ID, "/providers/Microsoft.Support/") {
				t.Errorf("service %+v", service)
			}
		})
	}
}

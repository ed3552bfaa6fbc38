package emulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// shop is a provider with customers that come, go and differ.
const shop = `version: 1
name: shop
clock: {start: 2026-10-01T00:00:00Z, now: 2026-10-20T12:00:00Z}
partner:
  tenant: {name: msp}
  partnerId: "4987654"
  kind: indirect-provider
  adminAgents: agents
  principals:
    - {name: robot, kind: servicePrincipal, secret: s}
    - {name: mute, kind: servicePrincipal, secret: s, partnerCenter: false}
    - {name: alice, kind: user}
    - {name: bob, kind: user}
    - {name: agents, kind: group, members: [{principal: alice}]}
otherPartners:
  - {name: reseller, partnerId: "5000001", tenant: {name: reseller-msp}}
  - {name: rival, partnerId: "7000001", tenant: {name: rival-msp}, principals: [{name: rival-robot, kind: servicePrincipal, secret: r}]}
customers:
  - name: plain
    country: DE
    agreement: {mca: true, from: 2026-10-03T00:00:00Z}
    subscriptions: [{name: one, resources: [RES]}, {name: two}]
  - {name: old, plan: legacy, subscriptions: [{name: classic}]}
  - name: came
    billTo: [{partner: rival, to: 2026-10-10T00:00:00Z}, {partner: us, from: 2026-10-10T00:00:00Z}]
    reseller: [{partner: rival, to: 2026-10-11T00:00:00Z}, {partner: reseller, from: 2026-10-11T00:00:00Z}]
    agreement: {mca: false}
    subscriptions: [{name: moved}]
  - {name: gone, billTo: [{partner: us, to: 2026-10-15T00:00:00Z}, {partner: rival, from: 2026-10-15T00:00:00Z}], subscriptions: [{name: left, resources: [RES]}]}
`

func shopDesk(t testing.TB) *desk {
	const resource = "{name: vm, group: rg, type: Microsoft.Compute/virtualMachines, meter: vm-d2s-v5, quantity: 24}"
	return deskFor(t, strings.ReplaceAll(shop, "RES", resource), "msp", "robot", partnerCenter)
}

func TestPartnerCenter_Reads(t *testing.T) {
	d := shopDesk(t)
	plan := func(customer string) string { return "/subscriptions/" + objectID("azurePlan", customer, "Azure plan") }
	of := func(customer string) string { return "/v1/customers/" + objectID("tenant", "", customer) }
	for _, c := range []struct{ path, property, want string }{
		{"/v1/customers", "id", objectID("tenant", "", "plain") + " " + objectID("tenant", "", "old") + " " + objectID("tenant", "", "came")},
		{"/v1/customers?filter=" + url.QueryEscape(`{"Field":"CompanyName","Value":"PL","Operator":"starts_with"}`), "id", objectID("tenant", "", "plain")},
		{of("plain") + "/subscriptions", "offerName", "Azure plan"},
		{of("plain") + plan("plain") + "/azureEntitlements", "id", objectID("subscription", "plain", "one") + " " + objectID("subscription", "plain", "two")},
		{of("old") + "/subscriptions", "id", objectID("subscription", "old", "classic")},
		{of("old") + "/subscriptions/" + objectID("subscription", "old", "classic") + "/azureEntitlements", "id", ""},
		{of("came") + "/subscriptions", "partnerId", "5000001"},
		{of("came") + "/subscriptions?mpn_id=5000001", "effectiveStartDate", "2026-10-10T00:00:00Z"},
		{of("came") + "/subscriptions?mpn_id=7000001", "id", ""},
		{of("plain") + "/agreements?agreementType=MicrosoftCustomerAgreement", "dateAgreed", "2026-10-03T00:00:00Z"},
		{of("came") + "/agreements", "dateAgreed", ""},
		{of("came") + "/relationships", "mpnId", "5000001"},
		{"/v1/relationships?relationship_type=is_indirect_cloud_solution_provider_of", "mpnId", "7000001 5000001"},
		{"/v1/agreements?agreementType=MicrosoftCustomerAgreement", "templateId", agreementTemplate},
		{"/v1/invoices", "id", ""},
	} {
		if got := names(d.get(c.path, 200)["items"], c.property); got != c.want {
			t.Errorf("%s: %q, want %q", c.path, got, c.want)
		}
	}
	for _, c := range []struct {
		path, property string
		want           any
	}{
		{of("plain") + "/directSignedMicrosoftCustomerAgreementStatus", "isSigned", true},
		{of("came") + "/directSignedMicrosoftCustomerAgreementStatus", "isSigned", false},
		{"/v1/profiles/mpn", "mpnId", "4987654"},
		{"/v1/profiles/mpn?mpnId=7000001", "partnerName", "rival-msp"},
		{"/v1/compliance/csp/agreementstatus?mpnId=4987654", "isAgreementSigned", true},
		{"/v1/compliance/csp/agreementstatus?tenantId=" + objectID("tenant", "", "msp"), "isAgreementSigned", true},
		{of("plain") + plan("plain") + "/azureEntitlements/" + objectID("subscription", "plain", "two"), "friendlyName", "two"},
		{of("plain") + plan("plain"), "friendlyName", "Azure plan"},
	} {
		if got := d.get(c.path, 200)[c.property]; got != c.want {
			t.Errorf("%s: %s %v, want %v", c.path, c.property, got, c.want)
		}
	}
	profile := d.get(of("plain"), 200)["billingProfile"].(map[string]any)["defaultAddress"].(map[string]any)
	if profile["country"] != "DE" {
		t.Errorf("country: %v", profile)
	}
}

func TestPartnerCenter_Refusals(t *testing.T) {
	d := shopDesk(t)
	for _, c := range []struct {
		path   string
		status int
		code   string
	}{
		{"/v1/customers/" + objectID("tenant", "", "gone"), 403, "20002"},
		{"/v1/customers/" + objectID("tenant", "", "nobody"), 404, "60003"},
		{"/v1/customers/" + objectID("tenant", "", "plain") + "/subscriptions/x", 404, "20003"},
		{"/v1/customers?size=x", 400, "3000"},
		{"/v1/customers?seekOperation=Next", 400, "3000"},
		{"/v1/profiles/mpn?mpnId=9999999", 404, "3000"},
		{"/v1/compliance/csp/agreementstatus", 400, "3000"},
		{"/v1/relationships?relationship_type=x", 400, "3000"},
		{"/v1/invoices/G000000000", 404, "2000"},
		{"/v1/invoices/unbilled/lineitems?provider=azure&invoicelineitemtype=usagelineitems&currencycode=usd&period=current", 400, "3000"},
		{"/v1/invoices/unbilled/lineitems?provider=onetime&invoicelineitemtype=usagelineitems&currencycode=usd&period=last", 400, "3000"},
		{"/v1/invoices/unbilled/lineitems?provider=onetime&invoicelineitemtype=billinglineitems", 501, "NotImplemented"},
		{"/v1/carts", 501, "NotImplemented"},
	} {
		if got := d.get(c.path, c.status)["code"]; got != c.code {
			t.Errorf("%s: %v, want %s", c.path, got, c.code)
		}
	}
	for _, who := range []string{"mute", "bob"} {
		d.signIn("msp", who, partnerCenter)
		d.get("/v1/customers", 403)
	}
	d.signIn("msp", "alice", partnerCenter)
	d.get("/v1/customers", 200)
	d.signIn("msp", "robot", arm) // a token for another service
	d.get("/v1/customers", 401)
	d.signIn("rival-msp", "rival-robot", partnerCenter)
	if got := names(d.get("/v1/customers", 200)["items"], "id"); got != objectID("tenant", "", "gone") {
		t.Errorf("the rival's customers: %q", got)
	}
}

// paged follows the links of a list to its end.
func paged(d *desk, target string) (items []json.RawMessage, pages int) {
	d.t.Helper()
	for {
		r := d.do(http.MethodGet, target, "")
		var page struct {
			TotalCount int
			Items      []json.RawMessage
			Links      struct {
				Next *struct {
					URI     string
					Headers []struct{ Key, Value string }
				}
			}
		}
		if err := json.Unmarshal(r.body, &page); err != nil || r.status != 200 || page.TotalCount != len(page.Items) {
			d.t.Fatalf("%s: %d, %v: %.300s", target, r.status, err, r.body)
		}
		items, pages = append(items, page.Items...), pages+1
		if page.Links.Next == nil {
			return items, pages
		}
		target = "/v1" + page.Links.Next.URI
		d.next = http.Header{"Ms-Continuationtoken": {page.Links.Next.Headers[0].Value}}
	}
}

// Every page together is the whole list, once.
func TestPartnerCenter_Paging(t *testing.T) {
	var more strings.Builder
	for i := range 23 {
		fmt.Fprintf(&more, "  - {name: c%02d, currency: EUR, subscriptions: [{name: s, resources: [{name: vm, group: g, type: Microsoft.Compute/virtualMachines, meter: vm-d2s-v5, quantity: 1}]}]}\n", i)
	}
	d := deskFor(t, strings.ReplaceAll(shop, "RES", "")+more.String(), "msp", "robot", partnerCenter)
	customers, pages := paged(d, "/v1/customers?size=10")
	seen := map[string]bool{}
	for _, c := range customers {
		seen[string(c)] = true
	}
	if len(customers) != 26 || len(seen) != 26 || pages != 3 {
		t.Errorf("%d customers, %d different, on %d pages; want 26 on 3", len(customers), len(seen), pages)
	}
	// 23 customers and 19 days that are over.
	const lines = "/v1/invoices/unbilled/lineitems?provider=onetime&invoicelineitemtype=usagelineitems&currencycode=eur&period=current&size="
	items, pages := paged(d, lines+"100")
	if len(items) != 23*19 || pages != 5 {
		t.Errorf("%d line items on %d pages, want 437 on 5", len(items), pages)
	}
	all, pages := paged(d, lines+"5000")
	if len(all) != len(items) || pages != 1 || string(all[436]) != string(items[436]) {
		t.Errorf("%d line items on %d pages, want all on one", len(all), pages)
	}
}

func TestPartnerCenter_LineItems(t *testing.T) {
	d := deskFor(t, billCase{now: "2026-11-06T00:00:00Z", access: []string{`aobo: [{partner: us, to: 2026-10-09T00:00:00Z}]`}}.yaml(), "msp", "robot", partnerCenter)
	invoices := d.get("/v1/invoices", 200)["items"].([]any)
	if len(invoices) != 1 {
		t.Fatalf("%d invoices", len(invoices))
	}
	i := invoices[0].(map[string]any)
	path := "/v1/invoices/" + i["id"].(string) + "/lineitems?provider=OneTime&invoiceLineItemType=UsageLineItems&size=2000"
	items := d.get(path, 200)["items"].([]any)
	first, last := items[0].(map[string]any), items[30].(map[string]any)
	if len(items) != 31 || fmt.Sprint(first["rateOfPartnerEarnedCredit"]) != "0.15" || first["hasPartnerEarnedCredit"] != true ||
		fmt.Sprint(last["rateOfPartnerEarnedCredit"]) != "0" || last["hasPartnerEarnedCredit"] != false || first["invoiceNumber"] != i["id"] {
		t.Errorf("%d line items, first %v, last %v", len(items), first, last)
	}
	if credited := d.get(path+"&hasPartnerEarnedCredit=true", 200)["items"].([]any); len(credited) != 8 {
		t.Errorf("%d credited, want 8", len(credited))
	}
	// 8 days with credit: floor(192 x 0.096 x 0.85) = 15.66; 23 without:
	// floor(552 x 0.096) = 52.99; each x 0.92, cut to cents.
	if want := "63.15"; fmt.Sprint(i["totalCharges"]) != want {
		t.Errorf("total %v, want %s", i["totalCharges"], want)
	}
	if s := d.get("/v1/invoices/summary", 200); fmt.Sprint(s["balanceAmount"]) != "63.15" {
		t.Errorf("summary: %v", s)
	}
}

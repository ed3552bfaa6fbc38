package usagefile

import (
	"bytes"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/pharos-pec/pharos"
)

const dailyHeader = "PartnerId,CustomerId,CustomerName,InvoiceNumber,ProductId,SkuId,SkuName,PublisherName,SubscriptionDescription,UsageDate,MeterId,MeterName,ResourceGroup,ResourceURI,UnitPrice,Quantity,BillingPreTaxTotal,BillingCurrency,PricingCurrency,EffectiveUnitPrice,PCToBCExchangeRate,EntitlementId,EntitlementDescription,PartnerEarnedCreditPercentage,Tier2MpnId,Tags"

func TestOpen_Daily(t *testing.T) {
	text := "\ufeff" + dailyHeader + "\r\n" +
		`p,22222222-2222-4222-8222-222222222222,"Fabrikam, Inc.",G001,DZH,00TG,"Name ""x""",Microsoft,Azure plan,10/09/2026,m1,D2s v5,RG-Web,/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/RG-Web/providers/Microsoft.Compute/virtualMachines/VM1,0.096,24,2.11,EUR,usd,0.0816,0.92,33333333-3333-4333-8333-333333333333,prod,15,0,"{""env"":""prod""}"` + "\r\n"
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	for name, r := range map[string]*bytes.Reader{"plain": bytes.NewReader([]byte(text)), "gzip": bytes.NewReader(gz.Bytes())} {
		lines := readAll(t, name, r)
		if len(lines) != 1 {
			t.Fatalf("%s: %d lines", name, len(lines))
		}
		l := lines[0]
		if l.List().String() != "2.11968" || !l.Credited.Equal(pharos.NewRate(15).Decimal) || l.ResourceGroup != "rg-web" || l.CustomerName != "Fabrikam, Inc." || l.Invoice != "G001" {
			t.Errorf("%s: %+v", name, l)
		}
	}
}

func readAll(t *testing.T, name string, r *bytes.Reader) []pharos.UsageLine {
	t.Helper()
	var lines []pharos.UsageLine
	for f, err := range Open(name, r) {
		if err != nil {
			t.Fatal(err)
		}
		for rec, err := range f.Records() {
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, rec.UsageLine(f.Name))
		}
		if rejects, n := f.Rejects(); n > 0 {
			t.Fatalf("rejects: %v", rejects)
		}
	}
	return lines
}

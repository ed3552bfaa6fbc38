package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/sync/errgroup"
)

// shape is the size of a generated bill. The defaults are those of a large
// partner: 2,000 customers, three subscriptions and a hundred resources each.
type shape struct {
	Rows, Files, Customers, Subscriptions, Resources int
	Seed                                             uint64
	First                                            time.Time // first day of the month
}

// resource is one resource of the bill; all its lines are alike but for day,
// quantity and credit.
type resource struct {
	head, middle string // JSON before UsageDate's value, and from there to UnitPrice
	amounts      string // from BillingPreTaxTotal to EffectiveUnitPrice
	entitlement  string
	meter        meter
	eligible     bool
	linked       bool
	rate         string
}

// meter is a row of the price list.
type meter struct {
	id, name, category, subcategory, price, effective string
}

// generate writes the bill of one month as Graph writes it: JSON Lines in
// gzip, day by day, customers together within a day. The same shape gives
// the same bytes.
func generate(dir string, s shape) ([]string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	resources := s.resources()
	perFile := (s.Rows + s.Files - 1) / s.Files
	paths := make([]string, s.Files)
	var g errgroup.Group
	g.SetLimit(2)
	for i := range s.Files {
		paths[i] = filepath.Join(dir, fmt.Sprintf("part-%05d.json.gz", i))
		g.Go(func() error {
			return s.file(paths[i], resources, i*perFile, min(s.Rows, (i+1)*perFile))
		})
	}
	return paths, g.Wait()
}

func (s shape) file(path string, resources []resource, from, to int) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	z, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(z, 1<<18)
	random := newRandom(s.Seed, from)
	for row := from; row < to; row++ {
		s.line(w, resources, row, random)
	}
	for _, end := range []func() error{w.Flush, z.Close, f.Close} {
		if e := end(); err == nil {
			err = e
		}
	}
	return err
}

// line writes row number row of the month: days follow each other, and within
// a day resources do.
func (s shape) line(w io.Writer, resources []resource, row int, random *rand.Rand) {
	days := s.First.AddDate(0, 1, -1).Day()
	perDay := (s.Rows + days - 1) / days
	day := row / perDay
	r := &resources[(row%perDay)*len(resources)/perDay]
	date := s.First.AddDate(0, 0, day).Format("2006-01-02T00:00:00Z")
	quantity := strconv.FormatFloat(float64(random.IntN(2400000))/100000, 'f', -1, 64)
	if random.IntN(50) == 0 {
		quantity = strconv.Itoa(1+random.IntN(99)) + "." + strconv.Itoa(random.IntN(10)) + "E-08"
	}
	credit, effective := "0", r.meter.price
	if r.eligible && r.linked && random.IntN(20) > 0 {
		credit, effective = "15", r.meter.effective
	}
	total := strconv.FormatFloat(float64(random.IntN(100000))/100, 'f', 2, 64)
	fmt.Fprintf(w, "%s%s%s%s,\"Quantity\":%s,\"UnitType\":\"1 Hour\",\"BillingPreTaxTotal\":%s,%s\"EffectiveUnitPrice\":%s,\"PCToBCExchangeRate\":%s,\"PCToBCExchangeRateDate\":\"2026-09-29T00:00:00Z\",%s\"PartnerEarnedCreditPercentage\":%s,\"CreditPercentage\":0,\"CreditType\":\"Credit Not Applied\",\"BenefitOrderID\":null,\"BenefitID\":null,\"BenefitType\":null}\n",
		r.head, date, "\"", r.middle, quantity, total, r.amounts, effective, r.rate, r.entitlement, credit)
}

// resources makes the resources of the bill, those of a customer together.
func (s shape) resources() []resource {
	random := newRandom(s.Seed, 0)
	meters := priceList(random)
	currencies := []struct{ code, rate string }{{"USD", "1"}, {"EUR", "0.92"}, {"GBP", "0.79"}, {"CHF", "0.8812"}, {"JPY", "149.325"}}
	out := make([]resource, s.Resources)
	for i := range out {
		sub := i * s.Subscriptions / s.Resources
		customer := sub * s.Customers / s.Subscriptions
		m := meters[random.IntN(len(meters))]
		cur := currencies[customer%len(currencies)]
		out[i] = s.resource(i, sub, customer, m, cur.code, cur.rate, random)
	}
	return out
}

func (s shape) resource(i, sub, customer int, m meter, currency, rate string, random *rand.Rand) resource {
	tenant, subscription := guid(s.Seed, 1, customer), guid(s.Seed, 2, sub)
	group := fmt.Sprintf("RG-%s-%02d", []string{"Web", "data", "PROD"}[random.IntN(3)], sub%50)
	name := fmt.Sprintf("res-%s-%06d", []string{"vm", "sql", "disk", "stor", "ip"}[random.IntN(5)], i)
	uri := "/subscriptions/" + subscription + "/resourceGroups/" + group + "/providers/Microsoft.Compute/virtualMachines/" + name
	head := fmt.Sprintf(`{"PartnerId":"11111111-1111-4111-8111-111111111111","PartnerName":"Contoso MSP","CustomerId":"%s","CustomerName":"Customer %d \u0026 Sons","CustomerDomainName":"customer%d.example","CustomerCountry":"DE","MpnId":"4987654","Tier2MpnId":"0","InvoiceNumber":null,"ProductId":"DZH318Z0BQ35","SkuId":"00TG","AvailabilityId":"DZH318Z0BP8B","SkuName":"%s","ProductName":"%s","PublisherName":"Microsoft","PublisherId":"","SubscriptionDescription":"Azure plan","SubscriptionId":"%s","ChargeStartDate":"2026-10-01T00:00:00Z","ChargeEndDate":"2026-10-31T00:00:00Z","UsageDate":"`,
		tenant, customer, customer, m.name, m.category, guid(s.Seed, 3, customer))
	middle := fmt.Sprintf(`,"MeterType":"1 Compute Hour","MeterCategory":"%s","MeterId":"%s","MeterSubCategory":"%s","MeterName":"%s","MeterRegion":"EU West","Unit":"1 Hour","ResourceLocation":"EUWEST","ConsumedService":"Microsoft.Compute","ResourceGroup":"%s","ResourceURI":"%s","ChargeType":"new","UnitPrice":%s`,
		m.category, m.id, m.subcategory, m.name, group, uri, m.price)
	tags := fmt.Sprintf(`{\"costCenter\":\"CC-%04d\",\"environment\":\"%s\",\"owner\":\"team%d@customer%d.example\"}`, customer%997, []string{"prod", "test", "dev"}[i%3], i%17, customer)
	info := fmt.Sprintf(`{\"UsageType\":\"ComputeHR\",\"ImageType\":\"Canonical\",\"ServiceType\":\"Standard_%s\",\"VMName\":null,\"VMProperties\":null,\"VCPUs\":%d,\"CPUs\":0}`, m.name, 2+i%8)
	amounts := fmt.Sprintf(`"BillingCurrency":"%s","PricingPreTaxTotal":1.25,"PricingCurrency":"USD","ServiceInfo1":"","ServiceInfo2":"","Tags":"%s","AdditionalInfo":"%s",`, currency, tags, info)
	entitlement := fmt.Sprintf(`"EntitlementId":"%s","EntitlementDescription":"Subscription %d",`, subscription, sub)
	return resource{
		head: head, middle: middle, amounts: amounts, entitlement: entitlement, meter: m, rate: rate,
		eligible: random.IntN(25) > 0, linked: sub%11 != 0,
	}
}

func priceList(random *rand.Rand) []meter {
	out := make([]meter, 400)
	for i := range out {
		price := 1 + random.IntN(99999)
		out[i] = meter{
			id: guid(7, 4, i), name: fmt.Sprintf("D%ds v5", i), category: []string{"Virtual Machines", "Storage", "SQL Database", "Bandwidth"}[i%4],
			subcategory: fmt.Sprintf("Series %d", i%40), price: fmt.Sprintf("0.%05d", price), effective: fmt.Sprintf("0.%07d", price*85),
		}
	}
	return out
}

func newRandom(seed uint64, n int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, uint64(n))) //nolint:gosec // a bill that can be made again, not a secret
}

// guid returns a GUID that stands for number n of a kind.
func guid(seed uint64, kind, n int) string {
	r := newRandom(seed+uint64(kind)<<32, n)
	a, b := r.Uint64(), r.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", uint32(a), uint16(a>>32), a>>52, b&0xfff, b>>16)
}

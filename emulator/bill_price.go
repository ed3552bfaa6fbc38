package emulator

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/shopspring/decimal"
)

// pricingCurrency is the currency of every list price: the Azure plan is
// priced in US dollars (docs: azure-plan-billing).
const pricingCurrency = "USD"

// meterPrice is a row of the price list.
type meterPrice struct {
	ID          string // the scenario's name of the meter, for example vm-d2s-v5
	Name        string
	Category    string
	SubCategory string
	Family      string // service family
	Product     string
	Unit        string          // what one unit is: "1 Hour", "10K"
	UnitPrice   decimal.Decimal // list price of one unit, in pricingCurrency
	Credit      decimal.Decimal // partner earned credit, percent
}

//go:embed data/pricelist.csv
var priceListCSV string

// builtinPrices returns the price list that ships with the emulator, in the
// order of its file.
var builtinPrices = sync.OnceValue(func() []meterPrice {
	list, err := parsePriceList(priceListCSV)
	if err != nil {
		panic("emulator: data/pricelist.csv: " + err.Error()) // a build fault: the list is embedded and tested
	}
	return list
})

// builtinPrice looks a meter of the built-in list up by its id.
func builtinPrice(id string) (meterPrice, bool) {
	i := slices.IndexFunc(builtinPrices(), func(m meterPrice) bool { return m.ID == id })
	if i < 0 {
		return meterPrice{}, false
	}
	return builtinPrices()[i], true
}

// parsePriceList reads the price list; "#" begins a comment line.
func parsePriceList(text string) ([]meterPrice, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comment = '#'
	records, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	var list []meterPrice
	for _, f := range records[1:] {
		price, err := decimal.NewFromString(f[7])
		if err != nil {
			return nil, fmt.Errorf("meter %s: unitPrice: %w", f[0], err)
		}
		credit, err := decimal.NewFromString(f[8])
		if err != nil {
			return nil, fmt.Errorf("meter %s: credit: %w", f[0], err)
		}
		if slices.ContainsFunc(list, func(m meterPrice) bool { return m.ID == f[0] }) {
			return nil, fmt.Errorf("meter %s stands twice", f[0])
		}
		list = append(list, meterPrice{f[0], f[1], f[2], f[3], f[4], f[5], f[6], price, credit})
	}
	return list, nil
}

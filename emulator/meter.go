package emulator

import (
	_ "embed"
	"encoding/csv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

//go:embed data/meters.csv
var metersCSV string

// priceList returns the built-in meters by id.
func priceList() map[string]*Meter {
	r := csv.NewReader(strings.NewReader(metersCSV))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		panic("emulator: data/meters.csv: " + err.Error()) // a build fault: it is embedded and tested
	}
	list := make(map[string]*Meter, len(rows)-1)
	for _, f := range rows[1:] {
		list[f[0]] = &Meter{
			ID: f[0], Name: f[1], Category: f[2], Subcategory: f[3], Unit: f[4],
			UnitPrice: decimal.RequireFromString(f[5]),
			Credit:    pharos.Rate{Decimal: decimal.RequireFromString(f[6])},
		}
	}
	return list
}

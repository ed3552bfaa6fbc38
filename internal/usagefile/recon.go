package usagefile

import (
	"bytes"

	"github.com/pharos-pec/pharos"
)

// reconRecords reads the monthly reconciliation file.
type reconRecords struct {
	csv *csvReader
	row row
}

// next reads the next row, or returns io.EOF.
func (r *reconRecords) next() (ReconTotal, string, error) {
	if err := r.csv.read(&r.row); err != nil {
		return ReconTotal{}, "", err
	}
	t := ReconTotal{Number: r.csv.first, Invoice: string(bytes.ToUpper(bytes.TrimSpace(r.row.cells[colInvoice])))}
	customer, err := pharos.ParseGUID(string(r.row.cells[colCustomer]))
	if err != nil {
		return t, reason("customer id", r.row.cells[colCustomer]), nil
	}
	t.Customer = pharos.TenantID(customer)
	var ok bool
	if t.Currency, ok = parseCurrency(r.row.cells[colBillingCurrency]); !ok {
		return t, reason("currency", r.row.cells[colBillingCurrency]), nil
	}
	subtotal, ok := parseNumber(bytes.TrimSpace(r.row.cells[colSubtotal]))
	if !ok {
		return t, reason("subtotal", r.row.cells[colSubtotal]), nil
	}
	total, ok := parseNumber(bytes.TrimSpace(r.row.cells[colTotal]))
	if !ok && len(r.row.cells[colTotal]) > 0 {
		return t, reason("total", r.row.cells[colTotal]), nil
	}
	t.Subtotal, t.Total = subtotal.Decimal(), total.Decimal()
	t.Metered = len(bytes.TrimSpace(r.row.cells[colMeterDescription])) > 0
	return t, "", nil
}

package usagefile

// column is a value that Pharos takes from a line, whatever the format calls it.
type column uint8

const (
	colCustomer column = iota
	colCustomerName
	colSubscription
	colSubscriptionName
	colInvoice
	colDay
	colResource
	colResourceGroup
	colMeterID
	colMeterName
	colMeterCategory
	colMeterSubCategory
	colProductID
	colSKU
	colSKUName
	colPublisher
	colPublisherType
	colQuantity
	colUnitPrice
	colRetailPrice // Cost Management's PayGPrice
	colListCost    // FOCUS, settles the currency of its prices
	colEffectivePrice
	colPricingCurrency
	colBillingCurrency
	colExchangeRate
	colPreTax
	colCreditRate
	colCreditApplied
	colReseller
	colPlan
	colTags
	colPricingModel
	colPricingSubcategory
	colBenefitType
	colBenefitOrder
	colBenefitID
	colReservation
	colSubtotal // monthly reconciliation
	colTaxTotal
	colTotal
	colMeterDescription
	numColumns
	noColumn column = 255
)

// row holds the cells of one line as the file has them, unquoted and
// unescaped. The bytes are valid until the next line is read.
type row struct {
	cells [numColumns][]byte
	has   [numColumns]bool // the line carries the column, perhaps as null
}

func (r *row) reset() { *r = row{} }

// set stores a cell; it returns false when the line carries the column twice.
func (r *row) set(c column, cell []byte) bool {
	twice := r.has[c]
	r.cells[c], r.has[c] = cell, true
	return !twice
}

// text returns the first of the columns that is not blank.
func (r *row) text(cols ...column) []byte {
	for _, c := range cols {
		if len(r.cells[c]) > 0 {
			return r.cells[c]
		}
	}
	return nil
}

package emulator

import "github.com/shopspring/decimal"

// v1Columns are the fields of a DailyRatedUsageLineItem of Partner Center
// REST v1 (docs: partner-center/developer/invoice-resources). Names are in
// camel case, and the rate of the credit is a fraction here: 0.15. The benefit
// fields are an addition: v1 itself leaves prepaid usage out.
func v1Columns() []column {
	renamed := map[string]string{
		"MpnId": "mpnId", "Tier2MpnId": "resellerMpnId", "Unit": "unitOfMeasure", "ResourceURI": "resourceUri",
		"PCToBCExchangeRate": "pcToBCExchangeRate", "PCToBCExchangeRateDate": "pcToBCExchangeRateDate",
		"BenefitOrderID": "benefitOrderId", "BenefitID": "benefitId",
		// The rates have other names and another scale in v1.
		"PartnerEarnedCreditPercentage": "", "CreditPercentage": "", "CreditType": "",
	}
	var columns []column
	for _, c := range graphColumns(true) {
		name, special := renamed[c.name]
		switch {
		case !special:
			c.name = string(c.name[0]|0x20) + c.name[1:]
		case name == "":
			continue
		default:
			c.name = name
		}
		columns = append(columns, c)
	}
	return append(columns,
		column{"rateOfPartnerEarnedCredit", func(l *billLine) cell { return number(l.credit().Shift(-2)) }},
		column{"hasPartnerEarnedCredit", func(l *billLine) cell { return boolean(l.Credited) }},
		column{"creditType", func(*billLine) cell { return text(notApplied) }},
		column{"rateOfCredit", func(*billLine) cell { return number(decimal.Zero) }},
		column{"invoiceLineItemType", func(*billLine) cell { return text("usage_line_items") }},
		column{"billingProvider", func(*billLine) cell { return text("marketplace") }},
		column{"attributes", func(*billLine) cell {
			return cell{text: `{"objectType":"DailyRatedUsageLineItem"}`, number: true}
		}},
	)
}

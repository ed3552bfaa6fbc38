package usagefile

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/pharos-pec/pharos"
)

// recognise tells the vocabulary of a header, or of an object's keys, by
// columns that only one format has. A file of a known kind that cannot say
// which lines were credited is refused with the reason.
func recognise(name string, line int64, header []string) (*schema, error) {
	has := map[string]bool{}
	for _, h := range header {
		has[strings.ToLower(strings.TrimSpace(h))] = true
	}
	switch {
	case has["chargeperiodstart"] && has["billedcost"]:
		if !has["x_partnercreditapplied"] && !has["x_partnercreditrate"] {
			return nil, fileError(name, line, "a FOCUS export without x_PartnerCreditApplied and x_PartnerCreditRate does not say which lines were credited").
				WithHint("export at a billing scope of the partner (billing account, billing profile or customer)")
		}
		return focusSchema(), nil
	case has["billablequantity"] && has["subtotal"] && !has["usagedate"]:
		return reconSchema(), nil
	case has["usagedate"] && (has["entitlementid"] || has["resourceuri"]):
		if !has["partnerearnedcreditpercentage"] && !has["rateofpartnerearnedcredit"] {
			return nil, basicExport(name, line)
		}
		return partnerSchema(), nil
	case has["metercategory"] && (has["date"] || has["usagedate"]) && (has["subscriptionid"] || has["subscriptionguid"]):
		if !has["partnerearnedcreditapplied"] && !has["partnerearnedcreditrate"] {
			return nil, fileError(name, line, "a Cost Management file without partnerEarnedCreditApplied and partnerEarnedCreditRate does not say which lines were credited: it was exported at a subscription or resource group").
				WithHint("export at a billing scope of the partner (billing account, billing profile or customer)")
		}
		return costSchema(), nil
	default:
		return nil, unknownFormat(name)
	}
}

// basicExport refuses an export with attributeSet basic, which has no
// PartnerEarnedCreditPercentage (Graph, "attributeSet values").
func basicExport(name string, line int64) *pharos.Error {
	return fileError(name, line, "no PartnerEarnedCreditPercentage: an export with attributeSet basic does not say which lines were credited").
		WithHint("export again with attributeSet full")
}

func unknownFormat(name string) *pharos.Error {
	return fileError(name, 0, "not a usage file that Pharos knows").
		WithHint("it reads the Graph usage export (JSON Lines), daily rated usage (CSV), v1 line items (JSON), partner exports of Cost Management and FOCUS (CSV, Parquet) and the monthly reconciliation (CSV)")
}

// jsonShape is what the first bytes of a JSON text say of it.
type jsonShape struct {
	list bool     // it begins with an array
	keys []string // of the first object
}

// sniffJSON reads the keys of the first object as far as head goes.
func sniffJSON(head []byte) jsonShape {
	var s jsonShape
	dec := json.NewDecoder(bytes.NewReader(head))
	tok, err := dec.Token()
	if tok == json.Delim('[') {
		s.list = true
		tok, err = dec.Token()
	}
	if err != nil || tok != json.Delim('{') {
		return s
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return s
		}
		k, _ := key.(string)
		s.keys = append(s.keys, k)
		if k == "items" { // its value may be longer than head
			return s
		}
		var skip json.RawMessage
		if dec.Decode(&skip) != nil {
			return s
		}
	}
	return s
}

// openJSON recognises the format by the first object and makes its cursor.
func (f *Reader) openJSON(lines *lineReader, head []byte) error {
	shape := sniffJSON(head)
	has := func(key string) bool {
		for _, k := range shape.keys {
			if k == key {
				return true
			}
		}
		return false
	}
	pages := has("items") || has("totalCount")
	v1 := pages || has("usageDate") || has("entitlementId") || shape.list && len(shape.keys) == 0
	switch {
	case v1 && !pages && len(shape.keys) > 0 && !has("rateOfPartnerEarnedCredit") && !has("hasPartnerEarnedCredit"):
		return fileError(f.Name, 1, "no rateOfPartnerEarnedCredit: the items do not say which lines were credited").
			WithHint("ask for usage line items (invoiceLineItemType=usagelineitems)")
	case v1:
		layout := v1Bare
		if pages {
			layout = v1Pages
		} else if shape.list {
			layout = v1List
		}
		f.Format = V1JSON
		f.cursor = newV1Items(f.Name, lines.r, layout, newBuilder(partnerFamily, false, fractionScale))
		return nil
	case shape.list || !has("UsageDate"):
		if lone := bytes.IndexByte(head, '\n') < 0 && len(head) < MaxLine; lone && !json.Valid(head) && len(shape.keys) > 0 {
			lines.line = 1
			return lines.cut()
		}
		return unknownFormat(f.Name)
	case !has("PartnerEarnedCreditPercentage"):
		return basicExport(f.Name, 1)
	}
	f.Format = GraphJSONL
	f.cursor = &jsonLines{lines: lines, scanner: newObjectScanner(partnerSchema()), builder: newBuilder(partnerFamily, false, percentScale)}
	return nil
}

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
	list  bool            // it begins with an array
	pages bool            // its first object is a page of items
	keys  map[string]bool // of the first object, or of a page's first item
}

// sniffJSON reads the keys of the first object as far as head goes.
func sniffJSON(head []byte) jsonShape {
	s := jsonShape{keys: map[string]bool{}}
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
		switch k, _ := key.(string); {
		case k == "items" && !s.pages:
			s.pages, s.keys = true, map[string]bool{}
			if open(dec, '[') && !open(dec, '{') {
				return s
			}
			continue
		default:
			s.keys[k] = true
		}
		var skip json.RawMessage
		if dec.Decode(&skip) != nil {
			return s
		}
	}
	return s
}

// layout is how v1 items are wrapped.
func (s jsonShape) layout() v1Layout {
	switch {
	case s.pages:
		return v1Pages
	case s.list:
		return v1List
	default:
		return v1Bare
	}
}

// open reports whether the next token opens an array or object.
func open(dec *json.Decoder, d json.Delim) bool {
	tok, err := dec.Token()
	return err == nil && tok == d
}

// openJSON recognises the format by the first object and makes its cursor.
func (f *Reader) openJSON(lines *lineReader, head []byte) error {
	shape := sniffJSON(head)
	empty := len(shape.keys) == 0 && (shape.list || shape.pages)
	switch {
	case shape.keys["usageDate"] || shape.keys["entitlementId"] || empty:
		if !empty && !shape.keys["rateOfPartnerEarnedCredit"] && !shape.keys["hasPartnerEarnedCredit"] {
			return fileError(f.Name, 1, "no rateOfPartnerEarnedCredit: the items do not say which lines were credited").
				WithHint("ask for usage line items (invoiceLineItemType=usagelineitems)")
		}
		f.Format = V1JSON
		f.cursor = newV1Items(f.Name, lines.r, shape.layout(), newBuilder(partnerFamily, false, fractionScale))
		return nil
	case shape.list || shape.pages || !shape.keys["UsageDate"]:
		if oneLine := bytes.IndexByte(head, '\n') < 0 && len(head) < MaxLine; oneLine && !json.Valid(head) && len(shape.keys) > 0 {
			lines.line = 1
			return lines.cut()
		}
		return unknownFormat(f.Name)
	case !shape.keys["PartnerEarnedCreditPercentage"]:
		return basicExport(f.Name, 1)
	}
	f.Format = GraphJSONL
	f.cursor = &jsonLines{lines: lines, scanner: newObjectScanner(partnerSchema()), builder: newBuilder(partnerFamily, false, percentScale)}
	return nil
}

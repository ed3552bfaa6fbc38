package usagefile

import (
	"bytes"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// rateScale says how a family writes a rate without a percent sign.
type rateScale uint8

const (
	percentScale  rateScale = iota // 15, or 0.15
	fractionScale                  // 0.15, or 15; 1 is all of it
)

// parseRate reads the scales of the wire into percent: 15, 15%, 0.15, 15.0%.
// A blank is 0. Microsoft documents 0 and 15 for the daily file, 0 and 0.15
// for the v1 API and no scale at all for Cost Management, so a bare number
// below 1 is taken as a fraction everywhere.
func parseRate(b []byte, scale rateScale) (pharos.Rate, bool) {
	b = bytes.TrimSpace(b)
	if len(b) == 0 {
		return pharos.Rate{}, true
	}
	text, percent := bytes.CutSuffix(b, []byte("%"))
	n, ok := parseNumber(bytes.TrimSpace(text))
	if !ok {
		return pharos.Rate{}, false
	}
	d := n.Decimal()
	one := decimal.NewFromInt(1)
	fraction := d.LessThan(one) || (scale == fractionScale && d.Equal(one))
	if !percent && fraction {
		d = d.Shift(2)
	}
	if d.IsNegative() || d.GreaterThan(decimal.NewFromInt(100)) {
		return pharos.Rate{}, false
	}
	return pharos.Rate{Decimal: d}, true
}

// parseDay reads the day of a line. ISO forms are read everywhere; 10/09/2026
// only where american says that the format documents month/day/year (the
// portal's CSV and Cost Management's). A time of day is dropped, an offset
// other than UTC is refused, as it would move the day.
func parseDay(b []byte, american bool) (pharos.Day, bool) {
	text := string(bytes.TrimSpace(b))
	date, clock := text, ""
	if i := strings.IndexAny(text, "T "); i >= 0 {
		date, clock = text[:i], text[i+1:]
	}
	if !isUTC(clock) {
		return 0, false
	}
	forms := []string{time.DateOnly, "20060102"}
	if american {
		forms = append(forms, "1/2/2006")
	}
	for _, f := range forms {
		if t, err := time.Parse(f, date); err == nil && t.Year() >= 2010 && t.Year() < 2100 {
			return pharos.DayOf(t), true
		}
	}
	return 0, false
}

// isUTC reports whether the text after the date is no time, a time without a
// zone, or one in UTC.
func isUTC(clock string) bool {
	if clock == "" {
		return true
	}
	clock = strings.TrimSuffix(strings.TrimSuffix(clock, "Z"), "+00:00")
	for _, f := range []string{"15:04:05", "15:04", "15:04:05.999999999", "3:04:05 PM", "3:04 PM"} {
		if _, err := time.Parse(f, clock); err == nil {
			return true
		}
	}
	return false
}

// parseFlag reads a truth value; blank is neither.
func parseFlag(b []byte) (value, known, ok bool) {
	switch strings.ToLower(string(bytes.TrimSpace(b))) {
	case "":
		return false, false, true
	case "true", "1", "yes":
		return true, true, true
	case "false", "0", "no":
		return false, true, true
	default:
		return false, false, false
	}
}

// parseCurrency reads an ISO 4217 code in any casing.
func parseCurrency(b []byte) (string, bool) {
	s := strings.ToUpper(strings.TrimSpace(string(b)))
	if len(s) != 3 {
		return "", false
	}
	for _, c := range s {
		if c < 'A' || c > 'Z' {
			return "", false
		}
	}
	return s, true
}

// parseReseller reads a reseller's ID: blank and 0 mean that there is none.
func parseReseller(b []byte) pharos.PartnerID {
	s := strings.TrimSpace(string(b))
	if strings.Trim(s, "0") == "" {
		return ""
	}
	id, err := pharos.ParsePartnerID(s)
	if err != nil {
		return ""
	}
	return id
}

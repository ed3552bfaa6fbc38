package report

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// sheet is a table of typed cells.
type sheet struct {
	name    string // of the worksheet; the caption where people read it
	columns []column
	rows    [][]any
	empty   string // what people read instead of a table without rows
}

// column describes the cells below it. A cell's Go type must fit the kind;
// nil is an empty cell in every kind.
type column struct {
	title string
	kind  kind
	// flex columns give up width first when a table is too wide: cut ones
	// lose their middle, others wrap.
	flex, cut bool
	// tone columns hold verdicts, states or answers, which have a colour.
	tone bool
}

// kind is the type of a column's cells.
type kind int

const (
	words   kind = iota // string and named strings
	money               // decimal.Decimal, an amount of which people are shown two decimals
	number              // decimal.Decimal, of which every digit matters: a price, a quantity
	count               // int, int64
	date                // pharos.Day
	instant             // time.Time
	yesNo               // bool
)

// exact returns a cell for a program: nothing rounded, nothing grouped.
func exact(k kind, v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case decimal.Decimal:
		return v.String()
	case time.Time:
		if v.IsZero() {
			return ""
		}
		return v.UTC().Format(time.RFC3339)
	case pharos.Day:
		return v.String()
	default:
		s := fmt.Sprint(v)
		if k == words {
			return defuse(s)
		}
		return s
	}
}

// human returns a cell for a person.
func human(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case decimal.Decimal:
		return amount(v)
	case int:
		return grouped(fmt.Sprint(v))
	case int64:
		return grouped(fmt.Sprint(v))
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case time.Time:
		if v.IsZero() {
			return ""
		}
		return v.UTC().Format("2006-01-02 15:04")
	default:
		return printable(fmt.Sprint(v))
	}
}

// printable turns control characters into spaces: names come from customers,
// and a terminal obeys what it is sent.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}

// amount rounds to two decimals and groups thousands: 12,345.60.
func amount(d decimal.Decimal) string { return grouped(d.StringFixed(2)) }

// grouped puts commas between the thousands of a plain number.
func grouped(number string) string {
	sign := ""
	if strings.HasPrefix(number, "-") {
		sign, number = "-", number[1:]
	}
	whole, fraction, hasFraction := strings.Cut(number, ".")
	var b strings.Builder
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	if hasFraction {
		b.WriteString("." + fraction)
	}
	if sign != "" && strings.Trim(b.String(), "0.,") == "" {
		sign = "" // -0.00 is nothing
	}
	return sign + b.String()
}

// defuse puts an apostrophe before text that a spreadsheet would run as a
// formula (OWASP, CSV injection).
func defuse(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}

// named makes the cells of named strings plain.
func named[T ~string](values []T, sep string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return strings.Join(out, sep)
}

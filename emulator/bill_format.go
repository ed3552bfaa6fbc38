package emulator

import (
	"bufio"
	"encoding/csv"
	"io"
	"iter"
	"strings"

	"github.com/pharos-pec/pharos"
)

// BillFormat names a form in which the bill of a month can be written.
type BillFormat string

// The formats of WriteBill. They all hold the same lines; ReconCSV sums them
// up by meter, as the monthly reconciliation file does.
const (
	GraphJSONL        BillFormat = "graph-jsonl"        // Graph export, attribute set full
	DailyCSV          BillFormat = "daily-csv"          // the portal's daily rated usage file
	V1JSON            BillFormat = "v1-json"            // Partner Center v1 line items, an array
	CostManagementCSV BillFormat = "costmanagement-csv" // Cost Management export at a billing scope
	FocusCSV          BillFormat = "focus-csv"          // FOCUS 1.0 export at a billing scope
	ReconCSV          BillFormat = "recon-csv"          // monthly reconciliation file
)

// BillFormats returns every format.
func BillFormats() []BillFormat {
	return []BillFormat{GraphJSONL, DailyCSV, V1JSON, CostManagementCSV, FocusCSV, ReconCSV}
}

// writeLines writes lines to w in a format. An unknown format is an error
// with code Invalid; any other error is the writer's.
func writeLines(w io.Writer, lines iter.Seq[*billLine], format BillFormat) error {
	switch format {
	case GraphJSONL:
		return writeJSONL(w, lines, graphColumns(true))
	case DailyCSV:
		return writeCSV(w, lines, dailyColumns())
	case V1JSON:
		return writeJSONArray(w, lines, v1Columns())
	case CostManagementCSV:
		return writeCSV(w, lines, costColumns())
	case FocusCSV:
		return writeCSV(w, lines, focusColumns())
	case ReconCSV:
		return writeRecon(w, lines)
	default:
		return pharos.Errorf(pharos.Invalid, "unknown bill format %q", string(format)).
			WithHint("formats: %s", joinFormats())
	}
}

func joinFormats() string {
	var names []string
	for _, f := range BillFormats() {
		names = append(names, string(f))
	}
	return strings.Join(names, ", ")
}

// dailyColumns are the columns of the portal's file: those of the full
// attribute set, with the benefit's ids cased as the portal cases them.
func dailyColumns() []column {
	columns := graphColumns(true)
	for i := range columns {
		switch columns[i].name {
		case "BenefitOrderID":
			columns[i].name = "BenefitOrderId"
		case "BenefitID":
			columns[i].name = "BenefitId"
		}
	}
	return columns
}

func writeJSONL(w io.Writer, lines iter.Seq[*billLine], columns []column) error {
	out, row := bufio.NewWriterSize(w, 1<<16), newJSONRow(columns)
	var b []byte
	for l := range lines {
		b = append(row.append(b[:0], l), '\n')
		if _, err := out.Write(b); err != nil {
			return err
		}
	}
	return out.Flush()
}

func writeJSONArray(w io.Writer, lines iter.Seq[*billLine], columns []column) error {
	out, row := bufio.NewWriterSize(w, 1<<16), newJSONRow(columns)
	b := []byte("[")
	for l := range lines {
		if _, err := out.Write(row.append(b, l)); err != nil {
			return err
		}
		b = append(b[:0], ',', '\n')
	}
	if b[0] == '[' { // no line at all
		b = append(b, ']')
	} else {
		b = append(b[:0], ']')
	}
	if _, err := out.Write(append(b, '\n')); err != nil {
		return err
	}
	return out.Flush()
}

func writeCSV(w io.Writer, lines iter.Seq[*billLine], columns []column) error {
	out := csv.NewWriter(w)
	record := make([]string, len(columns))
	for i, c := range columns {
		record[i] = c.name
	}
	if err := out.Write(record); err != nil {
		return err
	}
	for l := range lines {
		for i, c := range columns {
			record[i] = c.value(l).text
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

package emulator

import (
	"bytes"
	"io"
	"net/http"

	"github.com/pharos-pec/pharos"
)

// WriteBill writes the bill of a month, as it stands at the emulator's time,
// in one of the formats: the days that are over, billed or not. Lines are made
// one subscription at a time. The error has code Invalid for an unknown
// format; any other error is the writer's.
func (e *Emulator) WriteBill(w io.Writer, month pharos.Month, format BillFormat) error {
	b := e.world.billOf(month, e.Now())
	b.lock = e.world.mu.RLocker()
	return writeLines(w, b.lines(), format)
}

// readBill hands out the bill of a month as a file, for people who want a
// sample: GET /emulator/bill?month=2026-10&format=daily-csv.
func readBill(c *call) (reply, error) {
	query := c.URL.Query()
	month := pharos.MonthOf(c.now)
	if s := query.Get("month"); s != "" {
		var err error
		if month, err = pharos.ParseMonth(s); err != nil {
			return reply{}, err
		}
	}
	format := BillFormat(query.Get("format"))
	if format == "" {
		format = DailyCSV
	}
	var out bytes.Buffer
	if err := writeLines(&out, c.world.billOf(month, c.now).in(query.Get("currency")).lines(), format); err != nil {
		return reply{}, err
	}
	var kind, end string
	switch format {
	case V1JSON:
		kind, end = "application/json", ".json"
	case GraphJSONL:
		kind, end = "application/x-ndjson", ".jsonl"
	default:
		kind, end = "text/csv", ".csv"
	}
	return reply{status: http.StatusOK, body: out.Bytes(), header: http.Header{
		"Content-Type":        {kind + "; charset=utf-8"},
		"Content-Disposition": {`attachment; filename="bill-` + month.String() + "-" + string(format) + end + `"`},
	}}, nil
}

package report

// Drop is what `pharos usage drop` removed, and its JSON.
type Drop struct {
	Months []MonthSize `json:"months"` // oldest first
	Lines  int64       `json:"lines"`
	Bytes  int64       `json:"bytes"` // of files whose size the ledger knows
}

// Dropped lays out which months were removed from the ledger.
func Dropped(months []MonthSize) *Report {
	d := Drop{Months: append([]MonthSize{}, months...)}
	for _, m := range d.Months {
		d.Lines, d.Bytes = d.Lines+m.Lines, d.Bytes+m.Bytes
	}
	s := monthSizes(d.Months)
	s.empty = "The ledger has no lines of these months; nothing was removed."
	shown := *s
	shown.name = ""
	return &Report{title: "Dropped from the ledger", document: d, data: s, book: []sheet{*s}, blocks: []block{{table: &shown}}}
}

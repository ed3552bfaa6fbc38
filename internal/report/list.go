package report

// List lays out rows of words under a head: settings, the steps of a plan.
// Cells stay in one piece, to be copied. empty is what people read instead of
// no rows, document the JSON.
func List(title, empty string, head []string, rows [][]string, document any) *Report {
	s := sheet{name: title, empty: empty}
	for _, h := range head {
		s.columns = append(s.columns, column{title: h})
	}
	for _, r := range rows {
		cells := make([]any, len(r))
		for i, c := range r {
			cells[i] = c
		}
		s.rows = append(s.rows, cells)
	}
	shown := s
	shown.name = "" // the report's title says it
	return &Report{title: title, blocks: []block{{table: &shown}}, data: &s, book: []sheet{s}, document: document}
}

package cli

import (
	"encoding/csv"
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// grid is a small table that no report knows: a list of links, of imported
// files, of settings.
type grid struct {
	head  []string
	rows  [][]string
	empty string // what a person reads instead of a table without rows
}

// table writes the grid for a person.
func (g grid) table(w io.Writer) error {
	if len(g.rows) == 0 && g.empty != "" {
		_, err := fmt.Fprintln(w, g.empty)
		return err
	}
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options = table.OptionsNoBordersAndSeparators
	t.Style().Box.PaddingLeft, t.Style().Box.PaddingRight = "", "  "
	t.SuppressTrailingSpaces()
	t.Style().Format.Header = text.FormatUpper
	t.AppendHeader(asRow(g.head))
	for _, r := range g.rows {
		t.AppendRow(asRow(r))
	}
	_, err := fmt.Fprintln(w, t.Render())
	return err
}

func asRow(cells []string) table.Row {
	r := make(table.Row, len(cells))
	for i, c := range cells {
		r[i] = c
	}
	return r
}

// csv writes the grid for a spreadsheet. A cell that a spreadsheet would take
// for a formula gets an apostrophe in front.
func (g grid) csv(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(g.head); err != nil {
		return err
	}
	for _, r := range g.rows {
		safe := make([]string, len(r))
		for i, c := range r {
			safe[i] = plainCell(c)
		}
		if err := out.Write(safe); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func plainCell(s string) string {
	if s == "" {
		return s
	}
	switch s[0] {
	case '=', '+', '@', '\t', '\r':
		return "'" + s
	case '-':
		if len(s) > 1 && (s[1] < '0' || s[1] > '9') {
			return "'" + s
		}
	}
	return s
}

// show writes the grid, or the document it was made from, as asked.
func (o *output) show(e *env, g grid, document any) error {
	return o.write(e, func(w io.Writer) error {
		switch o.format {
		case formatJSON:
			return writeJSON(w, document)
		case formatCSV:
			return g.csv(w)
		default:
			return g.table(w)
		}
	})
}

package web

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// calendar is a month as a table: a row for each week, Monday first.
type calendar struct {
	Weeks []week
}

// week is a row. Number is the ISO 8601 week.
type week struct {
	Number int
	Days   [7]calendarDay
}

// calendarDay is a cell. One outside the month has no Number.
type calendarDay struct {
	Number  int
	URL     string // "" for a day without usage
	Label   string // the whole cell in words
	Badge   badge  // the verdict that asks for action first
	Amounts []tile
}

// newCalendar lays out the days of an account.
func newCalendar(m pharos.Month, a *account) calendar {
	var c calendar
	offset := (int(m.First().Start().Weekday()) + 6) % 7 // days of the first week before the month
	for first := m.First() - pharos.Day(offset); first <= m.Last(); first += 7 {
		_, number := first.Start().ISOWeek()
		w := week{Number: number}
		for i := range w.Days {
			if d := first + pharos.Day(i); d.Month() == m {
				w.Days[i] = newCalendarDay(d, m, a)
			}
		}
		c.Weeks = append(c.Weeks, w)
	}
	return c
}

func newCalendarDay(d pharos.Day, m pharos.Month, a *account) calendarDay {
	start := d.Start()
	cell := calendarDay{Number: start.Day()}
	rows := a.on(d)
	if len(rows) == 0 {
		cell.Label = dayName(d) + ": no usage"
		return cell
	}
	cell.URL = dayURL(m, a.SubscriptionID, d)
	cell.Amounts = tilesOf(rows, a.Currency)
	cell.Badge = cell.Amounts[0].Badge
	parts := make([]string, len(cell.Amounts))
	for i, t := range cell.Amounts {
		parts[i] = strings.ToLower(t.Badge.Label()) + " " + t.Amount.Text()
	}
	cell.Label = start.Format("Monday 2 January") + ": " + strings.Join(parts, ", ")
	return cell
}

// tilesOf sums rows by verdict, what asks for action first.
func tilesOf(rows []credit.DayRow, currency string) []tile {
	var tiles []tile
	for _, v := range urgency() {
		t, found := tile{badge(v), amount{Currency: currency}}, false
		for i := range rows {
			if rows[i].Verdict == v {
				t.Amount.Value, found = t.Amount.Value.Add(rowAmount(&rows[i])), true
			}
		}
		if found {
			tiles = append(tiles, t)
		}
	}
	return tiles
}

// strip is a month as one line of small squares, one for each day. The words
// beside it say the same.
type strip struct {
	Cells []stripCell
	Width int // of the drawing, in its own units
	Label string
}

type stripCell struct {
	X     int
	Class string
}

const stripStep = 8

// newStrip draws an account's month.
func newStrip(m pharos.Month, a *account) strip {
	s := strip{Width: m.Days() * stripStep}
	for i := range m.Days() {
		cell := stripCell{X: i * stripStep, Class: "v-none"}
		if rows := a.on(m.First() + pharos.Day(i)); len(rows) > 0 {
			cell.Class = mostUrgent(rows).Class()
		}
		s.Cells = append(s.Cells, cell)
	}
	s.Label = fmt.Sprintf("%d of %d days lost", a.lostDays, a.used())
	return s
}

// mostUrgent returns the verdict that a day is coloured by.
func mostUrgent(rows []credit.DayRow) badge {
	for _, v := range urgency() {
		if slices.ContainsFunc(rows, func(r credit.DayRow) bool { return r.Verdict == v }) {
			return badge(v)
		}
	}
	return badge(rows[0].Verdict)
}

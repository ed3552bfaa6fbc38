package clickhouse

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/ledger"
	"github.com/pharos-pec/pharos/internal/usagefile"
)

// sink sends the lines of one source under an attempt of its own.
type sink struct {
	ctx     context.Context
	ledger  *Ledger
	attempt uint64
	begin   func(name string) error // notes the attempt, before its first line
	begun   bool
	tallies map[pharos.Month]*ledger.Tally
	rows    uint64 // of the source so far
	lines   lineBatch
}

// Add implements [ledger.Sink].
func (s *sink) Add(month pharos.Month, rec *usagefile.Record, member string) error {
	t := s.tallies[month]
	if t == nil {
		t = ledger.NewTally(month)
		s.tallies[month] = t
	}
	t.Add(rec)
	var r ledger.Row
	if err := r.Fill(rec, member); err != nil {
		return err
	}
	s.lines.add(month, s.attempt, s.rows, &r)
	if s.rows++; len(s.lines.month) < s.ledger.batchRows {
		return nil
	}
	return s.flush()
}

// flush sends what is held.
func (s *sink) flush() error {
	if len(s.lines.month) == 0 {
		return nil
	}
	if !s.begun {
		if err := s.begin(attemptName(s.attempt)); err != nil {
			return err
		}
		s.begun = true
	} else if err := s.ledger.note(s.ctx, eventWrite, attemptName(s.attempt)); err != nil { // a sign of life
		return err
	}
	s.ledger.step()
	if err := s.lines.send(s.ctx, s.ledger); err != nil {
		return s.ledger.fault(s.ctx, err)
	}
	s.ledger.step()
	s.lines.clear()
	return nil
}

// Finish implements [ledger.Sink].
func (s *sink) Finish() ([]ledger.Part, error) {
	if err := s.flush(); err != nil {
		return nil, err
	}
	var parts []ledger.Part
	for _, t := range s.tallies {
		p := t.Part()
		p.File = attemptName(s.attempt)
		parts = append(parts, p)
	}
	return parts, nil
}

// Abandon implements [ledger.Sink]. The import that fails gives all of its attempts up.
func (s *sink) Abandon() error { return nil }

// lineBatch holds lines by column, in the order of [lineColumns].
type lineBatch struct {
	month                []uint32
	attempt, row, ka, kb []uint64
	line                 []int64
	day                  []int32
	amounts              [5][]int64
	stated               []uint8
	texts                [22][]string
}

// monthNumber is how a month stands in a table: 202610.
func monthNumber(m pharos.Month) uint32 { return uint32(m/12*100 + m%12 + 1) }

func (b *lineBatch) add(month pharos.Month, attempt, row uint64, r *ledger.Row) {
	b.month, b.attempt, b.row = append(b.month, monthNumber(month)), append(b.attempt, attempt), append(b.row, row)
	b.ka = append(b.ka, binary.LittleEndian.Uint64(r.Key[:8]))
	b.kb = append(b.kb, binary.LittleEndian.Uint64(r.Key[8:]))
	b.line, b.day = append(b.line, r.Line), append(b.day, r.Day)
	for i, v := range []int64{r.Quantity, r.UnitPrice, r.Effective, r.Exchange, r.PreTax} {
		b.amounts[i] = append(b.amounts[i], v)
	}
	stated := uint8(0)
	if r.HasPreTax {
		stated = 1
	}
	b.stated = append(b.stated, stated)
	for i, t := range textsOf(r) {
		b.texts[i] = append(b.texts[i], *t)
	}
}

// textsOf are the texts of a row in the order of [lineColumns].
func textsOf(r *ledger.Row) [22]*string {
	return [22]*string{
		&r.Member, &r.Invoice, &r.Customer, &r.CustomerName, &r.Subscription, &r.SubName, &r.Group, &r.Resource,
		&r.MeterID, &r.MeterName, &r.Category, &r.SubCategory, &r.ProductID, &r.SKU, &r.Publisher, &r.Wide,
		&r.Pricing, &r.Billing, &r.Credited, &r.Excluded, &r.Plan, &r.Reseller,
	}
}

// columns are the batch's columns in the order of [lineColumns].
func (b *lineBatch) columns() []any {
	out := []any{b.month, b.attempt, b.row, b.ka, b.kb, b.line, b.day}
	for _, a := range b.amounts {
		out = append(out, a)
	}
	out = append(out, b.stated)
	for _, t := range b.texts {
		out = append(out, t)
	}
	return out
}

func (b *lineBatch) send(ctx context.Context, l *Ledger) error {
	var names []string
	for _, c := range lineColumns() {
		names = append(names, c.name)
	}
	batch, err := l.conn().PrepareBatch(ctx, fmt.Sprintf("insert into %s (%s) values", l.table("usage_line"), strings.Join(names, ", ")))
	if err != nil {
		return err
	}
	defer func() { _ = batch.Close() }()
	for i, values := range b.columns() {
		if err := batch.Column(i).Append(values); err != nil {
			return err
		}
	}
	return batch.Send()
}

// clear forgets the lines and keeps the room for the next.
func (b *lineBatch) clear() {
	b.month, b.attempt, b.row, b.ka, b.kb = b.month[:0], b.attempt[:0], b.row[:0], b.ka[:0], b.kb[:0]
	b.line, b.day, b.stated = b.line[:0], b.day[:0], b.stated[:0]
	for i := range b.amounts {
		b.amounts[i] = b.amounts[i][:0]
	}
	for i := range b.texts {
		b.texts[i] = b.texts[i][:0]
	}
}

package ledger

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/usagefile"
)

// check holds one segment's file against its entry in the manifest.
type check struct {
	dir      string
	source   source
	info     segmentInfo
	progress func(lines int64)

	bytes    int64
	findings []Finding
	tally    *Tally
	columns  checkedColumns
}

func (c *check) found(p Problem, format string, args ...any) {
	c.findings = append(c.findings, Finding{p, c.info.File, c.info.Month, c.source.Name, fmt.Sprintf(format, args...)})
}

// run sets what was found. An error is that ctx is done.
func (c *check) run(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	sum, err := c.checksum(ctx)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, fs.ErrNotExist):
		c.found(Missing, "the file is not there: %d lines read from %s", c.info.Lines, c.source.Name)
		return nil
	case err != nil:
		c.found(Unreadable, "%v", err)
		return nil
	case c.info.SHA256 != "" && sum != c.info.SHA256:
		c.found(Altered, "its checksum is not the one that it was written with")
		return nil // nothing it says would be believed
	}
	return c.content(ctx)
}

// checksum returns the SHA-256 of the file, and sets its size.
func (c *check) checksum(ctx context.Context) (string, error) {
	f, err := os.Open(filepath.Join(c.dir, filepath.FromSlash(c.info.File)))
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // it was only read
	h := sha256.New()
	c.bytes, err = io.CopyBuffer(h, contextReader{ctx, f}, make([]byte, 1<<18))
	return hex.EncodeToString(h.Sum(nil)), err
}

// content reads every column of the file and adds the lines up again.
func (c *check) content(ctx context.Context) error {
	s, err := openSegment(c.dir, c.source, c.info)
	if err != nil {
		c.found(Unreadable, "%v", err)
		return nil
	}
	defer s.close()
	c.tally = NewTally(c.info.Month)
	for _, b := range s.blocks() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := c.columns.load(b); err != nil {
			c.found(Unreadable, "%v", err)
			return nil
		}
		if err := c.add(b); err != nil {
			c.found(Unreadable, "%v", err)
			return nil
		}
		if c.progress != nil {
			c.progress(int64(b.rows))
		}
	}
	c.compare(c.tally.Part())
	return nil
}

// compare notes what was counted otherwise by the import.
func (c *check) compare(got Part) {
	want := c.info
	if got.Lines != want.Lines || got.Unbilled != want.Unbilled {
		c.found(Miscounted, "it has %d lines, %d of them on no invoice; %d and %d were imported", got.Lines, got.Unbilled, want.Lines, want.Unbilled)
	}
	if got.First != want.First || got.Last != want.Last {
		c.found(Miscounted, "its days are %s to %s; %s to %s were imported", got.First, got.Last, want.First, want.Last)
	}
	if got.First < want.Month.First() || got.Last > want.Month.Last() {
		c.found(Miscounted, "it has days outside of %s", want.Month)
	}
	if !maps.Equal(got.Invoices, want.Invoices) {
		c.found(Miscounted, "its lines are spread over the invoices otherwise than when they were imported")
	}
	c.compareSums(got.Sums, want.Sums)
}

func (c *check) compareSums(got, want []sum) {
	by := func(sums []sum) map[string]sum {
		out := map[string]sum{}
		for _, s := range sums {
			out[s.Currency] = s
		}
		return out
	}
	is, was := by(got), by(want)
	all := maps.Clone(was)
	maps.Copy(all, is)
	for currency := range all {
		if a, b := is[currency], was[currency]; !a.List.Equal(b.List) || !a.PreTax.Equal(b.PreTax) {
			c.found(Miscounted, "in %s its list cost is %s and its total before tax %s; %s and %s were imported", currency, a.List, a.PreTax, b.List, b.PreTax)
		}
	}
}

// checkedColumns are the columns that are added up again; the others are only read.
type checkedColumns struct {
	quantity, price, exchange, preTax, other []int64
	days                                     []int32
	flags                                    []bool
	keys                                     []byte
	invoice, currency, wide, text            words
}

func (c *checkedColumns) load(b block) (err error) {
	for _, n := range []struct {
		name string
		to   *[]int64
	}{
		{"quantity", &c.quantity}, {"unit_price", &c.price}, {"exchange_rate", &c.exchange}, {"billing_pretax_total", &c.preTax},
		{"line", &c.other}, {"effective_unit_price", &c.other},
	} {
		if *n.to, err = b.int64s(n.name, *n.to); err != nil {
			return err
		}
	}
	if c.days, err = b.int32s("day", c.days); err != nil {
		return err
	}
	if c.flags, err = b.bools("has_pretax_total", c.flags); err != nil {
		return err
	}
	if c.keys, err = b.keys(c.keys); err != nil {
		return err
	}
	for _, name := range wordColumns() {
		to := &c.text
		switch name {
		case "invoice":
			to = &c.invoice
		case "billing_currency":
			to = &c.currency
		case "wide":
			to = &c.wide
		}
		if err := cmp.Or(b.words(name, to), to.sound(name)); err != nil {
			return err
		}
	}
	return nil
}

// sound is an error where a row has a number that no word has.
func (w *words) sound(column string) error {
	for _, i := range w.index {
		if i < 0 || int(i) >= len(w.values) {
			return fmt.Errorf("column %s: word %d of %d", column, i, len(w.values))
		}
	}
	return nil
}

// add counts the lines of a block.
func (c *check) add(b block) error {
	at := &c.columns
	for i := range b.rows {
		line := charge{
			usagefile.FixedNumber(at.quantity[i]), usagefile.FixedNumber(at.price[i]),
			usagefile.FixedNumber(at.exchange[i]), usagefile.FixedNumber(at.preTax[i]),
		}
		if text := at.wide.at(i); text != "" {
			if err := line.widen(text); err != nil {
				return err
			}
		}
		c.tally.add(pharos.Day(at.days[i]), at.invoice.at(i), at.currency.at(i), line)
	}
	return nil
}

// widen sets the amounts that stand as text in the column wide.
func (c *charge) widen(text string) error {
	var w wideValues
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		return fmt.Errorf("column wide: %w", err)
	}
	for _, n := range []struct {
		text string
		to   *usagefile.Number
	}{{w.Quantity, &c.quantity}, {w.UnitPrice, &c.unitPrice}, {w.Exchange, &c.exchange}, {w.PreTax, &c.preTax}} {
		if n.text == "" {
			continue
		}
		d, err := decimal.NewFromString(n.text)
		if err != nil {
			return fmt.Errorf("column wide: %q is not a number", strings.ToValidUTF8(n.text, "?"))
		}
		*n.to = usagefile.NewNumber(d)
	}
	return nil
}

package ledger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/big"
	"os"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// factRow is a day fact in Parquet. Its list cost is DECIMAL(38,30), to the
// last digit of a product of three amounts; one that this cannot hold
// exactly stands as text in ListWide, and is 0 in its own column.
type factRow struct {
	Day          int32    `parquet:"day,date"`
	Customer     string   `parquet:"customer_id,dict"`
	Subscription string   `parquet:"subscription_id,dict"`
	Scope        string   `parquet:"scope,dict"`
	Product      string   `parquet:"excluded,dict"`
	Credited     string   `parquet:"credited_percent,dict"`
	MeterRate    string   `parquet:"meter_percent,dict"`
	Currency     string   `parquet:"billing_currency,dict"`
	Reseller     string   `parquet:"reseller,dict"`
	Lines        int64    `parquet:"lines"`
	List         [16]byte `parquet:"list,decimal(30:38)"`
	ListWide     string   `parquet:"list_wide,dict"`
}

// factGroup is the facts of a row group.
const factGroup = 1 << 15

// factColumns are the buffers of a row group of facts.
type factColumns struct {
	day                                                                                dayColumn
	customer, sub, scope, product, credited, meterRate, currency, reseller, listAsText wordColumn
	lines                                                                              amountColumn
	list                                                                               keyColumn
}

func (c *factColumns) all() []columnBuffer {
	return []columnBuffer{
		&c.day, &c.customer, &c.sub, &c.scope, &c.product, &c.credited, &c.meterRate, &c.currency, &c.reseller,
		&c.lines, &c.list, &c.listAsText,
	}
}

func (c *factColumns) rows() int { return len(c.day.values) }

type checksum interface {
	io.Writer
	Sum32() uint32
}

// factWriter writes the facts of a shard to a file.
type factWriter struct {
	file    *os.File
	sum     checksum // of what was written
	out     *columnFile
	columns *factColumns
}

func newFactWriter(path string) (*factWriter, error) {
	schema, err := schemaOf[factRow]()
	if err != nil {
		return nil, err
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	columns := &factColumns{}
	columns.sub.bounded = true
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	out, err := newColumnFile(io.MultiWriter(f, sum), schema, columns)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &factWriter{file: f, sum: sum, out: out, columns: columns}, nil
}

// add writes a fact, whose words are those of its symbols.
func (w *factWriter) add(k *factKey, s *factSum, text decimal.Decimal, words []string) error {
	c := w.columns
	c.day.add(k.day)
	c.customer.add(words[k.customer])
	c.sub.add(words[k.subscription])
	c.scope.add(words[k.scope])
	c.product.add(words[k.product])
	c.credited.add(words[k.credited])
	c.meterRate.add(words[k.meterRate])
	c.currency.add(words[k.currency])
	c.reseller.add(words[k.resellerID])
	c.lines.add(s.lines)
	list, fits := s.list.decimal38()
	if wide := ""; !fits || !text.IsZero() {
		wide = s.list.decimal().Add(text).String()
		c.list.add([16]byte{})
		c.listAsText.add(wide)
	} else {
		c.list.add(list)
		c.listAsText.add(wide)
	}
	if c.rows() >= factGroup {
		return w.out.endGroup()
	}
	return nil
}

func (w *factWriter) close() error { return errors.Join(w.out.close(), w.file.Close()) }

// decimal38 returns the sum as Parquet writes a DECIMAL of up to 38 digits:
// two's complement, most significant byte first. It reports whether it fits.
func (s *wideSum) decimal38() (b [16]byte, fits bool) {
	sign := uint64(int64(s.words[1]) >> 63)
	if s.words[2] != sign || s.words[3] != sign {
		return b, false
	}
	m := s.words
	if sign != 0 {
		var zero wideSum
		zero.subtract(m)
		m = zero.words
	}
	const most1, most0 = 0x4b3b4ca85a86c47a, 0x098a224000000000 // 10^38
	if m[1] > most1 || m[1] == most1 && m[0] >= most0 {
		return b, false
	}
	binary.BigEndian.PutUint64(b[:8], s.words[1])
	binary.BigEndian.PutUint64(b[8:], s.words[0])
	return b, true
}

// factReader reads a file of facts group by group.
type factReader struct {
	days                                                                           []int32
	lines                                                                          []int64
	lists                                                                          []byte
	customer, sub, scope, product, credited, meterRate, currency, reseller, asText words
	rates                                                                          map[string]pharos.Rate // by their text
}

// read appends the facts of a row group.
func (r *factReader) read(b block, out []pharos.DayFact) (_ []pharos.DayFact, err error) {
	if r.days, err = b.int32s("day", r.days); err != nil {
		return nil, err
	}
	if r.lines, err = b.int64s("lines", r.lines); err != nil {
		return nil, err
	}
	if r.lists, err = b.fixed("list", r.lists); err != nil {
		return nil, err
	}
	for _, c := range []struct {
		name string
		to   *words
	}{
		{"customer_id", &r.customer}, {"subscription_id", &r.sub}, {"scope", &r.scope}, {"excluded", &r.product},
		{"credited_percent", &r.credited}, {"meter_percent", &r.meterRate}, {"billing_currency", &r.currency},
		{"reseller", &r.reseller}, {"list_wide", &r.asText},
	} {
		if err := b.words(c.name, c.to); err != nil {
			return nil, err
		}
	}
	credited, meterRates := r.ratesOf(r.credited.values), r.ratesOf(r.meterRate.values)
	for i := range b.rows {
		list, err := r.list(i)
		if err != nil {
			return nil, damaged(b.segment.file.Name(), err)
		}
		out = append(out, pharos.DayFact{
			Day: pharos.Day(r.days[i]), Customer: pharos.TenantID(r.customer.at(i)),
			Subscription: pharos.SubscriptionID(r.sub.at(i)), Scope: pharos.Scope(r.scope.at(i)),
			Product: pharos.Cause(r.product.at(i)), Credited: credited[r.credited.index[i]], MeterRate: meterRates[r.meterRate.index[i]],
			Currency: r.currency.at(i), Reseller: pharos.PartnerID(r.reseller.at(i)), Lines: r.lines[i], List: list,
		})
	}
	return out, nil
}

// ratesOf reads rates; those of equal text share their digits.
func (r *factReader) ratesOf(texts []string) []pharos.Rate {
	out := make([]pharos.Rate, len(texts))
	for i, t := range texts {
		rate, known := r.rates[t]
		if !known {
			rate = pharos.Rate{Decimal: rateOf(t)}
			if r.rates == nil {
				r.rates = map[string]pharos.Rate{}
			}
			r.rates[t] = rate
		}
		out[i] = rate
	}
	return out
}

func (r *factReader) list(i int) (decimal.Decimal, error) {
	if text := r.asText.at(i); text != "" {
		d, err := decimal.NewFromString(text)
		if err != nil {
			return d, fmt.Errorf("column list_wide: %w", err)
		}
		return d, nil
	}
	hi, lo := binary.BigEndian.Uint64(r.lists[16*i:]), binary.BigEndian.Uint64(r.lists[16*i+8:])
	return decimal38(hi, lo), nil
}

// decimal38 is the amount of an unscaled value in two's complement.
func decimal38(hi, lo uint64) decimal.Decimal {
	if hi|lo == 0 {
		return decimal.Zero
	}
	negative := hi>>63 == 1
	if negative {
		lo = -lo
		if hi = ^hi; lo == 0 {
			hi++
		}
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], hi)
	binary.BigEndian.PutUint64(b[8:], lo)
	v := new(big.Int).SetBytes(b[:])
	if negative {
		v.Neg(v)
	}
	return decimal.NewFromBigInt(v, -scaleOfProduct)
}

package usagefile

import (
	"errors"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
	"github.com/shopspring/decimal"
)

// parquetRecords reads a Parquet export: every value is brought to the text
// that the CSV of the same export would have.
type parquetRecords struct {
	name    string
	groups  []parquet.RowGroup
	rows    parquet.Rows
	columns []column                             // by leaf
	write   []func(parquet.Value, []byte) []byte // by leaf
	buffer  []parquet.Row
	held    []parquet.Row // read and not yet taken
	scratch []byte
	row     row
	record  int64
	builder *builder
}

// openParquet recognises the format by the columns and makes its cursor.
func (f *Reader) openParquet(src *source) (err error) {
	defer recovered(f.Name, 0, &err)
	at, size, err := src.random()
	if err != nil {
		return err
	}
	file, err := parquet.OpenFile(at, size)
	if err != nil {
		return fileError(f.Name, 0, "not a whole Parquet file: %w", err).WithHint("download it again")
	}
	header, write := leaves(file.Schema())
	sch, err := recognise(f.Name, 0, header)
	if err != nil {
		return err
	}
	switch sch.family {
	case focusFamily:
		f.Format = FocusParquet
	case costFamily:
		f.Format = CostManagementParquet
	default:
		return unknownFormat(f.Name)
	}
	columns, err := sch.bind(f.Name, 0, header)
	if err != nil {
		return err
	}
	f.cursor = &parquetRecords{
		name: f.Name, groups: file.RowGroups(), columns: columns, write: write,
		buffer: make([]parquet.Row, 128), builder: newBuilder(sch.family, sch.family == costFamily, percentScale),
	}
	return nil
}

// leaves returns the names of a schema's leaf columns, "" for nested ones,
// and how the values of each are written.
func leaves(s *parquet.Schema) ([]string, []func(parquet.Value, []byte) []byte) {
	paths := s.Columns()
	header := make([]string, len(paths))
	write := make([]func(parquet.Value, []byte) []byte, len(paths))
	for i, p := range paths {
		if leaf, ok := s.Lookup(p...); ok {
			write[i] = formatOf(leaf.Node)
		}
		if len(p) == 1 && write[i] != nil {
			header[i] = p[0]
		}
	}
	return header, write
}

// next reads the next record; see [cursor].
func (p *parquetRecords) next(rec *Record) (reject string, err error) {
	defer recovered(p.name, p.record, &err)
	for len(p.held) == 0 {
		if err := p.fill(); err != nil {
			return "", err
		}
	}
	values := p.held[0]
	p.held = p.held[1:]
	p.record++
	rec.Number = p.record
	p.row.reset()
	p.scratch = p.scratch[:0]
	for _, v := range values {
		c := p.columns[v.Column()]
		if c == noColumn {
			continue
		}
		if v.IsNull() {
			p.row.set(c, nil)
			continue
		}
		start := len(p.scratch)
		p.scratch = p.write[v.Column()](v, p.scratch)
		p.row.set(c, p.scratch[start:len(p.scratch):len(p.scratch)])
	}
	return p.builder.build(&p.row, rec), nil
}

// fill reads more rows, or returns io.EOF.
func (p *parquetRecords) fill() error {
	if p.rows == nil {
		if len(p.groups) == 0 {
			return io.EOF
		}
		p.rows = p.groups[0].Rows()
		p.groups = p.groups[1:]
	}
	n, err := p.rows.ReadRows(p.buffer)
	p.held = p.buffer[:n]
	switch {
	case errors.Is(err, io.EOF):
		closing := p.rows.Close()
		p.rows = nil
		if closing != nil {
			return fileError(p.name, p.record, "the Parquet data is damaged: %w", closing)
		}
		return nil
	case err != nil:
		return fileError(p.name, p.record, "the Parquet data is damaged: %w", err).WithHint("download it again")
	default:
		return nil
	}
}

// recovered makes an error of a panic of the Parquet library: it panics on
// some damaged files.
func recovered(name string, record int64, err *error) {
	if r := recover(); r != nil {
		*err = fileError(name, record, "the Parquet data is damaged: %s", fmt.Sprint(r)).WithHint("download it again")
	}
}

// formatOf returns how the values of a leaf are written as text, nil for
// types that no usage column has.
func formatOf(n parquet.Node) func(parquet.Value, []byte) []byte {
	t := n.Type()
	if logical := t.LogicalType(); logical != nil {
		switch l := logical.Value.(type) {
		case *format.DecimalType:
			return decimalFormat(t.Kind(), l.Scale)
		case *format.DateType:
			return func(v parquet.Value, b []byte) []byte {
				return time.Unix(int64(v.Int32())*86400, 0).UTC().AppendFormat(b, time.DateOnly)
			}
		case *format.TimestampType:
			return timestampFormat(l.Unit.Value.Duration())
		}
	}
	switch t.Kind() {
	case parquet.Boolean:
		return func(v parquet.Value, b []byte) []byte { return strconv.AppendBool(b, v.Boolean()) }
	case parquet.Int32:
		return func(v parquet.Value, b []byte) []byte { return strconv.AppendInt(b, int64(v.Int32()), 10) }
	case parquet.Int64:
		return func(v parquet.Value, b []byte) []byte { return strconv.AppendInt(b, v.Int64(), 10) }
	case parquet.Float:
		return func(v parquet.Value, b []byte) []byte { return strconv.AppendFloat(b, float64(v.Float()), 'g', -1, 32) }
	case parquet.Double: // the shortest text that stands for this number alone
		return func(v parquet.Value, b []byte) []byte { return strconv.AppendFloat(b, v.Double(), 'g', -1, 64) }
	case parquet.ByteArray:
		return func(v parquet.Value, b []byte) []byte { return append(b, v.ByteArray()...) }
	case parquet.Int96:
		return int96Format
	default:
		return nil
	}
}

func decimalFormat(k parquet.Kind, scale int32) func(parquet.Value, []byte) []byte {
	write := func(b []byte, i *big.Int) []byte {
		return append(b, decimal.NewFromBigInt(i, -scale).String()...)
	}
	switch k {
	case parquet.Int32:
		return func(v parquet.Value, b []byte) []byte { return write(b, big.NewInt(int64(v.Int32()))) }
	case parquet.Int64:
		return func(v parquet.Value, b []byte) []byte { return write(b, big.NewInt(v.Int64())) }
	default:
		return func(v parquet.Value, b []byte) []byte { return write(b, signed(v.ByteArray())) }
	}
}

// signed reads a big-endian two's complement integer.
func signed(b []byte) *big.Int {
	i := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0]&0x80 != 0 {
		i.Sub(i, new(big.Int).Lsh(big.NewInt(1), uint(len(b))*8))
	}
	return i
}

func timestampFormat(unit time.Duration) func(parquet.Value, []byte) []byte {
	perSecond := int64(time.Second / unit)
	return func(v parquet.Value, b []byte) []byte {
		n := v.Int64()
		return time.Unix(n/perSecond, n%perSecond*int64(unit)).UTC().AppendFormat(b, time.RFC3339Nano)
	}
}

// int96Format writes the timestamp of older writers: nanoseconds of the day,
// then the Julian day.
func int96Format(v parquet.Value, b []byte) []byte {
	i := v.Int96()
	const unixEpoch = 2440588 // 1970-01-01 as a Julian day
	nanos := int64(i[1])<<32 | int64(i[0])
	t := time.Unix((int64(i[2])-unixEpoch)*86400, nanos)
	return t.UTC().AppendFormat(b, time.RFC3339Nano)
}

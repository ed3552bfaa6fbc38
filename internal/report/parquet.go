package report

import (
	"fmt"
	"io"
	"math/big"
	"reflect"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// Amounts in Parquet are DECIMAL(38,18): the widest that DuckDB, ClickHouse
// and Spark all read.
const (
	decimalDigits = 38
	decimalScale  = 18
)

// groupRows is how many rows the Parquet writer holds.
const groupRows = 64 << 10

// WriteParquet writes the table as Parquet: dates as DATE, amounts as
// DECIMAL(38,18), rounded where they have more decimals. An amount of more
// than 20 digits before the point is an error with code Unsupported.
func (s *Stream) WriteParquet(w io.Writer) error {
	schema := s.schema()
	out := parquet.NewWriter(w, schema, parquet.Compression(&zstd.Codec{}), parquet.MaxRowsPerRowGroup(groupRows), parquet.CreatedBy("pharos", "1", "export"))
	record := make(parquet.Row, len(s.columns))
	for row, err := range s.rows {
		if err != nil {
			return err
		}
		for i, v := range row {
			cell, level, err := s.columns[i].parquet(v)
			if err != nil {
				return err
			}
			record[i] = cell.Level(0, level, i)
		}
		if _, err := out.WriteRows([]parquet.Row{record}); err != nil {
			return err
		}
	}
	return out.Close()
}

// schema is that of the columns, in their order: the library keeps the order
// of a struct's fields only, so one is made.
func (s *Stream) schema() *parquet.Schema {
	var fields []reflect.StructField
	for i, c := range s.columns {
		field := reflect.StructField{Name: fmt.Sprintf("C%d", i)}
		switch c.kind {
		case money, number:
			field.Type = reflect.TypeFor[*[16]byte]()
			field.Tag = reflect.StructTag(fmt.Sprintf(`parquet:"%s,decimal(%d:%d)"`, c.title, decimalScale, decimalDigits))
		case count:
			field.Type, field.Tag = reflect.TypeFor[int64](), reflect.StructTag(`parquet:"`+c.title+`"`)
		case yesNo:
			field.Type, field.Tag = reflect.TypeFor[bool](), reflect.StructTag(`parquet:"`+c.title+`"`)
		case date:
			field.Type, field.Tag = reflect.TypeFor[int32](), reflect.StructTag(`parquet:"`+c.title+`,date"`)
		case instant:
			field.Type, field.Tag = reflect.TypeFor[int64](), reflect.StructTag(`parquet:"`+c.title+`,timestamp(millisecond)"`)
		default:
			field.Type, field.Tag = reflect.TypeFor[string](), reflect.StructTag(`parquet:"`+c.title+`,dict"`)
		}
		fields = append(fields, field)
	}
	return parquet.NewSchema(s.name, parquet.SchemaOf(reflect.New(reflect.StructOf(fields)).Interface()))
}

// parquet returns a cell and its definition level: amounts may be absent.
func (c *column) parquet(v any) (cell parquet.Value, level int, err error) {
	switch v := v.(type) {
	case nil:
		return parquet.NullValue(), 0, nil
	case decimal.Decimal:
		b, ok := fixed(v)
		if !ok {
			return cell, 0, pharos.Errorf(pharos.Unsupported, "%s %s has too many digits for Parquet", c.title, v).WithHint("write CSV instead: it has every digit")
		}
		return parquet.FixedLenByteArrayValue(b), 1, nil
	case pharos.Day:
		return parquet.Int32Value(int32(v)), 0, nil
	case time.Time:
		return parquet.Int64Value(v.UnixMilli()), 0, nil
	case int:
		return parquet.Int64Value(int64(v)), 0, nil
	case int64:
		return parquet.Int64Value(v), 0, nil
	case bool:
		return parquet.BooleanValue(v), 0, nil
	default:
		return parquet.ByteArrayValue([]byte(fmt.Sprint(v))), 0, nil
	}
}

// fixed writes an amount as an integer of its last decimal place, in two's
// complement, the high byte first; ok is false for one that is too large.
func fixed(d decimal.Decimal) (b []byte, ok bool) {
	n := d.Round(decimalScale).Shift(decimalScale).BigInt()
	if n.CmpAbs(new(big.Int).Exp(big.NewInt(10), big.NewInt(decimalDigits), nil)) >= 0 {
		return nil, false
	}
	if n.Sign() < 0 {
		n.Add(n, new(big.Int).Lsh(big.NewInt(1), 128))
	}
	return n.FillBytes(make([]byte, 16)), true
}

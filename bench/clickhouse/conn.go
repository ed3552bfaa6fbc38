package clickhouse

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// conn is an engine as the ledger sees it: what it needs of the driver's connection.
type conn struct {
	driver.Conn // nil: whatever else is called fails
	engine      *engine
}

func (c conn) Ping(context.Context) error { return nil }
func (c conn) Close() error               { return nil }

func (c conn) Exec(_ context.Context, query string, args ...any) error {
	_, err := c.engine.run(bind(query, args), "Null")
	return err
}

func (c conn) Query(_ context.Context, query string, args ...any) (driver.Rows, error) {
	out, err := c.engine.run(bind(query, args), "JSONCompactStringsEachRow")
	if err != nil {
		return nil, err
	}
	return &rows{lines: bufio.NewReader(bytes.NewReader(out))}, nil
}

func (c conn) QueryRow(ctx context.Context, query string, args ...any) driver.Row {
	r, err := c.Query(ctx, query, args...)
	return row{rows: r, err: err}
}

// bind puts texts in the places of question marks.
func bind(query string, args []any) string {
	for _, a := range args {
		query = strings.Replace(query, "?", fmt.Sprintf("'%v'", a), 1)
	}
	return query
}

// rows are an answer, a JSON array of texts a line.
type rows struct {
	driver.Rows
	lines  *bufio.Reader
	values []string
	err    error
}

func (r *rows) Next() bool {
	line, err := r.lines.ReadBytes('\n')
	if len(line) == 0 {
		return false
	}
	if err == nil || err == io.EOF {
		r.values = nil
		r.err = json.Unmarshal(line, &r.values)
	}
	return r.err == nil
}

func (r *rows) Err() error   { return r.err }
func (r *rows) Close() error { return nil }

func (r *rows) Scan(dest ...any) error {
	if len(dest) != len(r.values) {
		return fmt.Errorf("%d values for %d", len(r.values), len(dest))
	}
	for i, d := range dest {
		if err := set(d, r.values[i]); err != nil {
			return fmt.Errorf("value %d: %w", i, err)
		}
	}
	return nil
}

// set reads a text into what a pointer points to.
func set(to any, text string) (err error) {
	switch to := to.(type) {
	case *string:
		*to = text
	case *time.Time:
		*to, err = time.ParseInLocation(time.DateTime, text, time.UTC)
	default:
		v := reflect.ValueOf(to).Elem()
		var n int64
		var u uint64
		switch {
		case v.CanInt():
			n, err = strconv.ParseInt(text, 10, v.Type().Bits())
			v.SetInt(n)
		case v.CanUint():
			u, err = strconv.ParseUint(text, 10, v.Type().Bits())
			v.SetUint(u)
		default:
			err = fmt.Errorf("no value of %s", v.Type())
		}
	}
	return err
}

// row is the first of an answer.
type row struct {
	driver.Row
	rows driver.Rows
	err  error
}

func (r row) Err() error { return r.err }

func (r row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	if !r.rows.Next() {
		return io.EOF
	}
	return r.rows.Scan(dest...)
}

// PrepareBatch begins an insert of rows.
func (c conn) PrepareBatch(_ context.Context, query string, _ ...driver.PrepareBatchOption) (driver.Batch, error) {
	return &batch{conn: c, query: strings.TrimSuffix(query, " values")}, nil
}

// batch is an insert, by rows or by columns.
type batch struct {
	driver.Batch
	conn    conn
	query   string
	rows    [][]any
	columns []reflect.Value
}

func (b *batch) Append(values ...any) error { b.rows = append(b.rows, values); return nil }
func (b *batch) Close() error               { return nil }

func (b *batch) Column(int) driver.BatchColumn { return batchColumn{batch: b} }

// batchColumn takes the next column of a batch.
type batchColumn struct {
	driver.BatchColumn
	batch *batch
}

func (c batchColumn) Append(values any) error {
	c.batch.columns = append(c.batch.columns, reflect.ValueOf(values))
	return nil
}

func (b *batch) Send() error {
	if len(b.columns) > 0 {
		for i := range b.columns[0].Len() {
			var row []any
			for _, c := range b.columns {
				row = append(row, c.Index(i).Interface())
			}
			b.rows = append(b.rows, row)
		}
	}
	var text bytes.Buffer
	text.WriteString(b.query + " format JSONCompactEachRow\n")
	encode := json.NewEncoder(&text)
	encode.SetEscapeHTML(false)
	for _, row := range b.rows {
		if err := encode.Encode(row); err != nil {
			return err
		}
	}
	_, err := b.conn.engine.run(text.String(), "Null")
	return err
}

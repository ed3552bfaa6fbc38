package usagefile

import (
	"bytes"
	"errors"
)

var errQuote = errors.New("quoting")

// csvReader reads comma-separated records (RFC 4180: quotes doubled within
// quotes, line ends allowed there) and keeps the wanted fields of each.
type csvReader struct {
	lines   *lineReader
	columns []column // by position; nil until the header is read
	long    []byte   // a record of several lines
	scratch []byte   // unquoted fields of the current record
	first   int64    // line on which the current record began
}

// header reads the first record.
func (c *csvReader) header() ([]string, error) {
	var names []string
	err := c.record(func(_ int, field []byte) error {
		names = append(names, string(field))
		return nil
	})
	if isEnd(err) {
		return nil, fileError(c.lines.name, 0, "the file is empty")
	}
	return names, err
}

// read fills r with the next record, or returns io.EOF.
func (c *csvReader) read(r *row) error {
	r.reset()
	fields := 0
	err := c.record(func(i int, field []byte) error {
		fields++
		if i < len(c.columns) && c.columns[i] != noColumn {
			r.set(c.columns[i], field)
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case fields == len(c.columns):
		return nil
	case !c.lines.terminated:
		return c.lines.cut()
	default:
		return fileError(c.lines.name, c.first, "the record has %d fields and the header %d", fields, len(c.columns)).
			WithHint("quoting or commas are damaged; download the file again, without opening it in a spreadsheet")
	}
}

// record hands the fields of the next record to each. Fields are valid until
// the next record is read.
func (c *csvReader) record(each func(i int, field []byte) error) error {
	line, err := c.lines.next()
	for err == nil && len(line) == 0 {
		line, err = c.lines.next()
	}
	if err != nil {
		return err
	}
	c.first = c.lines.line
	if line, err = c.whole(line); err != nil {
		return err
	}
	if err := c.fields(line, each); errors.Is(err, errQuote) {
		return fileError(c.lines.name, c.first, "quoting is broken").
			WithHint("download the file again, without opening it in a spreadsheet")
	} else if err != nil {
		return err
	}
	return nil
}

// whole joins to line the lines that a quoted field goes on in. Quotes come
// in pairs, so a record with an odd number of them is not whole.
func (c *csvReader) whole(line []byte) ([]byte, error) {
	if !odd(line) {
		return line, nil
	}
	c.long = append(c.long[:0], line...)
	for {
		next, err := c.lines.next()
		switch {
		case isEnd(err):
			return nil, fileError(c.lines.name, c.first, "a quote is opened here and never closed: the file is cut short or its quoting is broken").
				WithHint("download the file again")
		case err != nil:
			return nil, err
		case len(c.long)+len(next) > MaxLine:
			return nil, fileError(c.lines.name, c.first, "the record is longer than %d bytes", MaxLine).
				WithHint("a quote is probably opened here and never closed")
		}
		c.long = append(append(c.long, '\n'), next...)
		if odd(next) {
			return c.long, nil
		}
	}
}

func odd(b []byte) bool { return bytes.Count(b, []byte{'"'})%2 != 0 }

// fields splits a record.
func (c *csvReader) fields(b []byte, each func(i int, field []byte) error) error {
	c.scratch = c.scratch[:0]
	for i := 0; ; i++ {
		field, rest, more, err := c.field(b)
		if err != nil {
			return err
		}
		if err := each(i, field); err != nil {
			return err
		}
		if !more {
			return nil
		}
		b = rest
	}
}

// field takes the first field off b.
func (c *csvReader) field(b []byte) (field, rest []byte, more bool, err error) {
	if len(b) == 0 || b[0] != '"' {
		field, rest, more = bytes.Cut(b, []byte{','})
		if bytes.IndexByte(field, '"') >= 0 {
			return nil, nil, false, errQuote
		}
		return field, rest, more, nil
	}
	start := len(c.scratch)
	for b = b[1:]; ; {
		n := bytes.IndexByte(b, '"')
		if n < 0 {
			return nil, nil, false, errQuote
		}
		chunk, after := b[:n], b[n+1:]
		if len(after) > 0 && after[0] == '"' {
			c.scratch = append(append(c.scratch, chunk...), '"')
			b = after[1:]
			continue
		}
		field = chunk
		if len(c.scratch) > start {
			c.scratch = append(c.scratch, chunk...)
			field = c.scratch[start:len(c.scratch):len(c.scratch)]
		}
		switch {
		case len(after) == 0:
			return field, nil, false, nil
		case after[0] == ',':
			return field, after[1:], true, nil
		default:
			return nil, nil, false, errQuote
		}
	}
}

// csvRecords reads the records of a usage file in CSV.
type csvRecords struct {
	csv     *csvReader
	builder *builder
	row     row
}

// next reads the next record; see [cursor].
func (c *csvRecords) next(rec *Record) (string, error) {
	if err := c.csv.read(&c.row); err != nil {
		return "", err
	}
	rec.Number = c.csv.first
	return c.builder.build(&c.row, rec), nil
}

// openCSV recognises the format by the header and makes its cursor.
func (f *Reader) openCSV(lines *lineReader) error {
	c := &csvReader{lines: lines}
	header, err := c.header()
	if err != nil {
		return err
	}
	sch, err := recognise(f.Name, lines.line, header)
	if err != nil {
		return err
	}
	if c.columns, err = sch.bind(f.Name, lines.line, header); err != nil {
		return err
	}
	switch sch.family {
	case reconFamily:
		f.Format = ReconCSV
		f.recon = &reconRecords{csv: c}
		return nil
	case focusFamily:
		f.Format = FocusCSV
	case costFamily:
		f.Format = CostManagementCSV
	default:
		f.Format = DailyCSV
	}
	american := sch.family != focusFamily
	f.cursor = &csvRecords{csv: c, builder: newBuilder(sch.family, american, percentScale)}
	return nil
}

var _ cursor = (*csvRecords)(nil)

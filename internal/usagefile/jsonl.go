package usagefile

import (
	"errors"
	"io"
)

// jsonLines reads the Graph export: one JSON object a line.
type jsonLines struct {
	lines   *lineReader
	scanner *objectScanner
	builder *builder
	row     row
}

// next reads the next record; see [cursor].
func (j *jsonLines) next(rec *Record) (string, error) {
	for {
		line, err := j.lines.next()
		if err != nil {
			return "", err
		}
		if skipBlank(line, 0) == len(line) {
			continue
		}
		rec.Number = j.lines.line
		switch err := j.scanner.scan(line, &j.row); {
		case errors.Is(err, errTwice):
			return "", fileError(j.lines.name, j.lines.line, "the line has a column twice")
		case err != nil && !j.lines.terminated:
			return "", j.lines.cut()
		case err != nil:
			return "", fileError(j.lines.name, j.lines.line, "the line is not a JSON object").
				WithHint("the file is damaged; download it again")
		}
		return j.builder.build(&j.row, rec), nil
	}
}

var _ cursor = (*jsonLines)(nil)

// cursor steps through the records of a file. It returns why a record is
// rejected ("" when it is not), io.EOF after the last one, and any other
// error when the file cannot be used.
type cursor interface {
	next(rec *Record) (reject string, err error)
}

// isEnd reports whether err is the regular end of a file.
func isEnd(err error) bool { return errors.Is(err, io.EOF) }

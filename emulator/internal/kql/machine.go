package kql

import (
	"context"
	"regexp"
	"time"
)

// Budgets of one run. A query over ten thousand subscriptions uses a
// hundredth of them.
const (
	maxWork   = 50_000_000 // evaluations, and characters looked at
	maxMemory = 128 << 20  // bytes of texts, rows and lists made
	maxString = 1 << 20    // bytes of one text
	// maxDynamic is the size of one array or bag, in bytes.
	maxDynamic = 4 << 20
	maxRegexp  = 1000 // characters of a regular expression
	// patternWork is what compiling one regular expression counts for.
	patternWork = 20_000
)

// machine runs a query. It counts what is spent; when a budget is used up,
// err is set and everything comes to an end at the next row.
type machine struct {
	ctx      context.Context
	now      time.Time
	rows     func(table string) []map[string]any
	work     int
	memory   int
	err      error
	patterns map[string]*regexp.Regexp
}

// spend counts work, and reports whether the query may go on.
func (m *machine) spend(work int) bool {
	if m.err != nil {
		return false
	}
	before := m.work
	m.work += work
	switch {
	case m.work > maxWork:
		m.err = tooMuch("the query takes more work than is granted")
	case before>>16 != m.work>>16 && m.ctx.Err() != nil:
		m.err = m.ctx.Err()
	}
	return m.err == nil
}

// keep counts memory, and reports whether the query may go on.
func (m *machine) keep(bytes int) bool {
	if m.err == nil {
		if m.memory += bytes; m.memory > maxMemory {
			m.err = tooMuch("the query takes more memory than is granted")
		}
	}
	return m.err == nil
}

// text counts a text that was made and returns it. A nil machine counts
// nothing: constants are converted before there is one.
func (m *machine) text(s string) any {
	if m == nil {
		return s
	}
	if !m.fits(len(s)) {
		return nil
	}
	return s
}

// fits counts a text of a length that is about to be made.
func (m *machine) fits(length int) bool {
	if length > maxString && m.err == nil {
		m.err = tooMuch("a text is longer than %d bytes", maxString)
	}
	return m.spend(length/16+1) && m.keep(length)
}

// pattern compiles a regular expression once; nil for one that is wrong.
func (m *machine) pattern(text string) *regexp.Regexp {
	if re, known := m.patterns[text]; known {
		return re
	}
	if !m.spend(patternWork) || !m.keep(100*len(text)) {
		return nil
	}
	re, err := compilePattern(text)
	if err != nil {
		re = nil
	}
	m.patterns[text] = re
	return re
}

// compilePattern reads a regular expression, which is RE2's as KQL's are.
func compilePattern(text string) (*regexp.Regexp, error) {
	if len(text) > maxRegexp {
		return nil, tooMuch("a regular expression is longer than %d characters", maxRegexp)
	}
	return regexp.Compile(text)
}

// made counts an array or bag that was made and returns it. Values can share
// their parts, so a small one may be written as an endless one: what counts
// is its size when written.
func (m *machine) made(v any) any {
	size := weight(v, maxDynamic)
	if size > maxDynamic && m.err == nil {
		m.err = tooMuch("a dynamic value is larger than %d bytes", maxDynamic)
	}
	if !m.spend(size/16+1) || !m.keep(size) {
		return nil
	}
	return v
}

// look counts the work of looking at all of a dynamic value.
func (m *machine) look(v any) {
	switch v.(type) {
	case []any, map[string]any:
		m.spend(weight(v, maxDynamic) / 8)
	}
}

// weight is about the size of a value in bytes, not counted further than the
// limit.
func weight(v any, limit int) int {
	size := 16
	switch v := v.(type) {
	case string:
		size += len(v)
	case []any:
		for _, x := range v {
			if size += weight(x, limit-size); size > limit {
				return size
			}
		}
	case map[string]any:
		for k, x := range v {
			if size += len(k) + weight(x, limit-size); size > limit {
				return size
			}
		}
	}
	return size
}

package kql

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Type is the type of a column or an expression.
type Type int

// The types of KQL that Resource Graph's rows have. A guid is a String and an
// int is a Long here.
const (
	Dynamic Type = iota // any JSON value
	String
	Long
	Real
	Bool
	Datetime
	Timespan
)

// String returns the type's name in KQL.
func (t Type) String() string {
	return [...]string{"dynamic", "string", "long", "real", "bool", "datetime", "timespan"}[t]
}

func typeNamed(name string) (Type, bool) {
	if name == "string" {
		return String, true
	}
	t, ok := literalTypes[name]
	return t, ok
}

// Value makes of any Go value the form in which rows hold it: nil, bool,
// int64, float64, string, time.Time, time.Duration, []any or map[string]any.
func Value(v any) any {
	switch v := v.(type) {
	case nil, bool, int64, float64, string, time.Time, time.Duration:
		return v
	case int:
		return int64(v)
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, err := v.Float64()
		if err != nil || math.IsInf(f, 0) {
			return v.String()
		}
		return f
	case []any:
		return listValue(v)
	case []string:
		return listValue(v)
	case []map[string]any:
		return listValue(v)
	case []map[string]string:
		return listValue(v)
	case map[string]any:
		return bagValue(v)
	case map[string]string:
		return bagValue(v)
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return readJSON(string(text))
}

func listValue[T any](list []T) any {
	out := make([]any, len(list))
	for i, x := range list {
		out[i] = Value(x)
	}
	return out
}

func bagValue[T any](bag map[string]T) any {
	out := make(map[string]any, len(bag))
	for k, x := range bag {
		out[k] = Value(x)
	}
	return out
}

// textOf writes a value as tostring() does; null is the empty text.
func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return realText(v)
	case time.Time:
		return v.Format("2006-01-02T15:04:05.0000000Z")
	case time.Duration:
		return spanText(v)
	}
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(text)
}

// realText writes a real with a point, as Kusto does.
func realText(f float64) string {
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(s, ".eEIN") {
		s += ".0"
	}
	return s
}

// spanText writes a time span as [-][d.]hh:mm:ss[.fffffff].
func spanText(d time.Duration) string {
	sign, days := "", ""
	if d < 0 {
		sign = "-"
		if d = -d; d < 0 {
			d = math.MaxInt64
		}
	}
	if n := d / (24 * time.Hour); n > 0 {
		days, d = fmt.Sprintf("%d.", n), d%(24*time.Hour)
	}
	s := fmt.Sprintf("%s%s%02d:%02d:%02d", sign, days, d/time.Hour, d/time.Minute%60, d/time.Second%60)
	if ticks := d % time.Second / 100; ticks > 0 {
		s += fmt.Sprintf(".%07d", ticks)
	}
	return s
}

// convert makes a value of a type, or nil where none can be made of it.
// Nothing is kept in a Dynamic but what JSON has.
func convert(v any, t Type, m *machine) any {
	switch t {
	case String:
		return m.text(textOf(v))
	case Long:
		return toLong(v)
	case Real:
		return toReal(v)
	case Bool:
		return toBool(v)
	case Datetime:
		return toTime(v)
	case Timespan:
		return toSpan(v)
	case Dynamic:
	}
	switch v := v.(type) {
	case time.Time, time.Duration:
		return textOf(v)
	}
	return v
}

func toLong(v any) any {
	switch v := v.(type) {
	case int64:
		return v
	case float64:
		if v > -1<<63 && v < 1<<63 {
			return int64(v)
		}
	case bool:
		if v {
			return int64(1)
		}
		return int64(0)
	case string:
		if n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64); err == nil {
			return n
		}
		if hex, ok := strings.CutPrefix(strings.ToLower(v), "0x"); ok {
			if n, err := strconv.ParseInt(hex, 16, 64); err == nil {
				return n
			}
		}
	case time.Duration:
		return int64(v / 100)
	}
	return nil
}

func toReal(v any) any {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case float64:
		return v
	case string:
		f, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		if err == nil && !math.IsInf(f, 0) && !math.IsNaN(f) {
			return f
		}
	}
	return nil
}

func toBool(v any) any {
	switch v := v.(type) {
	case bool:
		return v
	case int64:
		return v != 0
	case float64:
		return v != 0
	case string:
		switch strings.ToLower(v) {
		case "true", "1":
			return true
		case "false", "0":
			return false
		}
	}
	return nil
}

func toTime(v any) any {
	switch v := v.(type) {
	case time.Time:
		return v
	case string:
		for _, layout := range []string{
			time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999", "2006-01-02 15:04",
			"2006-01-02T15:04Z07:00", time.DateOnly, "1/2/2006", "1/2/2006 3:04:05 PM",
		} {
			if t, err := time.Parse(layout, strings.TrimSpace(v)); err == nil {
				return t.UTC()
			}
		}
	}
	return nil
}

// toSpan reads d.hh:mm:ss.fffffff, or a literal such as 7d.
func toSpan(v any) any {
	switch v := v.(type) {
	case time.Duration:
		return v
	case string:
		s, negative := strings.CutPrefix(strings.TrimSpace(v), "-")
		d, ok := readSpan(s)
		if !ok {
			return nil
		}
		if negative {
			d = -d
		}
		return d
	}
	return nil
}

func readSpan(s string) (time.Duration, bool) {
	if all, err := tokens(s); err == nil && len(all) == 2 && all[0].kind == spanToken {
		return all[0].value.(time.Duration), true
	}
	var days, h, m int
	var sec float64
	clock := s
	if d, rest, found := strings.Cut(s, "."); found && strings.Contains(rest, ":") {
		n, err := strconv.Atoi(d)
		if err != nil {
			return 0, false
		}
		days, clock = n, rest
	}
	parts := strings.Split(clock, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, false
	}
	var err error
	if h, err = strconv.Atoi(parts[0]); err == nil {
		m, err = strconv.Atoi(parts[1])
	}
	if err == nil && len(parts) == 3 {
		sec, err = strconv.ParseFloat(parts[2], 64)
	}
	if err != nil || days < 0 || days > 100_000 || h < 0 || h > 23 || m < 0 || m > 59 || !(sec >= 0 && sec < 60) {
		return 0, false
	}
	return time.Duration(days)*24*time.Hour + time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(sec*1e9), true
}

// Text writes a value as tostring() does; null is the empty text.
func Text(v any) string { return textOf(v) }

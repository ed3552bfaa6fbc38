package kql

import (
	"maps"
	"math"
	"slices"
	"time"
)

// dynamicFunctions work on arrays and bags.
func dynamicFunctions() map[string]function {
	bag := function{min: 2, max: 128, result: fixed(Dynamic), eval: func(m *machine, a []any) any {
		out := map[string]any{}
		for i := 0; i+1 < len(a) && m.keep(48); i += 2 {
			out[textOf(a[i])] = convert(a[i+1], Dynamic, m)
		}
		return m.made(out)
	}}
	return map[string]function{
		"array_length": {min: 1, max: 1, result: fixed(Long), eval: func(_ *machine, a []any) any {
			if list, ok := a[0].([]any); ok {
				return int64(len(list))
			}
			return nil
		}},
		"bag_keys": {min: 1, max: 1, result: fixed(Dynamic), eval: func(m *machine, a []any) any {
			b, ok := a[0].(map[string]any)
			if !ok || !m.keep(32*len(b)) {
				return nil
			}
			out := []any{}
			for _, k := range slices.Sorted(maps.Keys(b)) {
				out = append(out, k)
			}
			return out
		}},
		"pack": bag, "bag_pack": bag,
		"pack_array": {min: 1, max: -1, result: fixed(Dynamic), eval: func(m *machine, a []any) any {
			m.keep(16 * len(a))
			for i := range a {
				a[i] = convert(a[i], Dynamic, m)
			}
			return m.made(a)
		}},
		"array_concat": {min: 1, max: -1, result: fixed(Dynamic), eval: func(m *machine, a []any) any {
			out := []any{}
			for _, v := range a {
				if list, ok := v.([]any); ok && m.keep(16*len(list)) {
					out = append(out, list...)
				}
			}
			return m.made(out)
		}},
		"array_index_of": {min: 2, max: 2, result: fixed(Long), eval: func(m *machine, a []any) any { return m.indexIn(a[0], a[1]) }},
		"set_has_element": {min: 2, max: 2, result: fixed(Bool), eval: func(m *machine, a []any) any {
			i, ok := m.indexIn(a[0], a[1]).(int64)
			return ok && i >= 0
		}},
		"bag_has_key": {min: 2, max: 2, result: fixed(Bool), eval: func(_ *machine, a []any) any {
			b, _ := a[0].(map[string]any)
			_, has := b[textOf(a[1])]
			return has
		}},
	}
}

// indexIn finds a value in an array; -1 when it is not there.
func (m *machine) indexIn(list, v any) any {
	all, ok := list.([]any)
	if !ok || v == nil || !m.spend(len(all)) {
		return nil
	}
	m.look(v)
	return int64(slices.IndexFunc(all, func(x any) bool { return m.spend(1) && x != nil && equal(x, v) }))
}

// timeFunctions work on instants and time spans.
func timeFunctions() map[string]function {
	start := func(f func(t time.Time) time.Time) function {
		return function{min: 1, max: 1, result: fixed(Datetime), eval: func(_ *machine, a []any) any {
			if t, ok := toTime(a[0]).(time.Time); ok {
				return f(t)
			}
			return nil
		}}
	}
	day := func(t time.Time) time.Time { return t.Truncate(24 * time.Hour) }
	month := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC) }
	year := func(t time.Time) time.Time { return time.Date(t.Year(), 1, 1, 0, 0, 0, 0, time.UTC) }
	tick := 100 * time.Nanosecond
	return map[string]function{
		"now": {min: 0, max: 1, result: fixed(Datetime), eval: func(m *machine, a []any) any {
			if len(a) == 1 {
				return calculated("+", m.now, toSpan(a[0]))
			}
			return m.now
		}},
		"ago":        {min: 1, max: 1, result: fixed(Datetime), eval: func(m *machine, a []any) any { return calculated("-", m.now, toSpan(a[0])) }},
		"startofday": start(day), "startofmonth": start(month), "startofyear": start(year),
		"startofweek":   start(func(t time.Time) time.Time { return day(t).AddDate(0, 0, -int(t.Weekday())) }),
		"endofday":      start(func(t time.Time) time.Time { return day(t).AddDate(0, 0, 1).Add(-tick) }),
		"endofmonth":    start(func(t time.Time) time.Time { return month(t).AddDate(0, 1, 0).Add(-tick) }),
		"endofyear":     start(func(t time.Time) time.Time { return year(t).AddDate(1, 0, 0).Add(-tick) }),
		"datetime_diff": {min: 3, max: 3, texts: 1, result: fixed(Long), eval: func(_ *machine, a []any) any { return timeDifference(a) }},
	}
}

// timeDifference counts the boundaries of a unit between two instants.
func timeDifference(a []any) any {
	to, ok1 := toTime(a[1]).(time.Time)
	from, ok2 := toTime(a[2]).(time.Time)
	if !ok1 || !ok2 {
		return nil
	}
	switch unit := textOf(a[0]); unit {
	case "year":
		return int64(to.Year() - from.Year())
	case "month":
		return int64(12*(to.Year()-from.Year()) + int(to.Month()) - int(from.Month()))
	case "week", "day", "hour", "minute", "second", "millisecond":
		size := map[string]time.Duration{
			"week": 7 * 24 * time.Hour, "day": 24 * time.Hour, "hour": time.Hour, "minute": time.Minute, "second": time.Second, "millisecond": time.Millisecond,
		}[unit]
		return int64(to.Truncate(size).Sub(from.Truncate(size)) / size)
	}
	return nil
}

// numberFunctions work on numbers.
func numberFunctions() map[string]function {
	bin := function{min: 2, max: 2, result: func(a []expr) Type {
		if a[0].typ == Datetime || a[0].typ == Timespan {
			return a[0].typ
		}
		return common(a[0].typ, a[1].typ)
	}, keepsName: true, eval: func(_ *machine, a []any) any { return binned(a[0], a[1]) }}
	choose := func(want int) function {
		return function{min: 2, max: 64, result: sameAs(0, 1), eval: func(_ *machine, a []any) any {
			var best any
			for _, v := range a {
				if order, ok := ordered(v, best); v != nil && (best == nil || (ok && order == want)) {
					best = v
				}
			}
			return best
		}}
	}
	return map[string]function{
		"bin": bin, "floor": bin, "min_of": choose(-1), "max_of": choose(1),
		"abs": {min: 1, max: 1, result: sameAs(0, 1), eval: func(_ *machine, a []any) any {
			switch v := a[0].(type) {
			case int64:
				return max(v, -v)
			case float64:
				return math.Abs(v)
			case time.Duration:
				return v.Abs()
			}
			return nil
		}},
		"round": {min: 1, max: 2, result: fixed(Real), eval: func(_ *machine, a []any) any {
			f, ok := toReal(a[0]).(float64)
			if !ok {
				return nil
			}
			digits := int64(0)
			if len(a) == 2 {
				digits, _ = toLong(a[1]).(int64)
			}
			scale := math.Pow10(int(min(max(digits, -15), 15)))
			return realResult("/", math.Round(f*scale), scale)
		}},
	}
}

// binned rounds down to a multiple.
func binned(v, size any) any {
	switch v := v.(type) {
	case time.Time:
		if d, ok := size.(time.Duration); ok && d > 0 {
			return v.Truncate(d)
		}
	case time.Duration:
		if d, ok := size.(time.Duration); ok && d > 0 {
			return time.Duration(math.Floor(float64(v)/float64(d))) * d
		}
	case int64:
		if n, ok := size.(int64); ok && n > 0 {
			r := v % n
			if r < 0 {
				r += n
			}
			return v - r
		}
	}
	f, ok1 := toReal(v).(float64)
	n, ok2 := toReal(size).(float64)
	if !ok1 || !ok2 || n <= 0 {
		return nil
	}
	return realResult("*", math.Floor(f/n), n)
}

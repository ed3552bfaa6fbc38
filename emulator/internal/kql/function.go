package kql

import (
	"maps"
	"time"
)

// function is a scalar function.
type function struct {
	// min and max are the number of arguments; max -1 is any number.
	min, max int
	// texts is how many of the first arguments must be texts (or dynamic,
	// which is written as text); -1 is all of them.
	texts int
	// result is the type that comes of the arguments.
	result func(args []expr) Type
	// keepsName marks a conversion: a column made of tostring(a) is called a.
	keepsName bool
	eval      func(m *machine, a []any) any
}

func fixed(t Type) func([]expr) Type { return func([]expr) Type { return t } }

// sameAs is the common type of the arguments from the first to the last step
// apart: Dynamic if they differ, Real for numbers of two kinds.
func sameAs(first, step int) func([]expr) Type {
	return func(args []expr) Type {
		t := args[min(first, len(args)-1)].typ
		for i := first; i < len(args); i += step {
			t = common(t, args[i].typ)
		}
		return t
	}
}

func common(a, b Type) Type {
	switch {
	case a == b:
		return a
	case (a == Long || a == Real) && (b == Long || b == Real):
		return Real
	}
	return Dynamic
}

// functions are the scalar functions by name.
var functions = func() map[string]function {
	all := map[string]function{}
	for _, part := range []map[string]function{conversions(), conditionals(), textFunctions(), patternFunctions(), dynamicFunctions(), timeFunctions(), numberFunctions()} {
		maps.Copy(all, part)
	}
	return all
}()

// call binds a call of a scalar function.
func (b *binder) call(n callNode, s schema) (expr, error) {
	f, known := functions[n.function]
	if !known {
		if _, aggregates := aggregates[n.function]; aggregates {
			return expr{}, wrong(n.place, "Function '%s' cannot be invoked in this context. It can be used only in summarize", n.function)
		}
		return expr{}, wrong(n.place, "Unknown function: '%s'", n.function)
	}
	if len(n.args) < f.min || (f.max >= 0 && len(n.args) > f.max) {
		return expr{}, wrong(n.place, "%s(): function expects %s", n.function, arity(f.min, f.max))
	}
	var args []expr
	for i, a := range n.args {
		e, err := b.expr(a, s)
		if err != nil {
			return expr{}, err
		}
		if (f.texts < 0 || i < f.texts) && e.typ != String && e.typ != Dynamic {
			return expr{}, wrong(a.where(), "%s(): argument #%d expected to be a string expression", n.function, i+1)
		}
		args = append(args, e)
	}
	if err := checkPatterns(n, args); err != nil {
		return expr{}, err
	}
	out := expr{typ: f.result(args), eval: func(m *machine, row []any) any {
		if !m.spend(1 + len(args)) {
			return nil
		}
		values := make([]any, len(args))
		for i, a := range args {
			values[i] = a.eval(m, row)
		}
		return f.eval(m, values)
	}}
	if f.keepsName && len(args) > 0 {
		out.name = args[0].name
	}
	return out, nil
}

func arity(least, most int) string {
	switch {
	case most < 0:
		return textOf(int64(least)) + " or more arguments"
	case least == most:
		return textOf(int64(least)) + " argument(s)"
	}
	return textOf(int64(least)) + " to " + textOf(int64(most)) + " arguments"
}

// conversions are the functions that make another type of a value.
func conversions() map[string]function {
	to := func(t Type) function {
		return function{min: 1, max: 1, result: fixed(t), keepsName: true, eval: func(m *machine, a []any) any { return convert(a[0], t, m) }}
	}
	all := map[string]function{
		"tostring": to(String), "toguid": to(String), "toint": to(Long), "tolong": to(Long), "toreal": to(Real), "todouble": to(Real), "todecimal": to(Real),
		"tobool": to(Bool), "toboolean": to(Bool), "todatetime": to(Datetime), "totimespan": to(Timespan),
	}
	for _, name := range []string{"parse_json", "todynamic", "toobject", "parsejson"} {
		all[name] = function{min: 1, max: 1, result: fixed(Dynamic), keepsName: true, eval: func(m *machine, a []any) any {
			text, isText := a[0].(string)
			if !isText {
				return convert(a[0], Dynamic, m)
			}
			if text == "" || !m.fits(4*len(text)) {
				return nil
			}
			return readJSON(text)
		}}
	}
	all["gettype"] = function{min: 1, max: 1, result: fixed(String), eval: func(_ *machine, a []any) any { return kindOf(a[0]) }}
	return all
}

// kindOf names what a value is, as gettype() does.
func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case []any:
		return "array"
	case map[string]any:
		return "dictionary"
	case string:
		return "string"
	case bool:
		return "bool"
	case int64:
		return "long"
	case float64:
		return "double"
	case time.Time:
		return "datetime"
	}
	return "timespan"
}

// conditionals choose among their arguments, or judge one.
func conditionals() map[string]function {
	judge := func(test func(v any) bool) function {
		return function{min: 1, max: 1, result: fixed(Bool), eval: func(_ *machine, a []any) any { return test(a[0]) }}
	}
	empty := func(v any) bool { return v == nil || v == "" }
	choose := function{min: 3, max: 3, result: sameAs(1, 1), eval: func(_ *machine, a []any) any {
		if a[0] == true {
			return a[1]
		}
		return a[2]
	}}
	return map[string]function{
		"isempty": judge(empty), "isnotempty": judge(func(v any) bool { return !empty(v) }),
		"isnull": judge(func(v any) bool { return v == nil }), "isnotnull": judge(func(v any) bool { return v != nil }),
		"iff": choose, "iif": choose,
		"not": {min: 1, max: 1, result: fixed(Bool), eval: func(_ *machine, a []any) any {
			if b, ok := a[0].(bool); ok {
				return !b
			}
			return nil
		}},
		"case": {min: 3, max: -1, result: func(a []expr) Type {
			return common(sameAs(1, 2)(a[:len(a)-1]), a[len(a)-1].typ)
		}, eval: func(_ *machine, a []any) any {
			for i := 0; i+1 < len(a); i += 2 {
				if a[i] == true {
					return a[i+1]
				}
			}
			return a[len(a)-1]
		}},
		"coalesce": {min: 2, max: -1, result: sameAs(0, 1), eval: func(_ *machine, a []any) any {
			for _, v := range a {
				if !empty(v) {
					return v
				}
			}
			return a[len(a)-1]
		}},
	}
}

package armtemplate

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

func numberFunctions(m map[string]function) {
	for name, apply := range map[string]func(z, a, b *big.Int) *big.Int{
		"add": (*big.Int).Add, "sub": (*big.Int).Sub, "mul": (*big.Int).Mul, "div": (*big.Int).Quo, "mod": (*big.Int).Rem,
	} {
		m[name] = function{min: 2, max: 2, eager: func(c *invocation) (*Node, error) { return c.arithmetic(apply) }}
	}
	m["min"], m["max"] = extreme(-1), extreme(1)
	m["int"] = function{min: 1, max: 1, eager: func(c *invocation) (*Node, error) {
		if a := c.args[0]; a.Kind == String {
			i, err := strconv.ParseInt(strings.TrimSpace(a.Text), 10, 64)
			if err != nil {
				return nil, c.failed("the value '%.100s' cannot be converted to an integer.", a.Text)
			}
			return integer(i), nil
		}
		i, err := c.int(0)
		return integer(i), err
	}}
	m["float"] = function{min: 1, max: 1, eager: func(c *invocation) (*Node, error) {
		switch a := c.args[0]; {
		case isNumber(a):
			return number(toFloat(a)), nil
		case a.Kind == String:
			f, err := strconv.ParseFloat(strings.TrimSpace(a.Text), 64)
			if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
				return nil, c.failed("the value '%.100s' cannot be converted to a number.", a.Text)
			}
			return number(f), nil
		default:
			return nil, c.wrong(0, "String, Integer")
		}
	}}
}

func (c *invocation) arithmetic(apply func(z, a, b *big.Int) *big.Int) (*Node, error) {
	a, err := c.int(0)
	if err != nil {
		return nil, err
	}
	b, err := c.int(1)
	if err != nil {
		return nil, err
	}
	if name := strings.ToLower(c.name); b == 0 && (name == "div" || name == "mod") {
		return nil, c.failed("the second argument cannot be zero.")
	}
	out := apply(new(big.Int), big.NewInt(a), big.NewInt(b))
	if !out.IsInt64() {
		return nil, c.failed("the result is not an integer of 64 bits.")
	}
	return integer(out.Int64()), nil
}

// extreme finds the least (-1) or greatest (1) of a list, or of the arguments.
func extreme(sign int) function {
	return function{min: 1, max: -1, eager: func(c *invocation) (*Node, error) {
		if len(c.args) == 1 && c.args[0].Kind == Array {
			c.args = c.args[0].Items
		}
		if len(c.args) == 0 {
			return nil, c.failed("the list must not be empty.")
		}
		out, err := c.int(0)
		for i := 1; err == nil && i < len(c.args); i++ {
			var v int64
			if v, err = c.int(i); order(v, out) == sign {
				out = v
			}
		}
		return integer(out), err
	}}
}

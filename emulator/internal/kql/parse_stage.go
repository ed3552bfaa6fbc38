package kql

import "strings"

func (p *parser) whereStage(token) (stageNode, error) {
	test, err := p.expression()
	return whereStage{test}, err
}

func (p *parser) extendStage(token) (stageNode, error) {
	c, err := p.columns()
	return extendStage{c}, err
}

func (p *parser) projectStage(token) (stageNode, error) {
	c, err := p.columns()
	return projectStage{c}, err
}

func (p *parser) distinctStage(token) (stageNode, error) {
	if t := p.peek(); p.accept("*") {
		return distinctStage{[]column{{at: t.place, value: starNode{t.place}}}}, nil
	}
	c, err := p.columns()
	return distinctStage{c}, err
}

// columns reads expressions with or without a name, after commas.
func (p *parser) columns() ([]column, error) {
	var out []column
	for {
		c, err := p.column()
		if err != nil {
			return nil, err
		}
		out = append(out, c)
		if !p.accept(",") {
			return out, nil
		}
	}
}

// column reads name = expression, or an expression alone.
func (p *parser) column() (column, error) {
	c := column{at: p.peek().place}
	if name, size, ok := p.columnName(); ok && p.tokens[size].is("=") {
		for range size + 1 {
			p.next()
		}
		c.name = name
	}
	var err error
	c.value, err = p.expression()
	return c, err
}

// columnName looks ahead for a name: a word, or ['any text'].
func (p *parser) columnName() (name string, size int, ok bool) {
	switch t := p.peek(); {
	case t.kind == wordToken:
		return t.token, 1, true
	case t.is("[") && len(p.tokens) > 3 && p.tokens[1].kind == textToken && p.tokens[2].is("]"):
		return p.tokens[1].value.(string), 3, true
	}
	return "", 0, false
}

// name takes the name of a column.
func (p *parser) name() (pattern, error) {
	t := p.peek()
	name, size, ok := p.columnName()
	if !ok {
		return pattern{}, unexpected(t)
	}
	for range size {
		p.next()
	}
	return pattern{t.place, name}, nil
}

// awayStage reads names in which asterisks stand for any text.
func (p *parser) awayStage(token) (stageNode, error) {
	var s awayStage
	for {
		n := pattern{at: p.peek().place}
		for end := p.peek().offset; p.peek().offset == end; {
			t := p.peek()
			if t.kind != wordToken && !t.is("*") {
				break
			}
			n.text, end = n.text+t.token, t.end
			p.next()
		}
		if n.text == "" {
			var err error
			if n, err = p.name(); err != nil {
				return nil, err
			}
		}
		s.names = append(s.names, n)
		if !p.accept(",") {
			return s, nil
		}
	}
}

func (p *parser) renameStage(token) (stageNode, error) {
	var s renameStage
	for {
		c, err := p.column()
		if err != nil {
			return nil, err
		}
		if _, isName := c.value.(nameNode); c.name == "" || !isName {
			return nil, wrong(c.at, "project-rename: expected NewName = OldName")
		}
		s.columns = append(s.columns, c)
		if !p.accept(",") {
			return s, nil
		}
	}
}

func (p *parser) summarizeStage(token) (stageNode, error) {
	var s summarizeStage
	var err error
	if !p.peek().is("by") {
		if s.columns, err = p.columns(); err != nil {
			return nil, err
		}
	}
	if p.accept("by") {
		s.by, err = p.columns()
	}
	return s, err
}

func (p *parser) limitStage(token) (stageNode, error) {
	n, err := p.expression()
	return limitStage{n}, err
}

func (p *parser) orderStage(token) (stageNode, error) {
	if err := p.expect("by"); err != nil {
		return nil, err
	}
	var s orderStage
	for {
		k, err := p.orderKey()
		if err != nil {
			return nil, err
		}
		s.keys = append(s.keys, k)
		if !p.accept(",") {
			return s, nil
		}
	}
}

// orderKey reads an expression and its order, which falls unless asc is said;
// nulls come first in a rising order and last in a falling one.
func (p *parser) orderKey() (orderKey, error) {
	var k orderKey
	var err error
	if k.value, err = p.expression(); err != nil {
		return k, err
	}
	if k.rising = p.accept("asc"); !k.rising {
		p.accept("desc")
	}
	k.nullsFirst = k.rising
	if p.accept("nulls") {
		if k.nullsFirst = p.accept("first"); !k.nullsFirst {
			err = p.expect("last")
		}
	}
	return k, err
}

func (p *parser) topStage(token) (stageNode, error) {
	n, err := p.expression()
	if err == nil {
		err = p.expect("by")
	}
	if err != nil {
		return nil, err
	}
	k, err := p.orderKey()
	return orderStage{keys: []orderKey{k}, top: n}, err
}

// expandStage reads the columns of an mv-expand, and its row limit.
func (p *parser) expandStage(t token) (stageNode, error) {
	s := expandStage{at: t.place, rows: expandRows}
	for p.tokens[0].is("bagexpansion") || p.tokens[0].is("with_itemindex") {
		option := p.next()
		if err := p.expect("="); err != nil {
			return nil, err
		}
		value := p.next()
		switch {
		case value.kind != wordToken, option.token == "bagexpansion" && value.token != "bag" && value.token != "array":
			return nil, unexpected(value)
		case option.token == "with_itemindex":
			s.index = value.token
		case value.token == "array":
			return nil, wrong(value.place, "mv-expand: bagexpansion=array is not supported")
		}
	}
	for {
		c := expandColumn{typ: Dynamic}
		var err error
		if c.column, err = p.column(); err != nil {
			return nil, err
		}
		if p.accept("to") {
			if c.typ, err = p.typeOf(); err != nil {
				return nil, err
			}
		}
		s.columns = append(s.columns, c)
		if !p.accept(",") {
			break
		}
	}
	if p.accept("limit") {
		n := p.next()
		rows, ok := n.value.(int64)
		if !ok {
			return nil, unexpected(n)
		}
		if rows > expandRowsMax {
			return nil, wrong(n.place, "mv-expand: the row limit cannot be more than %d", expandRowsMax)
		}
		s.rows = int(rows)
	}
	return s, nil
}

// typeOf reads typeof(name).
func (p *parser) typeOf() (Type, error) {
	if err := p.expect("typeof"); err != nil {
		return 0, err
	}
	if err := p.expect("("); err != nil {
		return 0, err
	}
	t := p.next()
	typ, ok := typeNamed(t.token)
	if !ok {
		return 0, unexpected(t)
	}
	return typ, p.expect(")")
}

// leg reads a table, or a pipeline in parentheses.
func (p *parser) leg() (*pipeline, error) {
	if p.accept("(") {
		q, err := p.pipeline(false)
		if err != nil {
			return nil, err
		}
		return q, p.expect(")")
	}
	t := p.next()
	if t.kind != wordToken {
		return nil, unexpected(t)
	}
	return &pipeline{table: t.token, at: t.place}, nil
}

func (p *parser) joinStage(t token) (stageNode, error) {
	s := joinStage{at: t.place, kind: "innerunique"}
	for p.tokens[0].is("kind") || p.tokens[0].is("hint") {
		option := p.next()
		if option.is("hint") {
			return nil, wrong(option.place, "join: hints are not supported")
		}
		if err := p.expect("="); err != nil {
			return nil, err
		}
		kind := p.next()
		switch kind.token {
		case "innerunique", "inner", "leftouter", "fullouter":
			s.kind = kind.token
		default:
			return nil, wrong(kind.place, "join: the kind '%s' is not supported", kind.text())
		}
	}
	var err error
	if s.right, err = p.leg(); err != nil {
		return nil, err
	}
	if err = p.expect("on"); err != nil {
		return nil, err
	}
	for {
		key, err := p.expression()
		if err != nil {
			return nil, err
		}
		s.on = append(s.on, key)
		if !p.accept(",") {
			return s, nil
		}
	}
}

func (p *parser) unionStage(t token) (stageNode, error) {
	s := unionStage{at: t.place, kind: "outer"}
	for p.tokens[0].is("kind") || p.tokens[0].is("withsource") || p.tokens[0].is("isfuzzy") {
		option := p.next()
		if err := p.expect("="); err != nil {
			return nil, err
		}
		value := p.next()
		switch {
		case value.kind != wordToken, option.is("isfuzzy"), option.is("kind") && value.token != "inner" && value.token != "outer":
			return nil, unexpected(value)
		case option.is("kind"):
			s.kind = value.token
		default:
			s.source = value.token
		}
	}
	for {
		q, err := p.leg()
		if err != nil {
			return nil, err
		}
		s.legs = append(s.legs, q)
		if !p.accept(",") {
			return s, nil
		}
	}
}

// parseStage reads the pattern of a parse in its simple form.
func (p *parser) parseStage(t token) (stageNode, error) {
	s := parseStage{at: t.place}
	if p.peek().is("kind") && p.tokens[1].is("=") {
		p.next()
		p.next()
		if kind := p.next(); !kind.is("simple") {
			return nil, wrong(kind.place, "parse: the kind '%s' is not supported", kind.text())
		}
	}
	var err error
	if s.from, err = p.expression(); err != nil {
		return nil, err
	}
	if err = p.expect("with"); err != nil {
		return nil, err
	}
	for {
		t := p.peek()
		part := parsePart{at: t.place, typ: String}
		switch {
		case t.kind == textToken:
			part.text = t.value.(string)
		case t.is("*"):
			part.star = true
		case t.kind == wordToken:
			part.name = t.token
		default:
			if len(s.parts) == 0 {
				return nil, unexpected(t)
			}
			return s, nil
		}
		p.next()
		if part.name != "" && p.accept(":") {
			typ, ok := typeNamed(p.peek().token)
			if !ok {
				return nil, unexpected(p.peek())
			}
			p.next()
			part.typ = typ
		}
		if part.text == "" && part.name == "" && !part.star {
			return nil, wrong(part.at, "parse: an empty text cannot be found")
		}
		s.parts = append(s.parts, part)
	}
}

// hasStar reports whether a name is a pattern.
func (p pattern) hasStar() bool { return strings.Contains(p.text, "*") }

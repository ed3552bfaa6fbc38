package kql

import "slices"

// Bounds of a query's text.
const (
	maxText   = 64 << 10 // bytes
	maxDepth  = 128      // of nested expressions and pipelines
	maxStages = 100      // of all pipelines together
)

// parser reads tokens, one ahead.
type parser struct {
	tokens []token
	depth  int
	stages int
}

// parse reads a query.
func parse(text string) (*pipeline, error) {
	if len(text) > maxText {
		return nil, tooMuch("the query is longer than %d bytes", maxText)
	}
	all, err := tokens(text)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: all}
	q, err := p.pipeline(true)
	if err == nil && p.peek().kind != endToken {
		err = unexpected(p.peek())
	}
	return q, err
}

func (p *parser) peek() token { return p.tokens[0] }

// next takes a token; the end stays.
func (p *parser) next() token {
	t := p.tokens[0]
	if t.kind != endToken {
		p.tokens = p.tokens[1:]
	}
	return t
}

// accept takes the next token if it is the word or sign.
func (p *parser) accept(text string) bool {
	if p.peek().is(text) {
		p.next()
		return true
	}
	return false
}

func (p *parser) expect(text string) error {
	if !p.accept(text) {
		return unexpected(p.peek())
	}
	return nil
}

// deeper bounds recursion; it is undone by p.depth--.
func (p *parser) deeper() error {
	if p.depth++; p.depth > maxDepth {
		return tooMuch("the query is nested more than %d deep", maxDepth)
	}
	return nil
}

// stageWords begin a stage. They are no names of columns.
func stageWords() []string {
	return []string{"where", "extend", "project", "summarize", "distinct", "join", "mvexpand", "limit", "take", "sort", "filter"}
}

// pipeline reads a table and its stages. The first pipeline may leave its
// table out; it is Resources then.
func (p *parser) pipeline(first bool) (*pipeline, error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	q := &pipeline{at: p.peek().place}
	t := p.peek()
	switch {
	case t.kind != wordToken:
		return nil, unexpected(t)
	case first && p.beginsStage():
		if err := p.stage(q); err != nil {
			return nil, err
		}
	default:
		p.next()
		q.table = t.token
	}
	for p.accept("|") {
		if err := p.stage(q); err != nil {
			return nil, err
		}
	}
	return q, nil
}

// beginsStage reports whether a query begins with a stage and not with its
// table: the name of a stage that something other than a pipe follows.
func (p *parser) beginsStage() bool {
	word := p.peek().token
	if !slices.Contains(stageWords(), word) && !slices.Contains([]string{"order", "top", "count", "parse", "mv", "union"}, word) {
		return false
	}
	after := p.tokens[1]
	return word == "count" || (after.kind != endToken && !after.is("|"))
}

// keyword takes a word that may have hyphens in it, such as mv-expand.
func (p *parser) keyword() (token, string) {
	t := p.next()
	word := t.token
	for end := t.end; p.peek().is("-") && p.peek().offset == end && len(p.tokens) > 1; {
		after := p.tokens[1]
		if after.kind != wordToken || after.offset != end+1 {
			break
		}
		p.next()
		word, end = word+"-"+p.next().token, after.end
	}
	return t, word
}

// stage reads one stage and adds it to the pipeline.
func (p *parser) stage(q *pipeline) error {
	if p.stages++; p.stages > maxStages {
		return tooMuch("the query has more than %d stages", maxStages)
	}
	t, word := p.keyword()
	if t.kind != wordToken {
		return unexpected(t)
	}
	read := p.stageOf(word)
	if read == nil {
		t.token = word
		return unexpected(t)
	}
	s, err := read(t)
	if err == nil {
		q.stages = append(q.stages, s)
	}
	return err
}

// stageOf returns what reads the stage of a name, nil for one that there is
// not.
func (p *parser) stageOf(word string) func(token) (stageNode, error) {
	switch word {
	case "where", "filter":
		return p.whereStage
	case "extend":
		return p.extendStage
	case "project":
		return p.projectStage
	case "project-away":
		return p.awayStage
	case "project-rename":
		return p.renameStage
	case "count":
		return func(token) (stageNode, error) { return countStage{}, nil }
	case "distinct":
		return p.distinctStage
	case "summarize":
		return p.summarizeStage
	case "limit", "take":
		return p.limitStage
	case "order", "sort":
		return p.orderStage
	case "top":
		return p.topStage
	case "mv-expand", "mvexpand":
		return p.expandStage
	case "join":
		return p.joinStage
	case "union":
		return p.unionStage
	case "parse":
		return p.parseStage
	}
	return nil
}

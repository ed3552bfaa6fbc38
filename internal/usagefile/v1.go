package usagefile

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// v1Items reads line items of the Partner Center v1 API as they were saved:
// an array of items, one page ({"items": […]}), several pages one after the
// other, or an array of pages. Records are numbered by item.
type v1Items struct {
	name    string
	guard   *guard
	dec     *json.Decoder
	scanner *objectScanner
	builder *builder
	row     row
	layout  v1Layout
	stack   []v1Level
	item    int64
}

// v1Layout is how items are wrapped.
type v1Layout uint8

const (
	v1List  v1Layout = iota // an array of items
	v1Pages                 // pages, in an array or one after the other
	v1Bare                  // items one after the other
)

// v1Level is what the decoder stands in.
type v1Level uint8

const (
	inList  v1Level = iota // an array of items or pages
	inPage                 // a page's object, outside its items
	inItems                // a page's items
)

func newV1Items(name string, r io.Reader, layout v1Layout, b *builder) *v1Items {
	g := &guard{r: r}
	return &v1Items{
		name: name, layout: layout, guard: g, dec: json.NewDecoder(g),
		scanner: newObjectScanner(partnerSchema()), builder: b,
	}
}

// next reads the next item; see [cursor].
func (v *v1Items) next(rec *Record) (string, error) {
	for {
		v.guard.left = guardWindow
		raw, err := v.step()
		switch {
		case isEnd(err) && len(v.stack) == 0:
			return "", io.EOF
		case err != nil:
			return "", v.fault(err)
		case raw == nil:
			continue
		}
		v.item++
		rec.Number = v.item
		if err := v.scanner.scan(raw, &v.row); err != nil {
			return "", fileError(v.name, v.item, "the item is not a JSON object with every column once")
		}
		return v.builder.build(&v.row, rec), nil
	}
}

// step reads one token, or one item, which it returns.
func (v *v1Items) step() (json.RawMessage, error) {
	level, nested := v.level()
	items := nested && (level == inItems || level == inList && v.layout == v1List)
	if items && v.dec.More() || !nested && v.layout == v1Bare {
		return v.element()
	}
	tok, err := v.dec.Token()
	if err != nil {
		return nil, err
	}
	switch tok {
	case json.Delim('['):
		v.stack = append(v.stack, inList)
	case json.Delim('{'):
		v.stack = append(v.stack, inPage)
	case json.Delim(']'), json.Delim('}'):
		v.stack = v.stack[:len(v.stack)-1]
	case "items":
		return nil, v.enterItems()
	default:
		if !nested {
			return nil, errSyntax
		}
		return nil, v.skip()
	}
	return nil, nil
}

func (v *v1Items) level() (v1Level, bool) {
	if len(v.stack) == 0 {
		return 0, false
	}
	return v.stack[len(v.stack)-1], true
}

// element reads one item.
func (v *v1Items) element() (json.RawMessage, error) {
	var raw json.RawMessage
	if err := v.dec.Decode(&raw); err != nil {
		return nil, err
	}
	if len(raw) > MaxLine {
		return nil, errTooLong
	}
	if bytes.IndexByte(raw, 0) >= 0 || len(raw) == 0 || raw[0] != '{' {
		return nil, errSyntax
	}
	return raw, nil
}

func (v *v1Items) enterItems() error {
	tok, err := v.dec.Token()
	if err != nil {
		return err
	}
	if tok != json.Delim('[') {
		return errSyntax
	}
	v.stack = append(v.stack, inItems)
	return nil
}

// skip passes the value of a page's key that is not needed.
func (v *v1Items) skip() error {
	var raw json.RawMessage
	return v.dec.Decode(&raw)
}

func (v *v1Items) fault(err error) error {
	switch {
	case errors.Is(err, errTooLong):
		return fileError(v.name, v.item+1, "the item is longer than %d bytes", MaxLine)
	case isEnd(err), errors.Is(err, io.ErrUnexpectedEOF) && isEnd(v.guard.err):
		return fileError(v.name, v.item, "the file is cut short after this item").WithHint("download it again")
	case v.guard.err != nil && !isEnd(v.guard.err):
		return readError(v.name, v.item, v.guard.err)
	default:
		return fileError(v.name, v.item+1, "the text is not JSON").WithHint("the file is damaged; download it again")
	}
}

var errTooLong = errors.New("too long")

// guardWindow is what a guard lets through for one item: the item and what
// the decoder reads ahead.
const guardWindow = 4 * MaxLine

// guard keeps a decoder from buffering without end: it fails when one item
// asks for more than its window.
type guard struct {
	r    io.Reader
	left int
	err  error // what the reader below said
}

// Read implements io.Reader.
func (g *guard) Read(p []byte) (int, error) {
	if g.left <= 0 {
		return 0, errTooLong
	}
	n, err := g.r.Read(p[:min(len(p), g.left)])
	g.left -= n
	if err != nil {
		g.err = err
	}
	return n, err
}

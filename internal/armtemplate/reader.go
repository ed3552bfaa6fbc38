package armtemplate

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Read reads one JSON value as Resource Manager does: besides JSON it takes
// keys without quotes, texts in single quotes, line breaks in texts, comments
// and commas before a closing bracket. An object's later member replaces an
// earlier one of the same name. The error has the code InvalidRequestContent.
func Read(data []byte) (*Node, error) {
	r := &reader{data: bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), line: 1}
	if len(data) > maxText {
		return nil, r.errorf("The content is longer than " + strconv.Itoa(maxText) + " bytes")
	}
	n, err := r.value("")
	if err != nil {
		return nil, err
	}
	if err := r.blanks(); err != nil {
		return nil, err
	}
	if r.at < len(r.data) {
		return nil, r.errorf("Additional text encountered after finished reading JSON content: " + r.next())
	}
	return n, nil
}

type reader struct {
	data  []byte
	at    int
	line  int
	start int // of the line
	depth int
	count int // of values so far
	path  string
}

// column is that of the character before the next one, from 1.
func (r *reader) column() int { return r.at - r.start }

// errorf words a refusal of the text as Azure's reader does, with the place.
func (r *reader) errorf(message string) error {
	return unreadable(message, r.path, r.line, r.column())
}

// next is the next character for a message, or where the text ends.
func (r *reader) next() string {
	if r.at >= len(r.data) {
		return "end of content"
	}
	c, _ := utf8.DecodeRune(r.data[r.at:])
	return string(c)
}

// blanks skips what is between values.
func (r *reader) blanks() error {
	for r.at < len(r.data) {
		switch rest := r.data[r.at:]; {
		case rest[0] == '\n':
			r.newline()
		case rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\r':
			r.at++
		case bytes.HasPrefix(rest, []byte("//")):
			for r.at < len(r.data) && r.data[r.at] != '\n' {
				r.at++
			}
		case bytes.HasPrefix(rest, []byte("/*")):
			end := bytes.Index(rest[2:], []byte("*/"))
			if end < 0 {
				return r.errorf("Unexpected end while parsing comment")
			}
			for stop := r.at + end + 4; r.at < stop; {
				if r.data[r.at] == '\n' {
					r.newline()
				} else {
					r.at++
				}
			}
		default:
			return nil
		}
	}
	return nil
}

func (r *reader) newline() {
	r.at++
	r.line++
	r.start = r.at
}

// peek skips blanks and returns the next byte, 0 at the end.
func (r *reader) peek() (byte, error) {
	if err := r.blanks(); err != nil || r.at >= len(r.data) {
		return 0, err
	}
	return r.data[r.at], nil
}

// value reads a value that stands at path.
func (r *reader) value(path string) (*Node, error) {
	outer := r.path
	r.path = path
	defer func() { r.path = outer }()
	if r.depth++; r.depth > maxDepth {
		return nil, r.errorf("The reader's MaxDepth of " + strconv.Itoa(maxDepth) + " has been exceeded")
	}
	defer func() { r.depth-- }()
	if r.count++; r.count > maxValues {
		return nil, r.errorf("The content has more than " + strconv.Itoa(maxValues) + " values")
	}
	c, err := r.peek()
	if err != nil {
		return nil, err
	}
	switch {
	case c == '{':
		return r.object(path)
	case c == '[':
		return r.array(path)
	case c == '"' || c == '\'':
		s, err := r.quoted(c)
		return r.placed(&Node{Kind: String, Text: s}, path), err
	case c == '-' || c >= '0' && c <= '9' || isWord(c):
		return r.bare(path)
	default:
		return nil, r.errorf("Unexpected character encountered while parsing value: " + r.next())
	}
}

func (r *reader) placed(n *Node, path string) *Node {
	n.Line, n.Column, n.Path = r.line, r.column(), path
	return n
}

func (r *reader) array(path string) (*Node, error) {
	r.at++
	out := r.placed(&Node{Kind: Array}, path)
	for {
		c, err := r.peek()
		if err != nil {
			return nil, err
		}
		if c == ']' {
			r.at++
			return out, nil
		}
		v, err := r.value(path + "[" + strconv.Itoa(len(out.Items)) + "]")
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, v)
		if err := r.comma(']', "array"); err != nil {
			return nil, err
		}
	}
}

// comma reads the comma after an element, or leaves the closing bracket.
func (r *reader) comma(closing byte, what string) error {
	c, err := r.peek()
	switch {
	case err != nil:
		return err
	case c == ',':
		r.at++
		return nil
	case c == closing:
		return nil
	case r.at >= len(r.data):
		return r.errorf("Unexpected end of content while loading J" + strings.ToUpper(what[:1]) + what[1:])
	default:
		return r.errorf("After parsing a value an unexpected character was encountered: " + r.next())
	}
}

func (r *reader) object(path string) (*Node, error) {
	r.at++
	out := r.placed(&Node{Kind: Object}, path)
	index := map[string]int{}
	for {
		c, err := r.peek()
		if err != nil {
			return nil, err
		}
		if c == '}' {
			r.at++
			return out, nil
		}
		name, err := r.name(c)
		if err != nil {
			return nil, err
		}
		if c, err = r.peek(); err != nil || c != ':' {
			return nil, r.errorf("Invalid character after parsing property name. Expected ':' but got: " + r.next())
		}
		r.at++
		v, err := r.value(memberPath(path, name))
		if err != nil {
			return nil, err
		}
		if i, twice := index[strings.ToLower(name)]; twice {
			out.Members[i] = Member{name, v}
		} else {
			index[strings.ToLower(name)] = len(out.Members)
			out.Members = append(out.Members, Member{name, v})
		}
		if err := r.comma('}', "object"); err != nil {
			return nil, err
		}
	}
}

func memberPath(path, name string) string {
	switch {
	case strings.ContainsAny(name, ". []'"):
		return path + "['" + name + "']"
	case path == "":
		return name
	default:
		return path + "." + name
	}
}

// name reads the name of a member, whose first byte is c.
func (r *reader) name(c byte) (string, error) {
	switch {
	case c == '"' || c == '\'':
		return r.quoted(c)
	case isWord(c) || c >= '0' && c <= '9':
		return r.word(), nil
	default:
		return "", r.errorf("Invalid property identifier character: " + r.next())
	}
}

func (r *reader) word() string {
	start := r.at
	for r.at < len(r.data) && (isWord(r.data[r.at]) || strings.IndexByte("0123456789+-.", r.data[r.at]) >= 0) {
		r.at++
	}
	return valid(r.data[start:r.at])
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$' || c >= utf8.RuneSelf
}

// bare reads a number, true, false or null.
func (r *reader) bare(path string) (*Node, error) {
	word := r.word()
	switch word {
	case "true", "false":
		return r.placed(truth(word == "true"), path), nil
	case "null":
		return r.placed(null(), path), nil
	}
	if i, err := strconv.ParseInt(word, 10, 64); err == nil {
		return r.placed(integer(i), path), nil
	}
	f, err := strconv.ParseFloat(word, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) || strings.ContainsAny(word, "xX_iInN") {
		return nil, r.errorf("Unexpected character encountered while parsing value: " + word)
	}
	return r.placed(number(f), path), nil
}

// quoted reads a text up to its closing quote.
func (r *reader) quoted(quote byte) (string, error) {
	var out []byte
	for r.at++; r.at < len(r.data); {
		switch c := r.data[r.at]; {
		case c == quote:
			r.at++
			return valid(out), nil
		case c == '\\':
			var err error
			if out, err = r.escape(out); err != nil {
				return "", err
			}
		case c == '\n':
			r.newline()
			out = append(out, c)
		default:
			out = append(out, c)
			r.at++
		}
	}
	return "", r.errorf(`Unterminated string. Expected delimiter: ` + string(quote))
}

// valid is a text in which every byte that is no UTF-8 is replaced.
func valid(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	return string([]rune(string(b)))
}

// escape reads what a backslash stands for.
func (r *reader) escape(out []byte) ([]byte, error) {
	r.at++
	if r.at >= len(r.data) {
		return nil, r.errorf("Unexpected end when reading an escape sequence")
	}
	c := r.data[r.at]
	if i := strings.IndexByte(`"'\/bfnrt`, c); i >= 0 {
		r.at++
		return append(out, "\"'\\/\b\f\n\r\t"[i]), nil
	}
	if c != 'u' {
		return nil, r.errorf(`Bad JSON escape sequence: \` + r.next())
	}
	u, ok := r.unit()
	if !ok {
		return nil, r.errorf("Invalid Unicode escape sequence")
	}
	if utf16.IsSurrogate(u) && bytes.HasPrefix(r.data[r.at:], []byte(`\u`)) {
		mark := r.at
		r.at++
		low, ok := r.unit()
		if pair := utf16.DecodeRune(u, low); ok && pair != utf8.RuneError {
			return utf8.AppendRune(out, pair), nil
		}
		r.at = mark
	}
	return utf8.AppendRune(out, u), nil
}

// unit reads the u and the four digits of an escape.
func (r *reader) unit() (rune, bool) {
	if r.at+5 > len(r.data) {
		return 0, false
	}
	v, err := strconv.ParseUint(string(r.data[r.at+1:r.at+5]), 16, 16)
	if err != nil {
		return 0, false
	}
	r.at += 5
	return rune(v), true
}

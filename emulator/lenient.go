package emulator

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// decodeLenient reads the JSON of deployments into v. az sends the template's
// file as it is inside a body with an unquoted key: comments, line breaks in
// texts and commas before a closing bracket all occur.
func decodeLenient(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(strictJSON(data)))
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		return badRequest("InvalidRequestContent", "The request content was invalid and could not be deserialized: '"+err.Error()+"'.")
	}
	return nil
}

// strictJSON rewrites lenient JSON as JSON. What it does not understand it
// leaves as it is, for the JSON reader to refuse.
func strictJSON(data []byte) []byte {
	in := lenient{data: bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))}
	for in.at < len(in.data) {
		switch c := in.data[in.at]; {
		case in.comment():
		case c == '"':
			in.quoted()
		case c == ',':
			in.at++
			if next := in.peek(); next != '}' && next != ']' {
				in.out.WriteByte(',')
			}
		case isWordByte(c) && (c < '0' || c > '9'):
			in.word()
		default:
			in.out.WriteByte(c)
			in.at++
		}
	}
	return in.out.Bytes()
}

type lenient struct {
	data []byte
	at   int
	out  bytes.Buffer
}

// comment skips a comment that begins here.
func (l *lenient) comment() bool {
	rest := l.data[l.at:]
	var end, size int
	switch {
	case bytes.HasPrefix(rest, []byte("//")):
		end = bytes.IndexByte(rest, '\n')
	case bytes.HasPrefix(rest, []byte("/*")):
		if end, size = bytes.Index(rest[2:], []byte("*/")), 2; end >= 0 {
			end += 2
		}
	default:
		return false
	}
	if end < 0 {
		l.at = len(l.data)
		return true
	}
	l.at += end + size
	return true
}

// quoted copies a text, with the control characters in it escaped.
func (l *lenient) quoted() {
	l.out.WriteByte('"')
	for l.at++; l.at < len(l.data); l.at++ {
		switch c := l.data[l.at]; {
		case c == '\\' && l.at+1 < len(l.data):
			l.out.WriteByte(c)
			l.at++
			l.out.WriteByte(l.data[l.at])
		case c == '"':
			l.out.WriteByte('"')
			l.at++
			return
		case c == '\n':
			l.out.WriteString(`\n`)
		case c == '\t':
			l.out.WriteString(`\t`)
		case c < ' ':
			l.out.WriteString(`\u00`)
			const hex = "0123456789abcdef"
			l.out.Write([]byte{hex[c>>4], hex[c&15]})
		default:
			l.out.WriteByte(c)
		}
	}
}

// word copies a word, in quotes when it is a key.
func (l *lenient) word() {
	start := l.at
	for l.at < len(l.data) && isWordByte(l.data[l.at]) {
		l.at++
	}
	if l.peek() == ':' {
		l.out.WriteByte('"')
		l.out.Write(l.data[start:l.at])
		l.out.WriteByte('"')
		return
	}
	l.out.Write(l.data[start:l.at])
}

// peek returns the next byte that is neither blank nor comment, 0 at the end.
func (l *lenient) peek() byte {
	ahead := lenient{data: l.data, at: l.at}
	for ahead.at < len(ahead.data) {
		switch c := ahead.data[ahead.at]; {
		case ahead.comment():
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			ahead.at++
		default:
			return c
		}
	}
	return 0
}

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$' || c >= utf8.RuneSelf
}

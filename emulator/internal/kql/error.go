package kql

import "fmt"

// Kind says why a query was refused.
type Kind int

// The kinds of refusal.
const (
	Syntax   Kind = iota // the text is no query
	Semantic             // a name, type or use that does not fit
	Table                // the query names a table there is none of
	Limit                // the query needs more than is granted
)

// Error is the refusal of a query.
type Error struct {
	Kind Kind
	// Line counts from 1 and Column, in characters, from 0.
	Line, Column int
	// Token is the text at that place, "<EOF>" at the end; Table: the name.
	Token string
	// Message is one sentence, without the place.
	Message string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message)
}

// unexpected refuses a token that cannot stand where it does.
func unexpected(t token) *Error {
	return &Error{Kind: Syntax, Line: t.line, Column: t.column, Token: t.text(), Message: fmt.Sprintf("the query could not be parsed at '%s'", t.text())}
}

// wrong refuses the use of a name, a type or an operator.
func wrong(p place, format string, args ...any) *Error {
	return &Error{Kind: Semantic, Line: p.line, Column: p.column, Token: p.token, Message: fmt.Sprintf(format, args...)}
}

// tooMuch refuses a query that goes beyond a limit.
func tooMuch(format string, args ...any) *Error {
	return &Error{Kind: Limit, Line: 1, Message: fmt.Sprintf(format, args...)}
}

package pharos

import (
	"context"
	"errors"
	"fmt"
)

// Code says what kind of failure an [Error] is. The set is closed: the
// command line maps each code to an exit status once, the server to an HTTP
// status once.
type Code string

// The codes of [Error].
const (
	Invalid         Code = "invalid"         // input or configuration that cannot be used
	NotFound        Code = "not-found"       // what was named does not exist
	Conflict        Code = "conflict"        // the world has another state than the call needs
	Unauthenticated Code = "unauthenticated" // not signed in, or the credential was refused
	Forbidden       Code = "forbidden"       // signed in, but not allowed
	Findings        Code = "findings"        // done, and there is something to mend
	Incomplete      Code = "incomplete"      // done in part: something could not be read
	Unavailable     Code = "unavailable"     // the other side did not answer, or said later
	Unsupported     Code = "unsupported"     // understood, and not offered here
	Interrupted     Code = "interrupted"     // the user or a signal ended it
	Internal        Code = "internal"        // our mistake
)

// Error is the one error type that users see: a code for programs, a message
// of one line, and a hint when there is something to do.
type Error struct {
	Code    Code
	Message string
	Hint    string
	cause   error
}

// Errorf makes an Error. A %w verb keeps its operand as the cause.
func Errorf(code Code, format string, args ...any) *Error {
	wrapped := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: wrapped.Error(), cause: errors.Unwrap(wrapped)}
}

// WithHint returns a copy that tells the user what to do.
func (e *Error) WithHint(format string, args ...any) *Error {
	c := *e
	c.Hint = fmt.Sprintf(format, args...)
	return &c
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.cause }

// CodeOf returns the code of the first [Error] in err's chain, Interrupted
// for a cancelled context, Internal for any other error and "" for nil.
func CodeOf(err error) Code {
	var e *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Code
	case errors.Is(err, context.Canceled):
		return Interrupted
	default:
		return Internal
	}
}

// HintOf returns the hint of the first [Error] in err's chain that has one.
func HintOf(err error) string {
	var e *Error
	for errors.As(err, &e) {
		if e.Hint != "" {
			return e.Hint
		}
		err = e.cause
	}
	return ""
}

package azure

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/pharos-pec/pharos"
)

// maxWords bounds how much of the cloud's own words goes into an error.
const maxWords = 400

// fault is an answer that says no: the cloud's own status, code and words.
type fault struct {
	method, path string
	status       int
	code, words  string
}

// Error returns it in one line.
func (f *fault) Error() string {
	s := fmt.Sprintf("%s %s: %d", f.method, f.path, f.status)
	if f.code != "" {
		s += " " + f.code
	}
	if f.words != "" {
		s += ": " + f.words
	}
	return s
}

// wireError is the union of the error bodies of Resource Manager and Graph
// ({"error":{code,message}}), ManagementPartner (the same, or flat), Partner
// Center ({code,description}, code as text or number) and its gateway
// ({statusCode,message}).
type wireError struct {
	Error struct {
		Code    any    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
	Code        any    `json:"code"`
	Message     string `json:"message"`
	Description string `json:"description"`
}

// newFault reads an error body. A body in another form, such as a proxy's
// page, only leaves the words empty.
func newFault(method, path string, status int, body []byte) *fault {
	f := &fault{method: method, path: path, status: status}
	var w wireError
	if json.Unmarshal(body, &w) != nil {
		return f
	}
	for _, code := range []any{w.Error.Code, w.Code} {
		if code != nil && f.code == "" {
			f.code = oneLine(fmt.Sprint(code))
		}
	}
	for _, words := range []string{w.Error.Message, w.Message, w.Description} {
		if f.words == "" {
			f.words = oneLine(words)
		}
	}
	return f
}

// errorCode maps an HTTP status to the code of the error that users see.
func (f *fault) errorCode() pharos.Code {
	switch s := f.status; {
	case s == http.StatusUnauthorized:
		return pharos.Unauthenticated
	case s == http.StatusForbidden:
		return pharos.Forbidden
	case s == http.StatusNotFound, s == http.StatusGone:
		return pharos.NotFound
	case s == http.StatusConflict, s == http.StatusPreconditionFailed:
		return pharos.Conflict
	case s == http.StatusMethodNotAllowed, s == http.StatusNotImplemented:
		return pharos.Unsupported
	case s == http.StatusRequestTimeout, s == http.StatusTooManyRequests, s >= 500, s < 400:
		return pharos.Unavailable
	default:
		return pharos.Invalid
	}
}

// hint says what to do; need names the permission the call asks for.
func (f *fault) hint(need string) string {
	switch {
	case f.status == http.StatusUnauthorized:
		return "the cloud refuses the token; is the credential's tenant the right one?"
	case f.status == http.StatusForbidden && need != "":
		return "the credential needs " + need
	case f.status == http.StatusTooManyRequests:
		return "the cloud limits the rate of calls; try again later"
	case f.status >= 300 && f.status < 400:
		return "the endpoint redirects elsewhere; check the cloud's addresses in the configuration"
	}
	return ""
}

// faultOf returns the cloud's refusal in err's chain, or nil.
func faultOf(err error) *fault {
	var f *fault
	if errors.As(err, &f) {
		return f
	}
	return nil
}

// asError is errors.As for the one error type that users see.
func asError(err error, target **pharos.Error) bool { return errors.As(err, target) }

// codeOr returns err's code, or other when it has none of its own.
func codeOr(err error, other pharos.Code) pharos.Code {
	if e := (*pharos.Error)(nil); asError(err, &e) {
		return e.Code
	}
	return other
}

// interrupted is the error of a call whose context ended.
func interrupted(ctx context.Context, doing string) error {
	cause := context.Cause(ctx)
	if errors.Is(cause, context.DeadlineExceeded) {
		return pharos.Errorf(pharos.Unavailable, "%s took too long: %w", doing, cause)
	}
	return pharos.Errorf(pharos.Interrupted, "%s was interrupted: %w", doing, cause)
}

// rootCause words a failed connection without its address, which may carry a
// signature in its query.
func rootCause(err error) string {
	var u *url.Error
	for errors.As(err, &u) {
		err = u.Err
	}
	return oneLine(err.Error())
}

// connectionHint says what to check when an endpoint was not reached.
func connectionHint(err error) string {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	if errors.As(err, &unknown) || errors.As(err, &host) || strings.Contains(err.Error(), "x509:") {
		return "the server's certificate is not trusted; for the emulator or a private cloud set cloud.caFile"
	}
	return "check the network, the proxy and the cloud's addresses in the configuration"
}

// joined joins lines and leaves control characters out, which could steer a
// terminal.
func joined(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.Join(strings.Fields(s), " "))
}

// oneLine joins lines and bounds the length.
func oneLine(s string) string {
	s = joined(s)
	if len(s) > maxWords {
		s = strings.ToValidUTF8(s[:maxWords], "") + "…"
	}
	return s
}

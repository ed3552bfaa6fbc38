package armtemplate

import (
	"errors"
	"fmt"
	"strings"
)

// Azure's codes of refusals.
const (
	InvalidRequestContent = "InvalidRequestContent"
	InvalidTemplate       = "InvalidTemplate"
	InvalidContentLink    = "InvalidContentLink"
	OutputFailed          = "DeploymentOutputEvaluationFailed"
	// NotImplemented is this package's own: what Azure can and it cannot.
	NotImplemented = "NotImplemented"
)

// Error is a refusal of a template.
type Error struct {
	// Code and Message are Azure's.
	Code, Message string
	// Target names the output that an OutputFailed is about.
	Target string
	// Line, Column and Path lead to what is wrong, in the text that Read read;
	// 0 and empty where Azure gives no place.
	Line, Column int
	Path         string
	// HasPlace marks that Azure gives the place with the error.
	HasPlace bool
	// Details are the errors it consists of.
	Details []*Error
}

// Error returns the code and the message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Links of Azure's messages.
const (
	seeParameters = "Please see https://aka.ms/arm-syntax-parameters for usage details."
	seeVariables  = "Please see https://aka.ms/arm-syntax-variables for usage details."
	seeResources  = "Please see https://aka.ms/arm-syntax-resources for usage details."
	seeFunctions  = "Please see https://aka.ms/arm-functions for usage details."
	seeSyntax     = "Please see https://aka.ms/arm-syntax for usage details."
	seeCopy       = "Please see https://aka.ms/arm-resource-loops for usage details."
	seeFile       = "Please see https://aka.ms/arm-create-parameter-file for usage details."
	seeValues     = "Please see https://aka.ms/arm-pass-parameter-values for usage details."
)

// unreadable refuses a text that is no template at all.
func unreadable(message, path string, line, column int) *Error {
	return &Error{
		Code: InvalidRequestContent, Line: line, Column: column, Path: path,
		Message: fmt.Sprintf("The request content was invalid and could not be deserialized: '%s. Path '%s', line %d, position %d.'.",
			strings.TrimSuffix(message, "."), path, line, column),
	}
}

// invalid refuses a template before anything of it is deployed. The place is
// that of n, which may be nil.
func invalid(n *Node, format string, args ...any) *Error {
	e := &Error{Code: InvalidTemplate, Message: "Deployment template validation failed: '" + fmt.Sprintf(format, args...) + "'.", HasPlace: true}
	if n != nil {
		e.Line, e.Column, e.Path = n.Line, n.Column, n.Path
	}
	return e
}

// place says where a value stands, in the words of Azure's messages.
func place(n *Node) string {
	if n == nil || n.Line == 0 {
		return "at line '' and column ''"
	}
	return fmt.Sprintf("at line '%d' and column '%d'", n.Line, n.Column)
}

// fault is what is wrong with an expression; the section in which it stands
// words the refusal around it.
type fault struct {
	message string
	// unsupported marks what Azure can and this package cannot.
	unsupported bool
}

func (f *fault) Error() string { return f.message }

func faultf(format string, args ...any) error { return &fault{message: fmt.Sprintf(format, args...)} }

func unsupported(format string, args ...any) error {
	return &fault{message: fmt.Sprintf(format, args...), unsupported: true}
}

// wrap words the refusal of a section around what is wrong in an expression
// of it. What is refused already, and what is not implemented, stays as it is.
func wrap(err error, n *Node, format string, args ...any) error {
	var f *fault
	if !errors.As(err, &f) {
		return err
	}
	if f.unsupported {
		return f.notImplemented(n)
	}
	return invalid(n, "%s", fmt.Sprintf(format, append(args, f.message)...))
}

func (f *fault) notImplemented(n *Node) *Error {
	return &Error{Code: NotImplemented, Message: f.message, Line: n.Line, Column: n.Column, Path: n.Path}
}

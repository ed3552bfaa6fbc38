package emulator

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/pharos-pec/pharos"
)

// service is one of the clouds' services that share the emulator's address.
type service int

const (
	control       service = iota // the emulator's own calls: no token, no faults
	entra                        // sign-in: no token, no faults
	arm                          // Resource Manager
	graph                        // Microsoft Graph
	partnerCenter                // Partner Center
	blob                         // blobs of billing exports: the address is the secret
)

// call is one request as a handler sees it. The adapter holds the world's
// lock for it: for writing unless the method is GET or HEAD.
type call struct {
	*http.Request
	emulator *Emulator
	world    *world
	// now is the emulator's time of the whole call.
	now time.Time
	// base is the address the client used, without a slash at the end.
	base string
	// id is the request id of the answer.
	id string
	// route is what answers; nil when nothing does.
	route *route
	// quota is what the call leaves of its caller's limit.
	quota quota
	// vars are the variables of the route's pattern, as the client wrote them.
	vars map[string]string
	// claims are those of the caller's token; caller is who it stands for. Both
	// are nil for services without tokens.
	claims jwt.MapClaims
	caller *caller
	// journal is the call's place among the changes.
	journal *journaled
	// body is the whole body, unpacked.
	body []byte
	// issuer is what an issuer of tokens outside the emulator said, where the
	// call needed to know.
	issuer *issuerAnswer
}

// reply is a handler's answer. Body is written as JSON, unless it is a []byte
// (written as it is) or nil (no body).
type reply struct {
	status int
	body   any
	header http.Header
}

// ok is the answer 200 with a body.
func ok(body any) (reply, error) { return reply{status: http.StatusOK, body: body}, nil }

// handler answers a call. An *apiError is written in the form of its service;
// any other error is a 500.
type handler func(*call) (reply, error)

// apiError is a refusal as the cloud's services word it.
type apiError struct {
	status  int
	code    string
	message string
	details []apiError
	// target and info are the error's target and additionalInfo, where it has
	// them.
	target string
	info   []any
	header http.Header
	// body stands in for the service's usual form of an error, where it has
	// another one for this refusal.
	body any
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

// maxBody bounds a request's body, packed or not, as Resource Manager does.
const maxBody = 4 << 20

// readBody reads the request's body and unpacks it: msgraph-sdk-go sends
// bodies with gzip. No more than maxBody bytes are ever held of either form.
func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	body, err := readAtMost(r.Body)
	switch packing := strings.ToLower(r.Header.Get("Content-Encoding")); {
	case err != nil || len(body) == 0 || packing == "" || packing == "identity":
	case packing == "gzip":
		var z *gzip.Reader
		if z, err = gzip.NewReader(bytes.NewReader(body)); err == nil {
			body, err = readAtMost(z)
		}
	default:
		return nil, unsupportedMedia("The content encoding '" + packing + "' is not supported. Only 'gzip' is supported.")
	}
	if tooLarge := (*apiError)(nil); errors.As(err, &tooLarge) {
		return nil, tooLarge
	}
	if err != nil {
		return nil, badRequest("InvalidRequestContent", "The request content could not be read: "+err.Error())
	}
	return body, nil
}

// readAtMost reads a body up to its bound.
func readAtMost(r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxBody+1))
	if len(body) > maxBody {
		return nil, &apiError{
			status: http.StatusRequestEntityTooLarge, code: "RequestContentTooLarge",
			message: fmt.Sprintf("The request content size exceeds the maximum size of %d MB.", maxBody>>20),
		}
	}
	return body, err
}

func unsupportedMedia(message string) *apiError {
	return &apiError{status: http.StatusUnsupportedMediaType, code: "UnsupportedMediaType", message: message}
}

// checkMedia refuses a body that is not declared to be JSON, where the service
// reads nothing else.
func (c *call) checkMedia(svc service) error {
	if len(c.body) == 0 || (svc != arm && svc != graph && svc != partnerCenter) {
		return nil
	}
	given := c.Header.Get("Content-Type")
	media, _, _ := strings.Cut(given, ";")
	media = strings.TrimSpace(media)
	if strings.EqualFold(media, "application/json") || strings.EqualFold(media, "text/json") {
		return nil
	}
	if given == "" && svc == graph {
		return badRequest("Request_BadRequest", "Write requests (excluding DELETE) must contain the Content-Type header declaration.")
	}
	if given == "" {
		media = "<null>"
	}
	return unsupportedMedia("The content media type '" + media + "' is not supported. Only 'application/json' is supported.")
}

// decode reads the body's JSON into v; an empty body leaves v as it is.
func (c *call) decode(v any) error {
	if len(bytes.TrimSpace(c.body)) == 0 {
		return nil
	}
	if err := json.Unmarshal(bytes.TrimPrefix(c.body, []byte("\xef\xbb\xbf")), v); err != nil {
		return badRequest("InvalidRequestContent", "The request content was invalid and could not be deserialized: '"+err.Error()+"'.")
	}
	return nil
}

func badRequest(code, message string) *apiError {
	return &apiError{status: http.StatusBadRequest, code: code, message: message}
}

func notFound(code, message string) *apiError {
	return &apiError{status: http.StatusNotFound, code: code, message: message}
}

func conflict(code, message string) *apiError {
	return &apiError{status: http.StatusConflict, code: code, message: message}
}

func forbidden(code, message string) *apiError {
	return &apiError{status: http.StatusForbidden, code: code, message: message}
}

// asAPIError makes an apiError of any error: the codes of the root package
// keep their meaning.
func asAPIError(err error) *apiError {
	var e *apiError
	if errors.As(err, &e) {
		return e
	}
	status := map[pharos.Code]int{
		pharos.Invalid: http.StatusBadRequest, pharos.NotFound: http.StatusNotFound, pharos.Conflict: http.StatusConflict,
	}[pharos.CodeOf(err)]
	if status == 0 {
		return &apiError{status: http.StatusInternalServerError, code: "InternalServerError", message: err.Error()}
	}
	return &apiError{status: status, code: http.StatusText(status), message: err.Error()}
}

package azure

import (
	"encoding/json"
	"strings"

	"github.com/pharos-pec/pharos"
)

// wireRefusal is an error of Resource Manager with those inside it. A provider's
// own error stands in a deployment's as a message that is JSON itself.
type wireRefusal struct {
	Code    string        `json:"code"`
	Message string        `json:"message"`
	Details []wireRefusal `json:"details"`
}

// maxDepth bounds errors in errors.
const maxDepth = 12

// String tells the refusal in one line, whole, with what is inside it.
func (w *wireRefusal) String() string { return w.text(maxDepth) }

func (w *wireRefusal) text(depth int) string {
	if inner := w.inner(); inner != nil && depth > 0 {
		return inner.text(depth - 1)
	}
	text := joined(w.Message)
	if w.Code != "" {
		text = strings.TrimSuffix(oneLine(w.Code)+": "+text, ": ")
	}
	var details []string
	for i := range w.Details {
		if depth > 0 {
			details = append(details, w.Details[i].text(depth-1))
		}
	}
	if len(details) == 0 {
		return text
	}
	return strings.TrimSuffix(text, ".") + " (" + strings.Join(details, "; ") + ")"
}

// inner is the error that a message holds as JSON.
func (w *wireRefusal) inner() *wireRefusal {
	if !strings.HasPrefix(strings.TrimSpace(w.Message), "{") {
		return nil
	}
	var in struct {
		Error *wireRefusal `json:"error"`
	}
	if json.Unmarshal([]byte(w.Message), &in) != nil {
		return nil
	}
	return in.Error
}

// refusedAs words the error of a call with all that its answer says. An error
// of another kind than a refusal stays as it is.
func refusedAs(what string, ans *answer, err error) error {
	if faultOf(err) == nil || ans == nil {
		return err
	}
	var body struct {
		Error *wireRefusal `json:"error"`
	}
	if json.Unmarshal(ans.body, &body) != nil || body.Error == nil {
		return err
	}
	return pharos.Errorf(pharos.CodeOf(err), "credential %s: %s: %s", ans.owner, what, body.Error).WithHint("%s", pharos.HintOf(err))
}

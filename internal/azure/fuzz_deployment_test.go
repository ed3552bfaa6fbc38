package azure

import (
	"strings"
	"testing"
	"unicode"
)

// FuzzDeployment: no answer about a deployment makes the client panic, and what
// it tells of one is a line without control characters.
func FuzzDeployment(f *testing.F) {
	f.Add([]byte(`{"status":"Succeeded","error":{"code":"A","message":"{\"error\":{\"code\":\"B\",\"message\":\"b\"}}","details":[{"message":"c"}]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		ans := foreign(body)
		w, err := decode[wireWhatIf](ans)
		checkError(t, err)
		var lines []string
		if w.Error != nil {
			lines = append(lines, w.Error.String())
		}
		for _, c := range w.Properties.Changes {
			e := c.effect()
			lines = append(append(lines, e.Subject()), e.Words()...)
		}
		if done, err := decode[wireDone](ans); err == nil {
			if why := done.Properties.Message.refusal(); why != nil {
				lines = append(lines, why.String())
			}
		}
		for _, l := range lines {
			if strings.ContainsFunc(l, unicode.IsControl) {
				t.Fatalf("%q is no line", l)
			}
		}
	})
}

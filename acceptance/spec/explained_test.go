package spec

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// explained are the rows of a table of docs/emulator-recordings.md: where the
// emulator differs, by which member, and why. A star stands for any text.
type explained struct{ rows []*row }

type row struct {
	where, member string
	is            *regexp.Regexp
	used          bool
}

// explanations reads the table under a heading.
func explanations(t *testing.T, heading string) *explained {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "emulator-recordings.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(page), "\n"+heading+"\n")
	if !found {
		t.Fatalf("docs/emulator-recordings.md has no %q", heading)
	}
	rest, _, _ = strings.Cut(rest, "\n## ")
	x := &explained{}
	for line := range strings.Lines(rest) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 5 || !strings.Contains(cells[1], "`") {
			continue // no row of three cells, or the table's head
		}
		r := &row{where: strings.Trim(cells[1], " `"), member: strings.Trim(cells[2], " `")}
		if len(strings.TrimSpace(cells[3])) < len("as above") {
			t.Errorf("%s %s: the row gives no reason", r.where, r.member)
		}
		text := strings.ReplaceAll(regexp.QuoteMeta(r.where+"\n"+r.member), `\*`, `[^\n]*`)
		r.is = regexp.MustCompile("^" + text + "$")
		x.rows = append(x.rows, r)
	}
	return x
}

// note takes down a difference; one that no row explains is a failure.
func (x *explained) note(t *testing.T, where, member string) {
	t.Helper()
	known := false
	for _, r := range x.rows {
		if r.is.MatchString(where + "\n" + member) {
			r.used, known = true, true
		}
	}
	if !known {
		t.Errorf("| `%s` | `%s` | not explained in docs/emulator-recordings.md |", where, member)
	}
}

// allUsed fails on rows that explain what is no more.
func (x *explained) allUsed(t *testing.T) {
	t.Helper()
	for _, r := range x.rows {
		if !r.used {
			t.Errorf("docs/emulator-recordings.md explains %q of %q, which does not differ any more", r.member, r.where)
		}
	}
}

// tokenClaim reads a claim of a token.
func tokenClaim(t *testing.T, token, name string) string {
	t.Helper()
	parts := strings.Split(token, ".")
	var claims map[string]any
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err == nil {
		err = json.Unmarshal(raw, &claims)
	}
	if err != nil {
		t.Fatal(err)
	}
	text, _ := claims[name].(string)
	return text
}

package explain

import (
	"embed"
	"io/fs"
	"strings"

	"github.com/pharos-pec/pharos"
)

//go:embed page/*.md
var files embed.FS

// Page tells everything about one cause.
type Page struct {
	Code    pharos.Cause   `json:"code"`
	Verdict pharos.Verdict `json:"verdict"` // the verdict that the cause belongs to
	Title   string         `json:"title"`
	Summary string         `json:"summary"`
	Fix     string         `json:"fix"` // the remedy in one sentence

	Meaning   []Block  `json:"meaning"`
	Detection []Block  `json:"detection"`
	Remedy    []Block  `json:"remedy"`
	Sources   []Source `json:"sources"`
}

// Source is a public page that a rule was taken from.
type Source struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// Block is a piece of text: exactly one of its fields is set. Words between
// backquotes are code.
type Block struct {
	Text string   `json:"text,omitempty"` // a paragraph
	List []string `json:"list,omitempty"` // bullet points
	Code string   `json:"code,omitempty"` // commands, one a line
}

// The sections of a page's file, each a second-level heading.
const (
	meaning   = "What it means"
	detection = "How it is detected"
	remedy    = "What to do"
	sources   = "Sources"
)

// Of returns the page of a cause, or an error with code NotFound whose hint
// names the codes that look alike.
func Of(c pharos.Cause) (Page, error) {
	text, err := fs.ReadFile(files, "page/"+string(c)+".md")
	if err != nil {
		return Page{}, pharos.Errorf(pharos.NotFound, "there is no cause %q", c).WithHint("%s", suggest(string(c)))
	}
	p, err := parse(c, string(text))
	if err != nil {
		return Page{}, pharos.Errorf(pharos.Internal, "page/%s.md: %w", c, err)
	}
	return p, nil
}

// Pages returns the pages of all causes, in the contract's order.
func Pages() ([]Page, error) {
	var out []Page
	for _, c := range pharos.Causes() {
		p, err := Of(c)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// FixOf returns the remedy of a cause in one sentence, "" for an unknown one.
func FixOf(c pharos.Cause) string {
	p, err := Of(c)
	if err != nil {
		return ""
	}
	return p.Fix
}

// verdictOf returns the verdict that a cause explains.
func verdictOf(c pharos.Cause) pharos.Verdict {
	switch c {
	case pharos.Unexplained:
		return pharos.Disputable
	case pharos.NotObserved:
		return pharos.UnknownVerdict
	case pharos.TooEarly:
		return pharos.Pending
	case pharos.ExcludedReservation, pharos.ExcludedSavingsPlan, pharos.ExcludedSpot,
		pharos.ExcludedThirdParty, pharos.ExcludedLegacy, pharos.ZeroCost:
		return pharos.Excluded
	default:
		return pharos.Lost
	}
}

// suggest names the causes that share a word with what was asked for, all of
// them where none does.
func suggest(asked string) string {
	var like, all []string
	for _, c := range pharos.Causes() {
		all = append(all, string(c))
		for word := range strings.SplitSeq(strings.ToLower(asked), "-") {
			if len(word) > 3 && strings.Contains(string(c), word) {
				like = append(like, string(c))
				break
			}
		}
	}
	if len(like) > 0 {
		return "did you mean " + strings.Join(like, " or ") + "?"
	}
	return "the causes are " + strings.Join(all, ", ")
}

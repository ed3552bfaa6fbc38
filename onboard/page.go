package onboard

import (
	"embed"
	"strings"
)

//go:embed page/*.md
var pages embed.FS

// Page tells about a rule: the fix in a sentence, what is wrong and why, and an
// example before and after.
type Page struct {
	Title    string `json:"title"`
	Fix      string `json:"fix"`
	Meaning  string `json:"meaning"`
	Found    string `json:"found"`
	Mended   string `json:"mended"`
	Markdown string `json:"-"` // the whole page
}

// PageOf returns the page of a rule, the zero Page for none.
func PageOf(rule string) Page {
	data, err := pages.ReadFile("page/" + strings.ToUpper(rule) + ".md")
	if err != nil {
		return Page{}
	}
	p := Page{Markdown: string(data)}
	part := strings.SplitN(p.Markdown, "\n\n", 4)
	if len(part) == 4 {
		p.Title, p.Fix, p.Meaning = strings.TrimPrefix(part[0], "# "), strings.TrimPrefix(part[1], "> "), part[2]
		p.Found, p.Mended = p.example("Found"), p.example("Mended")
	}
	return p
}

// example is the code under a heading.
func (p Page) example(heading string) string {
	_, after, _ := strings.Cut(p.Markdown, "\n## "+heading+"\n\n```\n")
	code, _, _ := strings.Cut(after, "\n```")
	return code
}

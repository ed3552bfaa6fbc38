package report

import (
	_ "embed"
	"html/template"
	"io"
	"strings"
)

//go:embed report.html
var pageHTML string

// writeHTML writes one self-contained page: no script, no font or style from
// anywhere else, readable on paper.
func (r *Report) writeHTML(w io.Writer) error {
	t, err := template.New("report").Funcs(template.FuncMap{
		"inline": inlineHTML,
		"human":  human,
		"class":  classOf,
	}).Parse(pageHTML)
	if err != nil {
		return err
	}
	return t.Execute(w, map[string]any{"Title": r.title, "Blocks": htmlBlocks(r.blocks)})
}

// htmlBlock is a block as the template sees it.
type htmlBlock struct {
	Heading, Text, Code, Warning, Hint string
	List                               []string
	Table                              *htmlTable
}

type htmlTable struct {
	Caption, Empty string
	Columns        []htmlColumn
	Rows           [][]any
}

type htmlColumn struct {
	Title  string
	Number bool
	Tone   bool
}

func htmlBlocks(blocks []block) []htmlBlock {
	out := make([]htmlBlock, len(blocks))
	for i, b := range blocks {
		out[i] = htmlBlock{Heading: b.heading, Text: b.text, Code: b.code, Warning: b.warning, Hint: b.hint, List: b.list}
		if s := b.table; s != nil {
			t := &htmlTable{Caption: s.name, Empty: s.empty, Rows: s.rows}
			for _, c := range s.columns {
				t.Columns = append(t.Columns, htmlColumn{c.title, c.kind == money || c.kind == count, c.tone})
			}
			out[i].Table = t
		}
	}
	return out
}

// inlineHTML escapes running text and sets what stands between backquotes as
// code, addresses as links.
func inlineHTML(s string) template.HTML {
	var b strings.Builder
	for i, part := range strings.Split(s, "`") {
		if i%2 == 1 {
			b.WriteString("<code>" + template.HTMLEscapeString(part) + "</code>")
			continue
		}
		for n, word := range strings.Split(part, " ") {
			if n > 0 {
				b.WriteByte(' ')
			}
			escaped := template.HTMLEscapeString(word)
			if strings.HasPrefix(word, "https://") {
				escaped = `<a href="` + escaped + `">` + escaped + `</a>`
			}
			b.WriteString(escaped)
		}
	}
	return template.HTML(b.String()) //nolint:gosec // every part was escaped above
}

// classOf returns the style class of a cell that is a verdict or a state.
func classOf(v any) string {
	s, ok := v.(string)
	if !ok {
		return ""
	}
	switch inkOf(strings.TrimSpace(s)) {
	case green:
		return "good"
	case red:
		return "bad"
	case yellow:
		return "care"
	default:
		return ""
	}
}

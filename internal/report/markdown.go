package report

import (
	"fmt"
	"io"
	"strings"
)

// writeMarkdown writes the report for a wiki, an issue or a chat.
func (r *Report) writeMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", r.title)
	for _, block := range r.blocks {
		b.WriteString("\n" + block.markdown() + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (b *block) markdown() string {
	switch {
	case b.heading != "":
		return "## " + b.heading
	case len(b.list) > 0:
		return "- " + strings.Join(b.list, "\n- ")
	case b.code != "":
		return "```\n" + b.code + "\n```"
	case b.table != nil:
		return b.table.markdown()
	case b.warning != "":
		return "> **Warning:** " + b.warning
	case b.hint != "":
		return "> " + b.hint
	default:
		return b.text
	}
}

func (s *sheet) markdown() string {
	var b strings.Builder
	if s.name != "" {
		b.WriteString("## " + s.name + "\n\n")
	}
	if len(s.rows) == 0 {
		return b.String() + s.empty
	}
	for _, c := range s.columns {
		b.WriteString("| " + cellMarkdown(c.title) + " ")
	}
	b.WriteString("|\n")
	for _, c := range s.columns {
		if c.kind == money || c.kind == count {
			b.WriteString("| ---: ")
		} else {
			b.WriteString("| --- ")
		}
	}
	b.WriteString("|")
	for _, row := range s.rows {
		b.WriteString("\n")
		for _, v := range row {
			b.WriteString("| " + cellMarkdown(human(v)) + " ")
		}
		b.WriteString("|")
	}
	return b.String()
}

// cellMarkdown keeps a cell in its cell: names come from customers, and may
// hold what Markdown takes for markup.
func cellMarkdown(s string) string {
	return strings.NewReplacer("\n", " ", "|", `\|`, "<", "&lt;", "`", "'", "*", `\*`, "[", `\[`).Replace(s)
}

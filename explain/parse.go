package explain

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pharos-pec/pharos"
)

// parse reads a page's file. Every part must be there: a page that lacks one
// helps nobody.
func parse(c pharos.Cause, text string) (Page, error) {
	p := Page{Code: c, Verdict: verdictOf(c)}
	sections := strings.Split("\n"+text, "\n## ")
	if err := p.parseHead(sections[0]); err != nil {
		return Page{}, err
	}
	for _, s := range sections[1:] {
		name, body, _ := strings.Cut(s, "\n")
		if err := p.parseSection(strings.TrimSpace(name), body); err != nil {
			return Page{}, err
		}
	}
	if len(p.Meaning) == 0 || len(p.Detection) == 0 || len(p.Remedy) == 0 || len(p.Sources) == 0 {
		return Page{}, errors.New("a section is missing or empty")
	}
	return p, nil
}

// parseHead reads the title, the summary and the fix.
func (p *Page) parseHead(text string) error {
	parts := strings.Split(strings.TrimSpace(text), "\n\n")
	if len(parts) != 3 {
		return errors.New("the head must be a title, a summary and a fix")
	}
	title, isTitle := strings.CutPrefix(parts[0], "# ")
	fix, isFix := strings.CutPrefix(parts[2], "> ")
	if !isTitle || !isFix {
		return errors.New("the head must be a title, a summary and a fix")
	}
	p.Title, p.Summary, p.Fix = title, oneLine(parts[1]), oneLine(fix)
	return nil
}

func (p *Page) parseSection(name, body string) error {
	blocks, err := parseBlocks(body)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	switch name {
	case meaning:
		p.Meaning = blocks
	case detection:
		p.Detection = blocks
	case remedy:
		p.Remedy = blocks
	case sources:
		p.Sources, err = parseSources(blocks)
	default:
		err = fmt.Errorf("unknown section %q", name)
	}
	return err
}

// parseBlocks reads paragraphs, bullet lists and fenced commands.
func parseBlocks(body string) ([]Block, error) {
	var blocks []Block
	for i, part := range strings.Split(body, "```") {
		if i%2 == 1 {
			blocks = append(blocks, Block{Code: strings.Trim(part, "\n")})
			continue
		}
		for text := range strings.SplitSeq(part, "\n\n") {
			text = strings.TrimSpace(text)
			switch {
			case text == "":
			case strings.HasPrefix(text, "- "):
				blocks = append(blocks, Block{List: items(text)})
			default:
				blocks = append(blocks, Block{Text: oneLine(text)})
			}
		}
	}
	if strings.Count(body, "```")%2 != 0 {
		return nil, errors.New("a code fence is not closed")
	}
	return blocks, nil
}

func items(list string) []string {
	var out []string
	for item := range strings.SplitSeq("\n"+list, "\n- ") {
		if item = oneLine(item); item != "" {
			out = append(out, item)
		}
	}
	return out
}

// parseSources reads one list of [title](address) links.
func parseSources(blocks []Block) ([]Source, error) {
	if len(blocks) != 1 || len(blocks[0].List) == 0 {
		return nil, errors.New("sources must be one list")
	}
	var out []Source
	for _, item := range blocks[0].List {
		title, rest, ok := strings.Cut(strings.TrimPrefix(item, "["), "](")
		url, closed := strings.CutSuffix(rest, ")")
		if !ok || !closed || !strings.HasPrefix(url, "https://") {
			return nil, fmt.Errorf("%q is no link", item)
		}
		out = append(out, Source{Title: title, URL: url})
	}
	return out, nil
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

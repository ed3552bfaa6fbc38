package explain

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
)

// TestPages_OneForEachCause: every cause has a whole page, and no page is
// left of a cause that is gone.
func TestPages_OneForEachCause(t *testing.T) {
	pages, err := Pages()
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(files, "page/*")
	if err != nil {
		t.Fatal(err)
	}
	if len(pages) == 0 || len(pages) != len(names) || len(pages) != len(pharos.Causes()) {
		t.Fatalf("%d pages, %d files, %d causes", len(pages), len(names), len(pharos.Causes()))
	}
	for _, p := range pages {
		t.Run(string(p.Code), func(t *testing.T) { checkPage(t, p) })
	}
}

func checkPage(t *testing.T, p Page) {
	t.Helper()
	if p.Title == "" || p.Summary == "" || !strings.HasSuffix(p.Fix, ".") || strings.Contains(p.Fix, "\n") {
		t.Errorf("head: %q, %q, %q", p.Title, p.Summary, p.Fix)
	}
	official := false
	for _, s := range p.Sources {
		official = official || strings.HasPrefix(s.URL, "https://learn.microsoft.com/")
	}
	if !official {
		t.Error("no page of Microsoft's among the sources")
	}
	for _, section := range [][]Block{p.Meaning, p.Detection, p.Remedy} {
		for _, b := range section {
			checkBlock(t, b)
		}
	}
}

// checkBlock: one kind each, code quotes closed, commands that fit a terminal
// of 80 columns, and every page that is named exists.
func checkBlock(t *testing.T, b Block) {
	t.Helper()
	kinds := 0
	for _, set := range []bool{b.Text != "", len(b.List) > 0, b.Code != ""} {
		if set {
			kinds++
		}
	}
	if kinds != 1 {
		t.Errorf("a block of %d kinds: %+v", kinds, b)
	}
	for line := range strings.SplitSeq(b.Code, "\n") {
		if len(line) > 76 {
			t.Errorf("a command of %d columns: %s", len(line), line)
		}
	}
	for _, text := range append(b.List, b.Text) {
		if strings.Count(text, "`")%2 != 0 {
			t.Errorf("a code quote is not closed: %s", text)
		}
		for i, part := range strings.Split(text, "`") {
			if code, ok := strings.CutPrefix(part, "pharos explain "); ok && i%2 == 1 {
				if _, err := Of(pharos.Cause(code)); err != nil {
					t.Errorf("%s: %v", text, err)
				}
			}
		}
	}
}

// TestPages_VerdictOfEachCause holds causes and verdicts together.
func TestPages_VerdictOfEachCause(t *testing.T) {
	count := map[pharos.Verdict]int{}
	for _, c := range pharos.Causes() {
		count[verdictOf(c)]++
	}
	for v, want := range map[pharos.Verdict]int{
		pharos.Lost: 18, pharos.Disputable: 1, pharos.UnknownVerdict: 1, pharos.Pending: 1, pharos.Excluded: 6,
	} {
		if count[v] != want {
			t.Errorf("%s: %d causes, want %d", v, count[v], want)
		}
	}
}

func TestOf_Unknown(t *testing.T) {
	for asked, hint := range map[pharos.Cause]string{
		"linked":     "not-linked",
		"other-link": "linked-to-other",
		"xyz":        "the causes are no-access,",
	} {
		_, err := Of(asked)
		if pharos.CodeOf(err) != pharos.NotFound || !strings.Contains(pharos.HintOf(err), hint) {
			t.Errorf("%s: %v, hint %q", asked, err, pharos.HintOf(err))
		}
	}
	if FixOf("xyz") != "" {
		t.Error("a fix for an unknown cause")
	}
}

func TestParse_Errors(t *testing.T) {
	head := "# T\n\nS.\n\n> F.\n\n"
	whole := head + "## What it means\n\nA.\n\n## How it is detected\n\nB.\n\n## What to do\n\nC.\n\n"
	for name, text := range map[string]string{
		"empty":           "",
		"no fix":          "# T\n\nS.\n",
		"no title":        "T\n\nS.\n\n> F.\n",
		"no sections":     head,
		"unknown section": whole + "## Moon\n\nD.\n",
		"no sources":      whole,
		"source no link":  whole + "## Sources\n\n- somewhere\n",
		"sources no list": whole + "## Sources\n\nsomewhere\n",
		"open fence":      head + "## What to do\n\n```\npharos scan\n",
	} {
		if _, err := parse("x", text); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := parse("x", whole+"## Sources\n\n- [T](https://a.example)\n"); err != nil {
		t.Error(err)
	}
}

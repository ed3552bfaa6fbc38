package pharos_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// module is the prefix of our own import paths.
const module = "github.com/pharos-pec/pharos"

// layer is what the non-test files of a package may import.
type layer struct {
	// ours are our own packages besides the root; "*" allows all.
	ours []string
	// pure packages touch no file, network, environment or log, and no
	// library but the decimal one.
	pure bool
}

// layers is the import table of docs/architecture.md. A package that is not
// listed fails the test: a new one needs a place in the rings first.
func layers() map[string]layer {
	everything := []string{"*"}
	return map[string]layer{
		".":                           {pure: true},
		"coverage":                    {pure: true},
		"credit":                      {pure: true, ours: []string{"coverage"}},
		"observe":                     {pure: true},
		"link":                        {pure: true},
		"explain":                     {pure: true},
		"evidence":                    {pure: true, ours: []string{"coverage", "credit", "explain"}},
		"emulator":                    {ours: []string{"emulator/internal/kql", "internal/armtemplate"}},
		"emulator/internal/kql":       {pure: true},
		"internal/armtemplate":        {pure: true},
		"internal/azure":              {ours: []string{"evidence", "observe", "link", "onboard", "repair"}},
		"internal/gunzip":             {pure: true},
		"internal/usagefile":          {ours: []string{"internal/gunzip"}},
		"internal/usagefile/filetest": {ours: []string{"emulator", "internal/usagefile"}}, // bills for tests
		"internal/ledger":             {ours: []string{"credit", "internal/usagefile"}},
		"internal/ledger/clickhouse":  {ours: []string{"internal/ledger", "internal/usagefile"}},
		"internal/ledger/clickhouse/clickhousetest": {},
		"internal/ledger/ledgertest":                {ours: []string{"internal/ledger", "internal/usagefile/filetest"}},
		"onboard":                                   {pure: true},
		"repair":                                    {pure: true, ours: []string{"coverage", "credit", "explain"}},
		"internal/delegationfile":                   {ours: []string{"onboard", "internal/armtemplate"}},
		"internal/store":                            {ours: []string{"observe", "link", "repair"}},
		"internal/config":                           {},
		"internal/report":                           {ours: []string{"coverage", "credit", "evidence", "explain", "link", "observe", "onboard", "repair"}},
		"internal/web":                              {ours: []string{"coverage", "credit", "explain", "observe", "internal/report"}},
		"internal/cli":                              {ours: everything},
		"cmd/pharos":                                {ours: []string{"internal/cli"}},
		"acceptance":                                {}, // tests alone
		"acceptance/spec":                           {}, // tests alone
	}
}

// TestImports keeps the import table true. It parses the files here, in this
// process, so that the test cache sees every file it depends on.
func TestImports(t *testing.T) {
	rules := layers()
	packages := sourceFiles(t)
	for dir, files := range packages {
		rule, known := rules[dir]
		if !known {
			t.Errorf("%s: this package is not in the import table of deps_test.go and docs/architecture.md", dir)
			continue
		}
		for name, file := range files {
			for _, imp := range file.Imports {
				to := strings.Trim(imp.Path.Value, `"`)
				if why := rule.forbids(dir, to); why != "" {
					t.Errorf("%s imports %s: %s", name, to, why)
				}
			}
		}
	}
}

// forbids says why a package of this layer may not import another one.
func (l layer) forbids(dir, imported string) string {
	own, isOurs := strings.CutPrefix(imported, module)
	own = strings.TrimPrefix(own, "/")
	switch {
	case imported == module && dir == ".":
		return "the root imports nothing of ours"
	case imported == module && dir != "cmd/pharos":
		return ""
	case isOurs && (slices.Contains(l.ours, "*") || slices.Contains(l.ours, own) || strings.HasPrefix(own, dir+"/")):
		return ""
	case isOurs:
		return "not allowed by the import table"
	case l.pure && slices.Contains(impure(), imported):
		return "a pure package does no input or output"
	case l.pure && strings.Contains(imported, ".") && imported != "github.com/shopspring/decimal":
		return "a pure package needs no library but the decimal one"
	case strings.HasPrefix(dir, "emulator") && strings.HasPrefix(imported, "github.com/Azure/"):
		return "the emulator must not share a mistake with the clients it judges"
	}
	return ""
}

// impure are the standard packages through which the world gets in.
func impure() []string {
	return []string{"os", "os/exec", "log", "log/slog", "net", "net/http", "database/sql", "syscall", "flag"}
}

// TestPackageDocs holds that every package says what it is for, once.
func TestPackageDocs(t *testing.T) {
	for dir, files := range sourceFiles(t) {
		docs := 0
		for _, f := range files {
			if f.Doc != nil {
				docs++
			}
		}
		if docs != 1 {
			t.Errorf("%s: %d files carry a package comment, want exactly one", dir, docs)
		}
	}
}

// sourceFiles parses the non-test files of the module by folder. Folders with
// a module of their own are other programs.
func sourceFiles(t *testing.T) map[string]map[string]*ast.File {
	t.Helper()
	packages := map[string]map[string]*ast.File{}
	for _, name := range goFiles(t) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		dir := path.Dir(filepath.ToSlash(name))
		if packages[dir] == nil {
			packages[dir] = map[string]*ast.File{}
		}
		packages[dir][name] = f
	}
	if len(packages) < 3 {
		t.Fatalf("found only %d packages", len(packages))
	}
	return packages
}

// goFiles lists every Go file of the module.
func goFiles(t *testing.T) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && name != "." && (e.Name() == "testdata" || strings.HasPrefix(e.Name(), ".") || ownModule(name)):
			return filepath.SkipDir
		case !e.IsDir() && strings.HasSuffix(name, ".go"):
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func ownModule(dir string) bool {
	found, err := filepath.Glob(filepath.Join(dir, "go.mod"))
	return err == nil && len(found) > 0
}

// TestArchitectureTable holds that docs/architecture.md has a row for every
// package of the import table.
func TestArchitectureTable(t *testing.T) {
	text, err := os.ReadFile("docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	for dir := range layers() {
		name := dir
		if dir == "." {
			name = "pharos"
		}
		if !strings.Contains(string(text), "\n| `"+name+"`") {
			t.Errorf("docs/architecture.md has no row for %s", dir)
		}
	}
}

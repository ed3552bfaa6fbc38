package pharos_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The size caps of CONTRIBUTING.md, in lines.
const (
	maxFile     = 500
	maxTestFile = 800
	maxFunc     = 80
)

// TestSizes keeps files and functions short enough to be read at one sitting.
func TestSizes(t *testing.T) {
	for _, name := range goFiles(t) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		limit := maxFile
		isTest := strings.HasSuffix(name, "_test.go")
		if isTest {
			limit = maxTestFile
		}
		if n := bytes.Count(text, []byte("\n")); n > limit {
			t.Errorf("%s has %d lines, the cap is %d", name, n, limit)
		}
		if !isTest {
			checkFunctions(t, name, text)
		}
	}
}

// checkFunctions looks at what a linter that somebody has not installed would
// find: function length, init functions, and ways out of the process.
func checkFunctions(t *testing.T, name string, text []byte) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, text, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if n := set.Position(f.End()).Line - set.Position(f.Pos()).Line + 1; n > maxFunc {
			t.Errorf("%s: %s has %d lines, the cap is %d", name, f.Name.Name, n, maxFunc)
		}
		if f.Name.Name == "init" && f.Recv == nil {
			t.Errorf("%s has an init function; construct values where they are needed", name)
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if pkg, ok := call.X.(*ast.Ident); ok && forbidden(name, pkg.Name+"."+call.Sel.Name) {
			t.Errorf("%s: %s.%s is not used here", set.Position(call.Pos()), pkg.Name, call.Sel.Name)
		}
		return true
	})
}

// forbidden are calls that hide a dependency on the process or its clock.
// main alone hands them in.
func forbidden(file, call string) bool {
	file = filepath.ToSlash(file)
	if strings.HasPrefix(file, "cmd/") || exceptions()[file] == call {
		return false
	}
	return slices.Contains([]string{
		"os.Exit", "log.Fatal", "log.Fatalf", "log.Fatalln", "log.Print", "log.Printf", "log.Println",
		"fmt.Print", "fmt.Printf", "fmt.Println", "time.Now", "time.Since", "time.Sleep",
		"os.Getenv", "os.LookupEnv", "os.Environ",
	}, call)
}

// exceptions are the files that may use one of these calls all the same.
func exceptions() map[string]string {
	const now = "time.Now"
	return map[string]string{
		// A TLS certificate is valid in the real time of the clients that
		// check it, whatever the emulator's clock says.
		"emulator/files.go":  now,
		"emulator/listen.go": now,
		// The clock of a scenario with `live: true` runs as the real one does.
		"emulator/world_build.go": now,
	}
}

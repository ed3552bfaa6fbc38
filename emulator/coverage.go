package emulator

import (
	"fmt"
	"io"
	"strings"
)

// faith is the evidence on which a call answers as it does.
type faith int

const (
	unstated   faith = iota
	recorded         // compared with public recordings of the real answers
	documented       // as Microsoft documents it, and as its clients read it
	inferred         // the documents leave a gap that is filled by analogy
	own              // no call of the cloud
)

// String returns the word of GET /emulator/coverage.
func (f faith) String() string {
	return [...]string{"unstated", "recorded", "documented", "inferred", "own"}[f]
}

// String returns the service's name as GET /emulator/coverage tells it.
func (s service) String() string {
	return [...]string{"emulator", "entra", "resourceManager", "graph", "partnerCenter", "blob"}[s]
}

// covered is one call of the list of coverage.
type covered struct {
	Service  string   `json:"service"`
	Method   string   `json:"method"`
	Path     string   `json:"path"`
	Versions []string `json:"apiVersions,omitempty"`
	Faith    string   `json:"faithfulness,omitempty"`
}

// coverage lists the calls that are implemented, and those of the same areas
// that are known to be left out. Both are read from the routes themselves.
func (t *router) coverage() (implemented, missing []covered) {
	for _, r := range t.routes {
		c := covered{Service: r.service.String(), Method: r.method, Path: r.pattern, Versions: r.versions}
		if r.handle == nil {
			missing = append(missing, c)
			continue
		}
		c.Faith = r.faith.String()
		implemented = append(implemented, c)
		if r.head {
			c.Method = "HEAD"
			implemented = append(implemented, c)
		}
	}
	return implemented, missing
}

// listCoverage answers with the list.
func listCoverage(c *call) (reply, error) {
	implemented, missing := c.emulator.router.coverage()
	return ok(map[string]any{"implemented": implemented, "notImplemented": missing})
}

// writeCoverage writes the list as a page of Markdown, docs/emulator-coverage.md.
func (t *router) writeCoverage(w io.Writer) error {
	implemented, missing := t.coverage()
	var b strings.Builder
	b.WriteString(coverageHead)
	service := ""
	for _, c := range implemented {
		if c.Service != service {
			service = c.Service
			fmt.Fprintf(&b, "\n## %s\n\n| method | path | api-versions | faithfulness |\n| --- | --- | --- | --- |\n", service)
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", c.Method, c.Path, versionSpan(c.Versions), c.Faith)
	}
	b.WriteString(coverageMissing)
	for _, c := range missing {
		fmt.Fprintf(&b, "| %s | %s | `%s` |\n", c.Service, c.Method, c.Path)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// versionSpan shortens a list of api-versions for a table.
func versionSpan(v []string) string {
	if len(v) <= 3 {
		return strings.Join(v, ", ")
	}
	lowest, highest := v[0], v[0]
	for _, x := range v {
		lowest, highest = min(lowest, x), max(highest, x)
	}
	return fmt.Sprintf("%d from %s to %s", len(v), lowest, highest)
}

const coverageHead = `# What the emulator implements

This page is written from the emulator's routes by ` + "`make docs`" + `, and a test holds the two together. ` + "`GET /emulator/coverage`" + `
tells the same with every api-version.

Faithfulness is the evidence on which a call answers as it does: **recorded**, it was compared with public recordings of real answers;
**documented**, as Microsoft documents it and as its clients read it; **inferred**, where the documents leave a gap that is filled by analogy;
**own**, a call of the emulator itself.
`

const coverageMissing = `
## Known and left out

These answer 501 ` + "`NotImplemented`" + `, and so does every other call that the cloud is known to have. What the cloud does not have
either is refused as it would be there.

| service | method | path |
| --- | --- | --- |
`

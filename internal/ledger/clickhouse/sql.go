package clickhouse

import (
	"strconv"
	"strings"

	"github.com/pharos-pec/pharos/internal/ledger"
)

// list is the inside of an SQL list; an empty one has a value that no column has.
func list(values []string) string { return strings.Join(values, ", ") }

// ids are attempts as SQL has them.
func ids(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = strconv.FormatUint(attemptID(n), 10)
	}
	return out
}

// texts are strings as SQL has them.
func texts(values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\x00", `\0`).Replace(v) + "'"
	}
	return out
}

// attemptsOf are the attempts whose lines files have, each once for each file.
func attemptsOf(files []ledger.Entry) []string {
	var out []string
	for _, e := range files {
		for i, p := range e.Segments {
			if i == 0 || e.Segments[i-1].File != p.File {
				out = append(out, p.File)
			}
		}
	}
	return out
}

// namedBy is the set of attempts that imports name.
func namedBy(commits []commit) map[string]bool {
	out := map[string]bool{}
	for _, c := range commits {
		for _, name := range attemptsOf(c.files) {
			out[name] = true
		}
	}
	return out
}

// deleteNamed returns the names that are not in the set.
func deleteNamed(names []string, set map[string]bool) []string {
	var out []string
	for _, n := range names {
		if !set[n] {
			out = append(out, n)
		}
	}
	return out
}

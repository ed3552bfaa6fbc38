package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/explain"
)

// remedies lists what brings lost and disputable credit back, the causes that
// cost most first, "" when nothing was lost.
func remedies(m *credit.Month) string {
	var b strings.Builder
	var told []pharos.Cause
	for _, c := range m.Causes {
		if c.Verdict != pharos.Lost && c.Verdict != pharos.Disputable || slices.Contains(told, c.Code) {
			continue
		}
		page, err := explain.Of(c.Code)
		if err != nil {
			continue // every cause has a page; one without is no reason to hide the others
		}
		if len(told) == 0 {
			b.WriteString("\nHow to mend it\n")
		}
		told = append(told, c.Code)
		fmt.Fprintf(&b, "  %s: %s\n", c.Code, page.Fix)
	}
	return b.String()
}

package repair

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// shown is how many of many names an error or a report spells out.
const shown = 5

// few returns the first of the names, and how many more there are.
func few(names []string) []string {
	if len(names) <= shown {
		return names
	}
	return append(slices.Clone(names[:shown]), fmt.Sprintf("and %d more", len(names)-shown))
}

// suggestion names those known that are written most like what was asked for.
func suggestion(asked string, known map[string]bool) string {
	asked = strings.ToLower(asked)
	distance := map[string]int{}
	for name := range known {
		low := strings.ToLower(name)
		d := edits(asked, low)
		switch {
		case name == "":
			continue
		case strings.Contains(low, asked) || strings.Contains(asked, low):
			d = 0
		case d > 1+len(asked)/4:
			continue
		}
		distance[name] = d
	}
	if len(distance) == 0 {
		return "`pharos coverage` shows through whom and by which path scopes earn"
	}
	near := slices.SortedFunc(maps.Keys(distance), func(a, b string) int {
		return cmp.Or(cmp.Compare(distance[a], distance[b]), cmp.Compare(a, b))
	})
	return "did you mean " + strings.Join(near[:min(len(near), shown)], " or ") + "?"
}

// edits is how many characters must be put in, left out or changed to make b
// of a (Levenshtein).
func edits(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		above := row[0]
		row[0]++
		for j := range y {
			cost := above
			if x[i] != y[j] {
				cost = 1 + min(above, row[j], row[j+1])
			}
			above, row[j+1] = row[j+1], cost
		}
	}
	return row[len(y)]
}

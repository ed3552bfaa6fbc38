package delegationfile

import (
	"fmt"
	"strings"
)

// around is how many unchanged lines a diff shows beside the changed ones.
const around = 3

// Diff is a unified diff of two texts of a file, "" when they are the same.
func Diff(name string, before, after []byte) string {
	a, b := strings.SplitAfter(string(before), "\n"), strings.SplitAfter(string(after), "\n")
	type line struct {
		sign byte
		text string
		a, b int // lines before it
	}
	var all []line
	for i, j := 0, 0; i < len(a) || j < len(b); {
		skipA, skipB := apart(a[i:], b[j:])
		for range skipA {
			all = append(all, line{'-', a[i], i, j})
			i++
		}
		for range skipB {
			all = append(all, line{'+', b[j], i, j})
			j++
		}
		if i < len(a) && j < len(b) {
			all = append(all, line{' ', a[i], i, j})
			i, j = i+1, j+1
		}
	}
	var out strings.Builder
	for at := 0; at < len(all); {
		if all[at].sign == ' ' {
			at++
			continue
		}
		from, to, same := max(0, at-around), at, 0
		for to < len(all) && same <= 2*around {
			if same++; all[to].sign != ' ' {
				same = 0
			}
			to++
		}
		to -= max(0, same-around)
		var body strings.Builder
		lines := map[byte]int{}
		for _, l := range all[from:to] {
			if l.text == "" { // behind the last line end
				continue
			}
			lines[l.sign]++
			body.WriteString(string(l.sign) + strings.TrimSuffix(l.text, "\n") + "\n")
			if !strings.HasSuffix(l.text, "\n") {
				body.WriteString("\\ No newline at end of file\n")
			}
		}
		if out.Len() == 0 {
			fmt.Fprintf(&out, "--- %s\n+++ %s\n", name, name)
		}
		fmt.Fprintf(&out, "@@ -%d,%d +%d,%d @@\n%s", all[from].a+1, lines[' ']+lines['-'], all[from].b+1, lines[' ']+lines['+'], body.String())
		at = to
	}
	return out.String()
}

// apart is how many lines of each text go before the next that both have.
func apart(a, b []string) (int, int) {
	for far := 0; far <= len(a)+len(b); far++ {
		for i := max(0, far-len(b)); i <= min(far, len(a)); i++ {
			j := far - i
			if i == len(a) && j == len(b) || i < len(a) && j < len(b) && a[i] == b[j] {
				return i, j
			}
		}
	}
	return len(a), len(b)
}

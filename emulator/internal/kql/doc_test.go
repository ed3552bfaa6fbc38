package kql

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDocumentedSubset holds the lists of docs/emulator.md to what there is.
func TestDocumentedSubset(t *testing.T) {
	page, err := os.ReadFile("../../../docs/emulator.md")
	if err != nil {
		t.Fatal(err)
	}
	quoted := regexp.MustCompile("`([a-z_]+)`")
	listed := func(row string) (out []string) {
		for line := range strings.Lines(string(page)) {
			if rest, ok := strings.CutPrefix(line, "| "+row+" |"); ok {
				for _, m := range quoted.FindAllStringSubmatch(rest, -1) {
					out = append(out, m[1])
				}
			}
		}
		slices.Sort(out)
		return out
	}
	if got, want := listed("functions"), slices.Sorted(maps.Keys(functions)); !slices.Equal(slices.DeleteFunc(want, func(s string) bool { return s == "not" }), got) {
		t.Errorf("functions listed %v\nand there are %v", got, want)
	}
	if got, want := listed("aggregates"), slices.Sorted(maps.Keys(aggregates)); !slices.Equal(got, slices.DeleteFunc(want, func(s string) bool { return s == "makelist" || s == "makeset" })) {
		t.Errorf("aggregates listed %v\nand there are %v", got, want)
	}
}

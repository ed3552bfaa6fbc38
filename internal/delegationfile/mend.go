package delegationfile

import (
	"fmt"
	"slices"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/onboard"
)

// Edit is a change that was made to a file.
type Edit struct {
	File string
	Line int // in the file before the change
	Rule string
	What string // in a few words
}

// Mend makes the changes that are certain, to a file and to the parameters file
// given with it, and leaves all else as it is byte for byte. A change is kept
// only if the file then has neither its finding nor one that was not there
// before. The error is that of Read or of onboard.Lint.
func Mend(f, parameters File, s onboard.Surroundings) (File, File, []Edit, error) {
	var edits []Edit
	before, err := check(f, parameters, s)
	if err != nil {
		return f, parameters, nil, err
	}
	var tried []onboard.Finding
	for {
		x, ok := last(before, tried)
		if !ok {
			slices.Reverse(edits)
			return f, parameters, edits, nil
		}
		tried = append(tried, x)
		file, values, changed := f, parameters, &f
		if x.Change.File != "" {
			changed = &parameters
		}
		text, ok := changedText(string(changed.Data), languageOf(*changed), x.Change)
		if !ok {
			continue
		}
		if x.Change.File != "" {
			values.Data = []byte(text)
		} else {
			file.Data = []byte(text)
		}
		after, err := check(file, values, s)
		if err != nil || !better(before, after) {
			continue
		}
		edits = append(edits, Edit{changed.Name, x.Change.Line, x.Rule, said(x.Change)})
		f, parameters, before, tried = file, values, after, nil
	}
}

// last is the finding that is mended next: the last in its file, so that the
// lines of the others stay what they are.
func last(all, tried []onboard.Finding) (out onboard.Finding, ok bool) {
	for _, x := range all {
		if !x.Change.IsZero() && x.Change.Line >= out.Change.Line && !slices.Contains(tried, x) {
			out, ok = x, true
		}
	}
	return out, ok
}

func check(f, parameters File, s onboard.Surroundings) ([]onboard.Finding, error) {
	p, err := Read(f, parameters)
	if err != nil {
		return nil, err
	}
	r, err := onboard.Lint(p, s)
	return r.Findings, err
}

// better reports whether there are fewer findings, and none of a rule that has
// more than before.
func better(before, after []onboard.Finding) bool {
	count := map[string]int{}
	for _, x := range before {
		count[x.Rule]++
	}
	for _, x := range after {
		if count[x.Rule]--; count[x.Rule] < 0 {
			return false
		}
	}
	return len(after) < len(before)
}

// said tells of a change in words.
func said(c onboard.Change) string {
	switch c.Kind {
	case onboard.Replace:
		return fmt.Sprintf("%s becomes %s", c.Old, c.New)
	case onboard.Repeat:
		return fmt.Sprintf("the same principal gets %s too", pharos.Roles().Lookup(pharos.RoleID(c.New)).Name)
	default:
		if c.Old != "" {
			return c.Old + " is taken out"
		}
		return "the authorization is taken out"
	}
}

package cli

import (
	"bytes"
	"io"
	"os"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/delegationfile"
	"github.com/pharos-pec/pharos/onboard"
)

// mend makes the changes that are certain to a file and its parameters file,
// tells of each, and returns them as they are then. A dry run prints the
// changes as a diff, and writes nothing.
func (e *env) mend(f, parameters delegationfile.File, s onboard.Surroundings, dryRun bool) (delegationfile.File, delegationfile.File, error) {
	file, values, edits, err := delegationfile.Mend(f, parameters, s)
	if err != nil {
		return f, parameters, err
	}
	for _, x := range edits {
		verb := "mended"
		if dryRun {
			verb = "would mend"
		}
		e.note("%s:%d: %s %s: %s", x.File, x.Line, verb, x.Rule, x.What)
	}
	for _, x := range []struct{ before, after delegationfile.File }{{f, file}, {parameters, values}} {
		switch {
		case bytes.Equal(x.before.Data, x.after.Data):
		case dryRun:
			if _, err := io.WriteString(e.Out, delegationfile.Diff(x.after.Name, x.before.Data, x.after.Data)); err != nil {
				return f, parameters, err
			}
		default:
			if err := e.replace(x.after); err != nil {
				return f, parameters, err
			}
		}
	}
	return file, values, nil
}

// replace writes a file that the user named anew, whole or not at all, with the
// permissions that it has.
func (e *env) replace(f delegationfile.File) error {
	if f.Name == "-" {
		return pharos.Errorf(pharos.Invalid, "--fix cannot change standard input").WithHint("name a file, or add --dry-run")
	}
	was, err := os.Stat(f.Name)
	if err != nil {
		return cannotWrite(f.Name, err)
	}
	if err := e.writeFile(f.Name, f.Data); err != nil {
		return err
	}
	if err := os.Chmod(f.Name, was.Mode().Perm()); err != nil {
		return cannotWrite(f.Name, err)
	}
	return nil
}

package cli

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
)

// version is the document of `pharos version -o json`.
type version struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"`
	Time     string `json:"time"` // of the commit
	Go       string `json:"go"`
	Platform string `json:"platform"`
	// Roles is the date of Microsoft's role table that this version ships.
	Roles string `json:"roleTable"`
}

func newVersion(e *env) *cobra.Command {
	var out output
	c := e.command(page{
		use:     "version",
		short:   "Print the version",
		long:    `Prints the version of this binary, the commit it was built from and the Go it was built with.`,
		example: "  pharos version\n  pharos version -o json",
	}, noArgs, func(*cobra.Command, []string) error {
		if err := out.resolve(e); err != nil {
			return err
		}
		v := buildVersion()
		return out.write(e, func(w io.Writer) error {
			if out.format == formatJSON {
				return writeJSON(w, v)
			}
			_, err := fmt.Fprintf(w, "pharos %s %s %s %s\n", v.Version, v.Commit, v.Go, v.Platform)
			return err
		})
	})
	out.add(c, formatTable, formatJSON)
	return c
}

// buildVersion reads what the Go tool wrote into the binary.
func buildVersion() version {
	v := version{Version: "(devel)", Commit: "unknown", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Roles: pharos.Roles().Read}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = s.Value
		case "vcs.time":
			v.Time = s.Value
		}
	}
	return v
}

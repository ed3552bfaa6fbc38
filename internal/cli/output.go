package cli

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
)

// The output formats. Each command offers those that make sense for it.
const (
	formatTable    = "table"
	formatJSON     = "json"
	formatCSV      = "csv"
	formatXLSX     = "xlsx"
	formatHTML     = "html"
	formatMarkdown = "md"
)

func allFormats() []string {
	return []string{formatTable, formatJSON, formatCSV, formatXLSX, formatHTML, formatMarkdown}
}

// output is where a command's data goes, and how.
type output struct {
	format  string
	file    string // "" for stdout
	offered []string
}

// add puts -o (and --out) on a command.
func (o *output) add(c *cobra.Command, offered ...string) {
	o.offered = offered
	c.Flags().StringVarP(&o.format, "output", "o", "", "output format: "+strings.Join(offered, ", ")+" (default "+offered[0]+")")
	c.Flags().StringVar(&o.file, "out", "", "write the output to this file instead of stdout")
}

// asTable is the output of a command that another one runs.
func asTable() output { return output{format: formatTable} }

// resolve settles the format: flag, then PHAROS_OUTPUT, then the first one
// offered. A variable that names a format this command lacks is passed over,
// since it speaks for all commands.
func (o *output) resolve(e *env) error {
	if env := e.Getenv("PHAROS_OUTPUT"); o.format == "" && slices.Contains(o.offered, env) {
		o.format = env
	}
	if o.format == "" {
		o.format = o.offered[0]
	}
	if !slices.Contains(o.offered, o.format) {
		return pharos.Errorf(pharos.Invalid, "-o %s is not offered here", o.format).
			WithHint("choose one of %s", strings.Join(o.offered, ", "))
	}
	if o.format == formatXLSX && o.file == "" && isTerminal(e.Out) {
		return pharos.Errorf(pharos.Invalid, "a workbook is no text for a terminal").WithHint("add --out FILE.xlsx")
	}
	return nil
}

// write renders to the chosen place. A file appears whole or not at all.
func (o *output) write(e *env, render func(io.Writer) error) error {
	if o.file == "" {
		return render(e.Out)
	}
	tmp, err := os.CreateTemp(filepath.Dir(o.file), ".pharos-*")
	if err != nil {
		return cannotWrite(o.file, err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // gone already after the rename
	if err := render(tmp); err != nil {
		_ = tmp.Close() // the render error says more
		return err
	}
	if err := tmp.Chmod(0o644); err != nil {
		return cannotWrite(o.file, err)
	}
	if err := tmp.Close(); err != nil {
		return cannotWrite(o.file, err)
	}
	if err := os.Rename(tmp.Name(), o.file); err != nil {
		return cannotWrite(o.file, err)
	}
	return nil
}

// writeFile writes a file, whole or not at all.
func (e *env) writeFile(name string, data []byte) error {
	to := output{file: name}
	return to.write(e, func(w io.Writer) error { _, err := w.Write(data); return err })
}

func cannotWrite(file string, err error) error {
	return pharos.Errorf(pharos.Internal, "cannot write %s: %w", file, err).
		WithHint("is the folder there, writable, and the disk not full?")
}

// writeJSON writes v as one indented document.
func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

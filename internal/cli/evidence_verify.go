package cli

import (
	"archive/zip"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/evidence"
	"github.com/pharos-pec/pharos/internal/report"
)

func newEvidenceVerify(e *env) *cobra.Command {
	var out output
	var digest string
	c := e.command(page{
		use:   "verify FOLDER|ZIP",
		short: "Tell whether a dispute pack is as it was made",
		long: `Holds every file of a pack against its checksums and says which are altered, missing or added; ends with
status 3 when any is. --digest also tells a pack from one that was altered together with its checksums.`,
		example: `  pharos evidence verify evidence-1d7a2b6e-6f0e-4f6b-8a51-0d9a6f1f2c11-2026-10
  cd evidence-1d7a2b6e-6f0e-4f6b-8a51-0d9a6f1f2c11-2026-10 && sha256sum -c SHA256SUMS`,
	}, oneArg("the folder or zip of a pack"), func(_ *cobra.Command, args []string) error {
		if err := out.resolve(e); err != nil {
			return err
		}
		v, err := verifyPack(args[0], digest)
		if err != nil {
			return err
		}
		if err := out.report(e, report.Verification(v)); err != nil {
			return err
		}
		if !v.Intact {
			return pharos.Errorf(pharos.Findings, "%s is not as it was made", args[0]).WithHint("make it again with `pharos evidence`")
		}
		return nil
	})
	out.add(c, formatTable, formatJSON, formatCSV)
	c.Flags().StringVar(&digest, "digest", "", "`digest` of the pack that was printed when it was made")
	return c
}

// verifyPack verifies the pack in a folder or a zip.
func verifyPack(path, digest string) (*evidence.Verification, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, pharos.Errorf(pharos.NotFound, "there is no %s", path).WithHint("name the folder or zip that `pharos evidence` wrote")
	} else if err != nil {
		return nil, cannotRead(path, err)
	}
	if info.IsDir() {
		v, err := evidence.Verify(os.DirFS(path), digest)
		return v, cannotRead(path, err)
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, pharos.Errorf(pharos.Invalid, "%s is neither a folder nor a zip: %w", path, err)
	}
	defer func() { _ = z.Close() }() // it was only read
	folder, err := soleFolder(z)
	if err != nil {
		return nil, cannotRead(path, err)
	}
	v, err := evidence.Verify(folder, digest)
	return v, cannotRead(path, err)
}

// soleFolder returns the one folder of a zip.
func soleFolder(z fs.FS) (fs.FS, error) {
	entries, err := fs.ReadDir(z, ".")
	if err != nil {
		return nil, err
	}
	if len(entries) != 1 || !entries[0].IsDir() || strings.HasPrefix(entries[0].Name(), ".") {
		return nil, pharos.Errorf(pharos.NotFound, "it holds something else than the folder of one pack")
	}
	return fs.Sub(z, entries[0].Name())
}

// cannotRead names the pack in an error that came of reading it.
func cannotRead(path string, err error) error {
	var seen *pharos.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &seen):
		return pharos.Errorf(seen.Code, "%s: %w", filepath.Clean(path), err)
	default:
		return pharos.Errorf(pharos.Invalid, "cannot read %s: %w", path, err)
	}
}

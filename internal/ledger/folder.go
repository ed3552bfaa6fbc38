package ledger

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

const (
	tempFolder = "tmp"
	lockName   = "lock"
	extension  = ".parquet"
)

// writeSynced writes a file that is on the disk when it returns.
func writeSynced(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

// syncFolder makes renames in dir last. Windows has no such call and does not
// need it.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// sweep removes what an import that did not finish left behind: everything
// in tmp/, and Parquet files that the manifest does not name.
func sweep(dir string, m manifest) error {
	temp := filepath.Join(dir, tempFolder)
	if err := os.RemoveAll(temp); err != nil {
		return err
	}
	if err := os.MkdirAll(temp, 0o755); err != nil {
		return err
	}
	named := m.files()
	found, err := segmentFiles(dir)
	if err != nil {
		return err
	}
	for _, path := range found {
		short, err := filepath.Rel(dir, path)
		if err != nil || named[short] {
			continue
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// segmentFiles finds the files of lines, whether the manifest names them or not.
func segmentFiles(dir string) ([]string, error) {
	return filepath.Glob(filepath.Join(dir, "????-??", "*"+extension))
}

// segmentFile names the file of a source's lines of a month.
func segmentFile(month, sha string) string {
	return strings.Join([]string{month, sha[:32] + extension}, "/")
}

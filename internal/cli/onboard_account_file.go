package cli

import (
	"errors"
	"io/fs"
	"os"

	"github.com/pharos-pec/pharos"
)

// keyFile is a file for a new secret or key, which only its owner may read. It
// is opened before anything is asked for: a secret is told once, and a key
// must not be lost once its certificate is known. The zero value is for
// nothing.
type keyFile struct {
	path string
	file *os.File
	// wrote is whether something is in it; written is its path when it was
	// kept.
	wrote   bool
	written string
}

func newKeyFile(path string) (*keyFile, error) {
	temp, err := os.OpenFile(path+".new", os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil, pharos.Errorf(pharos.Conflict, "%s.new is there: another run is at it, or was ended in the middle", path).WithHint("remove it when no other run is at it")
	}
	if err != nil {
		return nil, cannotWrite(path, err)
	}
	return &keyFile{path: path, file: temp}, nil
}

// write writes what is secret, and waits until it is on the disk.
func (k *keyFile) write(text []byte) error {
	_, err := k.file.Write(text)
	if err = errors.Join(err, k.file.Sync()); err != nil {
		return cannotWrite(k.path, err)
	}
	k.wrote = true
	return nil
}

// keep puts the file in its place, when something was written. One that stands
// there is kept beside it: what it holds is good until it ends.
func (k *keyFile) keep() error {
	if !k.wrote {
		return nil
	}
	err := k.file.Close()
	old, missing := os.ReadFile(k.path)
	switch {
	case missing == nil:
		err = errors.Join(err, os.WriteFile(k.path+".old", old, 0o600)) //nolint:gosec // the user named the place
	case !errors.Is(missing, fs.ErrNotExist):
		err = errors.Join(err, missing)
	}
	if err == nil {
		err = os.Rename(k.path+".new", k.path)
	}
	if err != nil {
		return cannotWrite(k.path, err)
	}
	k.written = k.path
	return nil
}

// forget removes a file that nothing was kept in.
func (k *keyFile) forget() {
	if k.file != nil && k.written == "" {
		_ = k.file.Close() // nothing in it counts
		_ = os.Remove(k.path + ".new")
	}
}

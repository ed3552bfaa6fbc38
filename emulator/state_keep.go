package emulator

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/pharos-pec/pharos"
)

// keptState is the open file of a state that is kept.
type keptState struct {
	dir  string
	file *os.File
	sum  uint32 // of the lines so far
	size int64
}

// append writes a change to the end of a kept state.
func (k *keptState) append(a act) error {
	if k == nil {
		return nil
	}
	var line bytes.Buffer
	sum, err := writeLine(&line, k.sum, a)
	if err == nil {
		_, err = k.file.Write(line.Bytes())
	}
	if err != nil {
		err = errors.Join(err, k.file.Truncate(k.size)) // no half line before the next
		return pharos.Errorf(pharos.Internal, "the change was made and could not be kept: %w", err)
	}
	k.sum, k.size = sum, k.size+int64(line.Len())
	return nil
}

// Keep saves the state into dir, and from then on writes every change there
// before its client is answered: an emulator that is killed loses nothing
// that it answered. [Emulator.Close] ends it.
func (e *Emulator) Keep(dir string) error {
	e.world.mu.Lock()
	defer e.world.mu.Unlock()
	return e.keep(dir)
}

// keep is Keep for a caller who holds the world's lock for writing.
func (e *Emulator) keep(dir string) error {
	if err := e.letGo(); err != nil {
		return err
	}
	sum, err := e.save(dir)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(dir, stateFile), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return pharos.Errorf(pharos.Unavailable, "cannot keep the state: %w", err)
	}
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return errors.Join(pharos.Errorf(pharos.Unavailable, "cannot keep the state: %w", err), file.Close())
	}
	e.journal.kept = &keptState{dir, file, sum, size}
	return nil
}

// letGo closes the file of a kept state.
func (e *Emulator) letGo() error {
	kept := e.journal.kept
	if e.journal.kept = nil; kept == nil {
		return nil
	}
	if err := kept.file.Close(); err != nil {
		return pharos.Errorf(pharos.Unavailable, "cannot close the state: %w", err)
	}
	return nil
}

// Close writes a kept state a last time, with where the clock stands, and
// lets go of its file. An emulator whose state is not kept has nothing to
// close.
func (e *Emulator) Close() error {
	e.world.mu.Lock()
	defer e.world.mu.Unlock()
	kept := e.journal.kept
	if kept == nil {
		return nil
	}
	if err := e.letGo(); err != nil {
		return err
	}
	_, err := e.save(kept.dir)
	return err
}

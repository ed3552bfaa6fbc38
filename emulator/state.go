package emulator

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/pharos-pec/pharos"
)

const (
	// stateFile holds the state in a folder, as lines of JSON: what it is,
	// then every change. Each line ends with a sum over it and those before.
	stateFile = "state.jsonl"
	// stateFormat and stateVersion say what the file is. A change of what the
	// lines mean gets another version.
	stateFormat  = "pharos-emulator-state"
	stateVersion = 1
)

// stateHeader is the first line of a state.
type stateHeader struct {
	Format   string        `json:"format"`
	Version  int           `json:"version"`
	Scenario stateScenario `json:"scenario"`
	// Start is where the clock stood before the first change, Now where it
	// stood when the whole state was last written.
	Start time.Time `json:"start"`
	Now   time.Time `json:"now"`
}

// stateScenario is the scenario that the changes were made to. File is where
// it was read: certificates that it names are beside it.
type stateScenario struct {
	File string `json:"file"`
	Text string `json:"text"`
}

// Save writes into dir all that is needed to go on from here with [Open]: the
// scenario and every change that was made since, in state.jsonl, and the key
// that tokens are signed with, so that clients stay signed in. A state that
// is there is replaced in one step: whoever is killed in the middle leaves
// the old one. Only the owner may read the files, as they hold secrets.
func (e *Emulator) Save(dir string) error {
	e.world.mu.Lock()
	defer e.world.mu.Unlock()
	if kept := e.journal.kept; kept != nil && kept.dir == dir {
		return e.keep(dir)
	}
	_, err := e.save(dir)
	return err
}

// save writes the state of a world that the caller holds still, and returns
// the sum of its lines.
func (e *Emulator) save(dir string) (uint32, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return 0, pharos.Errorf(pharos.Unavailable, "cannot make the folder %s: %w", dir, err)
	}
	if err := e.signer.save(dir); err != nil {
		return 0, err
	}
	var text bytes.Buffer
	sum, err := e.writeState(&text)
	if err != nil {
		return 0, err
	}
	return sum, replaceFile(filepath.Join(dir, stateFile), text.Bytes())
}

// writeState writes the state and returns the sum of its lines.
func (e *Emulator) writeState(w io.Writer) (uint32, error) {
	s := e.scenario
	sum, err := writeLine(w, 0, stateHeader{
		Format: stateFormat, Version: stateVersion, Start: s.now, Now: e.world.clock.read(),
		Scenario: stateScenario{File: cmp.Or(s.found, s.File), Text: string(s.text)},
	})
	for _, a := range e.journal.read() {
		if err != nil {
			break
		}
		sum, err = writeLine(w, sum, a)
	}
	return sum, err
}

// Open goes on from a state that [Emulator.Save] or [Emulator.Keep] wrote:
// the scenario is set up again and every change is made to it again, at its
// time. A last line that was cut off while it was written was never answered
// and is left out. The error has code NotFound when dir holds no state, and
// Invalid, with file, line and field, when it is damaged, is of another
// version, or a change does not come to what it came to: then another version
// of the emulator wrote it.
func Open(dir string, options ...Option) (*Emulator, error) {
	file := filepath.Join(dir, stateFile)
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, pharos.Errorf(pharos.NotFound, "cannot read the state: %w", err)
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	lines = lines[:len(lines)-1] // behind the last newline: nothing, or a line that was cut off
	bad := func(n int, err error) error {
		return pharos.Errorf(pharos.Invalid, "%s:%d: %w", file, n, err).
			WithHint("remove %s to start anew from the scenario", file)
	}
	if len(lines) == 0 {
		return nil, bad(1, errors.New("the file holds no state"))
	}
	var head stateHeader
	sum, err := readHeader(bytes.TrimSuffix(lines[0], []byte("\n")), &head)
	if err != nil {
		return nil, bad(1, err)
	}
	e, err := openScenario(head)
	if err != nil {
		return nil, err
	}
	if err := e.signer.load(dir); err != nil {
		return nil, err
	}
	for i, line := range lines[1:] {
		var a act
		if sum, err = readLine(bytes.TrimSuffix(line, []byte("\n")), sum, &a); err == nil {
			err = e.replay(a)
		}
		if err != nil {
			return nil, bad(i+2, err)
		}
	}
	// Requests that changed nothing are not known: later ids stay clear of theirs.
	e.calls.Store(uint64(len(lines)) << 20)
	if e.Now().Before(head.Now) {
		if err := e.world.clock.set(head.Now); err != nil {
			return nil, bad(1, err)
		}
	}
	return e, e.begin(options)
}

// readHeader reads a state's first line. A file of another kind is told apart
// from a damaged one.
func readHeader(line []byte, head *stateHeader) (uint32, error) {
	var kind struct {
		Format  string
		Version int
	}
	err := json.Unmarshal(line, &kind)
	switch {
	case err != nil || kind.Format != stateFormat:
		return 0, errors.New("format: the file is no state of an emulator")
	case kind.Version != stateVersion:
		return 0, errors.New("version: " + strconv.Itoa(kind.Version) + " is not known here; this emulator reads version " + strconv.Itoa(stateVersion))
	}
	return readLine(line, 0, head)
}

func openScenario(head stateHeader) (*Emulator, error) {
	s, err := ParseScenario(head.Scenario.File, []byte(head.Scenario.Text))
	if err != nil {
		return nil, err
	}
	return set(s.From(head.Start))
}

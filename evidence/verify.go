package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// FileState is how a file of a pack was found.
type FileState string

// The states of files.
const (
	Intact  FileState = "intact"
	Altered FileState = "altered"
	Missing FileState = "missing"
	Added   FileState = "added" // not of the pack
)

// Checked is a file of a pack that was verified.
type Checked struct {
	File  string    `json:"file"`
	State FileState `json:"state"`
}

// Verification is what came of holding a pack against its checksums.
type Verification struct {
	// Digest is the SHA-256 of SHA256SUMS: it stands for the whole pack.
	Digest string    `json:"digest"`
	Intact bool      `json:"intact"`
	Files  []Checked `json:"files"` // by name
}

// Verify holds the files of a pack against SHA256SUMS and manifest.json, and
// against the digest that was noted when it was made, "" where it was not:
// whoever alters a file and both lists is found out only by the digest. A
// folder without SHA256SUMS is an error with code NotFound, one that cannot be
// read Invalid; other errors are those of reading.
func Verify(pack fs.FS, digest string) (*Verification, error) {
	text, err := fs.ReadFile(pack, SumsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, pharos.Errorf(pharos.NotFound, "there is no %s: this is no evidence pack", SumsFile)
	} else if err != nil {
		return nil, err
	}
	sums, err := ParseSums(text)
	if err != nil {
		return nil, err
	}
	own := FileOf(SumsFile, text)
	v := &Verification{Digest: own.SHA256, Intact: true}
	v.set(SumsFile, Intact)
	if digest != "" && !strings.EqualFold(digest, own.SHA256) {
		v.set(SumsFile, Altered)
	}
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		if err := v.check(pack, name, sums[name]); err != nil {
			return nil, err
		}
	}
	if err := v.strangers(pack, sums); err != nil {
		return nil, err
	}
	if err := v.manifest(pack, sums); err != nil {
		return nil, err
	}
	slices.SortFunc(v.Files, func(a, b Checked) int { return strings.Compare(a.File, b.File) })
	return v, nil
}

// check notes the state of a file whose checksum should be want.
func (v *Verification) check(pack fs.FS, name, want string) error {
	sum, err := sumOf(pack, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		v.set(name, Missing)
	case err != nil:
		return err
	case sum != want:
		v.set(name, Altered)
	default:
		v.set(name, Intact)
	}
	return nil
}

// set notes the state of a file; the last one counts.
func (v *Verification) set(name string, s FileState) {
	v.Intact = v.Intact && s == Intact
	at := slices.IndexFunc(v.Files, func(c Checked) bool { return c.File == name })
	if at < 0 {
		at = len(v.Files)
		v.Files = append(v.Files, Checked{File: name})
	}
	v.Files[at].State = s
}

// sumOf returns the checksum of a file. What is no plain file has none.
func sumOf(pack fs.FS, name string) (string, error) {
	f, err := pack.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // it was only read
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return "", err
	}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// strangers notes what lies in the folder and is not of the pack.
func (v *Verification) strangers(pack fs.FS, sums map[string]string) error {
	entries, err := fs.ReadDir(pack, ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		if _, listed := sums[e.Name()]; !listed && e.Name() != SumsFile {
			v.set(e.Name(), Added)
		}
	}
	return nil
}

// manifest holds the checksums against those of the manifest: somebody may
// have altered a file and its line of SHA256SUMS.
func (v *Verification) manifest(pack fs.FS, sums map[string]string) error {
	if sums[ManifestFile] == "" {
		v.set(ManifestFile, Missing)
		return nil
	}
	text, err := fs.ReadFile(pack, ManifestFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // noted already
	} else if err != nil {
		return err
	}
	var m Manifest
	if json.Unmarshal(text, &m) != nil {
		v.set(ManifestFile, Altered)
		return nil
	}
	listed := map[string]bool{ManifestFile: true}
	for _, f := range m.Files {
		listed[f.Name] = true
		switch sum, known := sums[f.Name]; {
		case !plainName(f.Name):
			v.set(ManifestFile, Altered)
		case known && sum != f.SHA256:
			v.set(f.Name, Altered)
		case !known:
			v.set(SumsFile, Altered)
			if err := v.check(pack, f.Name, f.SHA256); err != nil {
				return err
			}
		}
	}
	for name := range sums {
		if !listed[name] {
			v.set(name, Added)
		}
	}
	return nil
}

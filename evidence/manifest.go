package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// The files of a pack.
const (
	PackFile     = "pack.json"     // the pack, for programs
	PageFile     = "pack.html"     // the same, for people
	PDFFile      = "pack.pdf"      // the same as the page, on A4
	LinesFile    = "lines.csv"     // every usage line of the subscription and month
	ManifestFile = "manifest.json" // the files above, and what they were made from
	SumsFile     = "SHA256SUMS"    // checksums of all others, as sha256sum reads them
)

// Manifest says what a pack consists of and what it was made from. It is the
// file manifest.json. The same state and version give the same manifest, to
// the byte.
type Manifest struct {
	Version      int                   `json:"version"`
	Subscription pharos.SubscriptionID `json:"subscriptionId"`
	Month        pharos.Month          `json:"month"`
	// AsOf is the cloud's time by which the pack was made.
	AsOf   time.Time `json:"asOf"`
	Pharos string    `json:"pharosVersion"`
	// RoleTable is the date on which Microsoft's table of roles was read.
	RoleTable string      `json:"roleTable"`
	State     State       `json:"history"`
	Usage     []UsageFile `json:"usageFiles"`
	Files     []File      `json:"files"` // all but this one and SHA256SUMS, by name
}

// State names the access history that a pack was made from.
type State struct {
	Revision string    `json:"revision"`          // changes with every scan and check-in that is saved
	LastScan time.Time `json:"lastScan,omitzero"` // the cloud's time at its end
}

// File is a file of a pack.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"` // lower-case hexadecimal
}

// FileOf describes a file of that content.
func FileOf(name string, content []byte) File {
	sum := sha256.Sum256(content)
	return File{Name: name, Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:])}
}

// Manifest returns the pack's manifest with these files.
func (p *Pack) Manifest(version string, s State, files ...File) *Manifest {
	files = slices.SortedFunc(slices.Values(files), func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return &Manifest{
		Version: Version, Subscription: p.Summary.SubscriptionID, Month: p.Summary.Month, AsOf: p.Summary.AsOf,
		Pharos: version, RoleTable: pharos.Roles().Read, State: s, Usage: p.Bill.Files, Files: files,
	}
}

// Folder is the name of a pack's folder.
func Folder(s pharos.SubscriptionID, m pharos.Month) string {
	return "evidence-" + string(s) + "-" + m.String()
}

// Sums writes the file SHA256SUMS, in the form that `sha256sum -c` reads.
func Sums(files ...File) []byte {
	var b strings.Builder
	for _, f := range slices.SortedFunc(slices.Values(files), func(a, b File) int { return strings.Compare(a.Name, b.Name) }) {
		fmt.Fprintf(&b, "%s  %s\n", f.SHA256, f.Name)
	}
	return []byte(b.String())
}

// ParseSums reads a file SHA256SUMS as [Sums] writes it: the sums by file
// name. What it cannot read is an error with code Invalid that names the line.
func ParseSums(content []byte) (map[string]string, error) {
	sums := map[string]string{}
	n := 0
	for line := range strings.Lines(string(content)) {
		n++
		sum, name, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "  ")
		switch raw, err := hex.DecodeString(sum); {
		case !ok, err != nil, len(raw) != sha256.Size, !plainName(name):
			return nil, pharos.Errorf(pharos.Invalid, "%s:%d: this is no checksum and name of a file", SumsFile, n)
		case sums[name] != "":
			return nil, pharos.Errorf(pharos.Invalid, "%s:%d: %s stands twice", SumsFile, n, name)
		}
		sums[name] = strings.ToLower(sum)
	}
	if n == 0 {
		return nil, pharos.Errorf(pharos.Invalid, "%s is empty", SumsFile)
	}
	return sums, nil
}

// plainName reports whether name is that of a file in the folder itself.
func plainName(name string) bool {
	return name != "" && name != "." && name != ".." && name != SumsFile && !strings.ContainsAny(name, `/\`+"\x00")
}

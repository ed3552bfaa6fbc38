package ledger

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/usagefile"
)

const (
	manifestName = "manifest.json"
	// manifestVersion is written. Version 1 has neither checksums nor months
	// that were dropped; it is read as it is.
	manifestVersion = 2
)

// manifest is the list of what the ledger holds. The file is the truth: a
// Parquet file that it does not name does not exist.
type manifest struct {
	Version  int      `json:"version"`
	Sequence int64    `json:"sequence"` // of the last import
	Sources  []source `json:"sources"`
}

// source is one imported file.
type source struct {
	Name      string             `json:"name"`
	SHA256    string             `json:"sha256"` // of its content as it was read
	Formats   []usagefile.Format `json:"formats"`
	Sequence  int64              `json:"sequence"`
	Statement *Statement         `json:"statement,omitempty"`
	Lines     int64              `json:"lines"`
	Rejected  int64              `json:"rejected"`
	Segments  []segmentInfo      `json:"segments,omitempty"`
	// Dropped is what the source had of months that were dropped. Their lines
	// are gone; the counts still tell which month an invoice bills.
	Dropped []segmentInfo `json:"dropped,omitempty"`
	// Restated is what the source had of months whose lines other files restate
	// to the last one, and that [Ledger.Compact] removed.
	Restated []segmentInfo `json:"restated,omitempty"`
	Recon    []ReconSum    `json:"recon,omitempty"`
}

// segmentInfo is what a source has of one month.
type segmentInfo struct {
	Month pharos.Month `json:"month"`
	File  string       `json:"file"` // below the ledger's folder, with slashes
	// SHA256 is of the file, in hex, and Bytes its size; "" and 0 where an
	// older Pharos wrote it, and where the engine is no folder.
	SHA256   string `json:"fileSha256,omitempty"`
	Bytes    int64  `json:"bytes,omitempty"`
	Lines    int64  `json:"lines"`
	Unbilled int64  `json:"unbilled"`
	// Invoices counts the other lines by invoice, of the first maxInvoices.
	Invoices map[string]int64 `json:"invoices,omitempty"`
	First    pharos.Day       `json:"first"`
	Last     pharos.Day       `json:"last"`
	Sums     []sum            `json:"sums"`
}

// sum is the total of one billing currency, for people who read the file.
type sum struct {
	Currency string          `json:"currency"`
	List     decimal.Decimal `json:"list"`
	PreTax   decimal.Decimal `json:"preTax"`
}

// Statement says that the sources of an import are together all that the
// billing service had to say: of an invoice, or of the unbilled usage of a
// currency and period. It replaces the statement of the same thing before it.
type Statement struct {
	Invoice  string       `json:"invoice,omitempty"`  // "" for unbilled usage
	Currency string       `json:"currency,omitempty"` // of unbilled usage
	Period   pharos.Month `json:"period,omitempty"`   // of unbilled usage
	At       time.Time    `json:"at,omitzero"`        // the service's time when it was pulled
}

// restates reports whether s replaces an earlier o.
func (s *Statement) restates(o *Statement) bool {
	return s != nil && o != nil && s.Invoice == o.Invoice && s.Currency == o.Currency && s.Period == o.Period
}

// bySHA returns the source with that content.
func (m *manifest) bySHA(sha string) (source, bool) {
	i := slices.IndexFunc(m.Sources, func(s source) bool { return s.SHA256 == sha })
	if i < 0 {
		return source{}, false
	}
	return m.Sources[i], true
}

// files returns the set of Parquet files that the manifest names.
func (m *manifest) files() map[string]bool {
	named := map[string]bool{}
	for _, s := range m.Sources {
		for _, g := range s.Segments {
			named[filepath.FromSlash(g.File)] = true
		}
	}
	return named
}

// Months lists the months that have lines, oldest first.
func (m *manifest) Months() []pharos.Month {
	seen := map[pharos.Month]bool{}
	months := []pharos.Month{}
	for _, s := range m.Sources {
		for _, g := range s.Segments {
			if !seen[g.Month] {
				seen[g.Month] = true
				months = append(months, g.Month)
			}
		}
	}
	slices.Sort(months)
	return months
}

// spread is how many lines each invoice has in each month.
func (m *manifest) spread() map[string]map[pharos.Month]int64 {
	lines := map[string]map[pharos.Month]int64{}
	for _, s := range m.Sources {
		for _, g := range slices.Concat(s.Segments, s.Dropped, s.Restated) {
			for invoice, n := range g.Invoices {
				if lines[invoice] == nil {
					lines[invoice] = map[pharos.Month]int64{}
				}
				lines[invoice][g.Month] += n
			}
		}
	}
	return lines
}

// strays returns the invoices that have lines in the month and bill another:
// an invoice bills the month that most of its lines are in.
func (m *manifest) strays(month pharos.Month) map[string]bool {
	out := map[string]bool{}
	for invoice, lines := range m.spread() {
		for _, n := range lines {
			if here := lines[month]; here > 0 && n > here {
				out[invoice] = true
			}
		}
	}
	return out
}

// readManifest reads the manifest of dir; none is an empty one.
func readManifest(dir string) (manifest, error) {
	b, err := os.ReadFile(filepath.Join(dir, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return manifest{Version: manifestVersion}, nil
	}
	if err != nil {
		return manifest{}, folderError(dir, err)
	}
	var m manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return manifest{}, pharos.Errorf(pharos.Invalid, "%s: not a ledger's manifest: %w", filepath.Join(dir, manifestName), err).
			WithHint("restore it, or import the usage files again into a new folder")
	}
	if m.Version < 1 || m.Version > manifestVersion {
		return manifest{}, pharos.Errorf(pharos.Unsupported, "the ledger in %s is of version %d, this Pharos reads versions 1 to %d", dir, m.Version, manifestVersion).
			WithHint("use the Pharos that wrote it, or a newer one")
	}
	return m, nil
}

// write replaces the manifest of dir. It is there as a whole or not at all.
func (m *manifest) write(dir string, step func()) error {
	m.Version = manifestVersion
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	temp := filepath.Join(dir, tempFolder, manifestName)
	step()
	if err := writeSynced(temp, append(b, '\n')); err != nil {
		return folderError(dir, err)
	}
	step()
	if err := os.Rename(temp, filepath.Join(dir, manifestName)); err != nil {
		return folderError(dir, err)
	}
	return syncFolder(dir)
}

func folderError(dir string, err error) error {
	return pharos.Errorf(pharos.Internal, "ledger %s: %w", dir, err).
		WithHint("the folder must be writable and its disk not full")
}

package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"

	"github.com/pharos-pec/pharos"
)

const (
	factsFolder  = "facts"
	factsVersion = 1 // of the files in it: another version is not read but made again
)

// keptMonth lists the files of facts of a month. It stands in
// facts/2026-10.json and is replaced as a whole, by rename; nothing is lost
// with it, as all that it lists can be made again.
type keptMonth struct {
	Version int    `json:"version"`
	Lines   string `json:"lines"` // what the survey was of, see [manifest.linesOf]
	Survey  survey `json:"survey"`
	// Shards are the files; a shard without facts has none.
	Shards [factShards]keptShard `json:"shards"`
}

// keptShard is a file of facts and what it was made from: the shard's entry in
// the survey, and the fine scopes of its subscriptions.
type keptShard struct {
	Lines string `json:"lines"`
	Fine  string `json:"fine,omitempty"`
	File  string `json:"file,omitempty"` // below facts/
	Facts int64  `json:"facts"`
	CRC   uint32 `json:"crc"` // CRC-32C of the file
}

// linesOf returns a fingerprint of the lines of a month and of all that
// decides which of them count.
func (m *manifest) linesOf(month pharos.Month) string {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "facts %d\n", factsVersion)
	for _, r := range m.Ranked(month) {
		_, _ = fmt.Fprintf(h, "%s %s %d\n", r.Part.File, r.Entry.SHA256, r.Rank)
	}
	_, _ = fmt.Fprintf(h, "strays %q\n", m.Strays(month))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func indexName(month pharos.Month) string { return month.String() + ".json" }

// readKept reads what is kept of a month in folder. What is not there or
// cannot be used is as if nothing were kept.
func readKept(folder string, month pharos.Month) keptMonth {
	var k keptMonth
	b, err := os.ReadFile(filepath.Join(folder, indexName(month)))
	if err != nil || json.Unmarshal(b, &k) != nil || k.Version != factsVersion {
		return keptMonth{}
	}
	return k
}

// write replaces the list.
func (k *keptMonth) write(folder string, month pharos.Month) error {
	b, err := json.Marshal(k)
	if err != nil {
		return err
	}
	temp := filepath.Join(folder, tempFolder, indexName(month))
	if err := os.WriteFile(temp, b, 0o644); err != nil { //nolint:gosec // as the files beside it
		return err
	}
	return os.Rename(temp, filepath.Join(folder, indexName(month)))
}

// opened returns the shard's file, checked to the last byte: it was written
// without waiting for the disk.
func (s *keptShard) opened(folder string) (*segment, error) {
	f, err := os.Open(filepath.Join(folder, s.File))
	if err != nil {
		return nil, err
	}
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	_, err = io.Copy(sum, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if sum.Sum32() != s.CRC {
		return nil, damaged(f.Name(), errors.New("its checksum differs"))
	}
	return openSegment(folder, source{}, segmentInfo{File: s.File, Lines: s.Facts})
}

// factFiles are the open files of a month's facts.
type factFiles struct {
	files []*segment
	after func() // called once they are closed
}

func (k *factFiles) close() {
	for _, s := range k.files {
		if s != nil {
			s.close()
		}
	}
	if k.after != nil {
		k.after()
	}
}

// open opens what is kept. It reports by shard what can be used as it is, and
// has closed the rest.
func (k *keptMonth) open(folder string, want *[factShards]keptShard) (*factFiles, [factShards]bool) {
	out := &factFiles{files: make([]*segment, factShards)}
	var good [factShards]bool
	for i, s := range k.Shards {
		if s.Lines != want[i].Lines || s.Fine != want[i].Fine {
			continue
		}
		if s.File == "" {
			good[i] = s.Facts == 0
			continue
		}
		f, err := s.opened(folder)
		if err != nil {
			continue // it is made again
		}
		out.files[i], good[i] = f, true
	}
	return out, good
}

// each yields the facts. Files are decoded by a goroutine of their own, a row group
// ahead of who judges.
func (k *factFiles) each(ctx context.Context, yield func(pharos.DayFact, error) bool) {
	type batch struct {
		facts []pharos.DayFact
		err   error
	}
	ctx, stop := context.WithCancel(ctx)
	batches, free := make(chan batch, 1), make(chan []pharos.DayFact, 3)
	done := make(chan struct{})
	defer func() { stop(); <-done }()
	go func() {
		defer close(done)
		defer close(batches)
		var r factReader
		for _, s := range k.files {
			if s == nil {
				continue
			}
			for _, b := range s.blocks() {
				var facts []pharos.DayFact
				select {
				case facts = <-free:
				default:
				}
				facts, err := r.read(b, facts[:0])
				select {
				case batches <- batch{facts, err}:
				case <-ctx.Done():
					return
				}
				if err != nil {
					return
				}
			}
		}
	}()
	for b := range batches {
		if b.err != nil {
			yield(pharos.DayFact{}, b.err)
			return
		}
		for i := range b.facts {
			if !yield(b.facts[i], nil) {
				return
			}
		}
		select {
		case free <- b.facts:
		default:
		}
	}
	if err := context.Cause(ctx); err != nil {
		yield(pharos.DayFact{}, err)
	}
}

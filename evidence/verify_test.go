package evidence_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/evidence"
)

// sealed is a small pack with its lists of checksums.
func sealed() fstest.MapFS {
	files := map[string]string{evidence.PackFile: "{}\n", evidence.PageFile: "<p>", evidence.LinesFile: "a,b\n1,2\n"}
	pack := fstest.MapFS{}
	var list []evidence.File
	for name, text := range files {
		pack[name] = &fstest.MapFile{Data: []byte(text)}
		list = append(list, evidence.FileOf(name, []byte(text)))
	}
	m := (&evidence.Pack{Summary: evidence.Summary{SubscriptionID: prod, Month: october}}).Manifest("v1", evidence.State{Revision: "1.0"}, list...)
	text := must(json.Marshal(m))
	pack[evidence.ManifestFile] = &fstest.MapFile{Data: text}
	sums := evidence.Sums(append(list, evidence.FileOf(evidence.ManifestFile, text))...)
	pack[evidence.SumsFile] = &fstest.MapFile{Data: sums}
	return pack
}

// reseal writes a line of SHA256SUMS anew, as somebody would who knows how.
func reseal(pack fstest.MapFS, name string) {
	sums := must(evidence.ParseSums(pack[evidence.SumsFile].Data))
	var list []evidence.File
	for n, sum := range sums {
		if n == name {
			sum = evidence.FileOf(n, pack[n].Data).SHA256
		}
		list = append(list, evidence.File{Name: n, SHA256: sum})
	}
	pack[evidence.SumsFile].Data = evidence.Sums(list...)
}

// TestVerify: whatever was done to a pack, it says what.
func TestVerify(t *testing.T) {
	alter := func(p fstest.MapFS, name string) { p[name].Data = append(bytes.Clone(p[name].Data), 'x') }
	digest := evidence.FileOf("", sealed()[evidence.SumsFile].Data).SHA256
	for name, c := range map[string]struct {
		do     func(fstest.MapFS)
		digest string
		want   map[string]evidence.FileState
	}{
		"nothing":           {do: func(fstest.MapFS) {}, digest: strings.ToUpper(digest)},
		"altered":           {do: func(p fstest.MapFS) { alter(p, "lines.csv") }, want: map[string]evidence.FileState{"lines.csv": evidence.Altered}},
		"missing":           {do: func(p fstest.MapFS) { delete(p, "pack.html") }, want: map[string]evidence.FileState{"pack.html": evidence.Missing}},
		"added":             {do: func(p fstest.MapFS) { p["x.txt"] = &fstest.MapFile{} }, want: map[string]evidence.FileState{"x.txt": evidence.Added}},
		"added folder":      {do: func(p fstest.MapFS) { p["more/x.txt"] = &fstest.MapFile{} }, want: map[string]evidence.FileState{"more": evidence.Added}},
		"manifest":          {do: func(p fstest.MapFS) { alter(p, "manifest.json") }, want: map[string]evidence.FileState{"manifest.json": evidence.Altered}},
		"manifest missing":  {do: func(p fstest.MapFS) { delete(p, "manifest.json") }, want: map[string]evidence.FileState{"manifest.json": evidence.Missing}},
		"with its checksum": {do: func(p fstest.MapFS) { alter(p, "lines.csv"); reseal(p, "lines.csv") }, want: map[string]evidence.FileState{"lines.csv": evidence.Altered}},
		"off both lists' first": {do: func(p fstest.MapFS) {
			p["SHA256SUMS"].Data = bytes.Join(bytes.SplitAfter(p["SHA256SUMS"].Data, []byte("\n"))[1:], nil)
		}, want: map[string]evidence.FileState{"SHA256SUMS": evidence.Altered, "lines.csv": evidence.Intact}},
		"a folder for a file": {do: func(p fstest.MapFS) { delete(p, "pack.html"); p["pack.html/x"] = &fstest.MapFile{} }, want: map[string]evidence.FileState{"pack.html": evidence.Altered}},
		"with both lists": {do: func(p fstest.MapFS) {
			alter(p, "lines.csv")
			m := must(json.Marshal(evidence.Manifest{Files: []evidence.File{
				evidence.FileOf("lines.csv", p["lines.csv"].Data), evidence.FileOf("pack.html", p["pack.html"].Data), evidence.FileOf("pack.json", p["pack.json"].Data),
			}}))
			p["manifest.json"].Data = m
			reseal(p, "lines.csv")
			reseal(p, "manifest.json")
		}, digest: digest, want: map[string]evidence.FileState{"SHA256SUMS": evidence.Altered}},
	} {
		t.Run(name, func(t *testing.T) {
			p := sealed()
			c.do(p)
			v, err := evidence.Verify(p, c.digest)
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]evidence.FileState{}
			for n := range sealed() {
				want[n] = evidence.Intact
			}
			maps.Copy(want, c.want)
			got := map[string]evidence.FileState{}
			for _, f := range v.Files {
				got[f.File] = f.State
			}
			if diff := cmp.Diff(want, got); diff != "" || v.Intact != (name == "nothing") {
				t.Errorf("intact %v, -want +got\n%s", v.Intact, diff)
			}
			if !slices.IsSortedFunc(v.Files, func(a, b evidence.Checked) int { return strings.Compare(a.File, b.File) }) {
				t.Errorf("not sorted: %v", v.Files)
			}
		})
	}
}

// TestVerify_NoPack: what is no pack is refused, with what is wrong with it.
func TestVerify_NoPack(t *testing.T) {
	sum := strings.Repeat("0", 64)
	for text, want := range map[string]string{
		"":                                    "SHA256SUMS is empty",
		"hello\n":                             "SHA256SUMS:1: this is no checksum",
		sum + "  a\n" + sum + "  ../b\n":      "SHA256SUMS:2: this is no checksum",
		sum + "  a\n" + sum + "  a\n":         "SHA256SUMS:2: a stands twice",
		sum[1:] + "  a\n":                     "SHA256SUMS:1:",
		sum + "  SHA256SUMS\n":                "SHA256SUMS:1:",
		sum + " *a\n":                         "SHA256SUMS:1:",
		strings.Repeat("g", 64) + "  a.txt\n": "SHA256SUMS:1:",
	} {
		_, err := evidence.Verify(fstest.MapFS{"SHA256SUMS": {Data: []byte(text)}}, "")
		if pharos.CodeOf(err) != pharos.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	if _, err := evidence.Verify(fstest.MapFS{}, ""); pharos.CodeOf(err) != pharos.NotFound {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := evidence.Verify(broken{sealed()}, ""); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("a file that cannot be read: %v", err)
	}
}

// broken is a folder whose lines cannot be read.
type broken struct{ fs.FS }

func (b broken) Open(name string) (fs.File, error) {
	if name == evidence.LinesFile {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return b.FS.Open(name)
}

// TestSums_RoundTrip: what is written is read, for every list of files.
func TestSums_RoundTrip(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		want := map[string]string{}
		var list []evidence.File
		for _, name := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-zA-Z0-9_ -]{1,12}\.[a-z]{1,5}`), 1, 8, rapid.ID).Draw(r, "names") {
			f := evidence.FileOf(name, rapid.SliceOf(rapid.Byte()).Draw(r, "content"))
			list, want[name] = append(list, f), f.SHA256
		}
		got, err := evidence.ParseSums(evidence.Sums(list...))
		if err != nil || !maps.Equal(want, got) {
			t.Errorf("%v: got %v, want %v", err, got, want)
		}
	})
}

// FuzzVerify: whatever stands in the two lists, no file is called intact that
// is not the one that both name.
func FuzzVerify(f *testing.F) {
	p := sealed()
	f.Add(p[evidence.SumsFile].Data, p[evidence.ManifestFile].Data)
	f.Add([]byte(strings.Repeat("0", 64)+"  lines.csv\n"), []byte("{}"))
	f.Add([]byte("x"), []byte(`{"files":[{"name":"../x","sha256":"0"}]}`))
	f.Fuzz(func(t *testing.T, sums, manifest []byte) {
		pack := sealed()
		pack[evidence.SumsFile].Data, pack[evidence.ManifestFile].Data = sums, manifest
		v, err := evidence.Verify(pack, "")
		if err != nil {
			if pharos.CodeOf(err) != pharos.Invalid {
				t.Errorf("%v", err)
			}
			return
		}
		if !v.Intact {
			return
		}
		listed, err := evidence.ParseSums(sums)
		if err != nil {
			t.Fatal(err)
		}
		for name, file := range pack {
			if name != evidence.SumsFile && listed[name] != evidence.FileOf(name, file.Data).SHA256 {
				t.Errorf("%s is called intact", name)
			}
		}
	})
}

package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

func TestTempFolder_SweepsThoseOfTheDead(t *testing.T) {
	root := t.TempDir()
	t.Setenv("TMPDIR", root)
	t.Setenv("TMP", root)
	ended := exec.Command(os.Args[0], "-test.run=^$")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	dead, own := strconv.Itoa(ended.ProcessState.Pid()), strconv.Itoa(os.Getpid())
	keep := []string{"pharos-demo-" + own + "-7", "pharos-demo-x-7", "pharos-usage-7", "other-demo-" + dead + "-7"}
	for _, name := range append([]string{"pharos-demo-" + dead + "-7", "pharos-pull-" + dead + "-8"}, keep...) {
		if err := os.MkdirAll(filepath.Join(root, name, "below"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	dir, remove, err := tempFolder("demo")
	if err != nil {
		t.Fatal(err)
	}
	want := append(keep, filepath.Base(dir))
	check := func() {
		t.Helper()
		entries, err := os.ReadDir(root)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range entries {
			got = append(got, e.Name())
		}
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	check()
	remove()
	want = slices.DeleteFunc(want, func(name string) bool { return name == filepath.Base(dir) })
	check()
}

// TestDraftFolder_SweepsThoseOfTheDead: a draft lies beside what it will be, and those of processes
// that died are gone.
func TestDraftFolder_SweepsThoseOfTheDead(t *testing.T) {
	root := t.TempDir()
	ended := exec.Command(os.Args[0], "-test.run=^$")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	dead := strconv.Itoa(ended.ProcessState.Pid())
	keep := []string{".pharos-other-" + dead + "-7", "pharos-draft-" + dead + "-7"}
	for _, name := range append([]string{".pharos-draft-" + dead + "-7"}, keep...) {
		if err := os.Mkdir(filepath.Join(root, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	dir, err := draftFolder(root)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if want := slices.Sorted(slices.Values(append(keep, filepath.Base(dir)))); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/pharos-pec/pharos"
)

// tempFolder makes a temporary folder, named for what it holds and for this
// process. Those of processes that died before they could remove theirs (by
// SIGKILL, say) are removed first: a bill may be in them.
func tempFolder(what string) (dir string, remove func(), err error) {
	root := os.TempDir()
	sweepTemp(root, "pharos-*")
	dir, err = os.MkdirTemp(root, ownName("pharos-"+what))
	if err != nil {
		return "", nil, pharos.Errorf(pharos.Internal, "cannot make a temporary folder: %w", err).
			WithHint("TMPDIR must name a folder that can be written to")
	}
	return dir, func() { _ = os.RemoveAll(dir) }, nil // what stays is swept next time
}

// draftFolder makes a hidden folder in root for what will be moved to its
// place there when it is whole. Drafts of processes that died are removed.
func draftFolder(root string) (dir string, err error) {
	const hidden = ".pharos-draft"
	sweepTemp(root, hidden)
	return os.MkdirTemp(root, ownName(hidden))
}

// ownName begins the name of a folder of this process.
func ownName(head string) string { return head + "-" + strconv.Itoa(os.Getpid()) + "-" }

// sweepTemp removes from root the folders of processes that are no more, by
// the pattern that their names begin with, of two words. A number that another
// process has by now keeps its folder for a while; what may not be removed is
// another user's.
func sweepTemp(root, head string) {
	found, err := filepath.Glob(filepath.Join(root, head+"-*-*"))
	if err != nil {
		return // a root that is a bad pattern keeps what it has
	}
	for _, dir := range found {
		parts := strings.Split(filepath.Base(dir), "-")
		if len(parts) != 4 {
			continue
		}
		if pid, err := strconv.Atoi(parts[2]); err == nil && pid > 0 && !alive(pid) {
			_ = os.RemoveAll(dir)
		}
	}
}

// alive reports whether a process of that number runs, as far as this machine
// tells.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false // Windows says so at once
	}
	return !errors.Is(p.Signal(syscall.Signal(0)), os.ErrProcessDone)
}

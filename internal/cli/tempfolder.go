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
	sweepTemp(os.TempDir())
	dir, err = os.MkdirTemp("", "pharos-"+what+"-"+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return "", nil, pharos.Errorf(pharos.Internal, "cannot make a temporary folder: %w", err).
			WithHint("TMPDIR must name a folder that can be written to")
	}
	return dir, func() { _ = os.RemoveAll(dir) }, nil // what stays is swept next time
}

// sweepTemp removes from root the temporary folders of processes that are no
// more. A number that another process has by now keeps its folder for a while;
// what may not be removed is another user's.
func sweepTemp(root string) {
	found, err := filepath.Glob(filepath.Join(root, "pharos-*-*-*"))
	if err != nil {
		return // the pattern is well formed
	}
	for _, dir := range found {
		parts := strings.Split(filepath.Base(dir), "-")
		if pid, err := strconv.Atoi(parts[2]); len(parts) == 4 && err == nil && pid > 0 && !alive(pid) {
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

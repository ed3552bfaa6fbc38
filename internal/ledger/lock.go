package ledger

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/pharos-pec/pharos"
)

// lockPoll is how often a waiting import looks whether the other is done.
const lockPoll = 50 * time.Millisecond

// acquire takes the ledger's lock, waiting until ctx is done for the import
// that holds it. The operating system gives the lock up when a process dies.
func acquire(ctx context.Context, dir string, wait bool) (release func(), err error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, folderError(dir, err)
	}
	timer := time.NewTicker(lockPoll)
	defer timer.Stop()
	for {
		held, err := tryLock(f)
		switch {
		case err != nil:
			_ = f.Close()
			return nil, folderError(dir, err)
		case held:
			return func() { _ = f.Close() }, nil
		case !wait:
			_ = f.Close()
			return nil, pharos.Errorf(pharos.Conflict, "ledger %s: another import is running", dir).
				WithHint("wait until it is done, then import again")
		}
		select {
		case <-ctx.Done():
			_ = f.Close()
			return nil, ctx.Err()
		case <-timer.C:
		}
	}
}

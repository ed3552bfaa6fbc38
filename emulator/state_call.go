package emulator

import (
	"bytes"
	"net/http"

	"github.com/pharos-pec/pharos"
)

// readState answers with the state as a file, for a test to put away: what
// [Emulator.Save] writes, without the signing key.
func readState(c *call) (reply, error) {
	var text bytes.Buffer
	if _, err := c.emulator.writeState(&text); err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusOK, body: text.Bytes(), header: http.Header{"Content-Type": {"application/jsonl"}}}, nil
}

// saveState writes a kept state anew, with where the clock stands.
func saveState(c *call) (reply, error) {
	kept := c.emulator.journal.kept
	if kept == nil {
		return reply{}, pharos.Errorf(pharos.Conflict, "the state is not kept; start the emulator with --state")
	}
	if err := c.emulator.keep(kept.dir); err != nil {
		return reply{}, err
	}
	return ok(map[string]any{"saved": true, "changes": len(c.emulator.journal.read())})
}

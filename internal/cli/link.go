package cli

import (
	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/config"
	"github.com/pharos-pec/pharos/link"
)

func newLink(e *env) *cobra.Command {
	return e.group(page{
		use:   "link",
		short: "See, set and remove the partner ID on credentials",
		long: `Partner admin links: the partner ID that Azure notes for a principal, without which delegated and
direct access earns nothing. Azure tells a link only to the principal that holds it.`,
		example: "  pharos link status\n  pharos link apply --dry-run",
	}, newLinkStatus(e), newLinkApply(e), newLinkRemove(e), newLinkCheckIn(e))
}

func everyCredential(config.Credential) bool { return true }

func toBeLinked(k config.Credential) bool { return k.Link }

// unreached sums up the credentials that could not be asked: nil for none,
// the error itself when it is the only answer there is, else Incomplete.
func unreached(statuses []link.Status) error {
	var first error
	asked, failed := 0, 0
	for _, s := range statuses {
		if s.Credential == "" {
			continue // the register needs no sign-in
		}
		asked++
		if s.State == link.Unreachable {
			failed++
			if first == nil {
				first = s.Err
			}
		}
	}
	switch failed {
	case 0:
		return nil
	case asked:
		return first
	}
	return pharos.Errorf(pharos.Incomplete, "%d of %d credentials could not be asked: %w", failed, asked, first).
		WithHint("%s", pharos.HintOf(first))
}

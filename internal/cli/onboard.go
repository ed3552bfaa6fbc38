package cli

import (
	"github.com/spf13/cobra"
)

func newOnboard(e *env) *cobra.Command {
	return e.group(page{
		use:   "onboard",
		short: "Write and check Azure Lighthouse delegations before a customer signs them",
		long: `A delegation earns only if it gives a linked principal an eligible role permanently. These commands
say so before anybody signs.`,
		example: "  pharos onboard new --offer Ops --account ID --dir customer\n  pharos onboard lint customer/delegation.json",
	}, newOnboardNew(e), newOnboardLint(e))
}

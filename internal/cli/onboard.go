package cli

import (
	"github.com/spf13/cobra"
)

func newOnboard(e *env) *cobra.Command {
	return e.group(page{
		use:   "onboard",
		short: "Make the account that earns, and delegations that let it",
		long: `A delegation earns only if it gives a linked principal an eligible role permanently. These commands
make the account, write the delegation, check it before anybody signs, and deploy it.`,
		example: "  pharos onboard account --by admin\n  pharos onboard new --offer Ops --account ID --dir customer\n  pharos onboard lint customer/delegation.json\n  pharos onboard deploy customer/delegation.json --subscription ID",
	}, newOnboardAccount(e), newOnboardNew(e), newOnboardLint(e), newOnboardDeploy(e))
}

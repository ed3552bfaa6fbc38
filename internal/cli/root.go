package cli

import (
	"github.com/spf13/cobra"
)

// newRoot builds the command tree. Every command is listed here.
func newRoot(e *env) *cobra.Command {
	root := e.group(page{
		use:   "pharos",
		short: "Keep a partner's ID linked to Azure, and prove the credit it earns",
		long: `Pharos keeps a Microsoft partner's ID linked to every Azure resource it manages, and proves,
line by line, which partner earned credit was earned, which was lost, why, and what brings it back.`,
		example: `
  pharos demo                          see everything work on a local Azure, no account needed
  pharos scan && pharos usage pull     observe access, fetch the bill
  pharos credit --month 2026-10        what was earned and lost, and why`,
	},
		newDemo(e),
		newEmulator(e),
		newLink(e),
		newOnboard(e),
		newScan(e),
		newCoverage(e),
		newUsage(e),
		newCredit(e),
		newPlan(e),
		newApply(e),
		newExplain(e),
		newEvidence(e),
		newServe(e),
		newConfig(e),
		newVersion(e),
		newCompletion(e),
	)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return misused(c, "%w", err) })
	root.SetUsageTemplate(root.UsageTemplate() + "\n" + exitTable + "\n")
	root.SetHelpCommand(newHelp(e))
	f := root.PersistentFlags()
	f.StringVar(&e.options.config, "config", "", "configuration `file` (default ./pharos.yaml, then the user's configuration folder)")
	f.StringVar(&e.options.store, "store", "", "where the access history is kept, for example sqlite:pharos.db")
	f.StringVar(&e.options.ledger, "ledger", "", "`folder` where usage lines are kept")
	f.StringVar(&e.options.memory, "memory", "", "`amount` of memory that usage is read and summed in, for example 512MiB")
	f.BoolVarP(&e.options.verbose, "verbose", "v", false, "log to stderr what is done")
	return root
}

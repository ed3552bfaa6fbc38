package cli

import (
	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
)

func newCompletion(e *env) *cobra.Command {
	c := e.command(page{
		use:   "completion bash|zsh|fish|powershell",
		short: "Print a completion script for a shell",
		long: `Prints a script that teaches a shell to complete the commands and flags of Pharos.
Load it in the running shell, or put it where the shell looks for completions.`,
		example: "  source <(pharos completion bash)\n  pharos completion fish > ~/.config/fish/completions/pharos.fish",
	}, oneArg("the shell's name"), func(c *cobra.Command, args []string) error {
		root := c.Root()
		switch args[0] {
		case "bash":
			return root.GenBashCompletionV2(e.Out, true)
		case "zsh":
			return root.GenZshCompletion(e.Out)
		case "fish":
			return root.GenFishCompletion(e.Out, true)
		case "powershell":
			return root.GenPowerShellCompletionWithDesc(e.Out)
		}
		return pharos.Errorf(pharos.Invalid, "no completion for the shell %q", args[0]).
			WithHint("choose one of bash, zsh, fish, powershell")
	})
	c.ValidArgs = []string{"bash", "zsh", "fish", "powershell"}
	return c
}

// newHelp is `pharos help COMMAND`; an unknown one is a usage error, not a
// success with a note as the library has it.
func newHelp(e *env) *cobra.Command {
	return e.command(page{
		use:     "help [command]",
		short:   "Help about any command",
		long:    `Prints the help page of a command, as --help does.`,
		example: "  pharos help credit",
	}, nil, func(c *cobra.Command, args []string) error {
		found, rest, err := c.Root().Find(args)
		if err != nil || len(rest) > 0 {
			return knownCommand(c.Root(), args)
		}
		return found.Help()
	})
}

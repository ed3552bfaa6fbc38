package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
)

// page is the text of a command's help.
type page struct {
	use     string // name and arguments
	short   string // one line of the list of commands
	long    string // what it does, in two lines
	example string
}

// command makes a command that runs run. Arguments are checked by args.
func (e *env) command(p page, args cobra.PositionalArgs, run func(*cobra.Command, []string) error) *cobra.Command {
	return &cobra.Command{
		Use:     p.use,
		Short:   p.short,
		Long:    strings.TrimSpace(p.long),
		Example: strings.Trim(p.example, "\n"),
		Args:    args,
		RunE:    run,

		SuggestionsMinimumDistance: 2,
	}
}

// group makes a command that only holds others.
func (e *env) group(p page, children ...*cobra.Command) *cobra.Command {
	c := e.command(p, knownCommand, func(c *cobra.Command, _ []string) error {
		if !c.HasParent() {
			return c.Help()
		}
		return pharos.Errorf(pharos.Invalid, "%s needs a command", c.CommandPath()).
			WithHint("one of %s; `%s --help` tells more", names(c), c.CommandPath())
	})
	c.AddCommand(children...)
	return c
}

func names(c *cobra.Command) string {
	var list []string
	for _, child := range c.Commands() {
		if child.IsAvailableCommand() {
			list = append(list, child.Name())
		}
	}
	return strings.Join(list, ", ")
}

// knownCommand refuses a word that is no command of c, with the nearest ones.
func knownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := pharos.Errorf(pharos.Invalid, "unknown command %q for %s", args[0], c.CommandPath())
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		return err.WithHint("did you mean %s?", strings.Join(near, " or "))
	}
	return err.WithHint("`%s --help` lists the commands", c.CommandPath())
}

// noArgs refuses every argument.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return misused(c, "%s takes no argument, got %q", c.CommandPath(), args[0])
	}
	return nil
}

// oneArg wants exactly one argument, called what.
func oneArg(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return misused(c, "%s takes one argument, %s", c.CommandPath(), what)
		}
		return nil
	}
}

// maybeOneArg wants one argument, called what, or none.
func maybeOneArg(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > 1 {
			return misused(c, "%s takes one argument at most, %s", c.CommandPath(), what)
		}
		return nil
	}
}

// someArgs wants at least one argument, called what.
func someArgs(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return misused(c, "%s needs %s", c.CommandPath(), what)
		}
		return nil
	}
}

// misused is the error of a command line that does not fit.
func misused(c *cobra.Command, format string, args ...any) error {
	return pharos.Errorf(pharos.Invalid, format, args...).WithHint("`%s --help` shows how to use it", c.CommandPath())
}

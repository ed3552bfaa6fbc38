package cli

import (
	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/report"
	"github.com/pharos-pec/pharos/repair"
)

// whatIf are the flags with which `pharos plan` says what would be lost,
// instead of what would bring credit back.
type whatIf struct {
	without   []string
	busFactor bool
}

func (w *whatIf) add(c *cobra.Command) {
	c.Flags().StringArrayVar(&w.without, "without", nil,
		"instead say what would stop earning without `access`: principal:NAME, delegation:OFFER (or an id of either), aobo; repeat it for several together")
	c.Flags().BoolVar(&w.busFactor, "bus-factor", false, "instead say for each customer on how few people and robots its credit hangs")
}

func (w *whatIf) asked() bool { return w.busFactor || len(w.without) > 0 }

// report answers what was asked.
func (w *whatIf) report(in repair.Input) (*report.Report, error) {
	if w.busFactor && len(w.without) > 0 {
		return nil, pharos.Errorf(pharos.Invalid, "--without and --bus-factor are two questions").WithHint("ask one at a time")
	}
	if w.busFactor {
		var month *pharos.Month
		if in.Month != nil {
			month = &in.Month.Month
		}
		return report.BusFactors(month, repair.BusFactors(in)), nil
	}
	removals := make([]repair.Removal, len(w.without))
	for i, s := range w.without {
		removals[i] = repair.Removal(s)
	}
	impact, err := repair.Without(in, removals...)
	if err != nil {
		return nil, err
	}
	return report.Without(impact), nil
}

package cli

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
)

// when are the flags that say which time a question is about.
type when struct {
	month, date, asOf string
}

func (w *when) addMonth(c *cobra.Command) {
	c.Flags().StringVar(&w.month, "month", "", "calendar `month`, for example 2026-10 (default the newest with usage)")
}

func (w *when) addDate(c *cobra.Command) {
	c.Flags().StringVar(&w.date, "date", "", "UTC `day`, for example 2026-10-09 (default the day of the last scan or pull)")
}

func (w *when) addAsOf(c *cobra.Command) {
	c.Flags().StringVar(&w.asOf, "as-of", "", "judge as of this `time` (default the cloud's time at the last scan or pull)")
}

// now parses --as-of; zero when it is not given.
func (w *when) now() (time.Time, error) {
	if w.asOf == "" {
		return time.Time{}, nil
	}
	for _, form := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(form, w.asOf); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, pharos.Errorf(pharos.Invalid, "--as-of: %q is not a time", w.asOf).
		WithHint("write 2026-11-06T12:00:00Z, or 2026-11-06 for that day's first instant")
}

// monthFlag parses --month; 0 when it is not given.
func monthFlag(text string) (pharos.Month, error) {
	if text == "" {
		return 0, nil
	}
	m, err := pharos.ParseMonth(text)
	if err != nil {
		return 0, pharos.Errorf(pharos.Invalid, "--month: %w", err).WithHint("%s", pharos.HintOf(err))
	}
	return m, nil
}

// chosenMonth is --month, or the newest month with usage.
func (w *when) chosenMonth(ctx context.Context, b *books) (pharos.Month, error) {
	if m, err := monthFlag(w.month); err != nil || m != 0 {
		return m, err
	}
	months, err := b.Months(ctx)
	if err != nil {
		return 0, err
	}
	if len(months) == 0 {
		return 0, pharos.Errorf(pharos.NotFound, "there is no usage to judge").
			WithHint("fetch the bill with `pharos usage pull`, or read files with `pharos usage import`")
	}
	return months[len(months)-1], nil
}

// wholeMonth is --month, or the newest month with usage that is over: what a
// month brings is not told by a part of one. Without any it is the newest.
func (w *when) wholeMonth(ctx context.Context, b *books, now time.Time) (pharos.Month, error) {
	chosen, err := w.chosenMonth(ctx, b)
	if err != nil || w.month != "" {
		return chosen, err
	}
	months, err := b.Months(ctx)
	for _, m := range slices.Backward(months) {
		if !now.Before(m.Last().End()) {
			return m, nil
		}
	}
	return chosen, err
}

// lookAt is a look at the history, and the day that is asked about: --date, or
// the day of the cloud's time.
func (e *env) lookAt(ctx context.Context, w *when) (view, pharos.Day, error) {
	b, err := e.openBooks(ctx, w)
	if err != nil {
		return view{}, 0, err
	}
	defer b.close()
	v, err := b.view(ctx)
	if err != nil || w.date == "" {
		return v, pharos.DayOf(v.now), err
	}
	d, err := pharos.ParseDay(w.date)
	if err != nil {
		return v, 0, pharos.Errorf(pharos.Invalid, "--date: %w", err).WithHint("%s", pharos.HintOf(err))
	}
	return v, d, nil
}

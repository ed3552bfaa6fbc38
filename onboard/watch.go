package onboard

import (
	"context"
	"time"

	"github.com/pharos-pec/pharos"
)

// A delegation is seen by the managing tenant after some minutes (docs: onboard
// a customer to Azure Lighthouse, "it can take up to 15 minutes").
const (
	firstPause = 5 * time.Second
	lastPause  = 30 * time.Second
)

// Watch looks at once and then again and again, until look says that there is
// no more to wait for, or the wait is over, which is no error. Tell is told how
// long it is to the next look.
func Watch(ctx context.Context, wait time.Duration, look func(context.Context) (done bool, err error), tell func(time.Duration)) error {
	over := time.NewTimer(wait)
	defer over.Stop()
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		if done, err := look(ctx); done || err != nil || wait <= 0 {
			return err
		}
		tell(pause)
		next := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			next.Stop()
			return pharos.Errorf(pharos.Interrupted, "waiting for the delegation was interrupted: %w", context.Cause(ctx))
		case <-over.C:
			next.Stop()
			return nil
		case <-next.C:
		}
	}
}

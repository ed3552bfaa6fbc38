package onboard_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/onboard"
)

func TestWatch(t *testing.T) {
	broken := pharos.Errorf(pharos.Unavailable, "broken")
	for _, x := range []struct {
		name   string
		wait   time.Duration
		seenAt int // look at which there is no more to wait for, 0 for never
		fails  error
		stop   time.Duration // when the user interrupts, 0 for never
		looks  int
		took   time.Duration
		code   pharos.Code
	}{
		{name: "at once", wait: time.Hour, seenAt: 1, looks: 1},
		{name: "at the fourth look", wait: time.Hour, seenAt: 4, looks: 4, took: 35 * time.Second},
		{name: "every half a minute", wait: time.Hour, seenAt: 6, looks: 6, took: 95 * time.Second},
		{name: "never", wait: time.Minute, looks: 4, took: time.Minute},
		{name: "no wait", looks: 1},
		{name: "a look that fails", wait: time.Hour, fails: broken, looks: 1, code: pharos.Unavailable},
		{name: "interrupted", wait: time.Hour, stop: 7 * time.Second, looks: 2, took: 7 * time.Second, code: pharos.Interrupted},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if x.stop > 0 {
				time.AfterFunc(x.stop, cancel)
			}
			began := time.Now()
			looks, told := 0, 0
			err := onboard.Watch(ctx, x.wait, func(context.Context) (bool, error) {
				looks++
				return looks == x.seenAt, x.fails
			}, func(time.Duration) { told++ })
			ended := time.Now()
			if d := ended.Sub(began); pharos.CodeOf(err) != x.code || looks != x.looks || d != x.took || told < looks-1 {
				t.Errorf("%s: %d looks in %s, told %d times, %v", x.name, looks, d, told, err)
			}
		})
	}
}

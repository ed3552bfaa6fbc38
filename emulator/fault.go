package emulator

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// dice draws the faults of a scenario. The same seed draws the same faults
// for the same order of calls.
type dice struct {
	mu   sync.Mutex
	rand *rand.Rand
	spec faultSpec
}

func newDice(f faultSpec) *dice {
	return &dice{rand: rand.New(rand.NewPCG(uint64(f.seed), 0)), spec: f} //nolint:gosec // faults, not secrets
}

// fault is what happens to one call besides its answer.
type fault struct {
	throttle, serverError, drop, truncate bool
	latency                               time.Duration
}

// draw says what happens to a call. The emulator's own calls and sign-in are
// spared: a test must be able to steer, and clients give up on the first
// refusal of a token.
func (d *dice) draw(svc service) fault {
	if svc == control || svc == entra {
		return fault{}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	x := d.rand.Float64()
	f := fault{latency: d.spec.latency}
	for _, y := range []struct {
		share float64
		hit   *bool
	}{{d.spec.throttle, &f.throttle}, {d.spec.serverError, &f.serverError}, {d.spec.dropConnection, &f.drop}} {
		if x < y.share {
			*y.hit = true
			break
		}
		x -= y.share
	}
	f.truncate = svc == blob && d.rand.Float64() < d.spec.truncateOne
	return f
}

// refuse waits for the latency and returns the refusal that was drawn, if
// any; a dropped connection ends the handler here.
func (f fault) refuse(ctx context.Context, svc service) error {
	if f.latency > 0 {
		wait := time.NewTimer(f.latency)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-ctx.Done():
		}
	}
	switch {
	case f.drop:
		panic(http.ErrAbortHandler)
	case f.throttle:
		e := &apiError{
			status: http.StatusTooManyRequests, code: "TooManyRequests",
			message: "The request is being throttled as the limit has been reached for operation type. Try again in 1 seconds.",
			header:  soon(),
		}
		if svc == partnerCenter {
			e.message = "Rate limit is exceeded. Try again in 1 seconds."
		}
		return e
	case f.serverError:
		return &apiError{
			status: http.StatusServiceUnavailable, code: "ServiceUnavailable",
			message: "The service is temporarily unavailable. Try again later.",
		}
	}
	return nil
}

// soon asks to come again: in a second, the shortest that every client can be
// told, and sooner for those that read milliseconds, as the Azure SDKs do.
func soon() http.Header {
	return http.Header{"Retry-After": {"1"}, "Retry-After-Ms": {"50"}}
}

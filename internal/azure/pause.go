package azure

import (
	"context"
	"strconv"
	"time"
)

// pause waits as long as the last answer asks, before the next look. Where it
// asks for nothing, the wait grows from a second to Options.PollDelay.
func (s *Session) pause(ctx context.Context, ans *answer, look int, doing string) error {
	o := s.options
	delay := min(o.PollDelay, time.Second<<min(look, 10))
	if n, err := strconv.Atoi(ans.header.Get("Retry-After")); err == nil && n >= 0 {
		delay = time.Duration(n) * time.Second
	}
	if ms, err := strconv.Atoi(ans.header.Get("Retry-After-Ms")); err == nil && ms >= 0 {
		delay = time.Duration(ms) * time.Millisecond // preferred, as by the Azure SDKs
	}
	timer := time.NewTimer(min(delay, o.MaxDelay))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return interrupted(ctx, doing)
	case <-timer.C:
		return nil
	}
}

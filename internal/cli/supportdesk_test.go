package cli

import (
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
)

// TestDeskRefused: what may go well on a better day decides; only where all were
// refused is it forbidden.
func TestDeskRefused(t *testing.T) {
	forbidden := pharos.Errorf(pharos.Forbidden, "robot may not").WithHint("give it the role")
	signedOut := pharos.Errorf(pharos.Unauthenticated, "reader: the secret has expired").WithHint("renew it")
	absent := pharos.Errorf(pharos.NotFound, "no subscription")
	down := pharos.Errorf(pharos.Unavailable, "no answer")
	stopped := pharos.Errorf(pharos.Interrupted, "stopped")
	for name, c := range map[string]struct {
		errs []error
		code pharos.Code
		text string
		hint string
	}{
		"one":           {[]error{signedOut}, pharos.Unauthenticated, "expired", "renew it"},
		"all refused":   {[]error{signedOut, forbidden}, pharos.Forbidden, "none of 2 credentials may do this in the subscription s: reader: the secret has expired; robot may not", "give it the role"},
		"not seen":      {[]error{absent, forbidden}, pharos.Forbidden, "no subscription; robot may not", "give it the role"},
		"one, not seen": {[]error{absent}, pharos.NotFound, "no subscription", ""},
		"a bad day":     {[]error{forbidden, down}, pharos.Unavailable, "no answer", ""},
		"a person left": {[]error{absent, stopped}, pharos.Interrupted, "stopped", ""},
	} {
		err := deskRefused("s", c.errs)
		if pharos.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.text) || pharos.HintOf(err) != c.hint {
			t.Errorf("%s: got %s %v, hint %q", name, pharos.CodeOf(err), err, pharos.HintOf(err))
		}
	}
}

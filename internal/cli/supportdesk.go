package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/azure"
	"github.com/pharos-pec/pharos/internal/config"
)

// reachedDesk is a support desk with the credential that reaches it.
type reachedDesk struct {
	desk     azure.SupportDesk
	by       string
	sessions *azureSessions
}

func (d *reachedDesk) close() { d.sessions.close() }

// supportDesk finds the first credential, or the one that is named, as which
// try goes well at the support desk of the subscription. A customer's asks on
// our behalf: what is disputed is on our bill. When none does, the code is
// Forbidden if all were refused.
func (e *env) supportDesk(ctx context.Context, c *config.Config, by string, sub pharos.SubscriptionID, try func(azure.SupportDesk) error) (*reachedDesk, error) {
	chosen := func(name string) bool { return by == "" || name == by }
	if by != "" && !slices.ContainsFunc(c.Credentials, func(k config.Credential) bool { return chosen(k.Name) }) {
		return nil, pharos.Errorf(pharos.Invalid, "the configuration has no credential %q", by).WithHint("`pharos config check` lists the credentials")
	}
	sessions, err := e.sessions(c, everyCredential)
	if err != nil {
		return nil, err
	}
	var errs []error
	for i, s := range sessions.open {
		if !chosen(s.Name()) {
			continue
		}
		desk := s.SupportDesk(sub)
		if ours := slices.Index(sessions.tenants, c.Partner.Tenant); ours >= 0 && sessions.tenants[i] != c.Partner.Tenant {
			desk = desk.OnBehalf(sessions.open[ours])
		}
		err := try(desk)
		if err == nil {
			return &reachedDesk{desk, s.Name(), sessions}, nil
		}
		errs = append(errs, err)
		if ctx.Err() != nil {
			break
		}
	}
	sessions.close()
	for _, u := range sessions.failed {
		if chosen(u.Name()) {
			errs = append(errs, u.err)
		}
	}
	return nil, deskRefused(sub, errs)
}

// deskRefused sums up why no credential reached the desk.
func deskRefused(sub pharos.SubscriptionID, errs []error) error {
	if len(errs) == 1 {
		return errs[0]
	}
	var words []string
	hint := ""
	for _, err := range errs {
		switch pharos.CodeOf(err) {
		case pharos.Forbidden, pharos.Unauthenticated, pharos.NotFound: // who is told nothing of a subscription does not find it
		default:
			return err // might have gone well on a better day
		}
		words = append(words, err.Error())
		if hint == "" || pharos.CodeOf(err) == pharos.Forbidden {
			hint = pharos.HintOf(err)
		}
	}
	return pharos.Errorf(pharos.Forbidden, "none of %d credentials may do this in the subscription %s: %s", len(errs), sub, strings.Join(words, "; ")).WithHint("%s", hint)
}

package repair

import (
	"context"

	"github.com/pharos-pec/pharos"
)

// SignIn asks every hand who it is. Those that could not sign in are left out:
// the error then has code Incomplete and comes beside the others, or is the
// first one's own when nobody could.
func (d *Deps) SignIn(ctx context.Context) ([]Credential, error) {
	all, err := d.seats(ctx)
	if err != nil {
		return nil, err
	}
	var out []Credential
	var first error
	for _, t := range all {
		switch {
		case t.err == nil:
			out = append(out, Credential{Name: t.Name(), Principal: t.self.PrincipalRef})
		case first == nil:
			first = t.err
		}
	}
	if first == nil || len(out) == 0 {
		return out, first
	}
	return out, pharos.Errorf(pharos.Incomplete, "%d of %d credentials could not be asked: %w", len(all)-len(out), len(all), first).
		WithHint("%s", pharos.HintOf(first))
}

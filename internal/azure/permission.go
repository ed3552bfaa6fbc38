package azure

import (
	"context"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/onboard"
)

// permissions lists what the roles of the caller allow at a scope. Source: REST
// API Permissions 2022-04-01, which every scope has.
func (s *Session) permissions(ctx context.Context, scope pharos.Scope, need string) ([]onboard.Permission, error) {
	found, _, err := list[struct {
		Actions    []string `json:"actions"`
		NotActions []string `json:"notActions"`
	}](ctx, s.arm, call{ref: strings.TrimSuffix(string(scope), "/") + "/providers/Microsoft.Authorization/permissions?api-version=2022-04-01", need: need})
	var out []onboard.Permission
	for _, p := range found {
		out = append(out, onboard.Permission(p))
	}
	return out, err
}

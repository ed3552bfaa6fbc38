package azure

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/observe"
)

// The directory's audit log keeps seven days without a premium licence and
// thirty with one (Microsoft Learn, "Microsoft Entra data retention"). Only
// what was certainly kept proves that nothing changed; older entries that come
// show that more was kept. An hour is left for the query itself.
const (
	auditFree    = 7*24*time.Hour - time.Hour
	auditPremium = 30*24*time.Hour - time.Hour
)

// premiumPlans are the service plans Entra ID P1 and P2 (Microsoft Learn,
// "Product names and service plan identifiers for licensing").
func premiumPlans() []guid {
	return []guid{"41781fb2-bc02-4b7c-bd55-b576c07bb09d", "eec0eb4f-6444-4f95-aba0-50c24d67f998"}
}

type wireOrganization struct {
	Plans []struct {
		ID     guid   `json:"servicePlanId"`
		Status string `json:"capabilityStatus"`
	} `json:"assignedPlans"`
}

// auditKept returns how long the tenant's audit log is certainly kept: by its
// licence where that may be read, else the shorter time.
func (s *Session) auditKept(ctx context.Context) (time.Duration, error) {
	tenants, _, err := list[wireOrganization](ctx, s.graph, call{ref: "/organization" + query("$select", "id,assignedPlans")})
	switch pharos.CodeOf(err) {
	case "", pharos.Forbidden, pharos.NotFound, pharos.Unsupported:
	default:
		return 0, err
	}
	for _, t := range tenants {
		for _, p := range t.Plans {
			if slices.Contains(premiumPlans(), p.ID) && strings.EqualFold(p.Status, "Enabled") {
				return auditPremium, nil
			}
		}
	}
	return auditFree, nil
}

type wireAudit struct {
	ID       string        `json:"id"`
	Time     instant       `json:"activityDateTime"`
	Activity string        `json:"activityDisplayName"`
	Result   string        `json:"result"`
	Targets  []wireAudited `json:"targetResources"`
}

type wireAudited struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Modified []struct {
		Name string `json:"displayName"`
		Old  string `json:"oldValue"` // JSON as text
		New  string `json:"newValue"`
	} `json:"modifiedProperties"`
}

// MemberLog reads the directory's audit log for direct memberships of the
// group. Source: Microsoft Graph v1.0, "List directoryAudits"; it needs
// AuditLog.Read.All.
func (s *Session) MemberLog(ctx context.Context, group pharos.PrincipalID, from time.Time) (observe.Log[pharos.PrincipalID], error) {
	now, err := s.now(ctx)
	if err != nil {
		return observe.Log[pharos.PrincipalID]{}, err
	}
	kept, err := s.auditKept(ctx)
	if err != nil {
		return observe.Log[pharos.PrincipalID]{}, err
	}
	if asked := now.Add(-auditPremium); from.Before(asked) {
		from = asked
	}
	from = from.UTC().Truncate(time.Second)
	filter := fmt.Sprintf("activityDateTime ge %s and targetResources/any(t: t/id eq '%s')", from.Format(time.RFC3339), group)
	entries, _, err := list[wireAudit](ctx, s.graph, call{
		ref:  "/auditLogs/directoryAudits" + query("$filter", filter),
		need: "the Graph application permission AuditLog.Read.All, with admin consent",
	})
	if err != nil {
		return observe.Log[pharos.PrincipalID]{}, err
	}
	out := observe.Log[pharos.PrincipalID]{From: from}
	if certain := now.Add(-kept); from.Before(certain) {
		out.From = certain
	}
	for _, e := range entries {
		if e.Time.Before(from) {
			continue
		}
		if e.Time.Before(out.From) {
			out.From = e.Time.Time
		}
		if c, ok := e.change(group); ok {
			out.Changes = append(out.Changes, c)
		}
	}
	return out, nil
}

// change reads a membership that began or ended. The first target is the
// member; the group stands in its modified properties, or is a later target.
func (e wireAudit) change(group pharos.PrincipalID) (observe.Change[pharos.PrincipalID], bool) {
	c := observe.Change[pharos.PrincipalID]{At: e.Time.Time, Evidence: e.ID}
	switch strings.ToLower(e.Activity) {
	case "add member to group":
		c.Began = true
	case "remove member from group":
	default:
		return c, false
	}
	if e.Result != "" && !strings.EqualFold(e.Result, "success") || len(e.Targets) == 0 {
		return c, false
	}
	member, err := pharos.ParseGUID(e.Targets[0].ID)
	if err != nil || member == string(group) { // the group itself joined another
		return c, false
	}
	c.Value = pharos.PrincipalID(member)
	about := e.Targets[0].mentions(group)
	for _, t := range e.Targets[1:] {
		id, err := pharos.ParseGUID(t.ID)
		about = about || err == nil && id == string(group)
	}
	return c, about
}

// mentions reports whether the modified properties name the group.
func (t wireAudited) mentions(group pharos.PrincipalID) bool {
	for _, m := range t.Modified {
		if !strings.EqualFold(m.Name, "Group.ObjectID") {
			continue
		}
		for _, v := range []string{m.Old, m.New} {
			var s string
			if json.Unmarshal([]byte(v), &s) != nil {
				s = v
			}
			if id, err := pharos.ParseGUID(s); err == nil && id == string(group) {
				return true
			}
		}
	}
	return false
}

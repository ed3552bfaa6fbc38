package emulator

import (
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// auditRetention is how long the directory keeps its audit log (docs: Entra
// reports, data retention: 30 days with a P1 licence).
const auditRetention = 30 * 24 * time.Hour

// audit is one entry of the audit log of a directory.
type audit struct {
	at       time.Time
	activity string
	category string
	subject  *principal
	group    *principal // of a change of membership
	joined   bool
}

// listAudits lists the audit log of the caller's tenant, newest first.
func listAudits(c *call) (reply, error) {
	var all []graphObject
	for _, a := range c.world.audits(c.caller.tenant, c.now) {
		all = append(all, a.show(c.caller.tenant))
	}
	return c.page("auditLogs/directoryAudits", all)
}

// audits derives the log as of now from what changed in the directory. What
// was so before the scenario began has no entry.
func (w *world) audits(t *tenant, now time.Time) []audit {
	var all []audit
	add := func(at time.Time, a audit) {
		if !at.IsZero() && !at.After(now) && !at.Before(now.Add(-auditRetention)) {
			a.at = at
			all = append(all, a)
		}
	}
	for _, p := range t.principals {
		for _, m := range p.members {
			add(m.during.From, audit{activity: "Add member to group", category: "GroupManagement", subject: m.member, group: p, joined: true})
			add(m.during.To, audit{activity: "Remove member from group", category: "GroupManagement", subject: m.member, group: p})
		}
		for _, d := range p.disabled {
			add(d.From, audit{activity: "Disable account", category: "UserManagement", subject: p})
			add(d.To, audit{activity: "Enable account", category: "UserManagement", subject: p})
		}
		for _, e := range p.exists {
			made, removed := lifeOf(p)
			add(e.From, audit{activity: made, category: categoryOf(p), subject: p})
			add(e.To, audit{activity: removed, category: categoryOf(p), subject: p})
		}
	}
	slices.SortStableFunc(all, func(a, b audit) int { return b.at.Compare(a.at) })
	return all
}

// lifeOf names the activities that make and remove a principal.
func lifeOf(p *principal) (made, removed string) {
	switch {
	case p.kind == pharos.Group:
		return "Add group", "Delete group"
	case p.kind == pharos.ServicePrincipal:
		return "Add service principal", "Remove service principal"
	case p.home != nil:
		return "Invite external user", "Delete user"
	default:
		return "Add user", "Delete user"
	}
}

func categoryOf(p *principal) string {
	switch p.kind {
	case pharos.Group:
		return "GroupManagement"
	case pharos.ServicePrincipal:
		return "ApplicationManagement"
	default:
		return "UserManagement"
	}
}

// show writes the entry as a directoryAudit. A change of membership names the
// member first and puts the group into its modified properties; values there
// are JSON texts (docs: graph/api/resources/directoryaudit).
func (a audit) show(t *tenant) graphObject {
	targets := []any{a.target(a.subject)}
	if a.group != nil {
		targets = append(targets, audit{}.target(a.group))
	}
	operation := "Update"
	if verb, _, _ := strings.Cut(a.activity, " "); verb == "Add" {
		operation = "Assign"
	} else if verb == "Remove" {
		operation = "Unassign"
	}
	id := objectID("directoryAudit", t.name, strings.Join([]string{
		a.activity, a.at.Format(time.RFC3339Nano), string(a.subject.id), a.groupID()}, "/"))
	return graphObject{
		"id": "Directory_" + id, "correlationId": id, "category": a.category, "result": "success", "resultReason": "",
		"activityDisplayName": a.activity, "activityDateTime": a.at.UTC().Format("2006-01-02T15:04:05.9999999Z"),
		"loggedByService": "Core Directory", "operationType": operation, "additionalDetails": []any{},
		"initiatedBy": graphObject{"app": nil, "user": graphObject{
			"id": objectID("user", t.name, "admin"), "displayName": nil, "ipAddress": "", "userPrincipalName": "admin@" + t.domain,
		}},
		"targetResources": targets,
	}
}

func (a audit) groupID() string {
	if a.group == nil {
		return ""
	}
	return string(a.group.id)
}

// target shows an object that an entry is about.
func (a audit) target(p *principal) graphObject {
	o := graphObject{
		"id": string(p.id), "displayName": p.displayName, "type": strings.ToUpper(string(p.kind[:1])) + string(p.kind[1:]),
		"userPrincipalName": nil, "groupType": nil, "modifiedProperties": []any{},
	}
	switch p.kind {
	case pharos.User:
		o["userPrincipalName"] = p.upn
	case pharos.Group:
		o["groupType"] = "azureAD"
	default: // a service principal has neither
	}
	if a.group != nil {
		o["modifiedProperties"] = []any{
			a.modified("Group.ObjectID", string(a.group.id)), a.modified("Group.DisplayName", a.group.displayName),
		}
	}
	return o
}

func (a audit) modified(name, value string) graphObject {
	quoted := string(appendJSONString(nil, value))
	if a.joined {
		return graphObject{"displayName": name, "oldValue": nil, "newValue": quoted}
	}
	return graphObject{"displayName": name, "oldValue": quoted, "newValue": nil}
}

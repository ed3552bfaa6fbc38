package onboard

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// jitRules are about eligible authorizations.
func jitRules() []Rule {
	return []Rule{
		{ID: "PH301", Severity: Error, Title: "an api-version without eligible authorizations", Source: eligibles, Refused: true, Fixable: true, check: oldVersion},
		{ID: "PH302", Severity: Error, Title: "a duration out of bounds", Source: eligibles, Refused: true, Fixable: true, check: duration},
		{ID: "PH303", Severity: Error, Title: "too many approvers, or the principal among its own", Source: eligibles, Refused: true, check: approvers},
		{ID: "PH304", Severity: Error, Title: "one role with two policies", Source: eligibles, Refused: true, check: twoPolicies},
		{ID: "PH305", Severity: Error, Title: "a role that cannot be just in time", Source: eligibles, Refused: true, check: restrictedEligible},
		{ID: "PH306", Severity: Warning, Title: "nothing to activate from", Source: eligibles, check: noReader},
		{ID: "PH307", Severity: Error, Title: "an unknown provider of multifactor authentication", Source: eligibles, Refused: true, Fixable: true, check: provider},
	}
}

// firstEligible is the first api-version that knows eligible authorizations.
const firstEligible = "2020-02-01-preview"

// oldVersion compares dates: of two api-versions of a day, the preview is the older.
func oldVersion(in *inspection) {
	for i := range in.Definitions {
		d := &in.Definitions[i]
		if slices.ContainsFunc(d.Authorizations, func(a Authorization) bool { return a.Eligible }) {
			in.checkVersion(d.APIVersion)
			for _, a := range in.Assignments {
				in.checkVersion(a.APIVersion)
			}
		}
	}
}

func (in *inspection) checkVersion(v Text) {
	if v.Value != "" && !v.Open && v.Value < firstEligible {
		in.mend(Change{v.Place, Replace, v.Value, "2022-10-01"}, v.Place, fmt.Sprintf("api-version %s knows no eligible authorizations; %s is the first that does", v.Value, firstEligible), "use 2022-10-01")
	}
}

const (
	shortest   = 30 * time.Minute
	longest    = 8 * time.Hour
	mostPeople = 10
)

func duration(in *inspection) {
	in.each(func(_ *Definition, a *Authorization) {
		t := a.Policy.Maximum
		if t.Value == "" || t.Open {
			return
		}
		const message = "an activation lasts from PT30M to PT8H, not %q"
		switch d, ok := parseDuration(t.Value); {
		case !ok:
			in.say(t.Place, fmt.Sprintf(message, t.Value), "write PT8H")
		case d < shortest:
			in.mend(Change{t.Place, Replace, t.Value, "PT30M"}, t.Place, fmt.Sprintf(message, t.Value), "write PT30M")
		case d > longest:
			in.mend(Change{t.Place, Replace, t.Value, "PT8H"}, t.Place, fmt.Sprintf(message, t.Value), "write PT8H")
		}
	})
}

var isoDuration = regexp.MustCompile(`^PT(?:(\d{1,3})H)?(?:(\d{1,4})M)?$`)

// parseDuration reads an ISO 8601 duration of hours and minutes.
func parseDuration(s string) (time.Duration, bool) {
	m := isoDuration.FindStringSubmatch(strings.ToUpper(s))
	if m == nil || m[1]+m[2] == "" {
		return 0, false
	}
	hours, _ := strconv.Atoi("0" + m[1]) // digits, by the pattern
	minutes, _ := strconv.Atoi("0" + m[2])
	return time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute, true
}

func approvers(in *inspection) {
	in.each(func(_ *Definition, a *Authorization) {
		list := a.Policy.Approvers
		if len(list) > mostPeople {
			in.say(list[mostPeople].Place, fmt.Sprintf("an eligible authorization has at most %d approvers, this one has %d", mostPeople, len(list)), "name a group instead")
		}
		for _, t := range list {
			if !t.Open && !a.Principal.Open && strings.EqualFold(t.Value, a.Principal.Value) {
				in.say(t.Place, "nobody approves an activation of their own", "name another approver")
			}
		}
	})
}

// key is the policy in a form that can be compared.
func (p Policy) key() string {
	mfa, maximum := p.MFA.Value, p.Maximum.Value
	if mfa == "" {
		mfa = "None"
	}
	if maximum == "" {
		maximum = "PT8H"
	}
	people := make([]string, len(p.Approvers))
	for i, t := range p.Approvers {
		people[i] = strings.ToLower(t.Value)
	}
	slices.Sort(people)
	return strings.ToLower(mfa + " " + maximum + " " + strings.Join(people, " "))
}

// open reports whether the policy depends on what the file does not say.
func (p Policy) open() bool {
	return slices.ContainsFunc(append([]Text{p.MFA, p.Maximum}, p.Approvers...), func(t Text) bool { return t.Open })
}

func twoPolicies(in *inspection) {
	for i := range in.Definitions {
		first := map[pharos.RoleID]*Authorization{}
		for j := range in.Definitions[i].Authorizations {
			a := &in.Definitions[i].Authorizations[j]
			role := a.RoleID()
			if !a.Eligible || role == "" {
				continue
			}
			if o := first[role]; o == nil {
				first[role] = a
			} else if !o.Policy.open() && !a.Policy.open() && o.Policy.key() != a.Policy.key() {
				in.say(a.Place, fmt.Sprintf("%s is eligible twice with different policies (the other is in line %d)", in.roles.Lookup(role).Name, o.Line),
					"give both the same policy")
			}
		}
	}
}

func restrictedEligible(in *inspection) {
	in.eachRole(func(_ *Definition, a *Authorization, role pharos.Role) {
		switch {
		case !a.Eligible:
		case role.ID == pharos.UserAccessAdministrator:
			in.say(a.Role.Place, role.Name+" cannot be just in time", otherRole)
		case len(a.Delegated) > 0:
			in.say(a.Place, "an eligible authorization takes no delegatedRoleDefinitionIds", "take them out")
		}
	})
}

// noReader warns of a principal that may activate, but holds nothing that lets
// it see the delegation in the portal before.
func noReader(in *inspection) {
	in.each(func(d *Definition, a *Authorization) {
		if !a.Eligible || a.Principal.Open {
			return
		}
		stands := func(o *Authorization) bool {
			return o.Principal.Open || strings.EqualFold(o.Principal.Value, a.Principal.Value)
		}
		if !slices.ContainsFunc(standing(d), stands) {
			in.say(a.Place, "this principal has no permanent role, so the portal does not show it the customer and it cannot activate",
				"add Reader (acdd72a7-3385-48ef-bd42-f606fba81ae7) for it as a permanent authorization")
		}
	})
}

func provider(in *inspection) {
	in.each(func(_ *Definition, a *Authorization) {
		if t := a.Policy.MFA; t.Value != "" && !t.Open && !strings.EqualFold(t.Value, "Azure") && !strings.EqualFold(t.Value, "None") {
			c := Change{}
			if strings.EqualFold(strings.TrimSpace(t.Value), "Azure") {
				c = Change{t.Place, Replace, t.Value, "Azure"}
			}
			in.mend(c, t.Place, fmt.Sprintf("multiFactorAuthProvider is Azure or None, not %q", t.Value), "write Azure")
		}
	})
}

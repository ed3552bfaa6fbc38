package onboard

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// Rule is one thing that can be wrong with a proposal.
type Rule struct {
	// ID is the rule's name for good: PH and three digits.
	ID       string
	Severity Severity
	// Title says what is wrong, in a few words.
	Title string
	// Source is the public page that the rule comes from.
	Source string
	// Refused says that Azure refuses what the rule finds: the definition in
	// which it is found earns nothing.
	Refused bool
	// Fixable says that a finding can have a Change.
	Fixable bool
	check   func(*inspection)
}

// Rules returns all rules in the order of their ids.
func Rules() []Rule {
	all := slices.Concat(earningRules(), roleRules(), jitRules(), structureRules(), repeatRules(), directoryRules())
	slices.SortFunc(all, func(a, b Rule) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// Lint judges a proposal by every rule. Findings are in the order of the file.
// The error is that of the directory.
func Lint(p Proposal, s Surroundings) (Report, error) {
	in := &inspection{Proposal: &p, Surroundings: s, roles: pharos.Roles()}
	for _, r := range Rules() {
		in.rule = r
		r.check(in)
	}
	slices.SortStableFunc(in.findings, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line, strings.Compare(a.Rule, b.Rule))
	})
	return Report{File: p.File, Findings: in.findings, Earns: in.earns()}, in.err
}

// inspection is one proposal under the rules.
type inspection struct {
	*Proposal
	Surroundings
	roles    *pharos.RoleTable
	rule     Rule
	findings []Finding
	refusals []string // paths of what Azure refuses
	err      error
}

// say adds a finding of the rule at work, once: a loop of the file makes
// several definitions of what is written in one place.
func (in *inspection) say(at Place, message, fix string) { in.mend(Change{}, at, message, fix) }

// mend adds a finding with what mends it.
func (in *inspection) mend(c Change, at Place, message, fix string) {
	f := Finding{in.rule.ID, in.rule.Severity, at, message, fix, c}
	if slices.Contains(in.findings, f) {
		return
	}
	in.findings = append(in.findings, f)
	if in.rule.Refused {
		in.refusals = append(in.refusals, at.Path)
	}
}

// each calls f for every authorization of every definition.
func (in *inspection) each(f func(d *Definition, a *Authorization)) {
	for i := range in.Definitions {
		d := &in.Definitions[i]
		for j := range d.Authorizations {
			f(d, &d.Authorizations[j])
		}
	}
}

// eachRole calls f for every authorization whose role is known.
func (in *inspection) eachRole(f func(d *Definition, a *Authorization, role pharos.Role)) {
	in.each(func(d *Definition, a *Authorization) {
		if id := a.RoleID(); id != "" {
			f(d, a, in.roles.Lookup(id))
		}
	})
}

// earns answers whether one of the definitions will earn: by a standing
// authorization of an eligible role that Azure accepts.
func (in *inspection) earns() Answer {
	answer := No
	if slices.ContainsFunc(in.Unread, func(u Unread) bool { return !u.Refused }) || len(in.Definitions) == 0 && len(in.Assignments) > 0 {
		answer = Unknown
	}
	for i := range in.Definitions {
		switch d := &in.Definitions[i]; {
		case in.refused(d):
		case in.best(d) == Yes && !d.Loose:
			return Yes
		case in.best(d) != No:
			answer = Unknown
		}
	}
	return answer
}

// best is the answer of a definition's standing authorizations. A role that
// Microsoft's table does not list, or that the file leaves open, may earn.
func (in *inspection) best(d *Definition) Answer {
	answer := No
	if d.Open {
		answer = Unknown
	}
	for _, a := range d.Authorizations {
		switch {
		case a.Eligible:
		case a.Role.Open:
			answer = Unknown
		case a.RoleID() == "":
		default:
			switch in.roles.Lookup(a.RoleID()).Earns {
			case pharos.EligibleRole:
				return Yes
			case pharos.UnlistedRole:
				if a.RoleID() != pharos.DelegationDeleteRole {
					answer = Unknown
				}
			case pharos.IneligibleRole:
			}
		}
	}
	return answer
}

// refused reports whether Azure refuses the definition, by what was found in it.
func (in *inspection) refused(d *Definition) bool {
	return slices.ContainsFunc(in.refusals, func(at string) bool { return at == d.Path || strings.HasPrefix(at, d.Path+".") })
}

func roleID(t Text) pharos.RoleID {
	if t.Open {
		return ""
	}
	id, err := pharos.ParseGUID(t.Value[strings.LastIndex(t.Value, "/")+1:])
	if err != nil {
		return ""
	}
	return pharos.RoleID(id)
}

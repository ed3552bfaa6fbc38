package onboard

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// repeatRules are about the same thing said twice, in the file or beside a
// delegation that the customer has already.
func repeatRules() []Rule {
	return []Rule{
		{ID: "PH501", Severity: Warning, Title: "one principal and role in two offers", Source: removing, check: sharedPair},
		{ID: "PH502", Severity: Warning, Title: "a renamed offer that keeps principals", Source: updating, check: renamed},
		{ID: "PH503", Severity: Error, Title: "two assignments at one scope", Source: onboarding, Refused: true, check: assignedTwice},
		{ID: "PH504", Severity: Warning, Title: "one authorization twice", Source: onboarding, Fixable: true, check: authorizedTwice},
	}
}

func (a Authorization) pair() (Pair, bool) {
	p, err := pharos.ParseGUID(a.Principal.Value)
	role := a.RoleID()
	return Pair{pharos.PrincipalID(p), role}, err == nil && role != "" && !a.Principal.Open
}

const oneOffer = "use one offer, or other principals"

// sharedPair fires within one file, and beside the delegations in force.
// Removing one of the two delegations can take the access of the other.
func sharedPair(in *inspection) {
	first := map[Pair]*Definition{}
	in.each(func(d *Definition, a *Authorization) {
		p, ok := a.pair()
		for _, s := range in.Standing {
			if ok && !d.Offer.Open && !strings.EqualFold(d.Offer.Value, s.Offer) && slices.Contains(s.Grants, p) {
				in.say(a.Place, fmt.Sprintf("the offer %q, in force already, gives the same principal the same role: removing one of the two can end the access by the other", s.Offer), oneOffer)
			}
		}
	})
	in.each(func(d *Definition, a *Authorization) {
		p, ok := a.pair()
		if !ok || a.Eligible {
			return
		}
		if o := first[p]; o == nil {
			first[p] = d
		} else if o != d && (o.ID.Open || d.ID.Open || !strings.EqualFold(o.ID.Value, d.ID.Value)) {
			in.say(a.Place, fmt.Sprintf("the offer %q gives the same principal the same role: removing one of the two can end the access by the other", o.Offer.Value),
				oneOffer)
		}
	})
}

// renamed compares with the delegations in force: a definition of another name
// does not replace them.
func renamed(in *inspection) {
	for _, s := range in.Standing {
		held := map[pharos.PrincipalID]bool{}
		for _, g := range s.Grants {
			held[g.Principal] = true
		}
		for _, d := range in.Definitions {
			if d.ID.Open || s.Definition != "" && strings.EqualFold(d.ID.Value, s.Definition) || strings.EqualFold(d.Offer.Value, s.Offer) {
				continue
			}
			for _, a := range d.Authorizations {
				if p, ok := a.pair(); ok && held[p.Principal] {
					in.say(a.Place, fmt.Sprintf("the customer has the offer %q with this principal already: under another name it is a second delegation, and both can lose access", s.Offer),
						"keep the offer's name, or remove the old delegation first")
					break
				}
			}
		}
	}
}

func assignedTwice(in *inspection) {
	type key struct{ scope, definition string }
	first := map[key]bool{}
	for _, a := range in.Assignments {
		if a.Scope.Open || a.Definition.Open {
			continue
		}
		k := key{strings.ToLower(a.Scope.Value), strings.ToLower(a.Definition.Value)}
		if first[k] {
			in.say(a.Place, "another assignment of the file puts the same offer into force at the same scope", "take one of them out")
		}
		first[k] = true
	}
}

func authorizedTwice(in *inspection) {
	for i := range in.Definitions {
		type key struct {
			Pair
			eligible bool
		}
		first := map[key]int{}
		for _, a := range in.Definitions[i].Authorizations {
			p, ok := a.pair()
			if !ok {
				continue
			}
			k := key{p, a.Eligible}
			if line, twice := first[k]; twice {
				in.mend(Change{Place: a.Place, Kind: Remove}, a.Place, fmt.Sprintf("the same principal and role stand in line %d", line), "take one of them out")
			}
			first[k] = a.Line
		}
	}
}

package evidence

import (
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// Scan is one look at the cloud.
type Scan struct {
	At       time.Time `json:"at"` // the cloud's time at its end
	Eyes     []Eye     `json:"eyes"`
	Problems []Problem `json:"problems"`
}

// Eye is a credential that a scan looked with.
type Eye struct {
	Name      string              `json:"name"`
	Principal pharos.PrincipalRef `json:"principal"`
}

// Problem is something that a scan could not read.
type Problem struct {
	Subject string      `json:"subject"`
	Reading string      `json:"reading"`
	Eye     string      `json:"eye,omitempty"`
	Code    pharos.Code `json:"code"`
	Message string      `json:"message"`
	// DatesOnly marks a change log: for want of it nothing that held is
	// missing, only the dates of some changes.
	DatesOnly bool `json:"datesOnly"`
}

// scans are the looks from the last one before the month to the judgement,
// oldest first: with the credentials of our tenant and the customer's, and
// with the problems that bear on the subscription or somebody who holds a
// role. What concerns other customers is left out.
func (b *builder) scans(people []pharos.PrincipalRef) []Scan {
	all := slices.DeleteFunc(slices.Clone(b.Scans), func(s Scan) bool { return s.At.After(b.AsOf) })
	slices.SortStableFunc(all, func(x, y Scan) int { return x.At.Compare(y.At) })
	first := 0
	for i, s := range all {
		if !s.At.After(b.Month.Month.First().Start()) {
			first = i
		}
	}
	out := []Scan{}
	for _, s := range all[first:] {
		kept := Scan{At: s.At.UTC(), Eyes: []Eye{}, Problems: []Problem{}}
		for _, e := range s.Eyes {
			if e.Principal.Tenant == b.Partner.Tenant || e.Principal.Tenant == b.subs[0].CustomerID {
				kept.Eyes = append(kept.Eyes, e)
			}
		}
		for _, p := range s.Problems {
			if b.concerns(p.Subject, people) {
				kept.Problems = append(kept.Problems, p)
			}
		}
		out = append(out, kept)
	}
	return out
}

// concerns reports whether a problem's subject is the subscription, its
// customer, our tenant or one of people.
func (b *builder) concerns(subject string, people []pharos.PrincipalRef) bool {
	low := strings.ToLower(subject)
	for _, id := range []string{string(b.Subscription), string(b.subs[0].CustomerID), "tenant " + string(b.Partner.Tenant)} {
		if id != "" && strings.Contains(low, id) {
			return true
		}
	}
	return slices.ContainsFunc(people, func(r pharos.PrincipalRef) bool { return strings.Contains(low, string(r.ID)) })
}

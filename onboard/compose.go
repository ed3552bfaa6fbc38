package onboard

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// Request is what a delegation is to give to whom.
type Request struct {
	// Offer is the delegation's name: the same name again replaces it.
	Offer, Description string
	Manager            pharos.TenantID
	// Account is the service principal that earns: it is linked to the partner
	// ID and holds Support Request Contributor, or Role, for good.
	Account Member
	Role    pharos.RoleID
	// Teams are users and groups with the roles that they work with.
	Teams []Team
	// Approvers decide about activations; without any, nobody has to.
	Approvers []Member
	// Groups are the resource groups that are delegated, none for the whole
	// subscription. Policy wraps the delegation into a policy that onboards
	// every subscription under a management group; it cannot name groups.
	Groups []string
	Policy bool
}

// Member is an object of the managing tenant.
type Member struct {
	ID   pharos.PrincipalID
	Name string
}

// Team is a member and one of its roles. Standing gives it for good although
// the role is a strong one.
type Team struct {
	Member
	Role     pharos.RoleID
	Standing bool
}

// activation is the longest time for which a role can be activated.
const activation = "PT8H"

// Compose makes the delegation of a request, so that it earns, can be given up
// and lets each team see what it works with:
//
//   - the account holds an earning role and the delete role permanently;
//   - a strong role is given just in time, to be activated with multifactor
//     authentication and, where there are any, by leave of the approvers;
//   - whoever has a role just in time holds Reader permanently.
//
// The error has code Invalid: the request breaks a rule, which it names.
func Compose(r Request) (Definition, error) {
	if strings.TrimSpace(r.Offer) == "" {
		return Definition{}, pharos.Errorf(pharos.Invalid, "a delegation needs a name")
	}
	if r.Policy && len(r.Groups) > 0 {
		return Definition{}, pharos.Errorf(pharos.Invalid, "a policy delegates whole subscriptions, not resource groups")
	}
	if r.Role == "" {
		r.Role = pharos.SupportRequestContributor
	}
	d := Definition{Offer: said(r.Offer), Manager: said(string(r.Manager)), Level: AtSubscription}
	give := func(m Member, role pharos.RoleID, eligible bool) {
		a := Authorization{Principal: said(string(m.ID)), Name: said(m.Name), Role: said(string(role)), Eligible: eligible}
		if eligible {
			a.Policy = Policy{MFA: said("Azure"), Maximum: said(activation)}
			for _, x := range r.Approvers {
				a.Policy.Approvers = append(a.Policy.Approvers, said(string(x.ID)))
			}
		}
		same := func(o Authorization) bool {
			return o.Principal == a.Principal && o.Role == a.Role && o.Eligible == a.Eligible
		}
		if !slices.ContainsFunc(d.Authorizations, same) {
			d.Authorizations = append(d.Authorizations, a)
		}
	}
	give(r.Account, r.Role, false)
	give(r.Account, pharos.DelegationDeleteRole, false)
	for _, t := range r.Teams {
		if Strong(t.Role) && !t.Standing {
			give(t.Member, pharos.Reader, false)
			give(t.Member, t.Role, true)
		} else {
			give(t.Member, t.Role, false)
		}
	}
	return d, d.broken(r)
}

// broken holds what was composed against the rules.
func (d *Definition) broken(r Request) error {
	d.ID = said(string(r.Manager)) // of any form: the file works it out of the offer's name
	report, err := Lint(Proposal{
		Level: AtSubscription, Definitions: []Definition{*d}, Assignments: []Assignment{{Definition: d.ID}},
	}, Surroundings{Manager: r.Manager})
	if err != nil {
		return err
	}
	for _, f := range report.Findings {
		if f.Severity == Error || report.Earns != Yes {
			return pharos.Errorf(pharos.Invalid, "%s (%s)", f.Message, f.Rule).WithHint("%s", f.Fix)
		}
	}
	return nil
}

func said(s string) Text { return Text{Value: s} }

// Strong reports whether a role lets its holder change more than support
// tickets, so that security advice wants it just in time. Of roles that are
// not known here it is assumed.
func Strong(id pharos.RoleID) bool {
	weak := []pharos.RoleID{pharos.Reader, pharos.SupportRequestContributor, pharos.DelegationDeleteRole}
	return !slices.Contains(weak, id) && !strings.HasSuffix(pharos.Roles().Lookup(id).Name, "Reader")
}

// Steps tells what is given to whom, in words, one line for each authorization.
func (d *Definition) Steps() []string {
	var out []string
	for _, a := range d.Authorizations {
		how := "for good"
		if a.Eligible {
			how = "just in time, up to 8 hours"
			if len(a.Policy.Approvers) > 0 {
				how += ", once an approver agrees"
			}
		}
		out = append(out, fmt.Sprintf("%s: %s, %s", a.Name.Value, pharos.Roles().Lookup(a.RoleID()).Name, how))
	}
	return out
}

package onboard

import (
	"fmt"

	"github.com/pharos-pec/pharos"
)

// directoryRules need to know the principals. They say nothing when nobody is
// asked.
func directoryRules() []Rule {
	return []Rule{
		{ID: "PH601", Severity: Error, Title: "an application id instead of an object id", Source: onboarding, Refused: true, check: asked(applicationID)},
		{ID: "PH602", Severity: Error, Title: "a principal that is not there", Source: onboarding, check: asked(missing)},
		{ID: "PH603", Severity: Error, Title: "a service principal just in time", Source: eligibles, Refused: true, check: asked(robotEligible)},
		{ID: "PH604", Severity: Error, Title: "a group that is no security group", Source: onboarding, Refused: true, check: asked(notSecurity)},
		{ID: "PH605", Severity: Error, Title: "a disabled principal", Source: linking, check: asked(disabled)},
		{ID: "PH606", Severity: Warning, Title: "nobody who earns is linked", Source: linking, check: unlinked},
	}
}

// look asks the directory for the principal of an authorization.
func (in *inspection) look(a *Authorization) (pharos.PrincipalID, Known, bool) {
	id, err := pharos.ParseGUID(a.Principal.Value)
	if in.Directory == nil || in.err != nil || err != nil || a.Principal.Open {
		return "", Known{}, false
	}
	k, err := in.Directory.Principal(pharos.PrincipalID(id))
	if err != nil {
		in.err = err
		return "", Known{}, false
	}
	return pharos.PrincipalID(id), k, true
}

// asked is a check of each principal that the directory tells about.
func asked(check func(in *inspection, a *Authorization, id pharos.PrincipalID, k Known)) func(*inspection) {
	return func(in *inspection) {
		in.each(func(_ *Definition, a *Authorization) {
			if id, k, ok := in.look(a); ok {
				check(in, a, id, k)
			}
		})
	}
}

func applicationID(in *inspection, a *Authorization, id pharos.PrincipalID, k Known) {
	if k.ApplicationOf != "" {
		in.say(a.Principal.Place, fmt.Sprintf("%s is an application, and a role is given to its service principal", id), "write "+string(k.ApplicationOf))
	}
}

func missing(in *inspection, a *Authorization, id pharos.PrincipalID, k Known) {
	if k.Kind == "" && k.ApplicationOf == "" {
		in.say(a.Principal.Place, fmt.Sprintf("the managing tenant has no principal %s", id), "write the object id of a user, group or service principal of the managing tenant")
	}
}

func robotEligible(in *inspection, a *Authorization, _ pharos.PrincipalID, k Known) {
	if a.Eligible && k.Kind == pharos.ServicePrincipal {
		in.say(a.Principal.Place, k.Name+" is a service principal, and those cannot activate a role", "authorize it permanently, or name a user or group")
	}
}

func notSecurity(in *inspection, a *Authorization, _ pharos.PrincipalID, k Known) {
	if k.Kind == pharos.Group && !k.Security {
		in.say(a.Principal.Place, k.Name+" is not a security group", "use a security group")
	}
}

func disabled(in *inspection, a *Authorization, _ pharos.PrincipalID, k Known) {
	if k.Disabled {
		in.say(a.Principal.Place, k.Name+" is disabled, and a disabled principal earns nothing", "enable it, or name another")
	}
}

// unlinked fires for a definition whose earning authorizations all go to
// principals of whom it is known that they are not linked.
func unlinked(in *inspection) {
	for i := range in.Definitions {
		d := &in.Definitions[i]
		var first *Authorization
		var name string
		linked := false
		for _, a := range standing(d) {
			if in.roles.Lookup(a.RoleID()).Earns != pharos.EligibleRole {
				continue
			}
			_, k, ok := in.look(a)
			linked = linked || !ok || k.Linked != No
			if first == nil {
				first, name = a, k.Name
			}
		}
		if first != nil && !linked {
			in.say(first.Place, fmt.Sprintf("%s is not linked to our partner ID, nor is any member of it", name), "`pharos link apply`, or `pharos link check-in` for a person")
		}
	}
}

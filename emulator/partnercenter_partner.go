package emulator

import (
	"net/http"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// Kinds of relationship between partners, as Partner Center names them.
const (
	resellerOf = "is_indirect_reseller_of"
	providerOf = "is_indirect_cloud_solution_provider_of"
)

func showRelationship(p *partner, kind string) commerceObject {
	return commerceObject{
		"id": string(p.tenant.id), "name": p.tenant.name, "mpnId": string(p.id), "location": p.tenant.country,
		"state": "active", "relationshipType": kind, "attributes": kindOf("PartnerRelationship"),
	}
}

// resellersOf are the partners that ever were of record in the given sales.
func resellersOf(customers ...*customer) []*partner {
	var all []*partner
	for _, c := range customers {
		for _, r := range c.resellers {
			if !slices.Contains(all, r.partner) {
				all = append(all, r.partner)
			}
		}
	}
	return all
}

// listRelationships lists the indirect resellers of an indirect provider.
func listRelationships(c *call) (reply, error) {
	kind, me := strings.ToLower(c.param("relationship_type")), c.caller.tenant.partner
	if kind != resellerOf && kind != providerOf {
		return reply{}, badRequest("3000", "The relationship_type '"+kind+"' is not valid.")
	}
	all := []any{}
	if me.us && me.kind == pharos.IndirectProvider && kind == providerOf {
		for _, p := range resellersOf(c.world.customers...) {
			all = append(all, showRelationship(p, kind))
		}
	}
	return c.list(all, customerPage)
}

// listCustomerRelationships lists the resellers that sell to a customer.
func listCustomerRelationships(c *call) (reply, error) {
	x, err := c.customer()
	if err != nil {
		return reply{}, err
	}
	all := []any{}
	if p := x.resellerAt(c.now); p != nil {
		all = append(all, showRelationship(p, resellerOf))
	}
	return c.list(all, customerPage)
}

// partnerByID finds a partner by one of its partner IDs.
func (w *world) partnerByID(id string) *partner {
	for _, p := range w.partners {
		if p.owns(pharos.PartnerID(id)) {
			return p
		}
	}
	return nil
}

// readProfile tells the partner ID of the caller, or who has a given one.
func readProfile(c *call) (reply, error) {
	me := c.caller.tenant.partner
	id, name := string(me.id), me.tenant.name
	if asked := c.param("mpnId"); asked != "" && asked != id {
		known, ok := c.world.knownPartner[pharos.PartnerID(asked)]
		if !ok {
			return reply{}, notFound("3000", "Partner Organization with partner_id "+asked+" could not be found.")
		}
		id, name = asked, known
	}
	return ok(commerceObject{
		"mpnId": id, "partnerName": name, "profileType": "mpn_profile",
		"links": commerceObject{"self": link("/profiles/mpn")}, "attributes": kindOf("MpnProfile"),
	})
}

// readProgramme tells whether a partner has signed the programme's agreement:
// the one of a partner ID or of a tenant.
func readProgramme(c *call) (reply, error) {
	mpn, tenant := c.param("mpnId"), c.param("tenantId")
	var p *partner
	switch {
	case (mpn == "") == (tenant == ""):
		return reply{}, badRequest("3000", "Give either an mpnId or a tenantId.")
	case mpn != "":
		p = c.world.partnerByID(mpn)
	default:
		if t := c.world.tenantByID[pharos.TenantID(strings.ToLower(tenant))]; t != nil {
			p = t.partner
		}
	}
	if p == nil {
		return reply{}, &apiError{status: http.StatusNotFound, code: "600055", message: "The partner was not found."}
	}
	return ok(commerceObject{"isAgreementSigned": p.agreement.at(c.now), "attributes": kindOf("AgreementSignatureStatus")})
}

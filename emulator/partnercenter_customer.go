package emulator

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// customerPage is how many customers a page has at most.
const customerPage = 500

// customer finds a customer that is billed to the caller's partner now. One
// that is not is refused as Partner Center refuses customers without a
// relationship.
func (c *call) customer() (*customer, error) {
	t := c.world.tenantByID[pharos.TenantID(strings.ToLower(c.vars["customer"]))]
	if t == nil || t.customer == nil {
		return nil, notFound("60003", "The customer tenant '"+c.vars["customer"]+"' was not found.")
	}
	if t.customer.billedAt(c.now) != c.caller.tenant.partner {
		return nil, forbidden("20002", "There is no commerce relationship with the customer '"+c.vars["customer"]+"'.")
	}
	return t.customer, nil
}

func listCustomers(c *call) (reply, error) {
	matches, err := customerFilter(c.param("filter"))
	if err != nil {
		return reply{}, err
	}
	all := []any{}
	for _, x := range c.world.customers {
		if x.billedAt(c.now) == c.caller.tenant.partner && matches(x) {
			all = append(all, showCustomer(x))
		}
	}
	return c.list(all, customerPage)
}

// customerFilter reads the JSON filter of the list of customers.
func customerFilter(text string) (func(*customer) bool, error) {
	if text == "" {
		return func(*customer) bool { return true }, nil
	}
	var f struct{ Field, Value, Operator string }
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		return nil, badRequest("3000", "The filter is not valid.")
	}
	value := map[string]func(*customer) string{
		"companyname": func(c *customer) string { return c.name },
		"domain":      func(c *customer) string { return c.tenant.domain },
	}[strings.ToLower(f.Field)]
	test := map[string]func(s, affix string) bool{
		"starts_with": strings.HasPrefix, "equals": func(a, b string) bool { return a == b }, "substring": strings.Contains,
	}[strings.ToLower(f.Operator)]
	if value == nil || test == nil {
		return nil, &apiError{
			status: http.StatusNotImplemented, code: "NotImplemented",
			message: "the emulator does not implement the filter " + f.Operator + " on " + f.Field,
		}
	}
	return func(c *customer) bool { return test(strings.ToLower(value(c)), strings.ToLower(f.Value)) }, nil
}

func showCustomer(c *customer) commerceObject {
	return commerceObject{
		"id": string(c.tenant.id), "commerceId": objectID("commerceAccount", c.name, ""),
		"companyProfile": commerceObject{
			"tenantId": string(c.tenant.id), "domain": c.tenant.domain, "companyName": c.name,
			"address": commerceObject{"country": c.tenant.country},
			"links":   commerceObject{}, "attributes": kindOf("CustomerCompanyProfile"),
		},
		"relationshipToPartner": "reseller",
		"links":                 commerceObject{"self": link("/customers/" + string(c.tenant.id))},
		"attributes":            kindOf("Customer"),
	}
}

// readCustomerOf adds the billing profile, which lists do not have.
func readCustomerOf(c *call) (reply, error) {
	x, err := c.customer()
	if err != nil {
		return reply{}, err
	}
	o := showCustomer(x)
	o["billingProfile"] = commerceObject{
		"id": objectID("billingProfile", x.name, ""), "companyName": x.name, "email": "billing@" + x.tenant.domain,
		"culture": "en-US", "language": "en",
		"defaultAddress": commerceObject{"country": x.tenant.country},
		"attributes":     kindOf("CustomerBillingProfile"),
	}
	o["allowDelegatedAccess"] = true
	return ok(o)
}

// agreementTemplate is the template of the Microsoft Customer Agreement.
const (
	agreementTemplate = "117a77b0-9360-443b-8795-c6dedc750cf9"
	agreementLink     = "https://aka.ms/customeragreement"
	customerAgreement = "MicrosoftCustomerAgreement"
)

// wantsCustomerAgreement reports whether a call's agreementType includes the
// Microsoft Customer Agreement.
func (c *call) wantsCustomerAgreement() bool {
	t := c.param("agreementType")
	return t == "" || t == "*" || strings.EqualFold(t, customerAgreement)
}

func listAgreementTemplates(c *call) (reply, error) {
	all := []any{}
	if c.wantsCustomerAgreement() {
		all = append(all, commerceObject{
			"templateId": agreementTemplate, "agreementType": customerAgreement, "agreementLink": agreementLink,
			"versionRank": 1, "attributes": kindOf("AgreementMetaData"),
		})
	}
	return c.list(all, customerPage)
}

// listAgreements lists the agreement that the customer has signed by now.
func listAgreements(c *call) (reply, error) {
	x, err := c.customer()
	if err != nil {
		return reply{}, err
	}
	all := []any{}
	if c.wantsCustomerAgreement() {
		for _, i := range x.agreement {
			if i.Contains(c.now) {
				all = append(all, commerceObject{
					"primaryContact": commerceObject{
						"firstName": "Primary", "lastName": "Contact", "email": "contact@" + x.tenant.domain, "phoneNumber": "",
					},
					"templateId": agreementTemplate, "type": customerAgreement, "agreementLink": agreementLink,
					"dateAgreed": c.world.began(i).Format(time.RFC3339), "userId": objectID("user", c.caller.tenant.name, "admin"),
					"attributes": kindOf("Agreement"),
				})
			}
		}
	}
	return c.list(all, customerPage)
}

func readDirectSigned(c *call) (reply, error) {
	x, err := c.customer()
	if err != nil {
		return reply{}, err
	}
	return ok(commerceObject{"isSigned": x.agreement.at(c.now), "attributes": kindOf("DirectSignedCustomerAgreementStatus")})
}

package emulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

const supportProvider = "/providers/Microsoft.Support/"

// supportVersions are the api-versions of Microsoft.Support that clients use;
// calls without a subscription came with the second.
func supportVersions() []string { return []string{"2020-04-01", "2024-04-01"} }

func supportRoutes() []route {
	const sub = "/subscriptions/{sub}" + supportProvider
	all := each([]route{
		{method: http.MethodGet, pattern: supportProvider + "services", handle: listSupportServices, faith: recorded},
		{method: http.MethodGet, pattern: supportProvider + "services/{service}", handle: getSupportService, faith: recorded},
		{method: http.MethodGet, pattern: supportProvider + "services/{service}/problemClassifications", handle: listProblems, faith: recorded},
		{method: http.MethodGet, pattern: supportProvider + "services/{service}/problemClassifications/{problem}", handle: getProblem, faith: recorded},
		{method: http.MethodGet, pattern: supportProvider + "operations", handle: supportOperations},
	}, func(r *route) { r.versions = supportVersions() })
	for _, prefix := range []string{sub, supportProvider} {
		versions := supportVersions()
		if prefix == supportProvider {
			versions = versions[1:]
		}
		const ticket = "supportTickets/{ticket}"
		all = append(all, each([]route{
			{method: http.MethodGet, pattern: prefix + "supportTickets", handle: listTickets, faith: recorded},
			{method: http.MethodGet, pattern: prefix + ticket, handle: getTicket, faith: recorded},
			{method: http.MethodPut, pattern: prefix + ticket, handle: putTicket, faith: recorded},
			{method: http.MethodPatch, pattern: prefix + ticket, handle: patchTicket},
			{method: http.MethodPost, pattern: prefix + "checkNameAvailability", handle: checkTicketName, faith: recorded, asks: true},
			{method: http.MethodGet, pattern: prefix + ticket + "/communications", handle: listMessages, faith: recorded},
			{method: http.MethodGet, pattern: prefix + ticket + "/communications/{message}", handle: getMessage, faith: recorded},
			{method: http.MethodPut, pattern: prefix + ticket + "/communications/{message}", handle: putMessage, faith: recorded},
			{method: http.MethodPost, pattern: prefix + ticket + "/checkNameAvailability", handle: checkMessageName, faith: recorded, asks: true},
			{method: http.MethodGet, pattern: prefix + "operationsStatus/{operation}", handle: supportStatus, faith: recorded},
			{method: http.MethodGet, pattern: prefix + "operationResults/{operation}", handle: supportResult},
			{method: http.MethodGet, pattern: prefix + ticket + "/chatTranscripts"},
		}, func(r *route) { r.versions = versions })...)
		all = append(all, each(supportFileRoutes(prefix), func(r *route) { r.versions = supportVersions()[1:] })...)
	}
	return each(all, func(r *route) {
		r.service = arm
		if r.faith == unstated {
			r.faith = documented
		}
	})
}

func supportOperations(*call) (reply, error) {
	var out []map[string]any
	for _, x := range [][3]string{
		{"services/read", "Services", "Lists all the Azure services available for support"},
		{"services/problemClassifications/read", "Problem classifications", "Lists all the problem classifications (categories) available for a specific Azure service"},
		{"supportTickets/read", "Support tickets", "Lists all the support tickets, or gets one"},
		{"supportTickets/write", "Support tickets", "Creates or updates a support ticket"},
		{"fileWorkspaces/read", "File workspaces", "Gets details of a file workspace"},
		{"fileWorkspaces/write", "File workspaces", "Creates a file workspace"},
		{"fileWorkspaces/files/read", "Files", "Lists the files in a workspace, or gets one"},
		{"fileWorkspaces/files/write", "Files", "Creates a file in a workspace"},
		{"fileWorkspaces/files/upload/action", "Files", "Uploads content to a file"},
		{"checkNameAvailability/action", "Names", "Checks that name is valid and not in use for resource type"},
	} {
		out = append(out, map[string]any{"name": "Microsoft.Support/" + x[0], "display": map[string]string{
			"provider": "Microsoft Support", "resource": x[1], "operation": x[2], "description": x[2],
		}})
	}
	return list(out)
}

// supportService is a service that a ticket can be about.
type supportService struct {
	id, name string
	// types are the resource types of a technical service.
	types    []string
	problems []supportProblem
}

// supportProblem is a category of problems of a service.
type supportProblem struct{ id, name string }

// kind is what decides on the rules of a ticket about the service.
func (s *supportService) kind() string {
	switch s.id {
	case billingService, subscriptionService:
		return "billing"
	case quotaService:
		return "quota"
	}
	return "technical"
}

// Services that are the same for everybody (docs: the Services API of
// Microsoft.Support).
const (
	billingService      = "517f2da6-78fd-0498-4e22-ad26996b1dfc"
	subscriptionService = "f3dc5421-79ef-1efa-41a5-42bf3cbb52c6"
	quotaService        = "06bfd9d3-516b-d5c6-5802-169c800dec89"
)

// supportServices is a handful of the cloud's services. Problems whose ids
// come of [inventedProblem] are inventions: the cloud's ids for them are not
// published.
func supportServices() []supportService {
	machines := []string{"MICROSOFT.CLASSICCOMPUTE/VIRTUALMACHINES", "MICROSOFT.COMPUTE/VIRTUALMACHINES"}
	return []supportService{
		{id: "484e2236-bc6d-b1bb-76d2-7d09278cf9ea", name: "Activity Logs", types: []string{}, problems: []supportProblem{
			{"c9805a0b-9410-1708-2989-0befc008e963", "Issues with Activity Log Alerts"},
			{"48b8f1d3-a8bc-bdc8-e27f-0196741a0d0a", "Issues with Viewing or Querying Activity Log / I cannot find the logs for expected event"},
			{"bc7be708-930c-b253-7dca-b650006978ea", "I need to increase retention of Activity Log"},
		}},
		{id: inventedID("service", "Azure Lighthouse"), name: "Azure Lighthouse", types: []string{"MICROSOFT.MANAGEDSERVICES/REGISTRATIONASSIGNMENTS"}, problems: []supportProblem{
			inventedProblem("Onboarding a customer / Deployment of the delegation failed"),
			inventedProblem("Access to delegated resources / A delegated subscription is missing"),
		}},
		{id: billingService, name: "Billing", types: []string{}, problems: []supportProblem{
			{"44114011-6a66-e902-c00f-e419b6b4509f", "Cost Management / I have access but cost is not loading for me"},
			inventedProblem("Partner earned credit / Credit is missing or lower than expected"),
			inventedProblem("Partner earned credit / Correct a past invoice"),
			inventedProblem("Partner admin link / The partner ID is not recognised"),
			inventedProblem("Refund request"),
		}},
		{id: quotaService, name: "Service and subscription limits (quotas)", types: []string{}, problems: []supportProblem{
			{"e12e3d1d-7fa0-af33-c6d0-3c50df9658a3", "Compute-VM (cores-vCPUs) subscription limit increases"},
		}},
		{id: subscriptionService, name: "Subscription management", types: []string{}, problems: []supportProblem{
			inventedProblem("Transfer ownership of my subscription"),
			inventedProblem("Cloud Solution Provider / Change of the partner of record"),
			inventedProblem("Cloud Solution Provider / Reinstate admin privileges"),
		}},
		{id: "cddd3eb5-1830-b494-44fd-782f691479dc", name: "Virtual Machine running Linux", types: machines, problems: []supportProblem{
			{"ffe93180-2ece-07c9-0cd4-6ae7ccc19d7c", "I am unable to deploy my VM"},
		}},
		{id: "6f16735c-b0ae-b275-ad3a-03479cfa1396", name: "Virtual Machine running Windows", types: machines, problems: []supportProblem{
			{"4d78b174-3203-a3ac-9e08-41fb35de6354", "I am unable to deploy my VM"},
		}},
	}
}

func inventedID(kind, name string) string { return objectID(kind, "support", name) }

func inventedProblem(name string) supportProblem {
	return supportProblem{inventedID("problemClassification", name), name}
}

// findService finds a service by its GUID or its id.
func findService(id string) (supportService, bool) {
	all := supportServices()
	i := slices.IndexFunc(all, func(s supportService) bool { return strings.EqualFold(s.id, lastSegment(id)) })
	if i < 0 {
		return supportService{}, false
	}
	return all[i], true
}

func (s *supportService) problem(id string) (supportProblem, bool) {
	i := slices.IndexFunc(s.problems, func(p supportProblem) bool { return strings.EqualFold(p.id, lastSegment(id)) })
	if i < 0 {
		return supportProblem{}, false
	}
	return s.problems[i], true
}

func lastSegment(id string) string { return id[strings.LastIndex(id, "/")+1:] }

func (s *supportService) armID() string { return supportProvider + "services/" + s.id }

func (s *supportService) body() map[string]any {
	return map[string]any{
		"id": s.armID(), "name": s.id, "type": "Microsoft.Support/services",
		"properties": map[string]any{"displayName": s.name, "resourceTypes": s.types},
	}
}

func (s *supportService) problemBody(p supportProblem) map[string]any {
	return map[string]any{
		"id": s.armID() + "/problemClassifications/" + p.id, "name": p.id, "type": "Microsoft.Support/problemClassifications",
		"properties": map[string]string{"displayName": p.name},
	}
}

func listSupportServices(*call) (reply, error) {
	var out []map[string]any
	for _, s := range supportServices() {
		out = append(out, s.body())
	}
	return list(out)
}

// service is the service of the call's path.
func (c *call) service() (supportService, error) {
	s, found := findService(c.vars["service"])
	if !found {
		return s, notFound("ResourceNotFound", fmt.Sprintf("The service '%s' could not be found.", c.vars["service"]))
	}
	return s, nil
}

func getSupportService(c *call) (reply, error) {
	s, err := c.service()
	if err != nil {
		return reply{}, err
	}
	return ok(s.body())
}

func listProblems(c *call) (reply, error) {
	s, err := c.service()
	if err != nil {
		return reply{}, err
	}
	var out []map[string]any
	for _, p := range s.problems {
		out = append(out, s.problemBody(p))
	}
	return list(out)
}

func getProblem(c *call) (reply, error) {
	s, err := c.service()
	if err != nil {
		return reply{}, err
	}
	p, found := s.problem(c.vars["problem"])
	if !found {
		return reply{}, notFound("ResourceNotFound", fmt.Sprintf("The problem classification '%s' could not be found.", c.vars["problem"]))
	}
	return ok(s.problemBody(p))
}

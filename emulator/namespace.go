package emulator

import (
	_ "embed"
	"strings"
	"sync"
)

// The namespaces of resource providers that the actions of built-in roles
// name, and others compiled by hand. It decides only how a call that the
// emulator lacks is refused: a namespace that is not listed is taken for one
// that Azure does not have either.
//
//go:embed data/namespaces.txt
var namespacesText string

// isNamespace reports whether Azure has a resource provider of the name.
func isNamespace(name string) bool { return loadNamespaces()[strings.ToLower(name)] }

var loadNamespaces = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for line := range strings.Lines(strings.ToLower(namespacesText)) {
		all[strings.TrimSpace(line)] = true
	}
	return all
})

// resourceTypes are the types that Azure has in the namespaces in which the
// emulator answers, in lower case; for other namespaces it is nil (docs: Azure
// resource providers operations, and the REST references).
func resourceTypes(namespace string) []string {
	switch strings.ToLower(namespace) {
	case "microsoft.authorization":
		return strings.Fields("accessreviewscheduledefinitions accessreviewschedulesettings accessreviewhistorydefinitions checkaccess " +
			"classicadministrators dataaliases denyassignments diagnosticsettings diagnosticsettingscategories elevateaccess eligiblechildresources " +
			"findorphanroleassignments locks operations operationstatus permissions policyassignments policydefinitions policydefinitionversions " +
			"policyexemptions policysetdefinitions policysetdefinitionversions privatelinkassociations provideroperations resourcemanagementprivatelinks " +
			"roleassignmentapprovals roleassignments roleassignmentscheduleinstances roleassignmentschedulerequests roleassignmentschedules " +
			"roleassignmentsusagemetrics roledefinitions roleeligibilityscheduleinstances roleeligibilityschedulerequests roleeligibilityschedules " +
			"rolemanagementalertconfigurations rolemanagementalertdefinitions rolemanagementalertoperations rolemanagementalerts " +
			"rolemanagementpolicies rolemanagementpolicyassignments variables")
	case "microsoft.managedservices":
		return strings.Fields("marketplaceregistrationdefinitions operations operationstatuses registrationassignments registrationdefinitions")
	case "microsoft.managementpartner":
		return strings.Fields("operations partners")
	case "microsoft.resourcegraph":
		return strings.Fields("operations queries resourcechangedetails resourcechanges resources resourceshistory subscriptionsstatus generatequery")
	case "microsoft.support":
		return strings.Fields("checknameavailability classifyservices fileworkspaces lookupresourceid operationresults operations operationsstatus " +
			"services supporttickets")
	default:
		return nil
	}
}

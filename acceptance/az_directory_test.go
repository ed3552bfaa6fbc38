package acceptance

import (
	"testing"
)

func TestAzDirectory(t *testing.T) {
	t.Parallel()
	c := start(t)
	setup := robot(t, c, "contoso-msp", "tenant-setup", "s3tup-for-tests", "--allow-no-subscriptions")

	alice := id("user", "contoso-msp", "alice")
	holds(t, setup.does("ad user show --id alice@contosomsp.example"), "id", alice, "displayName", "alice", "userType", "Member")
	holds(t, setup.does("ad user list --query [?accountEnabled].userPrincipalName"), "0", "alice@contosomsp.example", "1", nil)
	setup.refuses(3, []string{"Resource 'olga@fabrikam.example' does not exist"}, "ad user show --id olga@fabrikam.example")

	made := setup.does("ad group create --display-name helpers --mail-nickname helpers")
	holds(t, made, "displayName", "helpers", "securityEnabled", true, "mailEnabled", false)
	setup.does("ad group member add -g helpers --member-id " + alice)
	holds(t, setup.does("ad group member list -g helpers"), "0.id", alice, "0.userType", "Member", "1", nil)
	holds(t, setup.does("ad group member check -g helpers --member-id "+alice), "value", true)
	holds(t, setup.does("ad user get-member-groups --id alice@contosomsp.example --security-enabled-only true --query [].displayName"), "0", "ops", "1", "helpers")
	setup.does("ad group member remove -g helpers --member-id " + alice)
	setup.does("ad group delete -g helpers")
	setup.refuses(1, []string{"No group matches the name of 'helpers'"}, "ad group show -g helpers")

	app := setup.does("ad app create --display-name portal --sign-in-audience AzureADMyOrg")
	application, _ := at(app, "appId").(string)
	holds(t, app, "displayName", "portal", "signInAudience", "AzureADMyOrg")
	setup.refuses(3, []string{"does not exist"}, "ad sp show --id "+application) // it has no service principal yet
	setup.does("ad app update --identifier-uris api://portal.contosomsp.example --id " + application)
	holds(t, setup.does("ad app show --id "+application), "identifierUris.0", "api://portal.contosomsp.example")
	holds(t, setup.does("ad app permission list --id "+application), "0", nil)
	secret := setup.does("ad app credential reset --display-name laptop --id " + application)
	holds(t, setup.does("ad app credential list --id "+application), "0.displayName", "laptop", "0.secretText", nil, "1", nil)
	password, _ := at(secret, "password").(string)

	login := "login --service-principal --allow-no-subscriptions --tenant " + partnerTenant() + " -u " + application + " -p " + password
	newAz(t, c).refuses(1, []string{"AADSTS7000229"}, login)
	principal := setup.does("ad sp create --id " + application)
	holds(t, principal, "appId", application, "servicePrincipalType", "Application")
	as := newAz(t, c) // az remembers a refusal for a minute
	as.does(login)
	as.refuses(1, []string{"Insufficient privileges to complete the operation."}, "ad app create --display-name another")
	holds(t, setup.does("ad sp list --display-name portal"), "0.appId", application, "1", nil)
	setup.does("ad sp delete --id " + application)
	holds(t, setup.does("ad app list --display-name portal"), "0.appId", application) // the application stays
	setup.does("ad app delete --id " + application)
	setup.refuses(3, []string{"does not exist"}, "ad app show --id "+application)
	newAz(t, c).refuses(1, []string{"AADSTS700016"}, login)

	plain := robot(t, c, "contoso-msp", "plain-robot", "pla1n-for-tests", "--allow-no-subscriptions")
	plain.refuses(1, []string{"Insufficient privileges to complete the operation."}, "ad user list")

	owner := newAz(t, c)
	owner.device("olga", "--tenant fabrikam.example")
	holds(t, owner.does("ad signed-in-user show"), "userPrincipalName", "olga@fabrikam.example")
}

package emulator

import (
	"encoding/json"
	"slices"
	"strings"
)

// graphProperties are the properties that an object of an entity set can have
// in v1.0, in lower case; nil for other sets (docs: graph/api/resources).
func graphProperties(set string) []string {
	const onPremises = " onpremisesdomainname onpremiseslastsyncdatetime onpremisesnetbiosname onpremisesprovisioningerrors onpremisessamaccountname" +
		" onpremisessecurityidentifier onpremisessyncenabled"
	switch strings.ToLower(set) {
	case "applications":
		return strings.Fields("id deleteddatetime addins api appid approles applicationtemplateid authenticationbehaviors certification createddatetime " +
			"createdonbehalfof defaultredirecturi description disabledbymicrosoftstatus displayname federatedidentitycredentials groupmembershipclaims " +
			"homepageurl identifieruris info isdeviceonlyauthsupported isdisabled isfallbackpublicclient keycredentials logo nativeauthenticationapisenabled " +
			"notes oauth2requirepostresponse optionalclaims owners parentalcontrolsettings passwordcredentials publicclient publisherdomain " +
			"requestsignatureverification requiredresourceaccess samlmetadataurl servicemanagementreference serviceprincipallockconfiguration " +
			"signinaudience spa synchronization tags tokenencryptionkeyid uniquename verifiedpublisher web")
	case "serviceprincipals":
		return strings.Fields("id deleteddatetime accountenabled addins alternativenames appdescription appdisplayname appid applicationtemplateid " +
			"appownerorganizationid approleassignmentrequired approles customsecurityattributes description disabledbymicrosoftstatus displayname homepage " +
			"info keycredentials loginurl logouturl notes notificationemailaddresses oauth2permissionscopes owners passwordcredentials " +
			"preferredsinglesignonmode preferredtokensigningkeythumbprint replyurls resourcespecificapplicationpermissions samlsinglesignonsettings " +
			"serviceprincipalnames serviceprincipaltype signinaudience tags tokenencryptionkeyid verifiedpublisher")
	case "groups":
		return strings.Fields("id deleteddatetime allowexternalsenders assignedlabels assignedlicenses autosubscribenewmembers classification " +
			"createddatetime description displayname expirationdatetime grouptypes hasmemberswithlicenseerrors hidefromaddresslists hidefromoutlookclients " +
			"isarchived isassignabletorole ismanagementrestricted issubscribedbymail licenseprocessingstate mail mailenabled mailnickname members " +
			"membershiprule membershipruleprocessingstate owners preferreddatalocation preferredlanguage proxyaddresses reneweddatetime " +
			"resourcebehavioroptions resourceprovisioningoptions securityenabled securityidentifier serviceprovisioningerrors theme uniquename unseencount " +
			"visibility" + onPremises)
	case "users":
		return strings.Fields("id deleteddatetime aboutme accountenabled agegroup assignedlicenses assignedplans authorizationinfo birthday businessphones " +
			"city companyname consentprovidedforminor country createddatetime creationtype customsecurityattributes department displayname employeehiredate " +
			"employeeid employeeleavedatetime employeeorgdata employeetype externaluserstate externaluserstatechangedatetime faxnumber givenname hiredate " +
			"identities imaddresses infocatalogs interests ismanagementrestricted isresourceaccount jobtitle lastpasswordchangedatetime " +
			"legalagegroupclassification licenseassignmentstates mail mailboxsettings mailnickname manager mobilephone mysite officelocation " +
			"onpremisesdistinguishedname onpremisesextensionattributes onpremisesimmutableid onpremisesuserprincipalname othermails passwordpolicies " +
			"passwordprofile pastprojects postalcode preferreddatalocation preferredlanguage preferredname provisionedplans proxyaddresses responsibilities " +
			"schools securityidentifier serviceprovisioningerrors showinaddresslist signinactivity signinsessionsvalidfromdatetime skills state streetaddress " +
			"surname usagelocation userprincipalname usertype" + onPremises)
	default:
		return nil
	}
}

// checkProperties refuses a new or changed object with a property that its
// type does not have. Annotations and extensions may have any name.
func (c *call) checkProperties() error {
	path := c.route.segments
	if len(path) < 2 || len(path) > 3 || len(c.body) == 0 {
		return nil // not an object of a set
	}
	known := graphProperties(path[1])
	var given map[string]json.RawMessage
	if err := c.decode(&given); err != nil || known == nil {
		return err
	}
	var wrong []string
	for name := range given {
		if !strings.Contains(name, "@") && !strings.HasPrefix(name, "extension_") && !slices.Contains(known, strings.ToLower(name)) {
			wrong = append(wrong, name)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return badRequest("Request_BadRequest", "Invalid property '"+slices.Min(wrong)+"'.")
}

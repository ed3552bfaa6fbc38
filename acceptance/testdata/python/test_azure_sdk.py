"""Drives the emulator by the Azure SDK for Python, as its users would.

The emulator's address, its certificate authority and the secrets of the
scenario come from the environment: the file `env` that it writes.
"""
import os
import unittest
import uuid

from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.identity import ClientSecretCredential
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.authorization.models import RoleAssignmentCreateParameters
from azure.mgmt.managedservices import ManagedServicesClient
from azure.mgmt.managedservices import models as lighthouse
from azure.mgmt.managementpartner import ACEProvisioningManagementPartnerAPI
from azure.mgmt.resource import ResourceManagementClient, SubscriptionClient
from azure.mgmt.resource.resources import models as arm
from azure.mgmt.resourcegraph import ResourceGraphClient
from azure.mgmt.resourcegraph.models import QueryRequest, QueryRequestOptions
from azure.mgmt.subscription import SubscriptionClient as Subscriptions
from azure.mgmt.support import MicrosoftSupport
from azure.mgmt.support import models as support

URL = os.environ["PHAROS_EMULATOR_URL"]
PROD = os.environ["PHAROS_FABRIKAM_FABRIKAM_PROD_SUBSCRIPTION_ID"]
SCOPE = "/subscriptions/" + PROD
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
# Where the clients are, and how long they wait between two looks at an operation.
THERE = {"base_url": URL, "credential_scopes": [URL + "/.default"], "polling_interval": 1}


def sign_in(who, secret=None):
    """The credential of a service principal, such as FABRIKAM_OWNER_ROBOT."""
    of = "PHAROS_" + who
    return ClientSecretCredential(
        os.environ[of + "_TENANT_ID"], os.environ[of + "_CLIENT_ID"], secret or os.environ[of + "_CLIENT_SECRET"],
        authority=URL, instance_discovery=False)


OWNER = sign_in("FABRIKAM_OWNER_ROBOT")
READING = sign_in("FABRIKAM_READER_ROBOT")
STRANGER = sign_in("ADATUM_ADATUM_ROBOT")
PARTNER = sign_in("CONTOSO_MSP_SUPPORT_ROBOT")


class Refusals(unittest.TestCase):
    """What all the areas need: a look at how a call was refused."""

    def refused(self, status, code, call):
        with self.assertRaises(HttpResponseError) as caught:
            call()
        self.assertEqual((caught.exception.status_code, caught.exception.error.code), (status, code), caught.exception.message)
        return caught.exception.message


class SigningIn(unittest.TestCase):
    def test_token(self):
        token = OWNER.get_token(URL + "/.default")
        self.assertEqual(token.token.count("."), 2)

    def test_wrong_secret(self):
        with self.assertRaisesRegex(ClientAuthenticationError, "AADSTS7000215"):
            sign_in("FABRIKAM_OWNER_ROBOT", secret="wrong").get_token(URL + "/.default")

    def test_unknown_resource(self):
        with self.assertRaisesRegex(ClientAuthenticationError, "AADSTS500011"):
            OWNER.get_token("https://elsewhere.example/.default")


class PartnerLink(Refusals):
    def test_life_of_a_link(self):
        client = ACEProvisioningManagementPartnerAPI(PARTNER, **THERE)
        self.refused(404, "NotFound", client.partners.get)
        made = client.partner.create("4987654")
        self.assertEqual((made.partner_id, made.state, made.version, made.name), ("4987654", "Active", 1, "4987654"))
        self.assertEqual(made.tenant_id, os.environ["PHAROS_CONTOSO_MSP_SUPPORT_ROBOT_TENANT_ID"])
        self.assertEqual(client.partners.get().partner_id, "4987654")
        self.refused(409, "Conflict", lambda: client.partner.create("4987655"))
        changed = client.partner.update("4987655")
        self.assertEqual((changed.partner_id, changed.version), ("4987655", 2))
        client.partner.delete("4987655")
        self.refused(404, "NotFound", lambda: client.partner.get("4987655"))
        self.assertTrue([o.name for o in client.operation.list() if o.name.startswith("Microsoft.ManagementPartner/")])

    def test_global_id(self):
        client = ACEProvisioningManagementPartnerAPI(sign_in("CONTOSO_MSP_PLAIN_ROBOT"), **THERE)
        self.refused(400, "BadRequest", lambda: client.partner.create("4987653"))


class Delegation(Refusals):
    def test_life_of_a_delegation(self):
        client = ManagedServicesClient(OWNER, **THERE)
        offer, name = str(uuid.uuid4()), str(uuid.uuid4())
        partner = os.environ["PHAROS_CONTOSO_MSP_SUPPORT_ROBOT_TENANT_ID"]
        definition = client.registration_definitions.begin_create_or_update(offer, SCOPE, lighthouse.RegistrationDefinition(
            properties=lighthouse.RegistrationDefinitionProperties(
                registration_definition_name="By Python", managed_by_tenant_id=partner,
                authorizations=[lighthouse.Authorization(principal_id=os.environ["SUPPORT_ROBOT_ID"], role_definition_id=READER)]))).result()
        self.assertEqual(definition.properties.provisioning_state, "Succeeded")
        self.assertEqual(definition.properties.managed_by_tenant_id, partner)
        assigned = client.registration_assignments.begin_create_or_update(SCOPE, name, lighthouse.RegistrationAssignment(
            properties=lighthouse.RegistrationAssignmentProperties(registration_definition_id=definition.id))).result()
        self.assertEqual(assigned.properties.provisioning_state, "Succeeded")

        listed = {a.name: a for a in client.registration_assignments.list(SCOPE, expand_registration_definition=True)}
        self.assertEqual(listed[name].properties.registration_definition.properties.registration_definition_name, "By Python")
        seen = [s.subscription_id for s in SubscriptionClient(PARTNER, **THERE).subscriptions.list()]
        self.assertEqual(seen, [PROD])

        with self.assertRaises(HttpResponseError):  # a definition in use stays
            client.registration_definitions.delete(offer, SCOPE)
        client.registration_assignments.begin_delete(SCOPE, name).result()
        with self.assertRaises(ResourceNotFoundError):
            client.registration_assignments.get(SCOPE, name)
        client.registration_definitions.delete(offer, SCOPE)
        self.assertEqual(list(SubscriptionClient(PARTNER, **THERE).subscriptions.list()), [])

    def test_refused(self):
        client = ManagedServicesClient(READING, **THERE)
        self.refused(403, "AuthorizationFailed", lambda: client.registration_definitions.begin_create_or_update(
            str(uuid.uuid4()), SCOPE, lighthouse.RegistrationDefinition(properties=lighthouse.RegistrationDefinitionProperties(
                registration_definition_name="No", managed_by_tenant_id=os.environ["PHAROS_CONTOSO_MSP_SUPPORT_ROBOT_TENANT_ID"],
                authorizations=[lighthouse.Authorization(principal_id=os.environ["SUPPORT_ROBOT_ID"], role_definition_id=READER)]))))


class Roles(Refusals):
    def test_life_of_an_assignment(self):
        client = AuthorizationManagementClient(OWNER, PROD, **THERE)
        reader, = client.role_definitions.list(SCOPE, filter="roleName eq 'Reader'")
        self.assertEqual((reader.name, reader.role_type, reader.permissions[0].actions), (READER, "BuiltInRole", ["*/read"]))
        group, name = SCOPE + "/resourceGroups/rg-web", str(uuid.uuid4())
        given = RoleAssignmentCreateParameters(role_definition_id=SCOPE + "/providers/Microsoft.Authorization/roleDefinitions/" + CONTRIBUTOR,
                                               principal_id=os.environ["READER_ROBOT_ID"], principal_type="ServicePrincipal")
        made = client.role_assignments.create(group, name, given)
        self.assertEqual((made.name, made.scope, made.principal_type), (name, group, "ServicePrincipal"))
        self.assertIn(name, [a.name for a in client.role_assignments.list_for_scope(group, filter="principalId eq '%s'" % made.principal_id)])
        self.refused(409, "RoleAssignmentExists", lambda: client.role_assignments.create(group, str(uuid.uuid4()), given))
        client.role_assignments.delete(group, name)
        with self.assertRaises(ResourceNotFoundError):
            client.role_assignments.get(group, name)

    def test_refused(self):
        client = AuthorizationManagementClient(READING, PROD, **THERE)
        given = RoleAssignmentCreateParameters(role_definition_id=SCOPE + "/providers/Microsoft.Authorization/roleDefinitions/" + CONTRIBUTOR,
                                               principal_id=os.environ["READER_ROBOT_ID"], principal_type="ServicePrincipal")
        message = self.refused(403, "AuthorizationFailed", lambda: client.role_assignments.create(SCOPE, str(uuid.uuid4()), given))
        self.assertIn("Microsoft.Authorization/roleAssignments/write", message)


class Resources(Refusals):
    def test_groups_and_resources(self):
        client = ResourceManagementClient(READING, PROD, **THERE)
        self.assertEqual(sorted(g.name for g in client.resource_groups.list()), ["rg-data", "rg-web"])
        self.assertTrue(client.resource_groups.check_existence("rg-web"))
        self.assertFalse(client.resource_groups.check_existence("rg-none"))
        self.assertEqual(sorted(r.name for r in client.resources.list_by_resource_group("rg-web")), ["vm-web-1", "vm-web-2"])
        self.assertEqual(client.providers.get("Microsoft.ManagedServices").registration_state, "Registered")
        self.refused(404, "ResourceGroupNotFound", lambda: client.resource_groups.get("rg-none"))

    def test_deployment(self):
        client = ResourceManagementClient(OWNER, PROD, **THERE)
        name = str(uuid.uuid4())
        deployment = arm.Deployment(location="westeurope", properties=arm.DeploymentProperties(mode="Incremental", parameters={"who": {"value": os.environ["READER_ROBOT_ID"]}}, template={
            "$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
            "contentVersion": "1.0.0.0",
            "parameters": {"who": {"type": "string"}},
            "resources": [{
                "type": "Microsoft.Authorization/roleAssignments", "apiVersion": "2022-04-01", "name": name,
                "properties": {"principalId": "[parameters('who')]", "principalType": "ServicePrincipal",
                               "roleDefinitionId": "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '%s')]" % CONTRIBUTOR}}],
            "outputs": {"name": {"type": "string", "value": "[toUpper('done')]"}}}))
        checked = client.deployments.begin_validate_at_subscription_scope("by-python", deployment).result()
        self.assertIsNone(checked.error)
        done = client.deployments.begin_create_or_update_at_subscription_scope("by-python", deployment).result()
        self.assertEqual((done.properties.provisioning_state, done.properties.outputs["name"]["value"]), ("Succeeded", "DONE"))
        made = AuthorizationManagementClient(OWNER, PROD, **THERE).role_assignments.get(SCOPE, name)
        self.assertEqual(made.principal_id, os.environ["READER_ROBOT_ID"])
        AuthorizationManagementClient(OWNER, PROD, **THERE).role_assignments.delete(SCOPE, name)

    def test_refused(self):
        client = ResourceManagementClient(READING, PROD, **THERE)
        empty = arm.Deployment(location="westeurope", properties=arm.DeploymentProperties(mode="Incremental", template={
            "$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
            "contentVersion": "1.0.0.0", "resources": []}))
        self.refused(403, "AuthorizationFailed", lambda: client.deployments.begin_create_or_update_at_subscription_scope("no", empty))


class SubscriptionsSeen(Refusals):
    def test_own(self):
        client = Subscriptions(OWNER, **THERE)
        only, = client.subscriptions.list()
        self.assertEqual((only.display_name, only.state, only.subscription_id), ("fabrikam-prod", "Enabled", PROD))
        self.assertIn("westeurope", [place.name for place in client.subscriptions.list_locations(PROD)])
        self.assertEqual([t.tenant_id for t in client.tenants.list()], [os.environ["PHAROS_FABRIKAM_OWNER_ROBOT_TENANT_ID"]])

    def test_of_another_tenant(self):
        self.refused(401, "InvalidAuthenticationTokenTenant", lambda: SubscriptionClient(STRANGER, **THERE).subscriptions.get(PROD))


class Graph(Refusals):
    def test_query(self):
        client = ResourceGraphClient(READING, **THERE)
        found = client.resources(QueryRequest(
            subscriptions=[PROD], query="resources | where type =~ 'microsoft.compute/virtualmachines' | project name, type | order by name asc",
            options=QueryRequestOptions(result_format="objectArray")))
        self.assertEqual([r["name"] for r in found.data], ["vm-web-1", "vm-web-2"])
        self.assertEqual((found.total_records, found.result_truncated), (2, "false"))

    def test_refused(self):
        client = ResourceGraphClient(READING, **THERE)
        self.refused(400, "BadRequest", lambda: client.resources(QueryRequest(subscriptions=[PROD], query="resources | nonsense")))

    def test_nothing_of_others(self):
        client = ResourceGraphClient(STRANGER, **THERE)
        found = client.resources(QueryRequest(query="resources | project name", options=QueryRequestOptions(result_format="objectArray")))
        self.assertEqual([r["name"] for r in found.data], ["site"])


class Support(Refusals):
    def ticket(self, client):
        service = next(s for s in client.services.list() if "Subscription" in s.display_name)
        problem = next(iter(client.problem_classifications.list(service.name)))
        return support.SupportTicketDetails(
            service_id=service.id, problem_classification_id=problem.id, title="A line without credit", description="No credit on 6 October.",
            severity="minimal", contact_details=support.ContactProfile(
                first_name="Alice", last_name="Smith", preferred_contact_method="email", primary_email_address="alice@contosomsp.example",
                preferred_time_zone="UTC", country="usa", preferred_support_language="en-us"))

    def test_life_of_a_ticket(self):
        client = MicrosoftSupport(OWNER, PROD, **THERE)
        made = client.support_tickets.begin_create("by-python", self.ticket(client)).result()
        self.assertEqual((made.title, made.severity.lower(), made.status), ("A line without credit", "minimal", "Open"))
        self.assertEqual([t.name for t in client.support_tickets.list()], ["by-python"])
        self.assertEqual(list(client.communications.list("by-python")), [])
        changed = client.support_tickets.update("by-python", support.UpdateSupportTicket(severity="moderate"))
        self.assertEqual(changed.severity.lower(), "moderate")

    def test_refused(self):
        client = MicrosoftSupport(READING, PROD, **THERE)
        message = self.refused(403, "AuthorizationFailed", lambda: client.support_tickets.begin_create("no", self.ticket(client)))
        self.assertIn("Microsoft.Support/supportTickets/write", message)


if __name__ == "__main__":
    unittest.main()

// Drives the emulator by the Azure SDK for JavaScript, as its users would.
// Where the emulator is and the secrets of its scenario come from the
// environment: the file `env` that it writes.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { AuthorizationManagementClient } from "@azure/arm-authorization";
import { ACEProvisioningManagementPartnerAPI } from "@azure/arm-managementpartner";
import { ResourceManagementClient } from "@azure/arm-resources";
import { MicrosoftSupport } from "@azure/arm-support";
import { ClientSecretCredential } from "@azure/identity";

const url = process.env.PHAROS_EMULATOR_URL;
const prod = process.env.PHAROS_FABRIKAM_FABRIKAM_PROD_SUBSCRIPTION_ID;
const scope = `/subscriptions/${prod}`;
const contributor = "b24988ac-6180-42a0-ab88-20f7382dd24c";
// The clients of one generation call it credentialScopes, those of the next nest it.
const there = { endpoint: url, credentialScopes: `${url}/.default`, credentials: { scopes: [`${url}/.default`] } };
// soon is how often the clients look at an operation.
const soon = { updateIntervalInMs: 50 };

// signIn is the credential of a service principal, such as FABRIKAM_OWNER_ROBOT.
function signIn(who, secret) {
  const of = (name) => process.env[`PHAROS_${who}_${name}`];
  return new ClientSecretCredential(of("TENANT_ID"), of("CLIENT_ID"), secret ?? of("CLIENT_SECRET"), {
    authorityHost: url,
    disableInstanceDiscovery: true,
  });
}

const owner = signIn("FABRIKAM_OWNER_ROBOT");
const reader = signIn("FABRIKAM_READER_ROBOT");
const stranger = signIn("ADATUM_ADATUM_ROBOT");

// refused checks how a call was refused.
async function refused(statusCode, code, call) {
  await assert.rejects(call, (error) => {
    assert.equal(error.statusCode, statusCode, error.message);
    assert.equal(error.code, code, error.message);
    return true;
  });
}

async function all(pages) {
  const out = [];
  for await (const item of pages) out.push(item);
  return out;
}

test("sign-in", async () => {
  const token = await owner.getToken(`${url}/.default`);
  assert.equal(token.token.split(".").length, 3);
  await assert.rejects(signIn("FABRIKAM_OWNER_ROBOT", "wrong").getToken(`${url}/.default`), /AADSTS7000215/);
});

test("partner link", async () => {
  const client = new ACEProvisioningManagementPartnerAPI(signIn("CONTOSO_MSP_SUPPORT_ROBOT"), there);
  await refused(404, "NotFound", () => client.partners.get());
  await refused(400, "BadRequest", () => client.partner.create("4987653")); // the global ID earns nothing
  const made = await client.partner.create("4987654");
  assert.deepEqual([made.partnerId, made.state, made.version], ["4987654", "Active", 1]);
  assert.equal((await client.partners.get()).partnerId, "4987654");
  const changed = await client.partner.update("4987655");
  assert.deepEqual([changed.partnerId, changed.version], ["4987655", 2]);
  await client.partner.delete("4987655");
  await refused(404, "NotFound", () => client.partner.get("4987655"));
  const operations = await all(client.operation.list());
  assert.ok(operations.every((o) => o.name.startsWith("Microsoft.ManagementPartner/")));
});

test("roles", async () => {
  const client = new AuthorizationManagementClient(owner, prod, there);
  const [role] = await all(client.roleDefinitions.list(scope, { filter: "roleName eq 'Contributor'" }));
  assert.equal(role.name, contributor);
  const group = `${scope}/resourceGroups/rg-web`;
  const name = randomUUID();
  const given = { roleDefinitionId: role.id, principalId: process.env.READER_ROBOT_ID, principalType: "ServicePrincipal" };
  const made = await client.roleAssignments.create(group, name, given);
  assert.deepEqual([made.name, made.scope, made.principalId], [name, group, given.principalId]);
  await refused(409, "RoleAssignmentExists", () => client.roleAssignments.create(group, randomUUID(), given));
  const listed = await all(client.roleAssignments.listForSubscription());
  assert.ok(listed.some((a) => a.name === name));
  const other = new AuthorizationManagementClient(reader, prod, there);
  await refused(403, "AuthorizationFailed", () => other.roleAssignments.delete(group, name));
  await client.roleAssignments.delete(group, name);
  await refused(404, "RoleAssignmentNotFound", () => client.roleAssignments.get(group, name));
});

test("resources", async () => {
  const client = new ResourceManagementClient(reader, prod, there);
  const groups = await all(client.resourceGroups.list());
  assert.deepEqual(groups.map((g) => g.name).sort(), ["rg-data", "rg-web"]);
  const resources = await all(client.resources.listByResourceGroup("rg-web"));
  assert.deepEqual(resources.map((r) => r.name).sort(), ["vm-web-1", "vm-web-2"]);
  assert.equal((await client.providers.get("Microsoft.ManagedServices")).registrationState, "Registered");
  await refused(404, "ResourceGroupNotFound", () => client.resourceGroups.get("rg-none"));
  const away = new ResourceManagementClient(stranger, prod, there);
  await refused(401, "InvalidAuthenticationTokenTenant", () => all(away.resourceGroups.list()));
});

test("a delegation by its id", async () => {
  const client = new ResourceManagementClient(owner, prod, there);
  const id = `${scope}/providers/Microsoft.ManagedServices/registrationDefinitions/${randomUUID()}`;
  const offer = {
    properties: {
      registrationDefinitionName: "By JavaScript",
      managedByTenantId: process.env.PHAROS_CONTOSO_MSP_SUPPORT_ROBOT_TENANT_ID,
      authorizations: [{ principalId: process.env.SUPPORT_ROBOT_ID, roleDefinitionId: contributor }],
    },
  };
  const made = await client.resources.beginCreateOrUpdateByIdAndWait(id, "2022-10-01", offer, soon);
  assert.equal(made.properties.registrationDefinitionName, "By JavaScript");
  assert.equal(made.properties.provisioningState, "Succeeded");
  await client.resources.beginDeleteByIdAndWait(id, "2022-10-01", soon);
  await assert.rejects(client.resources.getById(id, "2022-10-01"), { statusCode: 404 });
  const other = new ResourceManagementClient(reader, prod, there);
  await refused(403, "AuthorizationFailed", () => other.resources.beginCreateOrUpdateByIdAndWait(id, "2022-10-01", offer, soon));
});

test("support", async () => {
  const client = new MicrosoftSupport(owner, prod, there);
  const services = await all(client.services.list());
  const service = services.find((s) => s.displayName.includes("Subscription"));
  const [problem] = await all(client.problemClassifications.list(service.name));
  const asked = {
    serviceId: service.id,
    problemClassificationId: problem.id,
    title: "A line without credit",
    description: "No credit on 6 October.",
    severity: "minimal",
    contactDetails: {
      firstName: "Alice",
      lastName: "Smith",
      preferredContactMethod: "email",
      primaryEmailAddress: "alice@contosomsp.example",
      preferredTimeZone: "UTC",
      country: "usa",
      preferredSupportLanguage: "en-us",
    },
  };
  const made = await client.supportTickets.beginCreateAndWait("by-javascript", asked, soon);
  assert.deepEqual([made.title, made.severity.toLowerCase(), made.status], ["A line without credit", "minimal", "Open"]);
  assert.deepEqual((await all(client.supportTickets.list())).map((t) => t.name), ["by-javascript"]);
  const changed = await client.supportTickets.update("by-javascript", { severity: "moderate" });
  assert.equal(changed.severity.toLowerCase(), "moderate");
  const other = new MicrosoftSupport(reader, prod, there);
  await refused(403, "AuthorizationFailed", () => other.supportTickets.beginCreateAndWait("no", asked, soon));
});

#!/bin/sh
# Does what your Microsoft partner asks for, with the Azure CLI. It may be run
# twice: what is there already is left alone.
set -eu
# Git Bash on Windows would take ids that begin with a slash for file names.
export MSYS_NO_PATHCONV=1

command -v az >/dev/null || { echo 'The Azure CLI is missing: https://aka.ms/azure-cli' >&2; exit 1; }
az account show --output none 2>/dev/null || { printf '%s\n' 'Sign in first: az login --tenant 22222222-2222-4222-8222-222222222222' >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

printf '%s\n' 'Deploy the template to the subscription Contoso (aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa). It is the delegation "Contoso" as it stood on 2026-11-02, with one line more: the role Support Request Contributor for Contoso (object id bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb). If anybody has changed the delegation since, ask us for a new template.'
cat >'template-1.json' <<'END_OF_TEMPLATE'
{
  "$schema": "https://schema.management.azure.com/schemas/2019-08-01/subscriptionDeploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "resources": [
    {
      "type": "Microsoft.ManagedServices/registrationDefinitions",
      "apiVersion": "2022-10-01",
      "name": "cccccccc-cccc-4ccc-8ccc-cccccccccccc",
      "properties": {
        "authorizations": [
          {
            "principalId": "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb",
            "principalIdDisplayName": "Contoso",
            "roleDefinitionId": "acdd72a7-3385-48ef-bd42-f606fba81ae7"
          },
          {
            "principalId": "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb",
            "principalIdDisplayName": "Contoso",
            "roleDefinitionId": "cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e"
          }
        ],
        "managedByTenantId": "11111111-1111-4111-8111-111111111111",
        "registrationDefinitionName": "Contoso"
      }
    },
    {
      "type": "Microsoft.ManagedServices/registrationAssignments",
      "apiVersion": "2022-10-01",
      "name": "dddddddd-dddd-4ddd-8ddd-dddddddddddd",
      "dependsOn": [
        "[subscriptionResourceId('Microsoft.ManagedServices/registrationDefinitions', 'cccccccc-cccc-4ccc-8ccc-cccccccccccc')]"
      ],
      "properties": {
        "registrationDefinitionId": "[subscriptionResourceId('Microsoft.ManagedServices/registrationDefinitions', 'cccccccc-cccc-4ccc-8ccc-cccccccccccc')]"
      }
    }
  ]
}
END_OF_TEMPLATE
az deployment sub create --subscription 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' --name 'pharos-add-authorization-1' --location 'westeurope' --template-file 'template-1.json' --output none

printf '%s\n' 'Deploy the template to the resource group rg-web of the subscription Contoso (aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa). It is the delegation "Contoso" as it stood on 2026-11-02, with one line more: the role Support Request Contributor for Contoso (object id bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb). If anybody has changed the delegation since, ask us for a new template.'
cat >'template-2.json' <<'END_OF_TEMPLATE'
{
  "$schema": "https://schema.management.azure.com/schemas/2019-08-01/subscriptionDeploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "resources": [
    {
      "type": "Microsoft.ManagedServices/registrationDefinitions",
      "apiVersion": "2022-10-01",
      "name": "eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee",
      "properties": {
        "authorizations": [
          {
            "principalId": "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb",
            "principalIdDisplayName": "Contoso",
            "roleDefinitionId": "acdd72a7-3385-48ef-bd42-f606fba81ae7"
          },
          {
            "principalId": "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb",
            "principalIdDisplayName": "Contoso",
            "roleDefinitionId": "cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e"
          }
        ],
        "managedByTenantId": "11111111-1111-4111-8111-111111111111",
        "registrationDefinitionName": "Contoso"
      }
    },
    {
      "type": "Microsoft.Resources/deployments",
      "apiVersion": "2021-04-01",
      "name": "delegate-dddddddd-dddd-4ddd-8ddd-dddddddddddd",
      "resourceGroup": "rg-web",
      "dependsOn": [
        "[subscriptionResourceId('Microsoft.ManagedServices/registrationDefinitions', 'eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee')]"
      ],
      "properties": {
        "mode": "Incremental",
        "template": {
          "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
          "contentVersion": "1.0.0.0",
          "resources": [
            {
              "type": "Microsoft.ManagedServices/registrationAssignments",
              "apiVersion": "2022-10-01",
              "name": "dddddddd-dddd-4ddd-8ddd-dddddddddddd",
              "properties": {
                "registrationDefinitionId": "[subscriptionResourceId('Microsoft.ManagedServices/registrationDefinitions', 'eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee')]"
              }
            }
          ]
        }
      }
    }
  ]
}
END_OF_TEMPLATE
az deployment sub create --subscription 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' --name 'pharos-make-standing-1' --location 'westeurope' --template-file 'template-2.json' --output none

printf '%s\n' 'Assign the role Support Request Contributor on the subscription Contoso (aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa) to Contoso (object id bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb).'
there=$(az rest --subscription 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' --method get --url '/subscriptions/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter=atScope()' --query 'value[?properties.principalId=='\''bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb'\'' && ends_with(properties.roleDefinitionId, '\''cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e'\'')].id' --output tsv)
if [ -z "$there" ]; then
  az role assignment create --subscription 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' --name 'b7e91204-d691-8188-9f2d-5aab8c0443ce' --assignee-object-id 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb' --assignee-principal-type 'ServicePrincipal' --role 'cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e' --scope '/subscriptions/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' --output none
fi

printf '%s\n' 'Assign the role Support Request Contributor on the subscription Contoso (aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa) to Contoso (object id bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb).'
there=$(az rest --subscription 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' --method get --url '/subscriptions/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter=atScope()' --query 'value[?properties.principalId=='\''bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb'\'' && ends_with(properties.roleDefinitionId, '\''cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e'\'')].id' --output tsv)
if [ -z "$there" ]; then
  az role assignment create --subscription 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' --name 'b7e91204-d691-8188-9f2d-5aab8c0443ce' --assignee-object-id 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb' --assignee-principal-type 'ServicePrincipal' --role 'cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e' --scope '/subscriptions/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' --output none
fi

printf '%s\n' 'Assign the role Owner on the subscription Contoso (aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa) to our group Contoso (object id 00000000-0000-4000-8000-0000000000aa). It lives in our tenant, so that the portal does not offer it: only a script can assign it, as a ForeignGroup.'
there=$(az rest --subscription 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' --method get --url '/subscriptions/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter=atScope()' --query 'value[?properties.principalId=='\''00000000-0000-4000-8000-0000000000aa'\'' && ends_with(properties.roleDefinitionId, '\''8e3af657-a8ff-443c-a75c-2fe8c4bcb635'\'')].id' --output tsv)
if [ -z "$there" ]; then
  az role assignment create --subscription 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' --name '2308f45b-e507-8c29-a24a-98e56f21582d' --assignee-object-id '00000000-0000-4000-8000-0000000000aa' --assignee-principal-type 'ForeignGroup' --role '8e3af657-a8ff-443c-a75c-2fe8c4bcb635' --scope '/subscriptions/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' --output none
fi

printf '%s\n' 'Deploy the template to the subscription Contoso (aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa). It delegates it to our tenant by Azure Lighthouse, with the role Support Request Contributor for Contoso (object id bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb), who can also give the delegation up.'
cat >'template-6.json' <<'END_OF_TEMPLATE'
{
  "offer": "Contoso"
}
END_OF_TEMPLATE
az deployment sub create --subscription 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' --name 'pharos-delegate-1' --location 'westeurope' --template-file 'template-6.json' --output none

printf '%s\n' 'Remove the deny assignment at the subscription Contoso (aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa), if you can do without it; the script only shows it.'
az rest --subscription 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' --method get --url '/subscriptions/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa/providers/Microsoft.Authorization/denyAssignments?api-version=2022-04-01'

echo 'Done. Please tell us.'

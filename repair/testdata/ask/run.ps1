# Does what your Microsoft partner asks for, with the Az module of PowerShell.
# It may be run twice: what is there already is left alone.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

if (-not (Get-Command -Name Set-AzContext -ErrorAction SilentlyContinue)) { throw 'The Az module is missing: Install-Module -Name Az -Scope CurrentUser' }
if (-not (Get-AzContext)) { Connect-AzAccount -Tenant '22222222-2222-4222-8222-222222222222' | Out-Null }

Write-Output 'Deploy the template to the subscription Contoso (aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa). It is the delegation "Contoso" as it stood on 2026-11-02, with one line more: the role Support Request Contributor for Contoso (object id bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb). If anybody has changed the delegation since, ask us for a new template.'
Set-AzContext -Subscription 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' | Out-Null
$template = @'
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
'@
$file = Join-Path -Path ([IO.Path]::GetTempPath()) -ChildPath ([guid]::NewGuid().ToString() + '.json')
[IO.File]::WriteAllText($file, $template)
try {
    New-AzSubscriptionDeployment -Name 'pharos-add-authorization-1' -Location 'westeurope' -TemplateFile $file | Out-Null
} finally {
    Remove-Item -LiteralPath $file
}

Write-Output 'Deploy the template to the resource group rg-web of the subscription Contoso (aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa). It is the delegation "Contoso" as it stood on 2026-11-02, with one line more: the role Support Request Contributor for Contoso (object id bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb). If anybody has changed the delegation since, ask us for a new template.'
Set-AzContext -Subscription 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' | Out-Null
$template = @'
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
'@
$file = Join-Path -Path ([IO.Path]::GetTempPath()) -ChildPath ([guid]::NewGuid().ToString() + '.json')
[IO.File]::WriteAllText($file, $template)
try {
    New-AzSubscriptionDeployment -Name 'pharos-make-standing-1' -Location 'westeurope' -TemplateFile $file | Out-Null
} finally {
    Remove-Item -LiteralPath $file
}

Write-Output 'Assign the role Support Request Contributor on the subscription Contoso (aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa) to Contoso (object id bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb).'
Set-AzContext -Subscription 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' | Out-Null
$there = ((Invoke-AzRestMethod -Method GET -Path '/subscriptions/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter=atScope()').Content | ConvertFrom-Json).value | Where-Object { $_.properties.principalId -eq 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb' -and $_.properties.roleDefinitionId -like '*cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e' }
if (-not $there) {
    New-AzRoleAssignment -ObjectId 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb' -ObjectType 'ServicePrincipal' -RoleDefinitionId 'cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e' -Scope '/subscriptions/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' | Out-Null
}

Write-Output 'Assign the role Support Request Contributor on the subscription Contoso (aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa) to Contoso (object id bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb).'
Set-AzContext -Subscription 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' | Out-Null
$there = ((Invoke-AzRestMethod -Method GET -Path '/subscriptions/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter=atScope()').Content | ConvertFrom-Json).value | Where-Object { $_.properties.principalId -eq 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb' -and $_.properties.roleDefinitionId -like '*cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e' }
if (-not $there) {
    New-AzRoleAssignment -ObjectId 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb' -ObjectType 'ServicePrincipal' -RoleDefinitionId 'cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e' -Scope '/subscriptions/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' | Out-Null
}

Write-Output 'Assign the role Owner on the subscription Contoso (aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa) to our group Contoso (object id 00000000-0000-4000-8000-0000000000aa). It lives in our tenant, so that the portal does not offer it: only a script can assign it, as a ForeignGroup.'
Set-AzContext -Subscription 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' | Out-Null
$there = ((Invoke-AzRestMethod -Method GET -Path '/subscriptions/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter=atScope()').Content | ConvertFrom-Json).value | Where-Object { $_.properties.principalId -eq '00000000-0000-4000-8000-0000000000aa' -and $_.properties.roleDefinitionId -like '*8e3af657-a8ff-443c-a75c-2fe8c4bcb635' }
if (-not $there) {
    New-AzRoleAssignment -ObjectId '00000000-0000-4000-8000-0000000000aa' -ObjectType 'ForeignGroup' -RoleDefinitionId '8e3af657-a8ff-443c-a75c-2fe8c4bcb635' -Scope '/subscriptions/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' | Out-Null
}

Write-Output 'Deploy the template to the subscription Contoso (aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa). It delegates it to our tenant by Azure Lighthouse, with the role Support Request Contributor for Contoso (object id bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb), who can also give the delegation up.'
Set-AzContext -Subscription 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' | Out-Null
$template = @'
{
  "offer": "Contoso"
}
'@
$file = Join-Path -Path ([IO.Path]::GetTempPath()) -ChildPath ([guid]::NewGuid().ToString() + '.json')
[IO.File]::WriteAllText($file, $template)
try {
    New-AzSubscriptionDeployment -Name 'pharos-delegate-1' -Location 'westeurope' -TemplateFile $file | Out-Null
} finally {
    Remove-Item -LiteralPath $file
}

Write-Output 'Remove the deny assignment at the subscription Contoso (aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa), if you can do without it; the script only shows it.'
Set-AzContext -Subscription 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' | Out-Null
(Invoke-AzRestMethod -Method GET -Path '/subscriptions/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa/providers/Microsoft.Authorization/denyAssignments?api-version=2022-04-01').Content

Write-Output 'Done. Please tell us.'

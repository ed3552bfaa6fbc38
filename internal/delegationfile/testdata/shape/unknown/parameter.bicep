targetScope = 'subscription'

param role string
param principal string = newGuid()

resource operations 'Microsoft.ManagedServices/registrationDefinitions@2022-10-01' = {
  name: guid('Contoso operations')
  properties: {
    registrationDefinitionName: 'Contoso operations'
    managedByTenantId: tenant().tenantId
    authorizations: [
      { principalId: principal, roleDefinitionId: role }
    ]
  }
}

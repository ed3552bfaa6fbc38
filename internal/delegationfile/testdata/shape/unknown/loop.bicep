targetScope = 'subscription'

param people array

resource operations 'Microsoft.ManagedServices/registrationDefinitions@2022-10-01' = {
  name: guid('Contoso operations')
  properties: {
    registrationDefinitionName: 'Contoso operations'
    managedByTenantId: '11111111-1111-4111-8111-111111111111'
    authorizations: [for p in people: {
      principalId: p
      roleDefinitionId: 'cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e'
    }]
  }
}

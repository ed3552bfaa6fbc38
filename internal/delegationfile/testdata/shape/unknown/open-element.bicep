targetScope = 'subscription'

param team object

resource operations 'Microsoft.ManagedServices/registrationDefinitions@2022-10-01' = {
  name: guid('Contoso operations')
  properties: {
    registrationDefinitionName: 'Contoso operations'
    managedByTenantId: '11111111-1111-4111-8111-111111111111'
    authorizations: [
      team
      { principalId: '5d3a2f60-8d0b-4a55-8f0e-0f4f4f6b1c2d', roleDefinitionId: '91c1777a-f3dc-4fae-b103-61d183457e46' }
    ]
  }
}

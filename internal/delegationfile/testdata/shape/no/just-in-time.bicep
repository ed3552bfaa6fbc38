targetScope = 'subscription'

resource operations 'Microsoft.ManagedServices/registrationDefinitions@2022-10-01' = {
  name: guid('Contoso operations')
  properties: {
    registrationDefinitionName: 'Contoso operations'
    managedByTenantId: '11111111-1111-4111-8111-111111111111'
    authorizations: [
      {
        principalId: '5d3a2f60-8d0b-4a55-8f0e-0f4f4f6b1c2d'
        roleDefinitionId: 'acdd72a7-3385-48ef-bd42-f606fba81ae7'
      }
    ]
    eligibleAuthorizations: [
      {
        principalId: '5d3a2f60-8d0b-4a55-8f0e-0f4f4f6b1c2d'
        roleDefinitionId: 'b24988ac-6180-42a0-ab88-20f7382dd24c'
      }
    ]
  }
}

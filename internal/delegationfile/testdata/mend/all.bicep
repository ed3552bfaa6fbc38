targetScope = 'subscription'

resource operations 'Microsoft.ManagedServices/registrationDefinitions@2019-09-01' = {
  name: guid('Contoso operations')
  properties: {
    registrationDefinitionName: 'Contoso operations'
    managedByTenantId: '11111111-1111-4111-8111-111111111111'
    authorizations: [
      {
        principalId: '5d3a2f60-8d0b-4a55-8f0e-0f4f4f6b1c2d'
        roleDefinitionId: 'cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e' // Support Request Contributor
      }
      { principalId: '7c1f7a52-51d0-4f0d-9a36-3f0f8f1e2b3c', roleDefinitionId: 'acdd72a7-3385-48ef-bd42-f606fba81ae7' }
      { principalId: '7c1f7a52-51d0-4f0d-9a36-3f0f8f1e2b3c', roleDefinitionId: 'acdd72a7-3385-48ef-bd42-f606fba81ae7' }
    ]
    eligibleAuthorizations: [
      {
        principalId: '7c1f7a52-51d0-4f0d-9a36-3f0f8f1e2b3c'
        roleDefinitionId: 'b24988ac-6180-42a0-ab88-20f7382dd24c'
        justInTimeAccessPolicy: { multiFactorAuthProvider: 'Azure', maximumActivationDuration: 'PT9H' }
      }
    ]
  }
}

resource assignment 'Microsoft.ManagedServices/registrationAssignments@2022-10-01' = {
  name: operations.name
  properties: { registrationDefinitionId: operations.id }
}

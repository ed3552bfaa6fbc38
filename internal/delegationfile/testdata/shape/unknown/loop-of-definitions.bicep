targetScope = 'subscription'

resource operations 'Microsoft.ManagedServices/registrationDefinitions@2022-10-01' = [for offer in offers: {
  name: guid(offer)
  properties: {
    registrationDefinitionName: offer
    managedByTenantId: '11111111-1111-4111-8111-111111111111'
    authorizations: [
      { principalId: '5d3a2f60-8d0b-4a55-8f0e-0f4f4f6b1c2d', roleDefinitionId: 'cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e' }
    ]
  }
}]

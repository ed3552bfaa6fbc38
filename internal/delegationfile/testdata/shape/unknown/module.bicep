targetScope = 'subscription'

module delegation 'delegation.bicep' = {
  name: 'delegation'
  params: {
    role: 'cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e'
  }
}

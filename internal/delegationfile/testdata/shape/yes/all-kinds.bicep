// A delegation of a subscription, with values of every literal kind.
targetScope = 'subscription'

@description('''
Who manages; it's "ours".
''')
@minLength(36)
param managingTenantId string = '11111111-1111-4111-8111-111111111111' // our tenant
param teams array = [
  { id: '7c1f7a52-51d0-4f0d-9a36-3f0f8f1e2b3c', name: 'Engineers' }
]
param options { loud: bool, roles: string[] } = {
  loud: false
  roles: [ 'acdd72a7-3385-48ef-bd42-f606fba81ae7', 'cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e' ]
}
param environment 'test' | 'production' = 'production'

var offer = 'Contoso operations (${environment})'
/* The role that earns, unless it is loud. */
var role = options.loud
  ? options.roles[0]
  : options.roles[1]
#disable-next-line no-unused-vars
var unused = [for t in teams: t.name]

resource operations 'Microsoft.ManagedServices/registrationDefinitions@2022-10-01' = {
  name: guid(offer)
  properties: {
    registrationDefinitionName: offer
    description: loadTextContent('description.txt')
    managedByTenantId: managingTenantId
    authorizations: [
      {
        principalId: teams[0].id
        'principalIdDisplayName': teams[0].name
        roleDefinitionId: role
      }
      { principalId: teams[0].id, roleDefinitionId: '91c1777a-f3dc-4fae-b103-61d183457e46' }
    ]
  }
}

resource assignment 'Microsoft.ManagedServices/registrationAssignments@2022-10-01' = {
  name: operations.name
  properties: {
    registrationDefinitionId: operations.id
  }
}

output definition string = operations.id

resource "azurerm_lighthouse_definition" "operations" {
  name               = "Contoso operations"
  managing_tenant_id = "11111111-1111-4111-8111-111111111111"
  scope              = "/subscriptions/22222222-2222-4222-8222-222222222222"

  dynamic "authorization" {
    for_each = var.authorizations
    content {
      principal_id       = authorization.value.principal
      role_definition_id = authorization.value.role
    }
  }
}

resource "azurerm_lighthouse_definition" "operations" {
  count              = var.managed ? 1 : 0
  name               = "Contoso operations"
  managing_tenant_id = "11111111-1111-4111-8111-111111111111"
  scope              = "/subscriptions/22222222-2222-4222-8222-222222222222"

  authorization {
    principal_id       = "5d3a2f60-8d0b-4a55-8f0e-0f4f4f6b1c2d"
    role_definition_id = "cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e"
  }
}

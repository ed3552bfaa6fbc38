resource "azurerm_lighthouse_definition" "operations" {
  name               = "Contoso operations"
  managing_tenant_id = "11111111-1111-4111-8111-111111111111"
  scope              = "/subscriptions/22222222-2222-4222-8222-222222222222"

  authorization {
    principal_id                  = "5d3a2f60-8d0b-4a55-8f0e-0f4f4f6b1c2d"
    role_definition_id            = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"
    delegated_role_definition_ids = var.roles
  }
  authorization {
    principal_id       = "5d3a2f60-8d0b-4a55-8f0e-0f4f4f6b1c2d"
    role_definition_id = var.role
  }
}

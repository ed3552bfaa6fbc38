resource "azurerm_lighthouse_definition" "operations" {
  name               = "Contoso operations"
  managing_tenant_id = data.azurerm_client_config.current.tenant_id
  scope              = "/subscriptions/22222222-2222-4222-8222-222222222222"

  authorization {
    principal_id       = "5d3a2f60-8d0b-4a55-8f0e-0f4f4f6b1c2d"
    role_definition_id = split("/", data.azurerm_role_definition.chosen.id)[4]
  }
}

variable "subscription" {
  type    = string
  default = "22222222-2222-4222-8222-222222222222"
}

resource "azurerm_lighthouse_definition" "operations" {
  count              = 1
  name               = "Contoso operations"
  managing_tenant_id = "11111111-1111-4111-8111-111111111111"
  scope              = "/subscriptions/${var.subscription}"

  authorization {
    principal_id       = "5d3a2f60-8d0b-4a55-8f0e-0f4f4f6b1c2d"
    role_definition_id = "cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e"
  }

  eligible_authorization {
    principal_id       = var.engineers
    role_definition_id = "b24988ac-6180-42a0-ab88-20f7382dd24c"

    just_in_time_access_policy {
      multi_factor_auth_provider  = "Azure"
      maximum_activation_duration = "PT4H"

      approver {
        principal_id           = "0b6e4e1d-2f3a-4b5c-8d7e-9f0a1b2c3d4e"
        principal_display_name = "Leads"
      }
    }
  }
}

resource "azurerm_lighthouse_assignment" "operations" {
  for_each                 = toset(["rg-web", "rg-data"])
  scope                    = "/subscriptions/${var.subscription}/resourceGroups/${each.key}"
  lighthouse_definition_id = azurerm_lighthouse_definition.operations[0].id
}

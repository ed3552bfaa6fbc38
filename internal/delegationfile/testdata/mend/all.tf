resource "azurerm_lighthouse_definition" "operations" {
  name               = "Contoso operations"
  managing_tenant_id = "11111111-1111-4111-8111-111111111111"
  scope              = "/subscriptions/22222222-2222-4222-8222-222222222222"

  authorization { # Support Request Contributor
    principal_id       = "5d3a2f60-8d0b-4a55-8f0e-0f4f4f6b1c2d"
    role_definition_id = "cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e"
  }

  authorization {
    principal_id       = "7c1f7a52-51d0-4f0d-9a36-3f0f8f1e2b3c"
    role_definition_id = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
  }

  authorization { // again: "}"
    principal_id       = "7c1f7a52-51d0-4f0d-9a36-3f0f8f1e2b3c"
    role_definition_id = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
  }

  eligible_authorization {
    principal_id       = "7c1f7a52-51d0-4f0d-9a36-3f0f8f1e2b3c"
    role_definition_id = "b24988ac-6180-42a0-ab88-20f7382dd24c"

    just_in_time_access_policy {
      multi_factor_auth_provider  = "Azure"
      maximum_activation_duration = "PT10M" # too short
    }
  }
}

resource "azurerm_lighthouse_assignment" "operations" {
  scope                    = "/subscriptions/22222222-2222-4222-8222-222222222222"
  lighthouse_definition_id = azurerm_lighthouse_definition.operations.id
}

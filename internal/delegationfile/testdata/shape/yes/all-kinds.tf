# A delegation of a subscription, with values of every literal kind.
terraform {
  required_version = ">= 1.5"
  required_providers {
    azurerm = { source = "hashicorp/azurerm", version = "~> 4.0" }
  }
}

provider "azurerm" {
  features {}
}

locals {
  tags = { for k in ["a", "b"] : k => upper("${k}-}") }
}

/* The delegation
   itself. */
resource "azurerm_lighthouse_definition" "operations" {
  lighthouse_definition_id = "3d1f4b52-51d0-4f0d-9a36-3f0f8f1e2b3c"
  name                     = "Contoso \"operations\" $${x} \u00fc"
  description              = <<-EOT
    Operations by Contoso,
      day and night.
  EOT
  managing_tenant_id       = "11111111-1111-4111-8111-111111111111"
  scope                    = "/subscriptions/22222222-2222-4222-8222-222222222222"

  authorization { principal_id = "5d3a2f60-8d0b-4a55-8f0e-0f4f4f6b1c2d"
    role_definition_id = "cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e" } // earns
  authorization {
    principal_id           = "5d3a2f60-8d0b-4a55-8f0e-0f4f4f6b1c2d"
    principal_display_name = local.tags["a"]
    role_definition_id     = "91c1777a-f3dc-4fae-b103-61d183457e46"
  }
  authorization {
    principal_id                  = "7c1f7a52-51d0-4f0d-9a36-3f0f8f1e2b3c"
    role_definition_id            = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"
    delegated_role_definition_ids = [
      "b24988ac-6180-42a0-ab88-20f7382dd24c", # Contributor
      "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    ]
  }

  timeouts {
    create = "30m"
  }
}

resource "azurerm_lighthouse_assignment" "operations" {
  scope                    = "/subscriptions/22222222-2222-4222-8222-222222222222"
  lighthouse_definition_id = azurerm_lighthouse_definition.operations.id
}

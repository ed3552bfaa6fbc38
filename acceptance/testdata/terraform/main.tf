# What a customer's owner writes down to be managed by Contoso. Who signs in,
# and where, comes from the environment (ARM_CLIENT_ID, ARM_METADATA_HOSTNAME, …).

terraform {
  required_providers {
    azurerm = { source = "hashicorp/azurerm" }
  }
}

variable "partner_tenant" { type = string }
variable "partner_robot" { type = string }
variable "customer_robot" { type = string }

provider "azurerm" {
  features {}
  resource_provider_registrations = "none"
  use_cli                         = false
}

data "azurerm_subscription" "this" {}

data "azurerm_role_definition" "contributor" {
  name  = "Contributor"
  scope = data.azurerm_subscription.this.id
}

resource "azurerm_lighthouse_definition" "contoso" {
  name               = "Contoso managed services"
  description        = "Managed by Contoso"
  managing_tenant_id = var.partner_tenant
  scope              = data.azurerm_subscription.this.id

  authorization {
    principal_id           = var.partner_robot
    principal_display_name = "Automation"
    role_definition_id     = data.azurerm_role_definition.contributor.role_definition_id
  }
}

resource "azurerm_lighthouse_assignment" "contoso" {
  scope                    = data.azurerm_subscription.this.id
  lighthouse_definition_id = azurerm_lighthouse_definition.contoso.id
}

resource "azurerm_resource_group" "state" {
  name     = "rg-state"
  location = "westeurope"
  tags     = { purpose = "terraform" }
}

resource "azurerm_role_assignment" "robot" {
  scope                = azurerm_resource_group.state.id
  role_definition_name = "Support Request Contributor"
  principal_id         = var.customer_robot
  principal_type       = "ServicePrincipal"
}

resource "azurerm_subscription_template_deployment" "reader" {
  name     = "by-terraform"
  location = "westeurope"
  parameters_content = jsonencode({
    who = { value = var.customer_robot }
  })
  template_content = jsonencode({
    "$schema"      = "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#"
    contentVersion = "1.0.0.0"
    parameters     = { who = { type = "string" } }
    resources = [{
      type       = "Microsoft.Authorization/roleAssignments"
      apiVersion = "2022-04-01"
      name       = "[guid(parameters('who'), subscription().id)]"
      properties = {
        principalId      = "[parameters('who')]"
        principalType    = "ServicePrincipal"
        roleDefinitionId = "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '43d0d8ad-25c7-4714-9337-8ba259a9fe05')]"
      }
    }]
    outputs = { who = { type = "string", value = "[parameters('who')]" } }
  })
}

output "subscription" { value = data.azurerm_subscription.this.display_name }
output "deployed" { value = jsondecode(azurerm_subscription_template_deployment.reader.output_content).who.value }

package emulator

// pricingCurrency is the currency of every list price: the Azure plan is
// priced in US dollars (docs: Azure plan billing).
const pricingCurrency = "USD"

// serviceFamily is the family that Microsoft's price list puts a meter
// category in.
func serviceFamily(category string) string {
	switch category {
	case "Virtual Machines", "Azure App Service", "Functions", "Azure Kubernetes Service":
		return "Compute"
	case "Storage", "Backup":
		return "Storage"
	case "SQL Database", "Redis Cache":
		return "Databases"
	case "Bandwidth", "VPN Gateway", "Virtual Network":
		return "Networking"
	case "Key Vault":
		return "Security"
	case "Log Analytics":
		return "Management and Governance"
	default:
		return "Other"
	}
}

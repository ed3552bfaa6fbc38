// Package delegationfile reads what customers are asked to sign: Azure
// Lighthouse delegations written as ARM templates, Bicep, Terraform (azurerm) or
// its plans, or the authorizations of a Managed Service offer. The language is
// told by the content, not by the name. What a file says becomes an
// onboard.Proposal, in which every value keeps its line; what cannot be worked
// out is marked, never guessed. It writes new delegations too (Write).
package delegationfile

// Package onboard says what an Azure Lighthouse delegation will bring before
// anybody signs it, and writes delegations that earn.
//
// EnsureAccount makes the service principal that a delegation is for, with a
// secret, a certificate or a federated credential, through an interface too.
//
// A Proposal is what a file asks a customer to accept, in whatever language it
// is written: readers make it (internal/proposal), rules judge it (Lint). Each
// value remembers the place where it is written. The package is pure: what only
// the directories know (Directory) is asked for through an interface.
package onboard

// Package acceptance drives the emulator by clients that we did not write:
// the Azure CLI, the Azure SDKs for Go, Python and JavaScript, and Terraform.
// What `pharos onboard new` writes is deployed by them too.
// It holds tests alone. Each starts an emulator in its own process behind TLS,
// and runs the client as its users would, against authorization that is
// enforced.
//
// A client that is not installed is a failure where the environment says
// CI=true, and a skipped test elsewhere; `make acceptance` installs them. Two
// take so long that they run only when they are asked for: az with
// PHAROS_ACCEPTANCE=1, as `make acceptance` and CI have it, and Terraform with
// PHAROS_TERRAFORM_BIN, as `make acceptance-terraform` has it.
package acceptance

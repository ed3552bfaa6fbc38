// Package acceptance drives the emulator by clients that we did not write:
// the Azure CLI, the Azure SDKs for Go, Python and JavaScript, and Terraform.
// It holds tests alone. Each starts an emulator in its own process behind TLS,
// and runs the client as its users would, against authorization that is
// enforced.
//
// A client that is not installed is a failure where the environment says
// CI=true, and a skipped test elsewhere; `make acceptance` installs them.
package acceptance

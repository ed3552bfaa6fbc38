// Package spec holds the emulator against what others wrote down of the real
// Azure: OpenAPI documents, by a validator library, and recorded exchanges,
// which are replayed. It holds tests alone.
//
// The documents and recordings are not part of this repository. The variable
// PHAROS_AZURE_SPECS names their folder: one folder for each area, with
// OpenAPI files (Swagger 2.0 or OpenAPI 3) in it, and with recordings in a
// folder of that name. Without it the tests are skipped and say so. Where the
// emulator differs, docs/emulator-recordings.md has to say why.
package spec

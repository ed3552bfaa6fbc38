// Package azure is the client of the real cloud: Azure Resource Manager,
// Microsoft Graph, Partner Center and the partner billing exports, on the
// public SDK's authentication (azidentity) and transport (azcore).
//
// A [Session] is one credential signed in to one [Cloud]. It is an eye of
// package observe, and hands out a [LinkAccount] for package link, a
// [Commerce] for observe and a [Billing] for the pull of rated usage. The
// same code talks to Azure and to the emulator; only endpoints differ.
//
// Four rules hold for every call:
//
//   - Lists are read to the end or not at all: a page that cannot be read
//     makes the whole reading an error, never a shorter reading.
//   - Times are the cloud's: the Date header of its answers.
//   - A token goes only to the endpoint it was made for. Links to a next page
//     that leave it are refused, redirects are not followed.
//   - Errors are [pharos.Error] values of one line that name the credential
//     and carry the cloud's own code and words. Secrets are in none of them.
package azure

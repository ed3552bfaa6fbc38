// Package config reads pharos.yaml: who the partner is, which cloud, which
// credentials observe it, and where history and usage are kept.
//
// Reading is strict. An unknown key, a secret in plain text and a value that
// does not fit are problems, and every problem of a file is reported at once
// with its line and the path of its key, so that a configuration is mended in
// one go. Secrets stay references ([Ref]) until something needs them, and are
// never part of what the package prints.
//
// Every value remembers where it came from ([Setting]): a flag, a PHAROS_*
// variable, a line of the file, or a default, in this order of precedence.
package config

import (
	"time"

	"github.com/pharos-pec/pharos"
)

// Config is a valid configuration.
type Config struct {
	// File is the path of the file it was read from, "" when everything came
	// from flags and the environment.
	File        string
	Partner     pharos.Partner
	Cloud       Cloud
	Credentials []Credential
	Register    []Declared
	// Contact is whom Microsoft's support answers, nil when it is not said.
	Contact *pharos.Contact
	Store   Location
	Ledger  Location
	// Memory is what Pharos is meant to get by with when it works on usage, in
	// bytes; 0 when it is not said.
	Memory int64
	// Settings are the resolved values in the order of the file's schema.
	Settings []Setting
}

// Names of the public clouds, as the key `cloud` spells them.
const (
	PublicCloud       = "public"
	USGovernmentCloud = "usgovernment"
	ChinaCloud        = "china"
	CustomCloud       = "custom" // a mapping of endpoints
)

// Cloud is the Azure to talk to: one that Microsoft names, or endpoints.
type Cloud struct {
	Name string
	// The endpoints of a custom cloud, https URLs without a trailing slash.
	Authority, ResourceManager, Graph, PartnerCenter string
	// CAFile is a PEM file of certificates to trust besides the system's, "" for none.
	CAFile string
}

// Credential is one identity that Pharos signs in with.
type Credential struct {
	Name     string
	Tenant   pharos.TenantID
	ClientID string
	Method   Method
	// Ref is the secret, certificate or token of the method, zero for the
	// methods that have none.
	Ref Ref
	// Link says that the credential is also to be linked to the partner ID.
	Link bool
}

// Method is how a credential signs in; its value is the key of the file.
type Method string

// The methods of signing in.
const (
	ClientSecret    Method = "secret"
	Certificate     Method = "certificate"
	FederatedToken  Method = "federatedToken"
	ManagedIdentity Method = "managedIdentity"
	AzureCLI        Method = "azureCLI"
	DeviceCode      Method = "deviceCode"
)

// Declared is a partner link that a person reports in the register, because
// Azure tells a link only to the principal that holds it.
type Declared struct {
	Principal pharos.PrincipalRef
	PartnerID pharos.PartnerID
	// During is when the link stood; a zero bound is an open end.
	During pharos.Interval
}

// Location is where something is kept: a file or folder, or a server.
type Location struct {
	// Engine is "sqlite" or "postgres" for a store, "folder" or "clickhouse"
	// for a ledger.
	Engine string
	// Path is the file or folder (absolute where the configuration file's
	// folder is known), or the server's URL.
	Path string
}

// Setting is one resolved value and its origin, for `config check`.
type Setting struct {
	Key   string `json:"key"`
	Value string `json:"value"`
	From  string `json:"from"` // "flag --store", "PHAROS_STORE", "pharos.yaml:7" or "default"
}

// Override replaces the value of a key, from a flag or the environment.
type Override struct {
	Key   string // dotted, for example partner.id
	Value string
	From  string
}

// parseTime reads an instant (RFC 3339) or the first instant of a UTC day.
func parseTime(s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC(), nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}, pharos.Errorf(pharos.Invalid, "%q is not a time; write 2026-10-09 or 2026-10-09T08:00:00Z", s)
	}
	return t.UTC(), nil
}

// Beside returns the path of a file in the folder of the configuration, the
// current folder when there is no file.
func (c *Config) Beside(name string) string { return underDir(folder(c.File), name) }

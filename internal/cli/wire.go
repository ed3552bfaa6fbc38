package cli

import (
	"context"
	"encoding/json"
	"runtime/debug"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/internal/azure"
	"github.com/pharos-pec/pharos/internal/config"
	"github.com/pharos-pec/pharos/internal/ledger"
	"github.com/pharos-pec/pharos/internal/ledger/clickhouse"
	"github.com/pharos-pec/pharos/internal/store"
	"github.com/pharos-pec/pharos/internal/web"
	"github.com/pharos-pec/pharos/link"
	"github.com/pharos-pec/pharos/observe"
	"github.com/pharos-pec/pharos/repair"
)

// The adapters fit the interfaces that the verbs declare. This file is the
// only one that knows two of them at once.
var (
	_ observe.Eye      = (*azure.Session)(nil)
	_ observe.Commerce = (*azure.Commerce)(nil)
	_ link.Account     = azure.LinkAccount{}
	_ link.Account     = unopened{}
	_ repair.Hand      = azure.Hand{}
	_ repair.Hand      = unopenedHand{}
	_ usageLedger      = (*ledger.Ledger)(nil)
	_ usageLedger      = (*clickhouse.Ledger)(nil)
	_ historian        = (*store.Store)(nil)
	_ web.Books        = (*books)(nil)
)

// usageLedger keeps usage lines, and answers what the commands ask of them.
type usageLedger interface {
	credit.Ledger
	credit.Billed
	credit.Reconciled
	// Import adds files, all or none.
	Import(ctx context.Context, sources []ledger.Source, opts ledger.Options) (ledger.Report, error)
	// Names tells what the bill calls the customers and subscriptions of a month.
	Names(ctx context.Context, month pharos.Month) (map[pharos.TenantID]pharos.Customer, map[pharos.SubscriptionID]pharos.Subscription, error)
	// Manifest is the list of what was imported.
	Manifest(ctx context.Context) (ledger.Manifest, error)
	// Files lists the usage files of a month.
	Files(ctx context.Context, month pharos.Month) ([]ledger.File, error)
	// LastStatement is the newest that was pulled; ok is false when there is none.
	LastStatement(ctx context.Context) (s ledger.Statement, ok bool, err error)
	Close()
}

// clickHousePassword is the variable that holds the password of a ledger in
// ClickHouse: its address may not.
const clickHousePassword = "PHAROS_CLICKHOUSE_PASSWORD" //nolint:gosec // the name of a variable

// openLedger opens the ledger that the configuration names. The caller closes it.
func (e *env) openLedger(ctx context.Context, c *config.Config) (usageLedger, error) {
	if c.Ledger.Engine == "clickhouse" {
		return clickhouse.Open(ctx, c.Ledger.Path, e.Getenv(clickHousePassword))
	}
	return openWithin(c)
}

// openWithin opens a ledger in a folder, to be used with the memory that the
// configuration allows. The runtime's own limit is soft: it collects more often
// rather than fail.
func openWithin(c *config.Config) (*ledger.Ledger, error) {
	l, err := ledger.Open(c.Ledger.Path)
	if err == nil && c.Memory > 0 {
		debug.SetMemoryLimit(c.Memory)
		l.Limit(c.Memory)
	}
	return l, err
}

// openFolder opens the ledger that the configuration names, for a command that
// works on the files of a folder.
func (e *env) openFolder(command string) (*ledger.Ledger, error) {
	c, err := e.load()
	if err != nil {
		return nil, err
	}
	if c.Ledger.Engine != "folder" {
		return nil, pharos.Errorf(pharos.Unsupported, "`%s` works on a ledger in a folder, and the configuration's is in %s", command, c.Ledger.Engine).
			WithHint("--ledger FOLDER names one")
	}
	return openWithin(c)
}

// openStore opens the store that the configuration names.
func openStore(ctx context.Context, l config.Location) (*store.Store, error) {
	if l.Engine != "sqlite" {
		return nil, pharos.Errorf(pharos.Unsupported, "a store in %s is not offered yet", l.Engine).WithHint("write sqlite:FILE")
	}
	return store.Open(ctx, l.Path)
}

// openBooks opens everything that questions are answered from. The caller
// closes it.
func (e *env) openBooks(ctx context.Context, w *when) (*books, error) {
	c, err := e.load()
	if err != nil {
		return nil, err
	}
	asOf, err := w.now()
	if err != nil {
		return nil, err
	}
	l, err := e.openLedger(ctx, c)
	if err != nil {
		return nil, err
	}
	s, err := openStore(ctx, c.Store)
	if err != nil {
		l.Close()
		return nil, err
	}
	return &books{
		partner: c.Partner, declared: declared(c), history: s, ledger: l, billed: l, reconciled: l, named: l.Names, files: l.Files, pulled: pulledAt(l),
		asOf: asOf, machine: e.Now, close: func() { _ = s.Close(); l.Close() }, // reading leaves nothing to lose
	}, nil
}

// pulledAt tells the cloud's time at the last pull.
func pulledAt(l usageLedger) func(context.Context) (time.Time, error) {
	return func(ctx context.Context) (time.Time, error) {
		s, _, err := l.LastStatement(ctx)
		return s.At, err
	}
}

// cloudOf returns the cloud that the configuration names.
func cloudOf(c config.Cloud) (azure.Cloud, error) {
	if c.Name == config.CustomCloud {
		return azure.CustomCloud(c.Authority, c.ResourceManager, c.Graph, c.PartnerCenter, c.CAFile)
	}
	return azure.NamedCloud(c.Name)
}

// credentialOf returns a credential of the configuration for the client. Its
// secret is read when it is needed.
func (e *env) credentialOf(k config.Credential) azure.Credential {
	a := azure.Credential{
		Name: k.Name, Tenant: k.Tenant, ClientID: k.ClientID, Method: azure.Method(k.Method),
		Prompt: func(_ context.Context, p azure.Prompt) error { e.note("%s", p.Message); return nil },
	}
	switch k.Method {
	case config.ClientSecret:
		a.Secret = func() ([]byte, error) { return k.Ref.Resolve(e.Getenv) }
	case config.Certificate, config.FederatedToken:
		a.File = k.Ref.Name
	case config.ManagedIdentity, config.AzureCLI, config.DeviceCode: // need none
	}
	return a
}

// azureOptions tune the clients: a small export is done in a second or two,
// and a long one names its own pace.
func (e *env) azureOptions() azure.Options {
	return azure.Options{Now: e.Now, PollDelay: time.Second}
}

// sessions opens a session for each credential that pick chooses. The caller
// closes them. A credential that cannot be opened does not hide the others:
// the error, with code Unauthenticated or Invalid, comes beside the sessions.
func (e *env) sessions(c *config.Config, pick func(config.Credential) bool) (*azureSessions, error) {
	cloud, err := cloudOf(c.Cloud)
	if err != nil {
		return nil, err
	}
	s := &azureSessions{}
	for _, k := range c.Credentials {
		if !pick(k) {
			continue
		}
		session, err := azure.Open(e.credentialOf(k), cloud, e.azureOptions())
		if err != nil {
			s.failed = append(s.failed, unopened{k, err})
			continue
		}
		s.open, s.tenants = append(s.open, session), append(s.tenants, k.Tenant)
	}
	if len(s.open)+len(s.failed) == 0 {
		return nil, pharos.Errorf(pharos.Invalid, "the configuration has no credential for this").
			WithHint("add one under `credentials`; link needs `link: true` (docs/configuration.md)")
	}
	return s, nil
}

// azureSessions are the credentials of one run.
type azureSessions struct {
	open    []*azure.Session
	tenants []pharos.TenantID // of open
	failed  []unopened
}

func (s *azureSessions) close() {
	for _, session := range s.open {
		session.Close()
	}
}

// accounts returns every credential as package link sees it; those that could
// not be opened answer with their error.
func (s *azureSessions) accounts() []link.Account {
	var all []link.Account
	for _, session := range s.open {
		all = append(all, session.Account())
	}
	for _, u := range s.failed {
		all = append(all, u)
	}
	return all
}

// hands returns every credential as package repair sees it; those that could
// not be opened answer with their error.
func (s *azureSessions) hands() []repair.Hand {
	var all []repair.Hand
	for _, session := range s.open {
		all = append(all, session.Hand())
	}
	for _, u := range s.failed {
		all = append(all, unopenedHand{u})
	}
	return all
}

// unopened is a credential whose secret, certificate or token is missing.
type unopened struct {
	credential config.Credential
	err        error
}

func (u unopened) Name() string { return u.credential.Name }

func (u unopened) Principal(context.Context) (pharos.Principal, error) {
	return pharos.Principal{PrincipalRef: pharos.PrincipalRef{Tenant: u.credential.Tenant}}, u.err
}

func (u unopened) PartnerLink(context.Context) (link.Link, error)     { return link.Link{}, u.err }
func (u unopened) CreateLink(context.Context, pharos.PartnerID) error { return u.err }
func (u unopened) ChangeLink(context.Context, pharos.PartnerID) error { return u.err }
func (u unopened) DeleteLink(context.Context, pharos.PartnerID) error { return u.err }

// unopenedHand is an unopened credential as package repair sees it.
type unopenedHand struct{ unopened }

func (u unopenedHand) May(context.Context, pharos.Scope, ...string) (bool, error) {
	return false, u.err
}

func (u unopenedHand) Look(context.Context, string) (json.RawMessage, time.Time, error) {
	return nil, time.Time{}, u.err
}

func (u unopenedHand) Delegations(context.Context, pharos.SubscriptionID) ([]repair.Delegation, error) {
	return nil, u.err
}

func (u unopenedHand) Assignments(context.Context, pharos.SubscriptionID, pharos.TenantID) ([]pharos.Grant, error) {
	return nil, u.err
}

func (u unopenedHand) Send(context.Context, repair.Write) error { return u.err }

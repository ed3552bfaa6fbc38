package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/azure"
	"github.com/pharos-pec/pharos/internal/config"
	"github.com/pharos-pec/pharos/internal/ledger"
	"github.com/pharos-pec/pharos/internal/report"
)

// exportsAtOnce is how many exports are under way at a time: they spend their
// time waiting in the cloud's queue.
const exportsAtOnce = 20

type usagePullOptions struct {
	output     output
	month      string
	currencies []string
}

func newUsagePull(e *env) *cobra.Command {
	var o usagePullOptions
	c := e.command(page{
		use:   "pull",
		short: "Fetch rated usage from the billing API",
		long: `Exports the daily rated usage of the running month and the one before (or of --month) from Microsoft
Graph into the ledger: by invoice where there is one, else the unbilled usage of every currency. Invoices
from before September 2022 are read from Partner Center's line items, the only place that has them.`,
		example: "  pharos usage pull\n  pharos usage pull --month 2026-10 -o json",
	}, noArgs, func(c *cobra.Command, _ []string) error {
		if err := o.output.resolve(e); err != nil {
			return err
		}
		return e.usagePull(c.Context(), &o)
	})
	o.output.add(c, formatTable, formatJSON, formatCSV)
	c.Flags().StringVar(&o.month, "month", "", "calendar `month`, for example 2026-10 (default the running one and the one before)")
	c.Flags().StringSliceVar(&o.currencies, "currency", nil, "billing `currency` of unbilled usage; may be repeated (default all that Microsoft bills partners in)")
	return c
}

// billingCurrencies are the currencies in which Microsoft bills partners
// (Microsoft Learn, "Cloud Solution Provider program regional authorization
// and currencies"). A currency without usage costs two quick calls.
func billingCurrencies() []string {
	return []string{
		"AUD", "BRL", "CAD", "CHF", "DKK", "EUR", "GBP", "INR", "JPY", "KRW", "MXN", "NOK", "NZD", "PLN", "RUB", "SEK", "TWD", "USD", "ZAR",
	}
}

func (e *env) usagePull(ctx context.Context, o *usagePullOptions) error {
	month, err := monthFlag(o.month)
	if err != nil {
		return err
	}
	c, err := e.load()
	if err != nil {
		return err
	}
	l, err := e.openLedger(ctx, c)
	if err != nil {
		return err
	}
	defer l.Close()
	sessions, err := e.sessions(c, inTenant(c.Partner.Tenant))
	if err != nil {
		return err
	}
	defer sessions.close()
	p := &pull{env: e, ledger: l, progress: e.progress("fetching usage")}
	defer p.progress.done()
	if err := p.open(ctx, sessions); err != nil {
		return err
	}
	if err := p.plan(month, o.currencies); err != nil {
		return err
	}
	result, err := p.run(ctx)
	p.progress.done()
	if err != nil {
		return err
	}
	if err := o.output.report(e, report.Import(imported(result))); err != nil {
		return err
	}
	return p.missing()
}

// inTenant picks the credentials of one tenant.
func inTenant(t pharos.TenantID) func(config.Credential) bool {
	return func(k config.Credential) bool { return k.Tenant == t }
}

// pull is one run of `usage pull`.
type pull struct {
	*env
	ledger   usageLedger
	billing  *azure.Billing
	invoices []azure.Invoice
	at       time.Time // the cloud's
	parts    []part
	progress *progress
}

// part is one export and what became of it.
type part struct {
	export   azure.Export
	month    pharos.Month
	guessed  bool // of a currency that nobody said there is
	manifest azure.Manifest
	err      error
}

// open finds a credential that may read the bill.
func (p *pull) open(ctx context.Context, s *azureSessions) error {
	var first error
	for _, session := range s.open {
		billing, err := session.Billing()
		if err == nil {
			p.invoices, err = billing.Invoices(ctx)
		}
		if err == nil {
			p.billing = billing
			p.at, err = timeAt(ctx, session)
		}
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	if first == nil {
		first = s.failed[0].err
	}
	return first
}

// plan lists the exports of a month, 0 for the running one and the one before:
// its invoices, and the unbilled usage of every currency that has none yet.
func (p *pull) plan(month pharos.Month, currencies []string) error {
	running := pharos.MonthOf(p.at)
	months := []pharos.Month{running - 1, running}
	if month != 0 {
		months = []pharos.Month{month}
	}
	for _, m := range months {
		invoiced := map[string]bool{}
		for _, i := range p.invoices {
			if i.Month == m && i.HasCredit() {
				invoiced[i.Currency] = true
				p.parts = append(p.parts, part{export: azure.Export{Invoice: i.ID}, month: m})
			}
		}
		if m == running || m == running-1 {
			p.planUnbilled(currencies, m, m != running, invoiced)
		}
	}
	if len(p.parts) == 0 {
		return pharos.Errorf(pharos.NotFound, "there is no invoice for %s", month).
			WithHint("unbilled usage is kept for the running month and the one before only")
	}
	return nil
}

func (p *pull) planUnbilled(currencies []string, m pharos.Month, last bool, invoiced map[string]bool) {
	guessed := len(currencies) == 0
	if guessed {
		currencies = billingCurrencies()
		for _, i := range p.invoices {
			if i.Currency != "" && !slices.Contains(currencies, i.Currency) {
				currencies = append(currencies, i.Currency)
			}
		}
	}
	for _, currency := range currencies {
		currency = strings.ToUpper(currency)
		if !invoiced[currency] {
			p.parts = append(p.parts, part{export: azure.Export{Currency: currency, Last: last}, month: m, guessed: guessed})
		}
	}
}

// run makes the exports and imports them one after the other.
func (p *pull) run(ctx context.Context) (ledger.Report, error) {
	dir, remove, err := tempFolder("pull")
	if err != nil {
		return ledger.Report{}, err
	}
	defer remove()
	if err := p.export(ctx); err != nil {
		return ledger.Report{}, err
	}
	total := ledger.Report{Files: []ledger.FileReport{}, Months: []pharos.Month{}}
	for i := range p.parts {
		part := &p.parts[i]
		if part.err != nil {
			continue
		}
		p.progress.set(int64(i), int64(len(p.parts)), part.export.String())
		r, err := p.take(ctx, part, dir)
		if ctx.Err() != nil {
			return ledger.Report{}, err
		}
		if part.err = err; err != nil {
			continue
		}
		total.Files = append(total.Files, r.Files...)
		total.Lines += r.Lines
		total.Months = append(total.Months, r.Months...)
	}
	slices.Sort(total.Months)
	total.Months = slices.Compact(total.Months)
	return total, nil
}

// export waits for all exports, several at a time.
func (p *pull) export(ctx context.Context) error {
	running, ctx := errgroup.WithContext(ctx)
	running.SetLimit(exportsAtOnce)
	for i := range p.parts {
		part := &p.parts[i]
		if part.inLineItems() {
			part.manifest.At = p.at
			continue
		}
		running.Go(func() error {
			part.manifest, part.err = p.billing.Export(ctx, part.export)
			p.log().Debug("export", "of", part.export.String(), "blobs", part.manifest.Len(), "error", part.err)
			return ctx.Err()
		})
	}
	return running.Wait()
}

// take fetches an export's blobs into dir and imports them as one statement.
func (p *pull) take(ctx context.Context, part *part, dir string) (ledger.Report, error) {
	var sources []ledger.Source
	folder, err := os.MkdirTemp(dir, "export-")
	if err != nil {
		return ledger.Report{}, pharos.Errorf(pharos.Internal, "cannot make a temporary folder: %w", err)
	}
	if part.inLineItems() {
		items, err := p.lineItems(ctx, part, folder)
		if err != nil {
			return ledger.Report{}, err
		}
		sources = append(sources, items)
	}
	for blob := range part.manifest.Blobs() {
		path, err := blob.Save(ctx, folder)
		if err != nil {
			return ledger.Report{}, err
		}
		sources = append(sources, ledger.Source{
			Name: fmt.Sprintf("%s: %s", part.export, blob.Name),
			Open: func() (io.ReadCloser, error) { return os.Open(path) },
		})
	}
	r, err := p.ledger.Import(ctx, sources, ledger.Options{Statement: part.statement()})
	if err != nil {
		return r, err
	}
	return r, os.RemoveAll(folder)
}

func (t *part) statement() *ledger.Statement {
	s := &ledger.Statement{Invoice: t.export.Invoice, At: t.manifest.At}
	if s.Invoice == "" {
		s.Currency, s.Period = t.export.Currency, t.month
	}
	return s
}

// missing sums up the exports that failed: nil when all that exists was
// imported. That a currency has no usage is no failure.
func (p *pull) missing() error {
	var failed []error
	for _, t := range p.parts {
		code := pharos.CodeOf(t.err)
		if t.err == nil || t.export.Invoice == "" && code == pharos.NotFound || t.guessed && code == pharos.Invalid {
			continue
		}
		failed = append(failed, t.err)
	}
	switch {
	case len(failed) == 0:
		return nil
	case len(failed) == len(p.parts):
		return failed[0]
	}
	return pharos.Errorf(pharos.Incomplete, "%d of %d exports failed, the first: %w", len(failed), len(p.parts), failed[0]).
		WithHint("what arrived is in the ledger; pull again for the rest")
}

// timeAt returns the cloud's time as the session sees it.
func timeAt(ctx context.Context, s *azure.Session) (time.Time, error) {
	self, err := s.Self(ctx)
	return self.At, err
}

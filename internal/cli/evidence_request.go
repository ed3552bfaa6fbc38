package cli

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/evidence"
	"github.com/pharos-pec/pharos/internal/azure"
	"github.com/pharos-pec/pharos/internal/config"
	"github.com/pharos-pec/pharos/internal/report"
	"github.com/pharos-pec/pharos/internal/store"
)

// requestOptions are the flags of `pharos evidence` about a support request.
type requestOptions struct {
	open, text, status bool
	dryRun, yes        bool
	by                 string
	severity           string
	choice             evidence.Choice
}

func (o *requestOptions) add(c *cobra.Command) {
	f := c.Flags()
	f.BoolVar(&o.open, "open-request", false, "open a support ticket at Microsoft with the pack; the configuration names the contact")
	f.BoolVar(&o.text, "text", false, "write the request as a text for Partner Center, and open no ticket")
	f.BoolVar(&o.status, "status", false, "show the ticket that was opened, and its messages")
	f.BoolVar(&o.dryRun, "dry-run", false, "show the request and open no ticket")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask before opening a ticket")
	f.StringVar(&o.by, "by", "", "`name` of the configured credential that opens the ticket (default: the first that may)")
	f.StringVar(&o.severity, "severity", string(evidence.Minimal), "`urgency` of the ticket: minimal, moderate or critical")
	f.StringVar(&o.choice.Service, "service", "", "`name` or id of the service that the ticket is about (default: billing)")
	f.StringVar(&o.choice.Problem, "classification", "", "`name` or id of the problem classification (default: the one about partner earned credit)")
	c.MarkFlagsMutuallyExclusive("open-request", "status")
	c.MarkFlagsMutuallyExclusive("text", "status")
}

// wanted reports whether the command is about a request, not the pack alone.
func (o *requestOptions) wanted() bool { return o.open || o.text || o.status }

// check finds what is missing before anything is made.
func (o *requestOptions) check(e *env, subscription string) error {
	if !o.wanted() {
		if o.dryRun || o.yes || o.by != "" || o.choice != (evidence.Choice{}) {
			return pharos.Errorf(pharos.Invalid, "--dry-run, --yes, --by, --service and --classification are about a support request").WithHint("add --open-request")
		}
		return nil
	}
	c, err := e.load()
	if err != nil {
		return err
	}
	if subscription == "" {
		return pharos.Errorf(pharos.Invalid, "a support request is about one subscription").WithHint("name it with --subscription")
	}
	if _, err := evidence.ParseSeverity(o.severity); err != nil {
		return pharos.Errorf(pharos.Invalid, "--severity: %w", err).WithHint("%s", pharos.HintOf(err))
	}
	if o.open && !o.text && c.Contact == nil {
		return pharos.Errorf(pharos.Invalid, "the configuration has no contact, whom Microsoft's support answers").
			WithHint("add to %s: contact: {firstName: Ada, lastName: Example, email: ada@contoso.example, country: DEU, timeZone: W. Europe Standard Time}", cmp.Or(c.File, "pharos.yaml"))
	}
	return nil
}

// filer makes the support request about a subscription's month.
type filer struct {
	*env
	o       *evidenceOptions
	config  *config.Config
	dispute *dispute
	sub     pharos.SubscriptionID
	doc     report.SupportRequest
}

// supportRequest does what the flags say about a support request.
func (e *env) supportRequest(ctx context.Context, o *evidenceOptions, d *dispute, sub pharos.SubscriptionID) error {
	c, err := e.load()
	if err != nil {
		return err
	}
	f := &filer{env: e, o: o, config: c, dispute: d, sub: sub, doc: report.SupportRequest{Attached: []string{}}}
	switch {
	case o.request.status:
		return f.status(ctx)
	case o.request.text:
		if err := f.compose(ctx); err != nil {
			return err
		}
		return f.portalText()
	}
	name := evidence.TicketName(sub, d.month.Month)
	desk, err := e.supportDesk(ctx, c, o.request.by, sub, func(d azure.SupportDesk) error { return d.MayOpen(ctx, name) })
	if err != nil {
		return err
	}
	defer desk.close()
	f.doc.By = desk.by
	there, err := evidence.Existing(ctx, desk.desk, name)
	if err != nil {
		return err
	}
	if there != nil { // whatever the pack would be by now
		f.doc.Ticket = there
		return o.output.report(e, report.Filed(&f.doc))
	}
	if err := f.compose(ctx); err != nil {
		return err
	}
	return f.ticket(ctx, desk.desk)
}

// status shows the ticket.
func (f *filer) status(ctx context.Context) error {
	var found []evidence.Ticket
	none := false // somebody was let in, and there is no ticket
	desk, err := f.supportDesk(ctx, f.config, f.o.request.by, f.sub, func(d azure.SupportDesk) error {
		t, err := d.Ticket(ctx, evidence.TicketName(f.sub, f.dispute.month.Month))
		if err == nil {
			found = append(found, t)
		}
		none = none || pharos.CodeOf(err) == pharos.NotFound
		return err
	})
	switch {
	case err == nil:
		defer desk.close()
	case !none || ctx.Err() != nil:
		return err
	}
	return f.o.output.report(f.env, report.Tickets(found))
}

// compose makes and writes the pack, and the request about it.
func (f *filer) compose(ctx context.Context) error {
	pack, err := f.dispute.pack(f.sub)
	if err != nil {
		return err
	}
	if _, err := evidence.NewRequest(pack, ""); err != nil {
		return err // there is nothing to dispute, so no pack to write
	}
	written, err := f.writePack(ctx, f.o, f.dispute, pack)
	if err != nil {
		return err
	}
	r, err := evidence.NewRequest(pack, written.Digest)
	if err != nil {
		return err
	}
	r.Severity = evidence.Severity(f.o.request.severity)
	if f.config.Contact != nil {
		r.Contact = *f.config.Contact
	}
	f.doc.Pack, f.doc.Request = written.Path, &r
	if f.o.zip {
		return nil
	}
	return f.keepZip(pack, written)
}

// keepZip writes the pack's zip, which is what is sent, beside its folder.
func (f *filer) keepZip(pack *evidence.Pack, written report.WrittenPack) error {
	zip := filepath.Join(f.o.dir, f.doc.Request.Attachment)
	if same, err := mayReplace(zip, written.Digest, f.o.force); err != nil || same {
		return err
	}
	tmp, err := draftFolder(f.o.dir)
	if err != nil {
		return cannotWrite(f.o.dir, err)
	}
	defer func() { _ = os.RemoveAll(tmp) }() // the zip is gone from it by then
	made := filepath.Join(tmp, "pack.zip")
	if err := zipPack(made, filepath.Base(written.Path), written.Path, pack); err != nil {
		return cannotWrite(zip, err)
	}
	return moveOver(made, zip, tmp)
}

// ticket opens the ticket. The audit trail has what is about to be done as well
// as what was: a run may end in between.
func (f *filer) ticket(ctx context.Context, desk azure.SupportDesk) error {
	r := f.doc.Request
	var err error
	if r.Service, r.Problem, err = evidence.FindTopic(ctx, desk, f.o.request.choice); err != nil {
		return err
	}
	if f.o.request.dryRun {
		return f.o.output.report(f.env, report.Request(&f.doc))
	}
	if err := report.Request(&f.doc).Write(f.Err, report.Table, f.style(f.Err)); err != nil {
		return err
	}
	if f.asks(f.o.request.yes) {
		if err := f.confirm("Open this support request?"); err != nil {
			return err
		}
	}
	zip := filepath.Join(f.o.dir, r.Attachment)
	data, err := os.ReadFile(zip)
	if err != nil {
		return cannotRead(zip, err)
	}
	now, err := desk.Now(ctx)
	if err != nil {
		return err
	}
	if err := f.record(ctx, store.Entry{At: now, Action: "open-request", After: r.Title}); err != nil {
		return err
	}
	filing, err := evidence.Submit(ctx, desk, *r, evidence.Attachment{Name: r.Attachment, Data: data})
	if pharos.CodeOf(err) == pharos.Unsupported {
		f.note("%s", err)
		if err := f.portalText(); err != nil {
			return err
		}
		return pharos.Errorf(pharos.Incomplete, "no ticket was opened: %s is the request for Partner Center", f.doc.Text).WithHint("open it there, as the text says")
	}
	if err != nil {
		return err
	}
	return f.filed(ctx, filing)
}

// filed records what was opened and says so.
func (f *filer) filed(ctx context.Context, filing evidence.Filing) error {
	f.doc.Ticket, f.doc.Filed = &filing.Ticket, filing.Filed
	f.doc.Attached = append(f.doc.Attached, filing.Attached...)
	if err := f.record(context.WithoutCancel(ctx), store.Entry{At: filing.Ticket.Created, Action: "request-opened", After: filing.Ticket.Number}); err != nil {
		return err
	}
	if filing.Unattached != nil {
		f.note("warning: the evidence is not attached to the ticket: %s", filing.Unattached)
		f.note("hint: send %s when support answers; the ticket quotes its checksums", filepath.Join(f.o.dir, f.doc.Request.Attachment))
	}
	return f.o.output.report(f.env, report.Filed(&f.doc))
}

// record writes into the audit trail what is done about the ticket.
func (f *filer) record(ctx context.Context, entry store.Entry) error {
	s, err := openStore(ctx, f.config.Store)
	if err != nil {
		return err
	}
	entry.Actor, entry.Subject = f.doc.By, "support ticket "+f.doc.Request.Name
	if entry.At.IsZero() {
		entry.At = f.Now()
	}
	return errors.Join(s.Record(ctx, entry), s.Close())
}

// portalText writes the request for Partner Center beside the pack, which
// stays as it is.
func (f *filer) portalText() error {
	if f.o.request.dryRun {
		return f.o.output.report(f.env, report.Request(&f.doc))
	}
	r := f.doc.Request
	f.doc.Text = filepath.Join(f.o.dir, evidence.Folder(r.SubscriptionID, r.Month)+"-request.txt")
	if err := f.writeFile(f.doc.Text, []byte(r.PortalText())); err != nil {
		return err
	}
	return f.o.output.report(f.env, report.Filed(&f.doc))
}

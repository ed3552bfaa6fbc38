package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/azure"
	"github.com/pharos-pec/pharos/internal/config"
	"github.com/pharos-pec/pharos/internal/delegationfile"
	"github.com/pharos-pec/pharos/internal/report"
	"github.com/pharos-pec/pharos/internal/store"
	"github.com/pharos-pec/pharos/observe"
	"github.com/pharos-pec/pharos/onboard"
)

// rollout is one run of `onboard deploy`: a template, and who deploys it.
type rollout struct {
	*env
	o        *deployOptions
	config   *config.Config
	cloud    azure.Cloud
	file     delegationfile.File
	values   delegationfile.File
	template []byte
	given    []byte // values for the template's parameters
	journal  *store.Store
	// directory and managing are the managing tenant, nil when it cannot be asked.
	directory *directory
	managing  *azureSessions
	// deployers are the sessions in customers' tenants.
	deployers map[pharos.TenantID]*azure.Session
	// standing are the delegations that the subscription at hand had before.
	standing map[pharos.Grant]time.Time
	told     string // the findings shown last
}

// read reads the template and its parameters file.
func (r *rollout) read(name string) error {
	var err error
	if r.file, err = r.readInput(name); err != nil {
		return err
	}
	if r.o.parameters != "" {
		if r.values, err = r.readInput(r.o.parameters); err != nil {
			return err
		}
	}
	r.template, r.given, err = delegationfile.Deployable(r.file, r.values)
	return err
}

// open signs in to the managing tenant, as far as that can be done, and opens
// the audit trail: what cannot be noted is not changed.
func (r *rollout) open(ctx context.Context) error {
	var err error
	if r.cloud, err = cloudOf(r.config.Cloud); err != nil {
		return err
	}
	r.deployers = map[pharos.TenantID]*azure.Session{}
	r.directory, r.managing, err = r.env.directory(ctx, r.config)
	if c := pharos.CodeOf(err); c == pharos.Interrupted {
		return err
	}
	if err != nil {
		r.note("the managing tenant cannot be asked: %s", err)
	}
	if !r.o.whatIf {
		r.journal, err = openStore(ctx, r.config.Store)
		return err
	}
	return nil
}

func (r *rollout) close() {
	for _, s := range r.deployers {
		s.Close()
	}
	if r.managing != nil {
		r.managing.close()
	}
	if r.journal != nil {
		_ = r.journal.Close() // every entry is committed
	}
}

// one deploys to one subscription and proves it. What is known stands in at,
// whatever the error.
func (r *rollout) one(ctx context.Context, at *report.DeployedTo) error {
	var err error
	if at.Customer, err = azure.TenantOf(ctx, r.cloud, r.azureOptions(), at.Subscription); err != nil {
		return err
	}
	session, err := r.deployer(at.Customer)
	if err != nil {
		return err
	}
	at.By = session.Name()
	r.note("%s: deploying as %s to tenant %s", at.Subscription, at.By, at.Customer)
	if err := r.check(ctx, session, at); err != nil {
		return err
	}
	to := session.Deployer(at.Subscription)
	at.Deployment = onboard.DeploymentName(r.template, r.given, at.Subscription)
	d := onboard.Deployment{Name: at.Deployment, Subscription: at.Subscription, Location: r.o.location, Template: r.template, Parameters: r.given}
	done, err := onboard.Deploy(ctx, to, d, onboard.DeployOptions{
		WhatIf: r.o.whatIf, Agree: r.agree(at.Subscription), Tell: func(step string) { r.note("%s: %s", at.Subscription, step) },
	})
	at.WhatIf, at.Deployed, at.Changed = report.NewWhatIf(done.Effects), done.InForce, done.Changed
	if done.Changed {
		if noted := r.record(context.WithoutCancel(ctx), to, at, err); noted != nil {
			return errors.Join(err, noted)
		}
	}
	if err != nil || r.o.whatIf {
		return err
	}
	if !done.Changed {
		r.note("%s: nothing to change, the delegation is as the template wants it", at.Subscription)
	}
	return r.prove(ctx, session, at, done.Effects)
}

// deployer is the session in a customer's tenant. One session serves all
// subscriptions of the tenant, so that a person signs in once.
func (r *rollout) deployer(customer pharos.TenantID) (*azure.Session, error) {
	if s := r.deployers[customer]; s != nil {
		return s, nil
	}
	k, err := r.o.by.credential(r.config, customer)
	if err != nil {
		return nil, err
	}
	s, err := azure.Open(r.credentialOf(k), r.cloud, r.azureOptions())
	if err == nil {
		r.deployers[customer] = s
	}
	return s, err
}

// check judges the template for a subscription by every rule, and refuses what
// is wrong or will not earn.
func (r *rollout) check(ctx context.Context, by *azure.Session, at *report.DeployedTo) error {
	p, err := delegationfile.Read(r.file, r.values)
	if err != nil {
		return err
	}
	s := onboard.Surroundings{Customer: at.Customer, Manager: r.config.Partner.Tenant, CSP: true}
	if r.directory != nil {
		s.Directory = r.directory
	}
	r.standing = map[pharos.Grant]time.Time{}
	if read, err := by.Delegations(ctx, observe.Visible{Subscription: pharos.Subscription{ID: at.Subscription, Customer: at.Customer}}); err == nil {
		for _, g := range read.Items {
			r.standing[g.Value] = g.Since
		}
		s.Standing = standingOf(slices.Collect(maps.Keys(r.standing)), s.Manager)
	} else if pharos.CodeOf(err) == pharos.Interrupted {
		return err
	}
	judged, err := onboard.Lint(p, s)
	if err != nil {
		if pharos.CodeOf(err) == pharos.Interrupted {
			return err
		}
		r.note("%s: %s", at.Subscription, err)
	}
	if err := r.show(judged); err != nil {
		return err
	}
	wrong := slices.ContainsFunc(judged.Findings, func(f onboard.Finding) bool { return f.Severity == onboard.Error })
	switch {
	case r.o.force, !wrong && judged.Earns == onboard.Yes:
		return nil
	case judged.Earns == onboard.Yes:
		return pharos.Errorf(pharos.Findings, "%s has errors and was not deployed", r.file.Name).WithHint("mend it; `pharos explain RULE` tells why, --force deploys it all the same")
	case judged.Earns == onboard.No:
		return pharos.Errorf(pharos.Findings, "%s would earn nothing and was not deployed", r.file.Name).WithHint("mend it; `pharos explain RULE` tells why, --force deploys it all the same")
	}
	return pharos.Errorf(pharos.Findings, "nobody can tell whether %s will earn, so it was not deployed", r.file.Name).
		WithHint("give what is open with --parameters; --force deploys it all the same")
}

// show prints findings, once for all subscriptions that have the same.
func (r *rollout) show(judged onboard.Report) error {
	if len(judged.Findings) == 0 {
		return nil
	}
	var b strings.Builder
	if err := report.Lint([]onboard.Report{judged}, buildVersion().Version).Write(&b, report.Table, r.style(r.Err)); err != nil {
		return err
	}
	if b.String() != r.told {
		r.told = b.String()
		r.note("%s", strings.TrimRight(r.told, "\n"))
	}
	return nil
}

// agree shows what would change and asks a person.
func (r *rollout) agree(s pharos.SubscriptionID) func([]onboard.Effect) error {
	return func(effects []onboard.Effect) error {
		if err := report.Effects("What the deployment does", report.NewWhatIf(effects)).Write(r.Err, report.Table, r.style(r.Err)); err != nil {
			return err
		}
		if !r.asks(r.o.yes) {
			return nil
		}
		if err := r.confirm(fmt.Sprintf("Deploy to the subscription %s?", s)); err != nil {
			return pharos.Errorf(pharos.CodeOf(err), "subscription %s: %w", s, err)
		}
		return nil
	}
}

// record notes a deployment in the audit trail.
func (r *rollout) record(ctx context.Context, to azure.Deployer, at *report.DeployedTo, failed error) error {
	now, err := to.Now(ctx)
	if err != nil {
		now = r.Now()
	}
	var after []string
	for _, w := range at.WhatIf {
		after = append(after, append([]string{string(w.Change) + " " + w.Of}, w.What...)...)
	}
	if failed != nil {
		after = append(after, "not finished: "+failed.Error())
	}
	return r.journal.Record(ctx, store.Entry{
		At: now, Actor: at.By, Action: "deploy", Subject: "deployment " + at.Deployment + " to subscription " + string(at.Subscription),
		After: strings.Join(after, "; "),
	})
}

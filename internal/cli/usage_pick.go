package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// pickOptions are the flags that narrow usage lines.
type pickOptions struct {
	when                                    when
	customer, subscription, group, resource string
	day, from, to                           string
	verdicts, causes                        []string
	limit                                   int
}

func (o *pickOptions) add(c *cobra.Command) {
	o.when.addMonth(c)
	o.when.addAsOf(c)
	f := c.Flags()
	f.StringVar(&o.customer, "customer", "", "of the customer with this `id`, or name where only one has it")
	f.StringVar(&o.subscription, "subscription", "", "of the subscription with this `id`, or name where only one has it")
	f.StringVar(&o.group, "resource-group", "", "of resource groups of this `name`")
	f.StringVar(&o.resource, "resource", "", "of the resource with this ARM `id` and those below it")
	f.StringVar(&o.day, "day", "", "of this UTC `day`, for example 2026-10-09")
	f.StringVar(&o.from, "from", "", "of this UTC `day` and later ones")
	f.StringVar(&o.to, "to", "", "of this UTC `day` and earlier ones")
	f.StringSliceVar(&o.verdicts, "verdict", nil, "with one of these `verdicts`, for example lost,disputable")
	f.StringSliceVar(&o.causes, "cause", nil, "with one of these `causes`, for example not-linked")
}

// picking is a judged month and what to pick of its lines.
type picking struct {
	month *credit.Month
	input credit.Input
	pick  credit.Pick
}

// picking judges the month and reads the flags, which may name what only the
// month knows.
func (e *env) picking(ctx context.Context, b *books, o *pickOptions) (*picking, error) {
	pick, err := o.days()
	if err != nil {
		return nil, err
	}
	if pick.Verdicts, err = known("verdict", o.verdicts, pharos.Verdicts()); err != nil {
		return nil, err
	}
	if pick.Causes, err = known("cause", o.causes, pharos.Causes()); err != nil {
		return nil, err
	}
	if o.limit < 0 {
		return nil, pharos.Errorf(pharos.Invalid, "--limit %d is less than none", o.limit).WithHint("0 is all")
	}
	pick.Limit, pick.ResourceGroup = o.limit, strings.ToLower(o.group)
	if pick.Month, err = o.month(ctx, b, &pick); err != nil {
		return nil, err
	}
	p := e.progress("judging " + pick.Month.String())
	defer p.done()
	v, err := b.view(ctx)
	if err != nil {
		return nil, err
	}
	in, err := b.monthInput(ctx, v, pick.Month)
	if err != nil {
		return nil, err
	}
	m, err := credit.Judge(ctx, in)
	if err != nil {
		return nil, err
	}
	if err := o.place(&pick, m); err != nil {
		return nil, err
	}
	return &picking{m, in, pick}, nil
}

// days reads --day, --from and --to.
func (o *pickOptions) days() (p credit.Pick, err error) {
	if o.day != "" && o.from+o.to != "" {
		return p, pharos.Errorf(pharos.Invalid, "--day says it all").WithHint("leave --from and --to out")
	}
	for _, f := range []struct {
		name, text string
		to         []*pharos.Day
	}{{"day", o.day, []*pharos.Day{&p.First, &p.Last}}, {"from", o.from, []*pharos.Day{&p.First}}, {"to", o.to, []*pharos.Day{&p.Last}}} {
		if f.text == "" {
			continue
		}
		d, err := pharos.ParseDay(f.text)
		if err != nil {
			return p, pharos.Errorf(pharos.Invalid, "--%s: %w", f.name, err).WithHint("%s", pharos.HintOf(err))
		}
		for _, to := range f.to {
			*to = d
		}
	}
	if p.First != 0 && p.Last != 0 && p.First > p.Last {
		return p, pharos.Errorf(pharos.Invalid, "--from %s is after --to %s", p.First, p.Last)
	}
	return p, nil
}

// month is --month, else that of the days asked for, else the newest.
func (o *pickOptions) month(ctx context.Context, b *books, p *credit.Pick) (pharos.Month, error) {
	days := slices.DeleteFunc([]pharos.Day{p.First, p.Last}, func(d pharos.Day) bool { return d == 0 })
	m, err := monthFlag(o.when.month)
	if err != nil || m == 0 && len(days) == 0 {
		if err == nil {
			m, err = o.when.chosenMonth(ctx, b)
		}
		return m, err
	}
	if m == 0 {
		m = days[0].Month()
	}
	for _, d := range days {
		if d.Month() != m {
			return 0, pharos.Errorf(pharos.Invalid, "%s is no day of %s", d, m).WithHint("ask for one month at a time")
		}
	}
	return m, nil
}

// place reads the flags that name a customer, subscription, group or resource.
func (o *pickOptions) place(p *credit.Pick, m *credit.Month) (err error) {
	if o.customer != "" {
		if p.Customer, err = customerNamed(m, o.customer); err != nil {
			return err
		}
	}
	if o.subscription != "" {
		if p.Subscription, err = subscriptionNamed(m, o.subscription); err != nil {
			return err
		}
		if o.group != "" {
			p.Under = pharos.ResourceGroupScope(p.Subscription, o.group)
		}
	}
	if o.resource == "" {
		return nil
	}
	under, err := pharos.ParseScope(o.resource)
	if err != nil {
		return pharos.Errorf(pharos.Invalid, "--resource: %w", err).WithHint("%s", pharos.HintOf(err))
	}
	if p.Subscription != "" && under.Subscription() != p.Subscription {
		return pharos.Errorf(pharos.Invalid, "--resource lies in another subscription than --subscription")
	}
	p.Under = under
	return nil
}

// known checks the values of a flag against those that there are.
func known[T ~string](flag string, given []string, all []T) ([]T, error) {
	var out []T
	for _, g := range given {
		if !slices.Contains(all, T(g)) {
			words := make([]string, len(all))
			for i, a := range all {
				words[i] = string(a)
			}
			return nil, pharos.Errorf(pharos.Invalid, "--%s: there is no %s %q", flag, flag, g).WithHint("there are %s", strings.Join(words, ", "))
		}
		out = append(out, T(g))
	}
	return out, nil
}

package evidence

import (
	"context"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// Choice names a service and a problem by what the user wrote: an id, a GUID,
// or a name. What is "" is found.
type Choice struct {
	Service, Problem string
}

// wish is a classification that a dispute fits: one of the service of that
// name whose own name has all the words.
type wish struct {
	service string
	words   []string
}

// wishes are the classifications that are looked for, best first. Which ones
// the cloud has changes, so they are found by name each time, as Microsoft
// asks for (docs: REST API Microsoft.Support, "Services" and "Problem
// Classifications").
func wishes() []wish {
	return []wish{
		{"Billing", []string{"partner earned credit", "missing"}},
		{"Billing", []string{"partner earned credit"}},
		{"Subscription management", []string{"partner earned credit"}},
		{"Billing", []string{"earned credit"}},
		{"Subscription management", []string{"earned credit"}},
		{"Billing", []string{"partner", "credit"}},
	}
}

// FindTopic finds the service and the classification for a dispute. The code
// of the error is Invalid, and its hint names the candidates, when none fits
// or several fit equally well.
func FindTopic(ctx context.Context, desk SupportDesk, c Choice) (service, problem Topic, err error) {
	f := finder{desk: desk, problems: map[string][]Topic{}}
	if f.services, err = desk.Services(ctx); err != nil {
		return Topic{}, Topic{}, err
	}
	candidates := f.usual()
	if c.Service != "" {
		chosen, err := pick(f.services, c.Service, "--service")
		if err != nil {
			return Topic{}, Topic{}, err
		}
		candidates = []Topic{chosen}
	}
	if len(candidates) == 0 {
		return Topic{}, Topic{}, pharos.Errorf(pharos.Invalid, "Azure's support has no service for billing").
			WithHint("choose one with --service: %s", topicNames(f.services))
	}
	if c.Problem != "" {
		return f.chosen(ctx, candidates, c.Problem)
	}
	return f.wished(ctx, candidates)
}

// finder asks the desk for each list once.
type finder struct {
	desk     SupportDesk
	services []Topic
	problems map[string][]Topic // by the service's id
}

// usual are the services that the wishes name, in their order.
func (f *finder) usual() []Topic {
	var out []Topic
	for _, w := range wishes() {
		i := slices.IndexFunc(f.services, func(t Topic) bool { return sameName(t.Name, w.service) })
		if i >= 0 && !slices.Contains(out, f.services[i]) {
			out = append(out, f.services[i])
		}
	}
	return out
}

func (f *finder) of(ctx context.Context, service Topic) ([]Topic, error) {
	if found, known := f.problems[service.ID]; known {
		return found, nil
	}
	found, err := f.desk.Problems(ctx, service)
	f.problems[service.ID] = found
	return found, err
}

// chosen finds the problem that the user named in the candidates.
func (f *finder) chosen(ctx context.Context, candidates []Topic, name string) (service, problem Topic, err error) {
	var all []Topic
	owner := map[string]Topic{}
	for _, s := range candidates {
		found, err := f.of(ctx, s)
		if err != nil {
			return Topic{}, Topic{}, err
		}
		for _, p := range found {
			all, owner[p.ID] = append(all, p), s
		}
	}
	problem, err = pick(all, name, "--classification")
	return owner[problem.ID], problem, err
}

// wished finds the first wish that the candidates fulfil.
func (f *finder) wished(ctx context.Context, candidates []Topic) (service, problem Topic, err error) {
	var all []Topic
	for _, s := range candidates {
		found, err := f.of(ctx, s)
		if err != nil {
			return Topic{}, Topic{}, err
		}
		all = append(all, found...)
	}
	for _, w := range wishes() {
		for _, s := range candidates {
			if len(candidates) > 1 && !sameName(s.Name, w.service) {
				continue // a service that the user chose may bear any name
			}
			fit := slices.DeleteFunc(slices.Clone(f.problems[s.ID]), func(p Topic) bool { return !w.fits(p.Name) })
			switch {
			case len(fit) == 1:
				return s, fit[0], nil
			case len(fit) > 1:
				return Topic{}, Topic{}, pharos.Errorf(pharos.Invalid, "%d problem classifications of %s fit a dispute", len(fit), s.Name).
					WithHint("choose one with --classification: %s", topicNames(fit))
			}
		}
	}
	return Topic{}, Topic{}, pharos.Errorf(pharos.Invalid, "no problem classification of Azure's support is about partner earned credit").
		WithHint("choose one with --classification (and another service with --service): %s", topicNames(all))
}

func (w wish) fits(name string) bool {
	name = plain(name)
	return !slices.ContainsFunc(w.words, func(word string) bool { return !strings.Contains(name, word) })
}

// pick finds the topic that the user named: by its id, the GUID at its end, its
// name, or a part of its name that no other has.
func pick(all []Topic, name, flag string) (Topic, error) {
	for _, same := range []func(Topic) bool{
		func(t Topic) bool { return strings.EqualFold(t.ID, name) },
		func(t Topic) bool { return strings.EqualFold(t.ID[strings.LastIndexByte(t.ID, '/')+1:], name) },
		func(t Topic) bool { return sameName(t.Name, name) },
		func(t Topic) bool { return strings.Contains(plain(t.Name), plain(name)) },
	} {
		fit := slices.DeleteFunc(slices.Clone(all), func(t Topic) bool { return !same(t) })
		switch {
		case len(fit) == 1:
			return fit[0], nil
		case len(fit) > 1:
			return Topic{}, pharos.Errorf(pharos.Invalid, "%s %q names %d of Azure's support", flag, name, len(fit)).WithHint("one of %s", topicNames(fit))
		}
	}
	return Topic{}, pharos.Errorf(pharos.Invalid, "%s %q is not known to Azure's support", flag, name).WithHint("one of %s", topicNames(all))
}

func sameName(a, b string) bool { return plain(a) == plain(b) }

// plain is a name in lower case with single blanks.
func plain(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

// maxNames bounds how many names a hint has.
const maxNames = 60

func topicNames(all []Topic) string {
	var names []string
	for _, t := range all[:min(len(all), maxNames)] {
		names = append(names, `"`+strings.Join(strings.Fields(t.Name), " ")+`"`)
	}
	slices.Sort(names)
	if len(all) > maxNames {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}

package repair

import (
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// key names the resource that a step changes. Every credential has a link of
// its own at the same path.
func (s *Step) key() string {
	if len(s.Before) == 0 {
		return ""
	}
	path := strings.ToLower(s.Before[0].Path)
	if s.Kind == Link {
		return s.Credential + " " + path
	}
	return path
}

// chain lets steps that change the same resource follow each other: each is
// made from the state that the one before it makes, and needs it. A step that
// has nothing left to do then is dropped, with the reason.
func chain(steps []*Step, dropped map[string]string) error {
	steps, err := ordered(steps)
	if err != nil {
		return err
	}
	last := map[string]*Step{}
	for _, s := range steps {
		if dropped[s.ID] != "" || len(s.Before) == 0 {
			continue
		}
		if before := last[s.key()]; before != nil {
			s.Before[0].State = before.After[0].State
			if !slices.Contains(s.Needs, before.ID) {
				s.Needs = append(s.Needs, before.ID)
			}
		}
		if err := s.prepare(); err != nil {
			return err
		}
		if equal(s.Before[0].State, s.After[0].State) {
			dropped[s.ID] = "another step of the plan does the same"
			continue
		}
		last[s.key()] = s
	}
	return nil
}

// ordered puts every step behind those of the list that it needs, and else
// leaves the order. The error has code Invalid when steps need each other.
func ordered(steps []*Step) ([]*Step, error) {
	byID := make(map[string]*Step, len(steps))
	for _, s := range steps {
		byID[s.ID] = s
	}
	var out []*Step
	const open, done = 1, 2
	state := map[string]int{}
	var visit func(s *Step) error
	visit = func(s *Step) error {
		switch state[s.ID] {
		case done:
			return nil
		case open:
			return pharos.Errorf(pharos.Invalid, "the plan's step %s needs itself", s.ID).WithHint("make a new plan")
		}
		state[s.ID] = open
		for _, id := range s.Needs {
			if before := byID[id]; before != nil {
				if err := visit(before); err != nil {
					return err
				}
			}
		}
		state[s.ID] = done
		out = append(out, s)
		return nil
	}
	for _, s := range steps {
		if err := visit(s); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// prepare fills in After, and for a step of Pharos its writes.
func (s *Step) prepare() error {
	if s.Actor == Pharos {
		return s.Prepare()
	}
	after, err := s.after()
	if err != nil {
		return pharos.Errorf(pharos.Invalid, "step %s: %w", s.ID, err)
	}
	s.After = after
	return nil
}

// Wanted returns what a step makes: After where it is known, else the role
// assignment of its target. The error has code NotFound where it depends on a
// state that nobody of ours could read.
func (s *Step) Wanted() ([]Thing, error) {
	switch {
	case len(s.After) > 0:
		return s.After, nil
	case !s.resolvable() || s.Kind == Link || s.Target.Delegation != "":
		return nil, pharos.Errorf(pharos.NotFound, "step %s: what stands now is not known", s.ID)
	}
	state, err := s.assignment()
	if err != nil {
		return nil, err
	}
	return []Thing{{Path: assignmentPath(s.Target), Name: "the role assignment of " + s.Target.who() + " at " + string(s.Target.Scope), State: state}}, nil
}

package usagefile

import (
	"bytes"
	"strings"

	"github.com/pharos-pec/pharos"
)

// place is where a resource lies.
type place struct {
	resource pharos.Scope
	group    string // in lower case, "" outside any group
}

const (
	subscriptionsWord = "/subscriptions/"
	groupsWord        = "/resourceGroups/"
)

// placeParser reads ARM ids. Half of a bill's bytes are such ids and nearly
// all are plain, so those are brought into the form of [pharos.ParseScope] in
// one pass; it is asked for all others.
type placeParser struct{ scratch []byte }

// parse reads an id. What is none (a name, an id of another service) is no
// place: the resource group's own column is taken then.
func (p *placeParser) parse(c []byte) place {
	if len(c) <= len(subscriptionsWord) || !bytes.EqualFold(c[:len(subscriptionsWord)], []byte(subscriptionsWord)) {
		c = bytes.TrimSpace(c)
		if len(c) <= len(subscriptionsWord) || !bytes.EqualFold(c[:len(subscriptionsWord)], []byte(subscriptionsWord)) {
			return place{}
		}
	}
	if !p.lower(c) {
		return slowPlace(c)
	}
	at := bytes.Index(p.scratch, []byte("/resourcegroups/"))
	if at < 0 {
		return place{resource: pharos.Scope(p.scratch)}
	}
	copy(p.scratch[at:], groupsWord)
	s := string(p.scratch)
	group := s[at+len(groupsWord):]
	if end := strings.IndexByte(group, '/'); end >= 0 {
		group = group[:end]
	}
	return place{resource: pharos.Scope(s), group: group}
}

// lower puts c into scratch in lower case, if it is plain: ASCII without
// blanks, and no slash at its end.
func (p *placeParser) lower(c []byte) bool {
	p.scratch = append(p.scratch[:0], c...)
	for i, b := range p.scratch {
		switch {
		case b >= 'A' && b <= 'Z':
			p.scratch[i] = b + ('a' - 'A')
		case b <= ' ' || b >= 0x7f:
			return false
		}
	}
	return c[len(c)-1] != '/'
}

func slowPlace(c []byte) place {
	s, err := pharos.ParseScope(strings.ToValidUTF8(string(c), "\uFFFD"))
	if err != nil {
		return place{}
	}
	return place{resource: s, group: s.ResourceGroup()}
}

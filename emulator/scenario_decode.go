package emulator

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/pharos-pec/pharos"
)

// defaultLag is how long after a day's end its credit flag is final: partner
// earned credit shows "within 48 hours" (docs: partner earned credit
// explanation).
const defaultLag = 48 * time.Hour

// decodeScenario reads the file's form. What its names mean is checked by
// newWorld. The scenario is nil when there is nothing to check.
func decodeScenario(file string, data []byte) (*Scenario, problems) {
	var found problems
	root, ok := parseYAML(data, &found)
	if !ok {
		return nil, found
	}
	s := &Scenario{File: file, lag: defaultLag, limits: azureLimits()}
	root.object(fields{
		"version": func(n node) {
			if n.text() != "1" {
				n.fail("version %s is not known here; this emulator plays version 1", n.text())
			}
		},
		"name":          func(n node) { s.Name = n.text() },
		"clock":         s.readClock,
		"partner":       func(n node) { s.partner = readPartner(n, true) },
		"otherPartners": func(n node) { n.list(func(n node) { s.others = append(s.others, readPartner(n, false)) }) },
		"links":         func(n node) { n.list(func(n node) { s.links = append(s.links, readLink(n)) }) },
		"customers":     func(n node) { n.list(func(n node) { s.customers = append(s.customers, readCustomer(n)) }) },
		"meters":        func(n node) { n.list(func(n node) { s.meters = append(s.meters, readMeter(n)) }) },
		"billing":       s.readBilling,
		"faults":        func(n node) { s.faults = readFaults(n) },
		"limits":        func(n node) { s.limits = readLimits(n) },
		"expect":        func(node) {}, // ground truth for tests; nothing here may depend on it
	}, "version", "clock", "partner")
	return s, found
}

var yamlLine = regexp.MustCompile(`line (\d+): `)

// parseYAML returns the file's one document.
func parseYAML(data []byte, found *problems) (node, bool) {
	d := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	if err := d.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			found.add(position{1, ""}, "the file is empty")
			return node{}, false
		}
		text, line := strings.TrimPrefix(err.Error(), "yaml: "), 1
		if m := yamlLine.FindStringSubmatch(text); m != nil {
			line, _ = strconv.Atoi(m[1]) // the pattern has digits only; an overflow leaves the largest int
			text = strings.Replace(text, m[0], "", 1)
		}
		found.add(position{line, ""}, "not YAML: %s", text)
		return node{}, false
	}
	if err := d.Decode(&more); !errors.Is(err, io.EOF) {
		found.add(position{more.Line, ""}, "the file has more than one document")
	}
	left := maxNodes
	return node{yaml: doc.Content[0], found: found, left: &left}, true
}

func (s *Scenario) readClock(n node) {
	n.object(fields{
		"start": func(n node) { s.start = n.time() },
		"now":   func(n node) { s.now = n.time() },
		"live":  func(n node) { s.live = n.boolean() },
	}, "start", "now")
	if !s.now.IsZero() && s.now.Before(s.start) {
		n.found.add(n.below("now"), "the clock stands before the scenario's start")
	}
}

func (s *Scenario) readBilling(n node) {
	n.object(fields{
		"lag": func(n node) { s.lag = n.duration() },
		"mistakes": func(n node) {
			n.list(func(n node) {
				var m mistakeSpec
				n.during(&m.during, fields{"subscription": func(n node) { m.subscription = n.ref() }}, "subscription")
				s.mistakes = append(s.mistakes, m)
			})
		},
	})
}

func readPartner(n node, us bool) partnerSpec {
	p := partnerSpec{at: n.at(), signed: true, kind: pharos.DirectBill}
	f := fields{
		"tenant":       func(n node) { p.tenant = readTenant(n) },
		"partnerId":    func(n node) { p.partnerID = n.partnerID() },
		"organisation": func(n node) { n.list(func(n node) { p.organisation = append(p.organisation, n.partnerID()) }) },
		"globalId":     func(n node) { p.globalID = n.partnerID() },
		"kind": func(n node) {
			p.kind = oneOf(n, pharos.DirectBill, pharos.IndirectProvider, pharos.IndirectReseller)
		},
		"agreement": func(n node) {
			n.during(&p.agreement, fields{"signed": func(n node) { p.signed = n.boolean() }})
		},
		"principals":  func(n node) { n.list(func(n node) { p.principals = append(p.principals, readPrincipal(n)) }) },
		"adminAgents": func(n node) { p.adminAgents = n.ref() },
	}
	required := []string{"tenant", "partnerId"}
	if us {
		p.name = "us"
		f["reseller"] = func(n node) { p.resellers = readParties(n) }
	} else {
		f["name"] = func(n node) { p.name = n.name() }
		required = append(required, "name")
	}
	n.object(f, required...)
	if p.partnerID != "" && !slices.Contains(p.organisation, p.partnerID) {
		p.organisation = append([]pharos.PartnerID{p.partnerID}, p.organisation...)
	}
	return p
}

func readTenant(n node) tenantSpec {
	t := tenantSpec{at: n.at()}
	n.object(fields{
		"name":   func(n node) { t.name = n.name() },
		"domain": func(n node) { t.domain = n.name() },
		"id":     func(n node) { t.id = n.guid() },
	}, "name")
	return t
}

func readPrincipal(n node) principalSpec {
	p := principalSpec{at: n.at()}
	n.object(fields{
		"name": func(n node) { p.name = n.name() },
		"id":   func(n node) { p.id = n.guid() },
		"appId": func(n node) {
			p.appID = n.guid()
		},
		"kind":            func(n node) { p.kind = oneOf(n, pharos.User, pharos.Group, pharos.ServicePrincipal) },
		"secret":          func(n node) { p.secret = n.text() },
		"certificate":     func(n node) { p.certificate = n.text() },
		"password":        func(n node) { p.password = n.text() },
		"upn":             func(n node) { p.upn = n.text() },
		"disabledFrom":    func(n node) { p.disabledFrom = n.time() },
		"deletedFrom":     func(n node) { p.deletedFrom = n.time() },
		"securityEnabled": func(n node) { p.notSecurityEnabled = !n.boolean() },
		"members":         func(n node) { n.list(func(n node) { p.members = append(p.members, readMember(n)) }) },
		"rootReader":      func(n node) { p.noRootReader = !n.boolean() },
		"graph":           func(n node) { p.noGraph = !n.boolean() },
		"registrar":       func(n node) { p.registrar = n.boolean() },
		"partnerCenter":   func(n node) { p.noPartnerCenter = !n.boolean() },
		"managedIdentity": func(n node) { p.managedIdentity = n.boolean() },
	}, "name", "kind")
	p.check(n)
	return p
}

// check refuses keys that do not go with the principal's kind.
func (p *principalSpec) check(n node) {
	for key, wrong := range map[string]bool{
		"secret":          p.secret != "" && p.kind != pharos.ServicePrincipal,
		"certificate":     p.certificate != "" && p.kind != pharos.ServicePrincipal,
		"appId":           p.appID != "" && p.kind != pharos.ServicePrincipal,
		"registrar":       p.registrar && p.kind != pharos.ServicePrincipal,
		"managedIdentity": p.managedIdentity && p.kind != pharos.ServicePrincipal,
		"upn":             p.upn != "" && p.kind != pharos.User,
		"password":        p.password != "" && p.kind != pharos.User,
		"members":         p.members != nil && p.kind != pharos.Group,
	} {
		if wrong {
			n.found.add(n.below(key), "a %s has no %s", p.kind, key)
		}
	}
}

func readMember(n node) memberSpec {
	var m memberSpec
	n.during(&m.during, fields{"principal": func(n node) { m.principal = n.ref() }}, "principal")
	return m
}

func readLink(n node) linkSpec {
	l := linkSpec{at: n.at()}
	n.during(&l.during, fields{
		"principal": func(n node) { l.principal = n.ref() },
		"tenant":    func(n node) { l.tenant = n.ref() },
		"partnerId": func(n node) { l.partnerID = n.partnerID() },
		"checkedIn": func(n node) { l.unchecked = !n.boolean() },
	}, "principal", "partnerId")
	return l
}

func readMeter(n node) Meter {
	m := Meter{at: n.at(), Credit: pharos.NewRate(15)}
	n.object(fields{
		"id":          func(n node) { m.ID = n.name() },
		"name":        func(n node) { m.Name = n.text() },
		"category":    func(n node) { m.Category = n.text() },
		"subcategory": func(n node) { m.Subcategory = n.text() },
		"unit":        func(n node) { m.Unit = n.text() },
		"unitPrice":   func(n node) { m.UnitPrice = n.decimal() },
		"credit":      func(n node) { m.Credit = pharos.Rate{Decimal: n.decimal()} },
	}, "id", "name", "unitPrice")
	return m
}

func readFaults(n node) faultSpec {
	var f faultSpec
	n.object(fields{
		"seed":           func(n node) { f.seed = n.integer() },
		"throttle":       func(n node) { f.throttle = n.share() },
		"serverError":    func(n node) { f.serverError = n.share() },
		"dropConnection": func(n node) { f.dropConnection = n.share() },
		"truncateBlob":   func(n node) { f.truncateOne = n.share() },
		"latency":        func(n node) { f.latency = n.duration() },
		"replicaLag":     func(n node) { f.replicaLag = n.count() },
	})
	return f
}

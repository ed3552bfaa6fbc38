package config

import (
	"net/url"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

func nonEmpty(s string) (string, error) { return strings.TrimSpace(s), nil }

func parseGUID[T ~string](s string) (T, error) {
	g, err := pharos.ParseGUID(s)
	return T(g), err
}

// parseEndpoint accepts an https URL of a server. Tokens go there, so plain
// http is refused even on this machine.
func parseEndpoint(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", pharos.Errorf(pharos.Invalid, "%q is not an https URL such as https://management.azure.com", s)
	}
	return strings.TrimRight(s, "/"), nil
}

// path resolves a path relative to the configuration file.
func (d *decoder) path(s string) (string, error) { return underDir(d.dir, s), nil }

// instant reads a time.
func instant(n node, into *time.Time) {
	s, ok := n.text()
	if !ok {
		return
	}
	t, err := parseTime(s)
	if err != nil {
		n.fail("%s", err)
		return
	}
	*into = t
	n.keep(t.Format(time.RFC3339))
}

// engine is a kind of place, told by the prefix of its spelling.
type engine struct {
	name, prefix string
	server       bool // the whole spelling is a URL, not a path
}

func storeEngines() []engine {
	return []engine{{"postgres", "postgres://", true}, {"sqlite", "sqlite:", false}}
}

func ledgerEngines() []engine {
	return []engine{{"clickhouse", "clickhouse://", true}, {"folder", "", false}}
}

// location reads where the store or the ledger is.
func (d *decoder) location(n node, engines []engine, into *Location) {
	s, ok := n.text()
	if !ok {
		return
	}
	for _, e := range engines {
		rest, found := strings.CutPrefix(s, e.prefix)
		switch {
		case !found:
			continue
		case e.server:
			d.server(n, e.name, s, into)
		case rest == "" || e.prefix == "" && strings.Contains(s, "://"):
			n.fail("%q names no file or folder", s)
		default:
			*into = Location{e.name, underDir(d.dir, rest)}
			n.keep(e.prefix + into.Path)
		}
		return
	}
	n.fail("%q is not a store; write sqlite:FILE or postgres://…", s)
}

// server reads the URL of a server. A password in it would be a secret in
// plain text; the message therefore does not repeat the URL.
func (d *decoder) server(n node, name, s string, into *Location) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		n.fail("is not a valid %s URL", name)
		return
	}
	if _, has := u.User.Password(); has || u.Query().Has("password") {
		n.fail("a secret may not stand here in plain text; leave the password out of the URL")
		return
	}
	*into = Location{name, s}
	n.keep(s)
}

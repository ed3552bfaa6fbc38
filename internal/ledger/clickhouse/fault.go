package clickhouse

import (
	"context"
	"errors"
	"strings"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"github.com/pharos-pec/pharos"
)

// Codes of ClickHouse's exceptions (the file ErrorCodes.cpp of its source names them).
const (
	codeAccessDenied   = 497
	codeReadonly       = 164
	codeUnknownUser    = 192
	codeWrongPassword  = 193
	codeAuthentication = 516
)

// fault makes an error of the driver or the engine one that a user can act
// on. Where a node does not answer it names the node.
func (l *Ledger) fault(ctx context.Context, err error) error {
	var known *pharos.Error
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	}
	var e *driver.Exception
	if errors.As(err, &e) {
		switch e.Code {
		case codeAccessDenied, codeReadonly:
			return pharos.Errorf(pharos.Forbidden, "the ledger's ClickHouse refuses: %s", firstLine(e.Message)).
				WithHint("the user needs SELECT, INSERT, ALTER DELETE and CREATE on the database %s", l.database)
		case codeUnknownUser, codeWrongPassword, codeAuthentication:
			return pharos.Errorf(pharos.Unauthenticated, "the ledger's ClickHouse refuses the user %q", l.user).
				WithHint("name the user in the address, and its password in PHAROS_CLICKHOUSE_PASSWORD")
		}
	}
	if down := l.down(ctx); len(down) > 0 {
		return pharos.Errorf(pharos.Unavailable, "the ledger's ClickHouse node %s does not answer, and without it the ledger is not whole: %w", strings.Join(down, " and "), err).
			WithHint("start it again; nothing is answered from a part of the nodes")
	}
	if e == nil {
		return pharos.Errorf(pharos.Unavailable, "the ledger's ClickHouse: %w", err).WithHint("ask again")
	}
	return pharos.Errorf(pharos.Internal, "the ledger's ClickHouse: code %d: %s", e.Code, firstLine(e.Message))
}

// down lists the nodes that do not answer.
func (l *Ledger) down(ctx context.Context) []string {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	var out []string
	for _, n := range l.nodes {
		if err := n.conn.Ping(ctx); err != nil {
			var e *driver.Exception
			if !errors.As(err, &e) {
				out = append(out, n.address)
			}
		}
	}
	return out
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

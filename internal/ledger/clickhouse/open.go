package clickhouse

import (
	"context"
	"crypto/tls"
	"net/url"
	"strings"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/ledger"
)

// Ledger is usage lines on a cluster. Its methods may be called from several
// goroutines, and any number of processes may use one cluster.
type Ledger struct {
	address
	nodes []node
	// batchRows is how many lines an import sends at a time.
	batchRows int
	// abandoned is after how long without a sign an attempt is taken for dead,
	// and kept how long the lines of a replaced statement stay.
	abandoned, kept time.Duration
	// step is called before each thing an import does to the cluster; tests end the process there.
	step func()
}

// node is one shard's server.
type node struct {
	address string
	conn    driver.Conn
}

// address is a cluster as its URL says.
type address struct {
	hosts             []string // one for each shard
	database, cluster string
	user, password    string
	secure            bool
}

const (
	defaultDatabase = "pharos"
	defaultCluster  = "pharos"
	dialTimeout     = 5 * time.Second
	readTimeout     = 10 * time.Minute
	batchRows       = 1 << 16
)

// parseAddress reads clickhouse://user@host1:9000,host2:9000/database?cluster=name&secure=true.
func parseAddress(text, password string) (address, error) {
	wrong := func(why string) error {
		return pharos.Errorf(pharos.Invalid, "the ledger's address %s %s", text, why).
			WithHint("write clickhouse://host1:9000,host2:9000/database?cluster=name with one host for each shard")
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "clickhouse" || u.Host == "" {
		return address{}, wrong("cannot be read")
	}
	a := address{
		hosts: strings.Split(u.Host, ","), database: strings.Trim(u.Path, "/"), cluster: defaultCluster,
		user: u.User.Username(), password: password,
	}
	if a.database == "" {
		a.database = defaultDatabase
	}
	for _, h := range a.hosts {
		if i := strings.LastIndexByte(h, ':'); i <= 0 || i == len(h)-1 {
			return address{}, wrong("names a host without a port: " + h)
		}
	}
	for key, values := range u.Query() {
		switch value := values[len(values)-1]; {
		case key == "cluster" && value != "":
			a.cluster = value
		case key == "secure" && (value == "true" || value == "false"):
			a.secure = value == "true"
		default:
			return address{}, wrong("has an unknown option: " + key + "=" + value)
		}
	}
	for _, name := range []string{a.database, a.cluster} {
		if strings.ContainsAny(name, "`'\\/\x00") {
			return address{}, wrong("has a name with a quote or slash")
		}
	}
	return a, nil
}

// Open returns the ledger at a URL such as
// clickhouse://user@host1:9000,host2:9000/database?cluster=name, with a host for
// each shard of the cluster, and makes its tables where they are missing. Errors
// have code Invalid (the URL, or a cluster that does not fit it), Unavailable (a
// node does not answer), Forbidden or Unsupported (tables of a newer version).
func Open(ctx context.Context, text, password string) (*Ledger, error) {
	a, err := parseAddress(text, password)
	if err != nil {
		return nil, err
	}
	var nodes []node
	for _, h := range a.hosts {
		conn, err := driver.Open(a.options(h))
		if err != nil {
			return nil, pharos.Errorf(pharos.Invalid, "the ledger's node %s: %w", h, err)
		}
		nodes = append(nodes, node{h, conn})
	}
	return open(ctx, a, nodes)
}

// OpenOn opens a ledger of one shard on a connection that is there already,
// such as one to an engine in this process; text names its database and cluster.
func OpenOn(ctx context.Context, text string, conn driver.Conn) (*Ledger, error) {
	a, err := parseAddress(text, "")
	if err != nil {
		return nil, err
	}
	return open(ctx, a, []node{{a.hosts[0], conn}})
}

func open(ctx context.Context, a address, nodes []node) (*Ledger, error) {
	l := &Ledger{
		address: a, nodes: nodes, batchRows: batchRows, abandoned: time.Hour, kept: 24 * time.Hour,
		step: func() {},
	}
	if err := l.prepare(ctx); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

func (a *address) options(host string) *driver.Options {
	o := &driver.Options{
		Addr: []string{host}, Auth: driver.Auth{Username: a.user, Password: a.password},
		Settings: driver.Settings{
			"insert_distributed_sync": 1, // a line is with its shard when the insert returns
			"skip_unavailable_shards": 0, // a part of the shards is no answer
			"max_query_size":          64 << 20, "max_ast_elements": 4 << 20, "max_expanded_ast_elements": 8 << 20,
			"max_bytes_before_external_group_by": 2 << 30, "max_bytes_before_external_sort": 2 << 30,
		},
		Compression: &driver.Compression{Method: driver.CompressionLZ4},
		DialTimeout: dialTimeout, ReadTimeout: readTimeout, MaxOpenConns: 16,
	}
	if a.secure {
		o.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return o
}

// Close ends the connections.
func (l *Ledger) Close() {
	for _, n := range l.nodes {
		_ = n.conn.Close()
	}
}

// conn is the connection that questions go through: any node asks all others.
func (l *Ledger) conn() driver.Conn { return l.nodes[0].conn }

// Manifest returns the list of what the ledger holds.
func (l *Ledger) Manifest(ctx context.Context) (ledger.Manifest, error) {
	s, err := l.state(ctx)
	if err != nil {
		return ledger.Manifest{}, err
	}
	return s.manifest, nil
}

// Months lists the months that have lines, oldest first.
func (l *Ledger) Months(ctx context.Context) ([]pharos.Month, error) {
	s, err := l.state(ctx)
	if err != nil {
		return nil, err
	}
	return s.manifest.Months(), nil
}

// Files lists the usage files that have lines of a month, in the order of their import.
func (l *Ledger) Files(ctx context.Context, month pharos.Month) ([]ledger.File, error) {
	s, err := l.state(ctx)
	if err != nil {
		return nil, err
	}
	return s.manifest.FilesOf(month), nil
}

// LastStatement returns the newest statement that was pulled; ok is false when there is none.
func (l *Ledger) LastStatement(ctx context.Context) (st ledger.Statement, ok bool, err error) {
	s, err := l.state(ctx)
	if err != nil {
		return ledger.Statement{}, false, err
	}
	st, ok = s.manifest.LastStatement()
	return st, ok, nil
}

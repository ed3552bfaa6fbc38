package clickhouse

import (
	"context"
	"fmt"

	"github.com/pharos-pec/pharos"
)

// schemaVersion is the version of the tables that this Pharos makes and reads.
const schemaVersion = 1

// column is a column of usage_line.
type column struct{ name, kind string }

// lineColumns are the columns of a line. Amounts are integers at ten decimals;
// what that cannot hold stands as text in wide, a JSON object by column.
func lineColumns() []column {
	return []column{
		{"month", "UInt32"}, // 202610
		{"attempt", "UInt64"}, {"row", "UInt64"}, {"key_a", "UInt64"}, {"key_b", "UInt64"},
		{"line", "Int64"}, {"day", "Int32"}, // since 1970-01-01
		{"quantity_e10", "Int64"}, {"unit_price_e10", "Int64"}, {"effective_unit_price_e10", "Int64"},
		{"exchange_rate_e10", "Int64"}, {"billing_pretax_total_e10", "Int64"}, {"has_pretax_total", "UInt8"},
		{"member", "String"}, {"invoice", "String"}, {"customer_id", "String"}, {"customer_name", "String"},
		{"subscription_id", "String"}, {"subscription_name", "String"}, {"resource_group", "String"}, {"resource_id", "String"},
		{"meter_id", "String"}, {"meter_name", "String"}, {"meter_category", "String"}, {"meter_subcategory", "String"},
		{"product_id", "String"}, {"sku_id", "String"}, {"publisher", "String"}, {"wide", "String"},
		{"pricing_currency", "String"}, {"billing_currency", "String"}, {"credited_percent", "String"},
		{"excluded", "String"}, {"plan", "String"}, {"reseller", "String"},
	}
}

// schema returns the statements that make the tables of a node. Each may run again.
func (a *address) schema() []string {
	var lines string
	for i, c := range lineColumns() {
		if i > 0 {
			lines += ", "
		}
		lines += c.name + " " + c.kind
	}
	const (
		imports = "sequence Int64, import UInt64, position UInt32, entries UInt32, at DateTime default now(), " +
			"name String, sha256 String, entry String, statement String"
		attempts = "attempt UInt64, event String, at DateTime default now()"
		versions = "version UInt32, at DateTime default now()"
		views    = "month UInt32, digest String, place UInt64, at DateTime default now()"
	)
	return []string{
		"create database if not exists " + quoted(a.database),
		a.local("schema_version", versions, "order by version"),
		a.local("usage_line", lines, "partition by month order by (subscription_id, resource_group, day, resource_id, meter_id)"),
		a.local("import", imports, "order by (sequence, import, position)"),
		a.local("attempt", attempts, "order by (attempt, at)"),
		a.local("published", views, "order by (month, place)"),
		a.distributed("published", views, "rand()"),
		a.distributed("usage_line", lines, "cityHash64(subscription_id)"),
		a.distributed("import", imports, "rand()"),
		a.distributed("attempt", attempts, "rand()"),
	}
}

func (a *address) local(table, columns, order string) string {
	return fmt.Sprintf("create table if not exists %s (%s) engine = MergeTree %s", a.localTable(table), columns, order)
}

func (a *address) distributed(table, columns, shard string) string {
	return fmt.Sprintf("create table if not exists %s (%s) engine = Distributed(%s, %s, %s, %s)",
		a.table(table), columns, quoted(a.cluster), quoted(a.database), quoted(table+"_local"), shard)
}

// table is the name of a Distributed table, localTable that of a node's own.
func (a *address) table(name string) string      { return quoted(a.database) + "." + quoted(name) }
func (a *address) localTable(name string) string { return a.table(name + "_local") }

// quoted is a name in SQL; parseAddress refuses those with a quote in them.
func quoted(name string) string { return "`" + name + "`" }

// prepare holds the cluster against the address, and makes what is missing.
func (l *Ledger) prepare(ctx context.Context) error {
	if err := l.checkCluster(ctx); err != nil {
		return err
	}
	for _, n := range l.nodes {
		version, err := l.versionOn(ctx, n)
		if err != nil {
			return err
		}
		if version > schemaVersion {
			return pharos.Errorf(pharos.Unsupported, "the ledger in %s on %s is of version %d, this Pharos reads version %d", l.database, n.address, version, schemaVersion).
				WithHint("use the Pharos that wrote it, or a newer one")
		}
		if version == schemaVersion {
			continue
		}
		statements := append(l.schema(), fmt.Sprintf("insert into %s (version) select %d", l.localTable("schema_version"), schemaVersion))
		for _, s := range statements {
			if err := n.conn.Exec(ctx, s); err != nil {
				return l.fault(ctx, fmt.Errorf("making the tables on %s: %w", n.address, err))
			}
		}
	}
	return nil
}

// checkCluster holds that every node knows the cluster as the address has it:
// one node for each shard. Any other would lose lines or count them twice.
func (l *Ledger) checkCluster(ctx context.Context) error {
	for _, n := range l.nodes {
		var replicas, shards, light uint64
		err := n.conn.QueryRow(ctx, "select count(), uniqExact(shard_num), countIf(shard_weight != 1) from system.clusters where cluster = ?", l.cluster).
			Scan(&replicas, &shards, &light)
		switch {
		case err != nil:
			return l.fault(ctx, fmt.Errorf("%s: %w", n.address, err))
		case shards == 0:
			return pharos.Errorf(pharos.Invalid, "the ClickHouse node %s knows no cluster %q", n.address, l.cluster).
				WithHint("name it under remote_servers in the configuration of every node, and in the address as ?cluster=NAME")
		case replicas != shards || light > 0 || shards != uint64(len(l.nodes)):
			return pharos.Errorf(pharos.Invalid, "the cluster %q has, on %s, %d shards and %d nodes, and the ledger's address has %d", l.cluster, n.address, shards, replicas, len(l.nodes)).
				WithHint("the address names one host for each shard; shards with several replicas or a weight are not supported")
		}
	}
	return nil
}

// versionOn returns the version of a node's tables, 0 when there are none.
func (l *Ledger) versionOn(ctx context.Context, n node) (version uint32, err error) {
	var tables uint64
	err = n.conn.QueryRow(ctx, "select count() from system.tables where database = ? and name = 'schema_version_local'", l.database).Scan(&tables)
	if err == nil && tables > 0 {
		err = n.conn.QueryRow(ctx, "select max(version) from "+l.localTable("schema_version")).Scan(&version)
	}
	return version, l.fault(ctx, err)
}

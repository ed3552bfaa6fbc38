// Package clickhouse is the ledger on a cluster of ClickHouse: for bills that
// one machine cannot hold. It answers what [ledger.Ledger] answers, to the last
// digit; a suite of tests holds both to the same results.
//
// # Tables
//
// Each node has the lines of its shard in usage_line_local, a MergeTree that is
// partitioned by month; usage_line is the Distributed table over them, sharded
// by the subscription, so that all that is said of a subscription, and every
// repetition of a line, is on one node. A line carries the attempt that wrote
// it, a random number. The table import has what the folder ledger's manifest
// has: a row for each file of each import, which says whose attempt's lines
// count. The table attempt knows which attempts were begun and given up.
//
// # Which lines count
//
// The rules are those of package ledger. What the manifest alone decides (rules
// 1 and 4, the ranks of rule 3, which invoices stray) is decided by its code;
// what needs the lines is asked of the engine in the condition of each query
// (counted.go). Nothing is rewritten when a later statement comes.
//
// # Imports
//
// Any number of imports may run at once, on any machines. An import writes its
// lines under new attempts; they count once its rows stand in the table import,
// which one insert of one block puts there: all of them or none. The order of
// imports is that of the sequence numbers that they give themselves, and of a
// random number where two took the same.
//
// An import that fails marks its attempts as swept and removes their lines. One
// that dies is found by the next: an attempt that wrote nothing for an hour is
// condemned; if then no import names it, it is marked as swept, and its lines
// are removed. An import that finds its attempt condemned, after it wrote its
// rows, fails: rows of a swept attempt never count.
//
// # Completeness
//
// Day facts are asked of every node for its own lines; all other questions go
// to the Distributed tables, with skip_unavailable_shards off. So an answer is of
// all shards, or an error with code Unavailable that names the node. The SQL is of the dialect that ClickHouse 18.16 and later speak.
package clickhouse

// Package kql is the part of the Kusto query language that Azure Resource
// Graph documents: one pipeline over tables of rows, with where, extend,
// project, summarize, order, top, limit, distinct, count, mv-expand, parse,
// join and union.
//
// [Compile] reads a query against a [Catalog] of tables and refuses what the
// language, or this subset of it, does not have; [Query.Run] evaluates it over
// the tables' rows. Names, types and the limits of Resource Graph (three joins,
// three mv-expands, three legs of a union) are checked when compiling, so that
// a query either compiles or never runs.
//
// The package is pure: it reads no clock (the caller says what time now() is),
// and its time and memory are bounded by budgets whatever the query is.
//
// Sources: Microsoft's documentation of the Resource Graph query language
// (learn.microsoft.com/azure/governance/resource-graph/concepts/query-language)
// and of KQL (learn.microsoft.com/kusto/query).
package kql

// Package report lays results out for people and for programs: a table on a
// terminal, JSON, CSV, an Excel workbook, HTML and Markdown. It computes
// nothing that a verb should know and reads and writes nothing but the writer
// it is given.
//
// A constructor ([Credit], [Breakdown], [Coverage], [Links], [Import], [Scan],
// [Page], [Trace]) turns a result into a [Report]: blocks for people to read,
// sheets for spreadsheets, and the document of the JSON contract. Each format
// is then written once, for all reports:
//
//   - amounts are exact in JSON and CSV, and rounded to two decimals where
//     people read them;
//   - the CSV is one table of the finest rows, the workbook has several;
//   - text that a spreadsheet would take for a formula is defused.
package report

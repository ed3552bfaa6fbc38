// Package explain says in words what a cause means and how to mend it, and
// why a scope does or does not earn on a day.
//
// There is one page for each cause of [pharos.Causes], a text file under
// page/ in a small subset of Markdown: a title, a summary, the fix in one
// sentence, and the sections that [Page] has as fields. [Trace] lays a
// coverage out as the chain of conditions that a credited day needs. Nothing
// here renders: internal/report and the dashboard do.
package explain

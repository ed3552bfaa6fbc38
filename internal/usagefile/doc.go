// Package usagefile reads rated usage, whatever file it came in: the partner
// billing export of Microsoft Graph, the daily rated usage file of the
// portal, line items of the retired Partner Center API, and the partner
// exports of Cost Management in its own and in the FOCUS columns.
//
// A file is recognised by what it holds, never by its name, and is read as a
// stream: memory does not grow with its length. [Open] undoes gzip and zip and
// yields a [Reader] for each file within.
//
// Two kinds of fault are kept apart. A file that is damaged or of the wrong
// kind (cut short, quoting broken, NUL bytes, a line of more than
// [MaxLine] bytes, a column missing) is an error that names the file and the
// line, and nothing of the file may be used. A line whose values cannot be
// used (money, date, subscription) is a [Reject]: the rest of the file stands.
package usagefile

// MaxLine is the longest line, record or item that is read, in bytes. Real
// lines have about 2,000; a longer one means that line ends were lost.
const MaxLine = 1 << 20

// MaxRejects is how many rejected lines a [Reader] keeps the reason of; the
// others are only counted.
const MaxRejects = 1000

// Package ledger keeps usage lines at rest in a folder of Parquet files and
// reduces them to day facts.
//
//	ledger/
//	  manifest.json             what was imported; replaced as a whole, by rename
//	  lock                      held while an import runs
//	  2026-10/1f0c….parquet     the lines of one source in that month, never changed;
//	                            the manifest has its checksum, which [Ledger.Verify] holds it to
//	  tmp/                      what an import is writing; swept by the next one
//	  facts/2026-10.json        which day facts are kept, and what of
//	  facts/2026-10-07-….parquet  the day facts of one shard of the subscriptions
//	  facts/2026-10-names-….json  and -billed-, -totals-, -masks-: what else is asked of a month
//
// # Which lines count
//
// An import adds sources and never rewrites lines. Which lines of a month
// count is decided when they are read, from the manifest and the lines alone,
// so that the order of imports does not matter beyond "the later statement":
//
//  1. A source whose content is in the ledger already is not added again.
//  2. Lines on an invoice are final. Two of them are the same line if they
//     agree in invoice, customer, subscription, resource, meter,
//     day, quantity, list price, currencies and tags. A line that stands n times in
//     one source and m times in another counts max(n, m) times.
//  3. Lines without an invoice are a statement that later ones restate: the
//     quantity of a day grows, and its credit flag settles within 48 hours. They
//     are the same line if they agree in all of the above but invoice and
//     quantity; the newest source that has the line is believed, with all the times
//     the line stands in it. Newest is the source that reaches to the later day,
//     then the one imported later.
//  4. A [Statement] (a whole pull) replaces the earlier one of the same
//     invoice, or of the same currency and period: what it no longer has is gone.
//  5. A customer's lines on an invoice replace that customer's lines without
//     one in the same billing currency: all of the month that the invoice bills,
//     which is the one that most of its lines are in. In another month, into which
//     it strays by a day, only those of the same day, resource and meter.
//
// Values that Microsoft restates (credit, effective unit price, totals,
// exchange rate) are no part of a line's identity, nor are names.
//
// # What is removed
//
// [Ledger.Drop] removes whole months, [Ledger.Compact] the lines of files that
// can never count again. Both replace the manifest and then remove the files. Of what is
// gone the manifest keeps the counts by invoice, by which rule 5 knows the month
// that an invoice bills, and the source's content: what was restated is not
// imported again, what was dropped is, and is then as old as it was.
//
// # Day facts
//
// What the lines of a month amount to is kept beside them, in as many files as
// there are shards of the subscriptions, and made when it is first asked for. A file
// is named after what it was made from: the segments with lines of the shard,
// which of those lines count, the rates of their meters, and the single
// resources that were summed apart. Who asks compares that with what is there
// now, so that a file is either right or not used, and after an import, or when
// access to a resource was seen, only the shards are made again in which something changed.
// Files are written without waiting for the disk and bear a checksum:
// one that is damaged, or gone, is made again. So it is with which lines do not
// count, the names, and the sums that the bill is checked by. All of facts/ may be removed at any time.
// A ledger that cannot be written to is answered from a temporary folder.
//
// # Crashes
//
// A source is written to tmp/, synced, and renamed into its month; it counts
// once the manifest names it. A process killed at any point leaves the old
// manifest or the new one, and files that the next import removes.
package ledger

package cli

import (
	"context"
	"iter"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/evidence"
)

// allScans is the limit that leaves no scan out.
const allScans = -1

// dispute is a judged month with everything that its packs are made of, all
// of one look at the history.
type dispute struct {
	books *books
	view  view
	input credit.Input
	month *credit.Month
	scans []evidence.Scan
	state evidence.State
}

// disputeOf judges a month for its packs.
func (b *books) disputeOf(ctx context.Context, m pharos.Month) (*dispute, error) {
	v, err := b.view(ctx)
	if err != nil {
		return nil, err
	}
	d := &dispute{books: b, view: v}
	b.mu.Lock()
	d.state = evidence.State{Revision: b.of.String(), LastScan: v.history.LastScan}
	b.mu.Unlock()
	if d.input, err = b.monthInput(ctx, v, m); err != nil {
		return nil, err
	}
	if d.month, err = credit.Judge(ctx, d.input); err != nil {
		return nil, err
	}
	d.scans, err = b.scans(ctx)
	return d, err
}

// scans lists the scans as a pack tells of them.
func (b *books) scans(ctx context.Context) ([]evidence.Scan, error) {
	kept, err := b.history.Scans(ctx, allScans)
	if err != nil {
		return nil, err
	}
	out := make([]evidence.Scan, len(kept))
	for i, s := range kept {
		out[i].At = s.At
		for _, e := range s.Eyes {
			out[i].Eyes = append(out[i].Eyes, evidence.Eye(e))
		}
		for _, p := range s.Problems {
			out[i].Problems = append(out[i].Problems, evidence.Problem{Subject: p.Subject, Reading: p.Reading, Eye: p.Eye, Code: p.Code, Message: p.Message, DatesOnly: p.Aid})
		}
	}
	return out, nil
}

// pack makes a subscription's pack, without what its lines alone tell.
func (d *dispute) pack(id pharos.SubscriptionID) (*evidence.Pack, error) {
	return evidence.New(evidence.Input{
		Partner: d.books.partner, Subscription: id, Month: d.month, History: d.view.history,
		Access: d.input.Access, AsOf: d.view.now, Scans: d.scans,
	})
}

// lines are the usage lines of a pack, which they complete.
func (d *dispute) lines(ctx context.Context, p *evidence.Pack) iter.Seq2[credit.Line, error] {
	q := credit.Query{Month: d.month.Month, Subscription: p.Summary.SubscriptionID}
	return p.Counted(credit.Lines(ctx, d.input, d.month, q))
}

// files completes the usage files of a pack with their checksums.
func (d *dispute) files(ctx context.Context, p *evidence.Pack) error {
	known, err := d.books.files(ctx, d.month.Month)
	if err != nil {
		return err
	}
	for i := range p.Bill.Files {
		for _, f := range known {
			if evidence.FileName(f.Name) == p.Bill.Files[i].Name {
				p.Bill.Files[i].SHA256 = f.SHA256
			}
		}
	}
	return nil
}

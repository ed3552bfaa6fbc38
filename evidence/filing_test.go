package evidence_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/evidence"
)

// desk is a support desk in memory that notes what is asked of it.
type desk struct {
	topics  map[string][]string // problems by service, in the order of order
	order   []string
	tickets map[string]evidence.Ticket
	attach  error
	open    error
	calls   []string
}

func topic(name string) evidence.Topic {
	return evidence.Topic{ID: "/providers/Microsoft.Support/" + strings.ReplaceAll(name, " ", "-"), Name: name}
}

func (d *desk) Services(context.Context) ([]evidence.Topic, error) {
	var out []evidence.Topic
	for _, s := range d.order {
		out = append(out, topic(s))
	}
	return out, nil
}

func (d *desk) Problems(_ context.Context, service evidence.Topic) ([]evidence.Topic, error) {
	d.calls = append(d.calls, "problems of "+service.Name)
	var out []evidence.Topic
	for _, p := range d.topics[service.Name] {
		out = append(out, topic(p))
	}
	return out, nil
}

func (d *desk) Ticket(_ context.Context, name string) (evidence.Ticket, error) {
	t, there := d.tickets[name]
	if !there {
		return t, pharos.Errorf(pharos.NotFound, "no ticket %s", name)
	}
	return t, nil
}

func (d *desk) Attach(_ context.Context, workspace string, f evidence.Attachment) error {
	d.calls = append(d.calls, "attach "+f.Name+" to "+workspace)
	return d.attach
}

func (d *desk) Open(_ context.Context, r evidence.Request, workspace string) (evidence.Ticket, error) {
	d.calls = append(d.calls, "open "+r.Name+" with "+workspace)
	if d.open != nil {
		return evidence.Ticket{}, d.open
	}
	t := evidence.Ticket{Name: r.Name, Number: "1"}
	d.tickets[r.Name] = t
	return t, nil
}

func TestSubmit(t *testing.T) {
	refused := pharos.Errorf(pharos.Forbidden, "no files")
	noPlan := pharos.Errorf(pharos.Unsupported, "no plan")
	stopped := pharos.Errorf(pharos.Interrupted, "stopped")
	small, large := evidence.Attachment{Name: "a.zip", Data: []byte("x")}, evidence.Attachment{Name: "a.zip", Data: make([]byte, evidence.MaxAttachment+1)}
	for _, c := range []struct {
		name  string
		desk  desk
		file  evidence.Attachment
		code  pharos.Code // of the error
		lacks pharos.Code // of the file's problem
		calls []string
	}{
		{"all goes well", desk{}, small, "", "", []string{"attach a.zip to t-0f", "open t with t-0f"}},
		{"no files", desk{attach: refused}, small, "", pharos.Forbidden, []string{"attach a.zip to t-0f", "open t with "}},
		{"too large", desk{}, large, "", pharos.Unsupported, []string{"open t with "}},
		{"stopped", desk{attach: stopped}, small, pharos.Interrupted, "", []string{"attach a.zip to t-0f"}},
		{"no plan", desk{open: noPlan}, small, pharos.Unsupported, "", []string{"attach a.zip to t-0f", "open t with t-0f"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := c.desk
			d.tickets = map[string]evidence.Ticket{}
			f, err := evidence.Submit(t.Context(), &d, evidence.Request{Name: "t", ManifestSHA256: "0f"}, c.file)
			if pharos.CodeOf(err) != c.code || pharos.CodeOf(f.Unattached) != c.lacks {
				t.Fatalf("got %+v, %v", f, err)
			}
			if diff := cmp.Diff(c.calls, d.calls); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if err != nil {
				return
			}
			if !f.Filed || f.Ticket.Number != "1" || (c.lacks == "") != (len(f.Attached) == 1) {
				t.Errorf("got %+v", f)
			}
			d.calls = nil
			if again, err := evidence.Submit(t.Context(), &d, evidence.Request{Name: "t", ManifestSHA256: "0f"}, c.file); err != nil || again.Filed || again.Ticket.Number != "1" || len(d.calls) > 0 {
				t.Errorf("again: %+v, %v, %v", again, err, d.calls)
			}
		})
	}
}

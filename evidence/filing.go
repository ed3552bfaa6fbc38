package evidence

import (
	"context"

	"github.com/pharos-pec/pharos"
)

// Filing is what became of a request.
type Filing struct {
	Ticket Ticket
	// Filed is true when this run opened the ticket, false when it was there.
	Filed bool
	// Attached are the names of the files that went with it.
	Attached []string
	// Unattached is why the files could not go with it, nil when they did.
	Unattached error
}

// Existing reads the ticket of a name; nil when there is none.
func Existing(ctx context.Context, desk SupportDesk, name string) (*Ticket, error) {
	t, err := desk.Ticket(ctx, name)
	if pharos.CodeOf(err) == pharos.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &t, nil
}

// Submit opens the ticket of a request with its file, unless it is there. It
// can be repeated after any interruption. A file that the desk does not take
// does not stop the request, whose description quotes the checksums: the file
// can be sent later, and shown to be the same. The code is Unsupported where
// the subscription's support plan does not include opening tickets.
func Submit(ctx context.Context, desk SupportDesk, r Request, pack Attachment) (Filing, error) {
	there, err := Existing(ctx, desk, r.Name)
	if err != nil {
		return Filing{}, err
	}
	if there != nil {
		return Filing{Ticket: *there}, nil
	}
	f := Filing{Filed: true}
	workspace := r.Workspace()
	if f.Unattached = attach(ctx, desk, workspace, pack); f.Unattached != nil {
		if pharos.CodeOf(f.Unattached) == pharos.Interrupted {
			return Filing{}, f.Unattached
		}
		workspace = ""
	} else {
		f.Attached = []string{pack.Name}
	}
	f.Ticket, err = desk.Open(ctx, r, workspace)
	if err != nil {
		return Filing{}, err
	}
	return f, nil
}

func attach(ctx context.Context, desk SupportDesk, workspace string, a Attachment) error {
	if len(a.Data) > MaxAttachment {
		return pharos.Errorf(pharos.Unsupported, "%s has %d bytes, and support takes no more than %d", a.Name, len(a.Data), MaxAttachment)
	}
	return desk.Attach(ctx, workspace, a)
}

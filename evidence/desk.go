package evidence

import (
	"context"
	"time"

	"github.com/pharos-pec/pharos"
)

// SupportDesk is Azure's support for one subscription, as one credential
// reaches it. Errors bear the codes of [pharos.Error]: Forbidden when the
// credential may not, NotFound when the subscription or the ticket is not
// there, Invalid when the desk refuses what it was sent, Unavailable after the
// retries.
type SupportDesk interface {
	// Services lists what a ticket can be about.
	Services(ctx context.Context) ([]Topic, error)
	// Problems lists the classifications of a service's problems.
	Problems(ctx context.Context, service Topic) ([]Topic, error)
	// Ticket reads a ticket with its messages.
	Ticket(ctx context.Context, name string) (Ticket, error)
	// Attach puts a file into the workspace of a ticket that is to be opened. The
	// same file again changes nothing.
	Attach(ctx context.Context, workspace string, a Attachment) error
	// Open opens a ticket and waits until it is there. A ticket of that name that
	// is there is returned. Workspace is "" when nothing was attached. The code is
	// Unsupported where the subscription's support plan does not include it.
	Open(ctx context.Context, r Request, workspace string) (Ticket, error)
}

// Topic is a service, or a classification of its problems.
type Topic struct {
	ID   string `json:"id"`   // of the service's or classification's resource
	Name string `json:"name"` // as Azure shows it
}

// Ticket is a support request that Azure has.
type Ticket struct {
	Name     string    `json:"name"`
	Number   string    `json:"number"` // by which Microsoft's engineers know it
	Title    string    `json:"title"`
	Status   string    `json:"status"` // Open or Closed, or as the cloud says
	Severity string    `json:"severity"`
	Service  string    `json:"service"`
	Problem  string    `json:"problem"`
	Plan     string    `json:"plan,omitempty"`
	Engineer string    `json:"engineer,omitempty"`
	Created  time.Time `json:"created"`
	Changed  time.Time `json:"changed"`
	Messages []Message `json:"messages"` // newest first
}

// Message is what was written about a ticket since it was opened.
type Message struct {
	At      time.Time `json:"at"`
	From    string    `json:"from"`
	Subject string    `json:"subject"`
	Inbound bool      `json:"inbound"` // from Microsoft
}

// Attachment is a file that goes with a request.
type Attachment struct {
	Name string // without a folder
	Data []byte
}

// MaxAttachment is the size of the largest file that support takes, in bytes (docs:
// az support in-subscription file upload).
const MaxAttachment = 5 << 20

// Severity is how urgent a request is.
type Severity string

// The severities that a request about money can have. "Highest critical impact"
// is for systems that are down.
const (
	Minimal  Severity = "minimal"
	Moderate Severity = "moderate"
	Critical Severity = "critical"
)

// ParseSeverity reads the value of a --severity flag.
func ParseSeverity(s string) (Severity, error) {
	switch v := Severity(s); v {
	case Minimal, Moderate, Critical:
		return v, nil
	default:
		return "", pharos.Errorf(pharos.Invalid, "%q is not a severity", s).WithHint("choose one of minimal, moderate, critical")
	}
}

package report

import (
	"strings"

	"github.com/pharos-pec/pharos/evidence"
)

// SupportRequest is what `pharos evidence --open-request` did, and its JSON.
type SupportRequest struct {
	// Pack is the folder or zip of the evidence, "" where none was made.
	Pack string `json:"pack"`
	// Request is what was, or would be, asked for; nil where the ticket was there.
	Request *evidence.Request `json:"request"`
	// By is the credential that asks, "" when the text is for Partner Center.
	By string `json:"by"`
	// Filed says that this run opened the ticket. A Ticket that was there before
	// leaves it false.
	Filed    bool             `json:"filed"`
	Ticket   *evidence.Ticket `json:"ticket"`
	Attached []string         `json:"attached"`
	// Text is the file with the text for Partner Center, "" when there is none.
	Text string `json:"text"`
}

// ticketsDocument is the JSON of `pharos evidence --status`.
type ticketsDocument struct {
	Tickets []evidence.Ticket `json:"tickets"`
}

// Request lays out a request before it is filed.
func Request(s *SupportRequest) *Report {
	data := requestSheet(s)
	shown := data
	shown.name = ""
	return &Report{
		title:    "Support request",
		blocks:   []block{{table: &shown}, {heading: "Description"}, {code: s.Request.Description}},
		data:     &data,
		book:     []sheet{data},
		document: s,
	}
}

func requestSheet(s *SupportRequest) sheet {
	r, c := s.Request, &s.Request.Contact
	out := sheet{name: "Request", columns: []column{{title: "field"}, {title: "value", flex: true}}}
	for _, row := range [][2]string{
		{"title", r.Title}, {"subscription", string(r.SubscriptionID)}, {"ticket", r.Name}, {"severity", string(r.Severity)},
		{"began", exact(instant, r.Began)}, {"service", r.Service.Name}, {"problem", r.Problem.Name},
		{"contact", strings.TrimSpace(c.FirstName + " " + c.LastName + " " + c.Email)}, {"copies", strings.Join(c.Copies, ", ")}, {"attachment", r.Attachment}, {"by", s.By},
	} {
		if row[1] != "" {
			out.rows = append(out.rows, []any{row[0], row[1]})
		}
	}
	return out
}

// Filed lays out what became of a request.
func Filed(s *SupportRequest) *Report {
	if s.Ticket == nil {
		r := Request(s)
		r.blocks = append(r.blocks, block{text: "For Partner Center: " + s.Text})
		return r
	}
	r := Tickets([]evidence.Ticket{*s.Ticket})
	r.document = s
	switch {
	case !s.Filed:
		r.blocks = append(r.blocks, block{text: "The ticket was there already; nothing was filed."})
	case len(s.Attached) > 0:
		r.blocks = append(r.blocks, block{text: "Attached: " + strings.Join(s.Attached, ", ")})
	}
	return r
}

// Tickets lays out support tickets and what was written about them.
func Tickets(all []evidence.Ticket) *Report {
	data := sheet{name: "Tickets", columns: []column{
		{title: "name"}, {title: "number"}, {title: "status"}, {title: "severity"}, {title: "created", kind: instant}, {title: "changed", kind: instant},
		{title: "service"}, {title: "problem"}, {title: "plan"}, {title: "engineer"}, {title: "title"},
	}}
	messages := sheet{name: "Messages", columns: []column{{title: "at", kind: instant}, {title: "from", flex: true, cut: true}, {title: "subject", flex: true}}}
	for _, t := range all {
		data.rows = append(data.rows, []any{t.Name, t.Number, t.Status, t.Severity, t.Created, t.Changed, t.Service, t.Problem, t.Plan, t.Engineer, t.Title})
		for _, m := range t.Messages {
			from := m.From
			if m.Inbound {
				from += " (Microsoft)"
			}
			messages.rows = append(messages.rows, []any{m.At, from, m.Subject})
		}
	}
	r := &Report{title: "Support tickets", blocks: []block{{table: ticketsForPeople(all)}}, data: &data, book: []sheet{data}, document: ticketsDocument{append([]evidence.Ticket{}, all...)}}
	if len(messages.rows) > 0 {
		r.blocks = append(r.blocks, block{table: &messages})
		r.book = append(r.book, messages)
	}
	return r
}

func ticketsForPeople(all []evidence.Ticket) *sheet {
	s := &sheet{empty: "No support ticket was opened.", columns: []column{
		{title: "ticket"}, {title: "status", tone: true}, {title: "severity"}, {title: "opened", kind: instant}, {title: "problem", flex: true},
	}}
	for _, t := range all {
		s.rows = append(s.rows, []any{t.Number, t.Status, t.Severity, t.Created, t.Problem})
	}
	return s
}

package emulator

import (
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
)

// message is a communication that was added to a ticket.
type message struct {
	name                  string // by which the client made it
	id                    string // by which the cloud calls it
	sender, subject, text string
	created               time.Time
	operation             string
}

// body is the message as the cloud tells it: under an id of its own, with the
// number of the ticket in the subject (a public recording).
func (m *message) body(t *ticket) map[string]any {
	return map[string]any{
		"id": t.armID() + "/communications/" + m.id, "name": m.id, "type": "Microsoft.Support/communications",
		"properties": map[string]string{
			"communicationType": "Web", "communicationDirection": "Outbound", "sender": m.sender, "subject": m.subject + " - TrackingID#" + t.number,
			"body": "<pre>" + html.EscapeString(m.text) + "</pre>", "createdDate": supportTime(m.created),
		},
	}
}

// message finds a message by either of its names.
func (t *ticket) message(name string) *message {
	i := slices.IndexFunc(t.messages, func(m message) bool { return strings.EqualFold(m.name, name) || strings.EqualFold(m.id, name) })
	if i < 0 {
		return nil
	}
	return &t.messages[i]
}

func putMessage(c *call) (reply, error) {
	t, err := c.ticket("supportTickets/write")
	if err != nil {
		return reply{}, err
	}
	name := c.vars["message"]
	_, isGUID := uuid.Parse(name)
	if wrongSupportName(name) != "" || isGUID == nil { // GUIDs are the cloud's own
		return reply{}, badRequest("ResourceNameInvalid", "Resource name is invalid. Please provide a valid name")
	}
	if t.message(name) != nil {
		return reply{}, conflict("ResourceNameAlreadyExists", fmt.Sprintf("A communication with the name '%s' already exists.", name))
	}
	if t.status != "Open" {
		return reply{}, badTicket("InvalidStatus", "Communications cannot be added to a closed support ticket.")
	}
	var want struct {
		Properties struct{ Subject, Body, Sender string }
	}
	if err := c.decode(&want); err != nil {
		return reply{}, err
	}
	p := want.Properties
	for _, x := range [][2]string{{"subject", p.Subject}, {"body", p.Body}} {
		if strings.TrimSpace(x[1]) == "" {
			return reply{}, missingProperty(x[0])
		}
	}
	if p.Sender == "" {
		p.Sender = c.caller.principal.signInName()
		if p.Sender == "" {
			return reply{}, badTicket("InvalidSender", "The sender is required when the caller is an application.")
		}
	}
	m := message{name: name, id: c.fresh("communication"), sender: p.Sender, subject: p.Subject, text: p.Body, created: c.now}
	var out reply
	m.operation, out = c.startSupport(t, t.armID()+"/communications/"+name, nil)
	t.messages = append(t.messages, m)
	t.modified = c.now
	return out, nil
}

func getMessage(c *call) (reply, error) {
	t, err := c.ticket("supportTickets/read")
	if err != nil {
		return reply{}, err
	}
	m := t.message(c.vars["message"])
	if m == nil {
		return reply{}, notFound("ResourceNotFound", fmt.Sprintf("The communication '%s' could not be found.", c.vars["message"]))
	}
	return ok(m.body(t))
}

// listMessages lists the messages of a ticket, newest first.
func listMessages(c *call) (reply, error) {
	t, err := c.ticket("supportTickets/read")
	if err != nil {
		return reply{}, err
	}
	f, err := c.supportFilter("CreatedDate", "communicationType")
	if err != nil {
		return reply{}, err
	}
	var out []map[string]any
	for _, m := range slices.Backward(t.messages) {
		if f.keeps(map[string]string{"communicationtype": "Web"}, m.created) {
			out = append(out, m.body(t))
		}
	}
	return c.supportPage(out, 10, 10)
}

// wrongSupportName says what is wrong with the name of a ticket or message, in
// the cloud's words; "" if nothing is.
func wrongSupportName(name string) string {
	bad := func(r rune) bool { return strings.ContainsRune(`<>%&:\?/`, r) || unicode.IsControl(r) }
	if name != "" && len(name) <= 255 && !strings.ContainsFunc(name, bad) && strings.Trim(name, "0123456789") != "" && !strings.HasPrefix(strings.ToLower(name), "tmp-") {
		return ""
	}
	return fmt.Sprintf("Name %s is invalid. The name cannot include: '<', '>', '%%', '&', ':', '\\', '?', '/' or any control characters. "+
		"It cannot be all digits and cannot start with 'tmp-'. The max length is 255 characters.", name)
}

// nameAnswer answers whether a name can be used for something of a type; taken
// tells for each type that can be asked about.
func (c *call) nameAnswer(taken map[string]func(name string) bool) (reply, error) {
	var want struct{ Name, Type string }
	if err := c.decode(&want); err != nil {
		return reply{}, err
	}
	kinds := slices.Sorted(maps.Keys(taken))
	i := slices.IndexFunc(kinds, func(kind string) bool { return strings.EqualFold(kind, want.Type) })
	if i < 0 {
		return reply{}, badTicket("InvalidType", "The type '%s' is invalid. It must be %s.", want.Type, strings.Join(kinds, " or "))
	}
	why, reason := wrongSupportName(want.Name), "Invalid"
	if why == "" && taken[kinds[i]](want.Name) {
		why, reason = "Name not available", "Name is already in use"
	}
	if why != "" {
		return ok(map[string]any{"nameAvailable": false, "reason": reason, "message": why})
	}
	return ok(map[string]any{"nameAvailable": true})
}

func checkTicketName(c *call) (reply, error) {
	on, err := c.supportTarget("checkNameAvailability/action")
	if err != nil {
		return reply{}, err
	}
	return c.nameAnswer(map[string]func(string) bool{
		"Microsoft.Support/supportTickets": func(name string) bool { return c.ticketNamed(on, name) != nil },
		"Microsoft.Support/fileWorkspaces": func(name string) bool { return c.workspaceNamed(on, name) != nil },
	})
}

func checkMessageName(c *call) (reply, error) {
	t, err := c.ticket("supportTickets/checkNameAvailability/action")
	if err != nil {
		return reply{}, err
	}
	return c.nameAnswer(map[string]func(string) bool{
		"Microsoft.Support/communications": func(name string) bool { return t.message(name) != nil },
	})
}

package azure

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/evidence"
)

const (
	supportPath    = "/providers/Microsoft.Support/"
	supportVersion = "?api-version=2024-04-01"
	// needSupport is the least role that opens tickets for a subscription.
	needSupport = "the role Support Request Contributor on the subscription"
)

// SupportDesk is a session at one subscription, as package evidence sees it.
// Source: REST API Microsoft.Support 2024-04-01 ("Support Tickets",
// "Communications", "File Workspaces", "Files").
type SupportDesk struct {
	session *Session
	root    string   // of the subscription's calls
	partner *Session // on whose behalf tickets are opened, nil for its own
}

var _ evidence.SupportDesk = SupportDesk{}

// SupportDesk returns the session as one who asks Azure's support about a
// subscription.
func (s *Session) SupportDesk(sub pharos.SubscriptionID) SupportDesk {
	return SupportDesk{session: s, root: string(pharos.SubscriptionScope(sub)) + supportPath}
}

// OnBehalf returns the desk for a customer's credential that asks on behalf of
// the partner: tickets are opened with a token of the partner's tenant beside
// its own, and so under the partner's support plan. Source: "Support Tickets -
// Create", on-behalf-of.
func (d SupportDesk) OnBehalf(partner *Session) SupportDesk {
	d.partner = partner
	return d
}

// auxiliary is the header with the partner's token.
func (d SupportDesk) auxiliary(ctx context.Context) (http.Header, error) {
	if d.partner == nil {
		return nil, nil
	}
	token, err := d.partner.arm.tokens.get(ctx)
	return http.Header{"X-Ms-Authorization-Auxiliary": {"Bearer " + token}}, err
}

// Now is the cloud's time, as its last answer told.
func (d SupportDesk) Now(ctx context.Context) (time.Time, error) { return d.session.now(ctx) }

func (d SupportDesk) ticketPath(name string) string {
	return d.root + "supportTickets/" + pathSegment(name)
}

// MayOpen asks whether a ticket of the name can be opened, and so whether the
// credential may: who cannot ask is refused with code Forbidden, and NotFound
// says that the credential does not see the subscription. A name that is taken
// is no error.
func (d SupportDesk) MayOpen(ctx context.Context, name string) error {
	ans, err := d.session.arm.do(ctx, call{
		method: http.MethodPost, ref: d.root + "checkNameAvailability" + supportVersion, need: needSupport,
		body: map[string]string{"name": name, "type": "Microsoft.Support/supportTickets"},
	})
	if err != nil {
		return err
	}
	w, err := decode[struct {
		Available *bool `json:"nameAvailable"`
	}](ans)
	if err == nil && w.Available == nil {
		err = ans.malformed(errMissing("nameAvailable"))
	}
	return err
}

// wireTopic is a service or a problem classification.
type wireTopic struct {
	ID         string `json:"id"`
	Properties struct {
		Name string `json:"displayName"`
	} `json:"properties"`
}

func (d SupportDesk) topics(ctx context.Context, path string) ([]evidence.Topic, error) {
	found, _, err := list[wireTopic](ctx, d.session.arm, call{ref: supportPath + path + supportVersion})
	var out []evidence.Topic
	for _, w := range found {
		if w.ID != "" && w.Properties.Name != "" { // one without cannot be named, nor chosen
			out = append(out, evidence.Topic{ID: w.ID, Name: oneLine(w.Properties.Name)})
		}
	}
	return out, err
}

// Services lists what a ticket can be about.
func (d SupportDesk) Services(ctx context.Context) ([]evidence.Topic, error) {
	return d.topics(ctx, "services")
}

// Problems lists the problem classifications of a service.
func (d SupportDesk) Problems(ctx context.Context, service evidence.Topic) ([]evidence.Topic, error) {
	return d.topics(ctx, "services/"+pathSegment(service.ID[strings.LastIndexByte(service.ID, '/')+1:])+"/problemClassifications")
}

type wireTicket struct {
	Name       string `json:"name"`
	Properties struct {
		Number   text    `json:"supportTicketId"`
		Title    string  `json:"title"`
		Status   string  `json:"status"`
		Severity string  `json:"severity"`
		Service  string  `json:"serviceDisplayName"`
		Problem  string  `json:"problemClassificationDisplayName"`
		Plan     string  `json:"supportPlanDisplayName"`
		Created  instant `json:"createdDate"`
		Changed  instant `json:"modifiedDate"`
		Engineer struct {
			Email string `json:"emailAddress"`
		} `json:"supportEngineer"`
	} `json:"properties"`
}

type wireMessage struct {
	Properties struct {
		Direction string  `json:"communicationDirection"`
		Sender    string  `json:"sender"`
		Subject   string  `json:"subject"`
		Created   instant `json:"createdDate"`
	} `json:"properties"`
}

// Ticket reads a ticket with its messages, newest first.
func (d SupportDesk) Ticket(ctx context.Context, name string) (evidence.Ticket, error) {
	ans, err := d.session.arm.do(ctx, call{ref: d.ticketPath(name) + supportVersion, need: needSupport})
	if err != nil {
		return evidence.Ticket{}, err
	}
	w, err := decode[wireTicket](ans)
	if err == nil && w.Properties.Status == "" {
		err = ans.malformed(errMissing("properties.status"))
	}
	if err != nil {
		return evidence.Ticket{}, err
	}
	p := w.Properties
	t := evidence.Ticket{
		Name: w.Name, Number: string(p.Number), Title: oneLine(p.Title), Status: p.Status, Severity: p.Severity,
		Service: oneLine(p.Service), Problem: oneLine(p.Problem), Plan: oneLine(p.Plan), Engineer: oneLine(p.Engineer.Email),
		Created: p.Created.Time, Changed: p.Changed.Time, Messages: []evidence.Message{},
	}
	found, _, err := list[wireMessage](ctx, d.session.arm, call{ref: d.ticketPath(name) + "/communications" + supportVersion, need: needSupport})
	for _, m := range found {
		t.Messages = append(t.Messages, evidence.Message{
			At: m.Properties.Created.Time, From: oneLine(m.Properties.Sender), Subject: oneLine(m.Properties.Subject),
			Inbound: strings.EqualFold(m.Properties.Direction, "inbound"),
		})
	}
	return t, err
}

// wireTicketRequest is a ticket as it is asked for.
type wireTicketRequest struct {
	ServiceID                 string      `json:"serviceId"`
	ProblemClassificationID   string      `json:"problemClassificationId"`
	Title                     string      `json:"title"`
	Description               string      `json:"description"`
	Severity                  string      `json:"severity"`
	ProblemStartTime          string      `json:"problemStartTime"`
	AdvancedDiagnosticConsent string      `json:"advancedDiagnosticConsent"`
	FileWorkspaceName         string      `json:"fileWorkspaceName,omitempty"`
	ContactDetails            wireContact `json:"contactDetails"`
}

type wireContact struct {
	FirstName                string   `json:"firstName"`
	LastName                 string   `json:"lastName"`
	PreferredContactMethod   string   `json:"preferredContactMethod"`
	PrimaryEmailAddress      string   `json:"primaryEmailAddress"`
	AdditionalEmailAddresses []string `json:"additionalEmailAddresses,omitempty"`
	PhoneNumber              string   `json:"phoneNumber,omitempty"`
	PreferredTimeZone        string   `json:"preferredTimeZone"`
	Country                  string   `json:"country"`
	PreferredSupportLanguage string   `json:"preferredSupportLanguage"`
}

func newWireTicketRequest(r evidence.Request, workspace string) map[string]wireTicketRequest {
	c := r.Contact
	return map[string]wireTicketRequest{"properties": {
		ServiceID: r.Service.ID, ProblemClassificationID: r.Problem.ID, Title: r.Title, Description: r.Description, Severity: string(r.Severity),
		ProblemStartTime: r.Began.UTC().Format(time.RFC3339), FileWorkspaceName: workspace,
		AdvancedDiagnosticConsent: "No", // nothing of the customer's is for support to look into
		ContactDetails: wireContact{
			FirstName: c.FirstName, LastName: c.LastName, PreferredContactMethod: string(c.Method), PrimaryEmailAddress: c.Email,
			AdditionalEmailAddresses: c.Copies, PhoneNumber: c.Phone, PreferredTimeZone: c.TimeZone, Country: c.Country, PreferredSupportLanguage: c.Language,
		},
	}}
}

// noPlan is the code with which support refuses tickets of subscriptions whose
// plan does not include them: usually after it accepted the call.
const noPlan = "InvalidSupportPlan"

// maxTicketLooks bounds how often a ticket that was opened is looked for.
const maxTicketLooks = 20

// Open opens a ticket and waits until it can be read. A ticket of the name that
// is there, of an earlier run or of a try whose answer was lost, is returned.
func (d SupportDesk) Open(ctx context.Context, r evidence.Request, workspace string) (evidence.Ticket, error) {
	aux, err := d.auxiliary(ctx)
	if err != nil {
		return evidence.Ticket{}, err
	}
	ans, err := d.session.arm.do(ctx, call{
		method: http.MethodPut, ref: d.ticketPath(r.Name) + supportVersion, header: aux, body: newWireTicketRequest(r, workspace), need: needSupport,
	})
	if pharos.CodeOf(err) == pharos.Conflict {
		if there, again := d.Ticket(ctx, r.Name); again == nil {
			return there, nil
		}
	}
	if f := faultOf(err); f != nil && f.code == noPlan {
		return evidence.Ticket{}, d.withoutPlan(f.words)
	}
	if err != nil {
		return evidence.Ticket{}, refusedAs("Azure's support refuses the ticket", ans, err)
	}
	if ans.status == http.StatusAccepted {
		if ans, err = d.opened(ctx, ans); err != nil {
			return evidence.Ticket{}, err
		}
	}
	for look := 0; ; look++ {
		t, err := d.Ticket(ctx, r.Name)
		if pharos.CodeOf(err) != pharos.NotFound || look == maxTicketLooks {
			return t, err
		}
		if err := d.session.pause(ctx, ans, look, "waiting for the ticket"); err != nil {
			return t, err
		}
	}
}

// opened waits for the end of an operation that opens a ticket, and returns
// its last answer.
func (d SupportDesk) opened(ctx context.Context, ans *answer) (*answer, error) {
	at := ans.header.Get("Azure-AsyncOperation")
	if at == "" {
		return ans, ans.malformed(errMissing("Azure-AsyncOperation"))
	}
	for look := 0; ; look++ {
		if err := d.session.pause(ctx, ans, look, "waiting for the ticket"); err != nil {
			return ans, err
		}
		var err error
		if ans, err = d.session.arm.do(ctx, call{ref: at, need: needSupport}); err != nil {
			return ans, err
		}
		w, err := decode[struct {
			Status string       `json:"status"`
			Error  *wireRefusal `json:"error"`
		}](ans)
		switch {
		case err != nil:
			return ans, err
		case w.Status == "":
			return ans, ans.malformed(errMissing("status"))
		case strings.EqualFold(w.Status, "Succeeded"):
			return ans, nil
		case !strings.EqualFold(w.Status, "Failed") && !strings.EqualFold(w.Status, "Canceled"):
		case w.Error == nil:
			return ans, pharos.Errorf(pharos.Unavailable, "credential %s: Azure's support ended the request with %s and does not say why", ans.owner, w.Status)
		case w.Error.Code == noPlan:
			return ans, d.withoutPlan(oneLine(w.Error.Message))
		default:
			return ans, pharos.Errorf(pharos.Invalid, "credential %s: Azure's support refuses the ticket: %s", ans.owner, w.Error)
		}
	}
}

func (d SupportDesk) withoutPlan(words string) error {
	return pharos.Errorf(pharos.Unsupported, "credential %s: the subscription's support plan does not include tickets by the API: %s: %s", d.session.Name(), noPlan, words).
		WithHint("open the request in Partner Center, whose support for billing needs no plan")
}

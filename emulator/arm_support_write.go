package emulator

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// ticketRequest are the properties of a ticket that a client sets.
type ticketRequest struct {
	ServiceID                 string           `json:"serviceId"`
	ProblemClassificationID   string           `json:"problemClassificationId"`
	Title                     string           `json:"title"`
	Description               string           `json:"description"`
	Severity                  string           `json:"severity"`
	ContactDetails            *contactDetails  `json:"contactDetails"`
	Require24X7Response       bool             `json:"require24X7Response"`
	ProblemStartTime          *time.Time       `json:"problemStartTime"`
	TechnicalTicketDetails    map[string]any   `json:"technicalTicketDetails"`
	QuotaTicketDetails        map[string]any   `json:"quotaTicketDetails"`
	AdvancedDiagnosticConsent string           `json:"advancedDiagnosticConsent"`
	FileWorkspaceName         string           `json:"fileWorkspaceName"`
	ProblemScopingQuestions   string           `json:"problemScopingQuestions"`
	SecondaryConsent          []map[string]any `json:"secondaryConsent"`
}

// contactDetails say whom Microsoft's engineers write to.
type contactDetails struct {
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

// badTicket refuses a request in the form of Microsoft.Support (public issues
// about its clients); which code stands in the details is inferred.
func badTicket(code, format string, args ...any) *apiError {
	e := badRequest("InvalidParameterValue", "The calling client sent a bad request to the service")
	e.details = []apiError{{code: code, message: fmt.Sprintf(format, args...)}}
	return e
}

// putTicket opens a ticket. One of the same name is never written over.
func putTicket(c *call) (reply, error) {
	on, err := c.supportTarget("supportTickets/write")
	if err != nil {
		return reply{}, err
	}
	if why := wrongSupportName(c.vars["ticket"]); why != "" {
		return reply{}, badRequest("ResourceNameInvalid", "Resource name is invalid. Please provide a valid name")
	}
	if c.ticketNamed(on, c.vars["ticket"]) != nil {
		return reply{}, conflict("ResourceNameAlreadyExists", fmt.Sprintf("A support ticket with the name '%s' already exists.", c.vars["ticket"]))
	}
	var want struct {
		Properties *ticketRequest `json:"properties"`
	}
	if err := c.decode(&want); err != nil {
		return reply{}, err
	}
	if want.Properties == nil {
		return reply{}, badTicket("JsonDeserializationError", "Required property 'properties' not found in JSON.")
	}
	t := &ticket{
		name: c.vars["ticket"], sub: on.sub, tenant: on.tenant, by: c.caller.principal, asked: *want.Properties, created: c.now, modified: c.now, status: "Open",
	}
	if err := t.check(c.apiVersion()); err != nil {
		return reply{}, err
	}
	if on.sub != nil && on.sub.noSupportPlan {
		_, out := c.startSupport(t, t.armID(), noSupportPlan())
		return out, nil
	}
	t.number = fmt.Sprintf("%s001%07d", c.now.Format("060102"), len(c.world.tickets)+1)
	files := c.workspaceNamed(on, t.asked.FileWorkspaceName)
	switch {
	case t.asked.FileWorkspaceName == "":
		files = c.addWorkspace(on, t.number)
	case files == nil:
		return reply{}, badTicket("InvalidFileWorkspaceName", "The file workspace '%s' could not be found.", t.asked.FileWorkspaceName)
	}
	files.kept = true
	var out reply
	t.operation, out = c.startSupport(t, t.armID(), nil)
	c.world.tickets = append(c.world.tickets, t)
	return out, nil
}

// noSupportPlan is what comes of a ticket in a subscription whose support plan
// does not include the API: the call is accepted and fails afterwards (quoted
// by users; the words of the message are inferred).
func noSupportPlan() *apiError {
	return badRequest("InvalidSupportPlan", "Your support plan type is Free. A paid support plan is required to create support tickets with the API.")
}

// ticketNamed finds a ticket of any name at the target, whoever wrote it.
func (c *call) ticketNamed(on target, name string) *ticket {
	i := slices.IndexFunc(c.world.tickets, func(t *ticket) bool {
		return t.sub == on.sub && t.tenant == on.tenant && strings.EqualFold(t.name, name)
	})
	if i < 0 {
		return nil
	}
	return c.world.tickets[i]
}

// check refuses a ticket that the cloud would refuse, and writes what was
// asked for as the cloud does.
func (t *ticket) check(version string) error {
	a := &t.asked
	for _, x := range [][2]string{
		{"serviceId", a.ServiceID}, {"problemClassificationId", a.ProblemClassificationID}, {"title", a.Title}, {"description", a.Description}, {"severity", a.Severity},
	} {
		if strings.TrimSpace(x[1]) == "" {
			return missingProperty(x[0])
		}
	}
	var known bool
	if t.service, known = findService(a.ServiceID); !known || !strings.HasPrefix(strings.ToLower(a.ServiceID), strings.ToLower(supportProvider+"services/")) {
		return badTicket("InvalidServiceId", "The serviceId '%s' is invalid. List the services to get the valid ones.", a.ServiceID)
	}
	under := strings.HasPrefix(strings.ToLower(a.ProblemClassificationID), strings.ToLower(t.service.armID()+"/problemClassifications/"))
	if t.problem, known = t.service.problem(a.ProblemClassificationID); !known || !under {
		return badTicket("InvalidProblemClassificationId", "The problemClassificationId '%s' is invalid for the service '%s'.", a.ProblemClassificationID, t.service.name)
	}
	if err := a.checkSeverity(); err != nil {
		return err
	}
	if a.ContactDetails == nil {
		return missingProperty("contactDetails")
	}
	if err := a.ContactDetails.check(); err != nil {
		return err
	}
	if version >= "2024" {
		if a.AdvancedDiagnosticConsent == "" {
			return missingProperty("advancedDiagnosticConsent")
		}
		if err := a.checkConsent(); err != nil {
			return err
		}
	}
	return t.checkKind()
}

func missingProperty(name string) error {
	return badTicket("JsonDeserializationError", "Required property '%s' not found in JSON.", name)
}

func (a *ticketRequest) checkSeverity() error {
	value, known := enum(a.Severity, "Minimal", "Moderate", "Critical", "HighestCriticalImpact")
	if !known {
		return badTicket("InvalidSeverity", "The severity '%s' is invalid. It must be one of minimal, moderate, critical and highestcriticalimpact.", a.Severity)
	}
	a.Severity = value
	return nil
}

func (a *ticketRequest) checkConsent() error {
	value, known := enum(a.AdvancedDiagnosticConsent, "Yes", "No")
	if !known {
		return badTicket("InvalidAdvancedDiagnosticConsent", "The advancedDiagnosticConsent '%s' is invalid. It must be Yes or No.", a.AdvancedDiagnosticConsent)
	}
	a.AdvancedDiagnosticConsent = value
	return nil
}

// checkKind holds the rules that differ between technical, quota and billing
// tickets.
func (t *ticket) checkKind() error {
	kind := t.service.kind()
	switch {
	case t.asked.QuotaTicketDetails != nil && kind != "quota":
		return badTicket("JsonDeserializationError", "Quota ticket details cannot be specified for non-subscription and service limits (quota) tickets")
	case t.asked.TechnicalTicketDetails != nil && kind != "technical":
		return badTicket("JsonDeserializationError", "Technical ticket details cannot be specified for non-technical tickets")
	case t.sub == nil && kind != "billing":
		return badTicket("InvalidServiceId", "Without a subscription, tickets can be created for billing and subscription management issues only.")
	}
	if id, given := t.asked.TechnicalTicketDetails["resourceId"].(string); given && !strings.HasPrefix(strings.ToLower(id), strings.ToLower(supportScope(t.sub))+"/") {
		return badTicket("InvalidResourceId", "The resourceId '%s' is not in the subscription of the ticket.", id)
	}
	return nil
}

// check refuses contact details that lack what is needed.
func (d *contactDetails) check() error {
	for _, x := range [][2]string{
		{"firstName", d.FirstName}, {"lastName", d.LastName}, {"preferredContactMethod", d.PreferredContactMethod}, {"primaryEmailAddress", d.PrimaryEmailAddress},
		{"preferredTimeZone", d.PreferredTimeZone}, {"country", d.Country}, {"preferredSupportLanguage", d.PreferredSupportLanguage},
	} {
		if strings.TrimSpace(x[1]) == "" {
			return missingProperty("contactDetails." + x[0])
		}
	}
	method, known := enum(d.PreferredContactMethod, "Email", "Phone")
	switch {
	case !known:
		return badTicket("InvalidContactDetails", "The preferredContactMethod '%s' is invalid. It must be email or phone.", d.PreferredContactMethod)
	case method == "Phone" && d.PhoneNumber == "":
		return badTicket("InvalidContactDetails", "The phoneNumber is required when the preferred contact method is phone.")
	case len(d.Country) != 3:
		return badTicket("InvalidContactDetails", "The country '%s' is invalid. It must be an ISO 3166-1 alpha-3 code.", d.Country)
	}
	for _, mail := range append([]string{d.PrimaryEmailAddress}, d.AdditionalEmailAddresses...) {
		if at := strings.Index(mail, "@"); at < 1 || at == len(mail)-1 {
			return badTicket("InvalidContactDetails", "The email address '%s' is invalid.", mail)
		}
	}
	d.PreferredContactMethod = method
	return nil
}

// patchTicket changes what can be changed of a ticket: its severity, status,
// contact and consents.
func patchTicket(c *call) (reply, error) {
	t, err := c.ticket("supportTickets/write")
	if err != nil {
		return reply{}, err
	}
	var want struct {
		Severity, Status, AdvancedDiagnosticConsent string
		ContactDetails                              *contactDetails
		SecondaryConsent                            []map[string]any
	}
	next, status := t.asked, t.status
	if t.asked.ContactDetails != nil {
		d := *t.asked.ContactDetails
		want.ContactDetails = &d // what is not sent stays
	}
	if err := c.decode(&want); err != nil {
		return reply{}, err
	}
	next.ContactDetails = want.ContactDetails
	if want.Severity != "" {
		next.Severity = want.Severity
		if err := next.checkSeverity(); err != nil {
			return reply{}, err
		}
	}
	if want.Status != "" {
		var known bool
		if status, known = enum(want.Status, "Open", "Closed"); !known {
			return reply{}, badTicket("InvalidStatus", "The status '%s' is invalid. It must be open or closed.", want.Status)
		}
	}
	if want.AdvancedDiagnosticConsent != "" {
		next.AdvancedDiagnosticConsent = want.AdvancedDiagnosticConsent
		if err := next.checkConsent(); err != nil {
			return reply{}, err
		}
	}
	if want.SecondaryConsent != nil {
		next.SecondaryConsent = want.SecondaryConsent
	}
	if next.ContactDetails != nil {
		if err := next.ContactDetails.check(); err != nil {
			return reply{}, err
		}
	}
	t.asked, t.status, t.modified = next, status, c.now
	return ok(t.body(c.apiVersion()))
}

package evidence

import (
	"fmt"
	"strings"
)

// PortalText is the request as a person opens it in Partner Center, whose
// support takes questions about billing without a support plan: where to go,
// what to choose, and what to paste. A request without service, problem and
// contact will do. Partner Center's menus change, so what to look for is said
// in words.
func (r *Request) PortalText() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("A support request for Partner Center")
	line("")
	line("1. Sign in at https://partner.microsoft.com/dashboard as Admin agent, Billing admin or")
	line("   Global admin of the partner tenant.")
	line("2. Open Help + support (the question mark at the top), then the partner support requests,")
	line("   and create a new request.")
	line("3. Workspace: Billing. As the problem enter")
	line("       Partner earned credit is missing")
	line("   and choose the topic on partner earned credit that is nearest.")
	line("4. Copy title and description from below.")
	line("5. Attach %s.", r.Attachment)
	line("6. Severity: %s. Problem began: %s.", r.Severity, r.Began.UTC().Format("2006-01-02"))
	if r.Contact.Email != "" {
		line("   Contact: %s %s, %s", r.Contact.FirstName, r.Contact.LastName, r.Contact.Email)
	}
	line("")
	line("--- title ---")
	line("%s", r.Title)
	line("--- description ---")
	line("%s", r.Description)
	line("--- end ---")
	return b.String()
}

package report

import (
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/evidence"
)

// sampleTicket is a ticket that support has answered.
func sampleTicket() evidence.Ticket {
	at := time.Date(2026, 11, 6, 12, 0, 0, 0, time.UTC)
	return evidence.Ticket{
		Name: evidence.TicketName(prod, must(pharos.ParseMonth("2026-10"))), Number: "2611060010000001",
		Title:  "Partner earned credit not applied: partner ID 4987654, subscription " + string(prod) + ", 2026-10-09",
		Status: "Open", Severity: "Minimal", Service: "Billing", Problem: "Partner earned credit / Credit is missing or lower than expected",
		Engineer: "engineer@microsoft.example", Created: at, Changed: at.Add(26 * time.Hour),
		Messages: []evidence.Message{{At: at.Add(26 * time.Hour), From: "engineer@microsoft.example", Subject: "Your request - TrackingID#2611060010000001", Inbound: true}},
	}
}

// sampleFiled is a request that was filed.
func sampleFiled() *SupportRequest {
	t := sampleTicket()
	return &SupportRequest{
		Pack: "evidence-" + string(prod) + "-2026-10", By: "provider-automation", Filed: true, Ticket: &t, Attached: []string{"evidence-" + string(prod) + "-2026-10.zip"},
		Request: &evidence.Request{
			Name: t.Name, SubscriptionID: prod, Month: must(pharos.ParseMonth("2026-10")), Title: t.Title, Severity: evidence.Minimal,
			Description: "Partner earned credit not applied although access was in place\n…",
			Began:       time.Date(2026, 10, 9, 0, 0, 0, 0, time.UTC),
			Service:     evidence.Topic{ID: "/providers/Microsoft.Support/services/517f2da6-78fd-0498-4e22-ad26996b1dfc", Name: t.Service},
			Problem:     evidence.Topic{ID: "/providers/Microsoft.Support/services/517f2da6-78fd-0498-4e22-ad26996b1dfc/problemClassifications/0d8a6c3e-5f0b-4c7e-9b8a-000000000001", Name: t.Problem},
			Contact: pharos.Contact{
				FirstName: "Ada", LastName: "Example", Email: "ada@contoso.example", Copies: []string{"billing@contoso.example"}, Method: pharos.ByEmail,
				Country: "DEU", TimeZone: "W. Europe Standard Time", Language: "en-us",
			},
			Attachment: "evidence-" + string(prod) + "-2026-10.zip", ManifestSHA256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		},
	}
}

func sampleThere() *Report {
	s := sampleFiled()
	s.Filed, s.Attached, s.Pack, s.Request = false, []string{}, "", nil
	return Filed(s)
}

func samplePortal() *Report {
	s := sampleFiled()
	s.Filed, s.Attached, s.Ticket, s.By, s.Text = false, []string{}, nil, "", "evidence-"+string(prod)+"-2026-10-request.txt"
	return Filed(s)
}

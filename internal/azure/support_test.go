package azure_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/evidence"
)

const (
	supportRoot = "/subscriptions/" + sub + "/providers/Microsoft.Support/"
	ticketRoot  = supportRoot + "supportTickets/missing"
)

// request is a request about a subscription, ready to be filed.
func request(service, problem evidence.Topic) evidence.Request {
	return evidence.Request{
		Name: "missing", Title: "Credit is missing", Description: "Two days.", Severity: evidence.Minimal, Service: service, Problem: problem,
		Began: time.Date(2026, 10, 3, 0, 0, 0, 0, time.UTC),
		Contact: pharos.Contact{
			FirstName: "Ada", LastName: "Example", Email: "ada@contoso.example", Method: pharos.ByEmail,
			Country: "DEU", TimeZone: "W. Europe Standard Time", Language: "en-us",
		},
	}
}

// TestSupportDesk_OnTheEmulator finds the topic, attaches a file of two chunks
// and opens a ticket, twice.
func TestSupportDesk_OnTheEmulator(t *testing.T) {
	e := emulateText(t, supportScenario)
	scope := pharos.SubscriptionID("59c9bc6d-a1b0-4ee6-b87f-6880b9220640")
	d := e.session("robot").SupportDesk(scope)
	if err := d.MayOpen(t.Context(), "missing"); err != nil {
		t.Fatal(err)
	}
	service, problem, err := evidence.FindTopic(t.Context(), d, evidence.Choice{})
	if err != nil || service.Name != "Billing" || !strings.HasPrefix(problem.Name, "Partner earned credit / Credit is missing") {
		t.Fatalf("got %s, %s, %v", service.Name, problem.Name, err)
	}
	if _, err := d.Ticket(t.Context(), "missing"); pharos.CodeOf(err) != pharos.NotFound {
		t.Fatalf("before it is opened: %v", err)
	}
	for range 2 { // the second time as after an interruption
		file := evidence.Attachment{Name: "pack.zip", Data: bytes.Repeat([]byte("x"), evidence.MaxAttachment-1)}
		if err := d.Attach(t.Context(), "missing", file); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		ticket, err := d.Open(t.Context(), request(service, problem), "missing")
		if err != nil || ticket.Status != "Open" || ticket.Number == "" || ticket.Severity != "Minimal" || ticket.Service != "Billing" || ticket.Created.IsZero() {
			t.Fatalf("got %+v, %v", ticket, err)
		}
	}
	if err := d.MayOpen(t.Context(), "missing"); err != nil {
		t.Errorf("when it is there: %v", err)
	}
	wantError(t, d.Attach(t.Context(), "missing", evidence.Attachment{Name: "pack.zip", Data: []byte("other")}), pharos.Conflict, "another file pack.zip")
	wantError(t, d.Attach(t.Context(), "missing", evidence.Attachment{Name: "page.html", Data: []byte("x")}), pharos.Invalid, "The file extension is not supported")
	bad := request(service, problem)
	bad.Name, bad.Contact.Country = "other", "DE"
	_, err = d.Open(t.Context(), bad, "")
	wantError(t, err, pharos.Invalid, "refuses the ticket", "InvalidContactDetails", "ISO 3166-1")

	theirs := request(service, problem)
	theirs.Name = "by-them"
	if got, err := e.session("their-admin").SupportDesk(scope).OnBehalf(e.session("robot")).Open(t.Context(), theirs, ""); err != nil || got.Status != "Open" {
		t.Errorf("on our behalf: %+v, %v", got, err)
	}
	reader := e.session("reader").SupportDesk(scope)
	wantError(t, reader.MayOpen(t.Context(), "missing"), pharos.Forbidden, "Support Request Contributor")
	_, err = reader.Open(t.Context(), request(service, problem), "")
	wantError(t, err, pharos.Forbidden, "Support Request Contributor")
	if seen, err := reader.Ticket(t.Context(), "missing"); err != nil || seen.Number == "" {
		t.Errorf("a reader sees %+v, %v", seen, err)
	}
	free := e.session("robot").SupportDesk("59c9bc6d-a1b0-4ee6-b87f-6880b9220641")
	_, err = free.Open(t.Context(), request(service, problem), "")
	wantError(t, err, pharos.Unsupported, "InvalidSupportPlan", "Partner Center")
}

const supportScenario = `
version: 1
clock: {start: 2026-11-01T00:00:00Z, now: 2026-11-06T12:00:00Z}
partner:
  tenant: {name: us, id: 11111111-1111-4111-8111-111111111111}
  partnerId: "4987654"
  principals:
    - {name: robot, kind: servicePrincipal, secret: s3cret}
    - {name: reader, kind: servicePrincipal, secret: s3cret}
customers:
  - name: them
    principals: [{name: their-admin, kind: servicePrincipal, secret: s3cret}]
    subscriptions:
      - name: prod
        id: 59c9bc6d-a1b0-4ee6-b87f-6880b9220640
        roleAssignments: [{principal: their-admin, role: Support Request Contributor}]
        delegations: [{offer: x, authorizations: &both [{principal: robot, role: Support Request Contributor}, {principal: reader, role: Reader}]}]
      - name: free
        id: 59c9bc6d-a1b0-4ee6-b87f-6880b9220641
        supportPlan: none
        delegations: [{offer: x, authorizations: *both}]
`

// TestSupportDesk_OpenEndings: what an operation that was accepted ends with.
func TestSupportDesk_OpenEndings(t *testing.T) {
	for _, c := range []struct {
		name, ends string
		code       pharos.Code
		parts      []string
	}{
		{"done", `{"status":"Running"}|{"status":"Succeeded"}`, "", nil},
		{"no plan", `{"status":"Failed","error":{"code":"InvalidSupportPlan","message":"Your support plan type is Free."}}`, pharos.Unsupported, []string{"Your support plan type is Free", "Partner Center"}},
		{"refused", `{"status":"Failed","error":{"code":"Bad","message":"No.","details":[{"code":"Worse","message":"Really."}]}}`, pharos.Invalid, []string{"Bad: No (Worse: Really.)"}},
		{"silent", `{"status":"Canceled"}`, pharos.Unavailable, []string{"does not say why"}},
		{"no status", `{}`, pharos.Unavailable, []string{"it has no status"}},
		{"no JSON", `<html>`, pharos.Unavailable, []string{"not as documented"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(t)
			f.mux.HandleFunc("PUT "+ticketRoot, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Azure-AsyncOperation", f.URL+supportRoot+"operationsStatus/1")
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(http.StatusAccepted)
			})
			ends := strings.Split(c.ends, "|")
			f.mux.HandleFunc("GET "+supportRoot+"operationsStatus/1", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "0")
				_, _ = io.WriteString(w, ends[0]) // the client sees what is missing
				ends = append(ends[1:], ends[0])
			})
			looks := 0
			f.mux.HandleFunc("GET "+ticketRoot, func(w http.ResponseWriter, _ *http.Request) {
				if looks++; looks == 1 { // it is there a little later
					w.WriteHeader(http.StatusNotFound)
					return
				}
				_, _ = io.WriteString(w, `{"name":"missing","properties":{"status":"Open","supportTicketId":"26","title":"Credit\n is missing"}}`)
			})
			f.answer("GET "+ticketRoot+"/communications", `{"value":[{"properties":{"communicationDirection":"Inbound","sender":"support@microsoft.example","subject":"Hello","createdDate":"2026-11-06T13:00:00Z"}}]}`)
			ticket, err := f.session().SupportDesk(sub).Open(t.Context(), request(evidence.Topic{}, evidence.Topic{}), "")
			if c.code != "" {
				wantError(t, err, c.code, c.parts...)
				return
			}
			if err != nil || ticket.Number != "26" || ticket.Title != "Credit is missing" || len(ticket.Messages) != 1 || !ticket.Messages[0].Inbound {
				t.Fatalf("got %+v, %v", ticket, err)
			}
		})
	}
}

// TestSupportDesk_NeverLeavesTheHost: the address of an operation that lies
// elsewhere is not asked.
func TestSupportDesk_NeverLeavesTheHost(t *testing.T) {
	f := newFake(t)
	f.mux.HandleFunc("PUT "+ticketRoot, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Azure-AsyncOperation", "https://elsewhere.example/1")
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusAccepted)
	})
	_, err := f.session().SupportDesk(sub).Open(t.Context(), request(evidence.Topic{}, evidence.Topic{}), "")
	wantError(t, err, pharos.Unavailable, "elsewhere.example")
}

// TestSupportDesk_WhatIsSent holds the body of a ticket and the chunks of a
// file to what they were made of.
func TestSupportDesk_WhatIsSent(t *testing.T) {
	f := newFake(t)
	data := make([]byte, 5<<19+10)
	for i := range data {
		data[i] = byte(i % 251)
	}
	var got []byte
	var ticket string
	f.answer("PUT "+supportRoot+"fileWorkspaces/w", `{}`)
	f.answer("PUT "+supportRoot+"fileWorkspaces/w/files/a.zip", `{}`)
	f.mux.HandleFunc("POST "+supportRoot+"fileWorkspaces/w/files/a.zip/upload", func(w http.ResponseWriter, r *http.Request) {
		var chunk struct {
			ChunkIndex int
			Content    []byte
		}
		if err := json.NewDecoder(r.Body).Decode(&chunk); err != nil || chunk.ChunkIndex*(5<<19) != len(got) {
			t.Errorf("chunk %d after %d bytes: %v", chunk.ChunkIndex, len(got), err)
		}
		got = append(got, chunk.Content...)
		w.WriteHeader(http.StatusNoContent)
	})
	f.mux.HandleFunc("PUT "+ticketRoot, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		ticket = string(body)
		_, _ = fmt.Fprint(w, `{}`) // the client sees what is missing
	})
	f.answer("GET "+ticketRoot, `{"name":"missing","properties":{"status":"Open"}}`)
	f.answer("GET "+ticketRoot+"/communications", `{"value":[]}`)
	d := f.session().SupportDesk(sub)
	if err := d.Attach(t.Context(), "w", evidence.Attachment{Name: "a.zip", Data: data}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, data) {
		t.Errorf("%d bytes came of %d", len(got), len(data))
	}
	service := evidence.Topic{ID: "/providers/Microsoft.Support/services/s"}
	r := request(service, evidence.Topic{ID: service.ID + "/problemClassifications/p"})
	r.Contact.Copies, r.Contact.Phone = []string{"b@contoso.example"}, "+49 30 1"
	if _, err := d.Open(t.Context(), r, "w"); err != nil {
		t.Fatal(err)
	}
	const want = `{"properties":{"serviceId":"/providers/Microsoft.Support/services/s","problemClassificationId":"/providers/Microsoft.Support/services/s/problemClassifications/p",` +
		`"title":"Credit is missing","description":"Two days.","severity":"minimal","problemStartTime":"2026-10-03T00:00:00Z","advancedDiagnosticConsent":"No","fileWorkspaceName":"w",` +
		`"contactDetails":{"firstName":"Ada","lastName":"Example","preferredContactMethod":"email","primaryEmailAddress":"ada@contoso.example","additionalEmailAddresses":["b@contoso.example"],` +
		`"phoneNumber":"+49 30 1","preferredTimeZone":"W. Europe Standard Time","country":"DEU","preferredSupportLanguage":"en-us"}}}`
	if ticket != want {
		t.Errorf("got  %s\nwant %s", ticket, want)
	}
}

// TestSupportDesk_RefusedAtOnce: a plan that does not do may be told at once.
func TestSupportDesk_RefusedAtOnce(t *testing.T) {
	f := newFake(t)
	f.refuse("PUT "+ticketRoot, http.StatusBadRequest, "InvalidSupportPlan", "Your support plan type is Free.")
	_, err := f.session().SupportDesk(sub).Open(t.Context(), request(evidence.Topic{}, evidence.Topic{}), "")
	wantError(t, err, pharos.Unsupported, "InvalidSupportPlan", "Free", "Partner Center")
}

// TestSupportDesk_OnBehalf: a ticket is opened with the partner's token beside
// the customer's, and no other call bears it.
func TestSupportDesk_OnBehalf(t *testing.T) {
	f := newFake(t)
	var own, auxiliary string
	f.mux.HandleFunc("PUT "+ticketRoot, func(w http.ResponseWriter, r *http.Request) {
		own, auxiliary = r.Header.Get("Authorization"), r.Header.Get("X-Ms-Authorization-Auxiliary")
		_, _ = fmt.Fprint(w, `{}`) // the client sees what is missing
	})
	f.mux.HandleFunc("GET "+ticketRoot, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Ms-Authorization-Auxiliary") != "" {
			t.Error("the partner's token goes with a call that does not need it")
		}
		_, _ = fmt.Fprint(w, `{"name":"missing","properties":{"status":"Open"}}`)
	})
	f.answer("GET "+ticketRoot+"/communications", `{"value":[]}`)
	desk := f.session().SupportDesk(sub).OnBehalf(f.session())
	if _, err := desk.Open(t.Context(), request(evidence.Topic{}, evidence.Topic{}), ""); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(auxiliary, "Bearer ") || own == auxiliary {
		t.Errorf("own %.20s…, auxiliary %.20s…", own, auxiliary)
	}
}

package azure_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/link"
)

// management plays the management partner API for one principal. lose makes
// the answer of the next write be lost after it was done.
type management struct {
	id, state string
	lose      bool
}

func (m *management) serve(f *fake) {
	path := "/providers/Microsoft.ManagementPartner/partners"
	f.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
		if m.id == "" {
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"error":{"code":"NotFound","message":"no partner"}}`))
			return
		}
		_, _ = fmt.Fprintf(w, `{"id":"/x","etag":18,"properties":{"partnerId":%q,"version":"18","state":%q,
			"createdTime":"2026-01-01T00:00:00Z","updatedTime":"2026-09-01T08:00:00.1234567Z"}}`, m.id, m.state)
	})
	f.mux.HandleFunc(path+"/{id}", func(w http.ResponseWriter, r *http.Request) {
		id := r.PathValue("id")
		switch {
		case r.Method == http.MethodPut && m.id != "":
			w.WriteHeader(http.StatusConflict)
			_, _ = w.Write([]byte(`{"error":{"code":"Conflict","message":"linked already"}}`))
			return
		case r.Method == http.MethodDelete && m.id != id:
			w.WriteHeader(http.StatusNotFound)
			return
		case strings.HasSuffix(id, "3"):
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"code":"BadRequest","message":"The partner ID is not valid."}`))
			return
		case r.Method == http.MethodDelete:
			id = ""
		}
		m.id, m.state = id, "Active"
		if m.lose {
			m.lose = false
			panic(http.ErrAbortHandler)
		}
		_, _ = w.Write([]byte(`{}`))
	})
}

func TestLink_ReadAndWrite(t *testing.T) {
	f := newFake(t)
	m := &management{}
	m.serve(f)
	s := f.session()
	read := func(want pharos.PartnerID) {
		t.Helper()
		l, err := s.Link(t.Context())
		if err != nil || l.PartnerID != want || !l.At.Equal(cloudTime()) {
			t.Fatalf("got %+v, %v, want %q", l, err, want)
		}
		if want != "" && !l.Since.Equal(createdAt()) {
			t.Errorf("since: got %v, want the last update", l.Since)
		}
	}
	read("")
	for _, lose := range []bool{false, true} {
		m.lose = lose
		if err := s.Account().CreateLink(t.Context(), "4987654"); err != nil {
			t.Fatal(err)
		}
		read("4987654")
		m.lose = lose
		if err := s.Account().ChangeLink(t.Context(), "4987655"); err != nil {
			t.Fatal(err)
		}
		read("4987655")
		m.lose = lose
		if err := s.Account().DeleteLink(t.Context(), "4987655"); err != nil {
			t.Fatal(err)
		}
		read("")
	}
	m.id, m.state = "4987654", "Deleted"
	read("")
	m.state = "Active"
	err := s.Account().CreateLink(t.Context(), "7000001")
	wantError(t, err, pharos.Conflict, "linked already")
	err = s.Account().CreateLink(t.Context(), "x/../y")
	wantError(t, err, pharos.Invalid, "not a partner ID")
}

// TestLink_ThroughTheVerb links and refuses a global ID end to end.
func TestLink_ThroughTheVerb(t *testing.T) {
	f := newFake(t)
	m := &management{}
	m.serve(f)
	accounts := []link.Account{f.session().Account()}
	apply := func(p pharos.Partner) error {
		t.Helper()
		seen, err := link.Observe(t.Context(), accounts, p)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := link.NewPlan(seen, p, link.Options{})
		if err != nil {
			t.Fatal(err)
		}
		out, err := link.Apply(t.Context(), plan, accounts)
		if err != nil {
			t.Fatal(err)
		}
		return link.Failure(out)
	}
	wantError(t, apply(pharos.Partner{ID: "4987653"}), pharos.Invalid, "refuses the partner ID 4987653", "global account ID", "4987654")
	if err := apply(pharos.Partner{ID: "4987654"}); err != nil || m.id != "4987654" {
		t.Errorf("got %q, %v", m.id, err)
	}
	e, err := link.CheckIn(t.Context(), accounts[0])
	if err != nil || e.PartnerID != "4987654" || e.Principal.ID != object || !e.At.Equal(cloudTime()) {
		t.Errorf("got %+v, %v", e, err)
	}
}

// TestDeviceCode signs a guest in with a code and reads the own link. The
// person takes longer than one try of a call may.
func TestDeviceCode(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	m := &management{id: "4987654", state: "Active"}
	m.serve(f)
	f.answer("POST /"+tenant+"/oauth2/v2.0/devicecode", `{"user_code":"ABCD","device_code":"dev","verification_uri":"https://login.example/device",
		"expires_in":900,"interval":1,"message":"enter ABCD"}`)
	pending := 3
	f.mux.HandleFunc("POST /"+tenant+"/oauth2/v2.0/token", func(w http.ResponseWriter, _ *http.Request) {
		if pending > 0 {
			pending--
			w.WriteHeader(http.StatusBadRequest)
			writeJSON(w, map[string]any{"error": "authorization_pending", "error_description": "AADSTS70016: pending"})
			return
		}
		claims := map[string]any{
			"tid": tenant, "oid": object, "scp": "user_impersonation", "name": "Alice", "idp": "https://sts.windows.net/" + customer + "/",
			"unique_name": "Alice@Home.example", "preferred_username": "Alice@Home.example",
			"aud": client, "iss": f.URL + "/" + tenant + "/v2.0", "sub": "s", "exp": 4102444800,
		}
		info := strings.Split(jwt(map[string]any{"uid": object, "utid": tenant}), ".")[1]
		writeJSON(w, map[string]any{
			"token_type": "Bearer", "expires_in": 3599, "access_token": jwt(claims), "id_token": jwt(claims),
			"refresh_token": "r", "client_info": info, "scope": "https://management.azure.com/.default",
		})
	})
	c := f.credential()
	c.Method, c.Secret = "deviceCode", nil
	var shown []string
	c.Prompt = prompt(&shown)
	o := quick()
	o.CallTimeout = 500 * time.Millisecond
	s := f.open(c, o)
	e, err := link.CheckIn(t.Context(), s.Account())
	if err != nil {
		t.Fatal(err)
	}
	if e.Name != "Alice" || e.PartnerID != "4987654" || e.Source != pharos.CheckIn {
		t.Errorf("got %+v", e)
	}
	self, err := s.Self(t.Context())
	if err != nil || !self.Guest || self.Identity != "alice@home.example" || self.Kind != pharos.User {
		t.Errorf("got %+v, %v", self, err)
	}
	if len(shown) != 1 || shown[0] != "https://login.example/device ABCD" {
		t.Errorf("shown: %v", shown)
	}
}

package azure_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/observe"
)

func TestCustomers_Seek(t *testing.T) {
	f := newFake(t)
	row := func(n int) string {
		return fmt.Sprintf(`{"id":"00000000-0000-4000-8000-%012d","companyProfile":{"tenantId":"00000000-0000-4000-8000-%012d","companyName":"c%d","domain":"c%d.example"}}`, n, n, n, n)
	}
	f.mux.HandleFunc("GET /v1/customers", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("MS-RequestId") == "" || r.URL.Query().Get("size") != "500" {
			t.Errorf("got %s with headers %v", r.URL, r.Header)
		}
		switch seek, token := r.URL.Query().Get("seekOperation"), r.Header.Get("MS-ContinuationToken"); {
		case seek == "" && token == "":
			_, _ = fmt.Fprintf(w, `{"totalCount":1,"items":[%s],"links":{"next":{"uri":"/customers?size=500&seekOperation=Next","method":"GET","headers":[{"key":"MS-ContinuationToken","value":"AQ=="}]}}}`, row(1))
		case seek == "Next" && token == "AQ==":
			_, _ = fmt.Fprint(w, `{"totalCount":0,"items":[],"links":{"next":{"uri":"/customers","headers":[{"key":"ms-continuationtoken","value":"BQ=="}]}}}`)
		case seek == "Next" && token == "BQ==":
			_, _ = fmt.Fprintf(w, "\ufeff"+`{"totalCount":1,"items":[%s],"links":{}}`, row(2))
		default:
			t.Errorf("seek %q token %q", seek, token)
		}
	})
	got, err := f.session().Commerce("4987654").Customers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []pharos.Customer{
		{ID: "00000000-0000-4000-8000-000000000001", Name: "c1", Domain: "c1.example"},
		{ID: "00000000-0000-4000-8000-000000000002", Name: "c2", Domain: "c2.example"},
	}
	if diff := cmp.Diff(want, got.Items); diff != "" || !got.At.Equal(cloudTime()) {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestSales(t *testing.T) {
	f := newFake(t)
	root := "GET /v1/customers/" + customer + "/subscriptions"
	f.answer(root, `{"items":[
		{"id":"plan-1","friendlyName":"Azure plan","offerId":"DZH318Z0BPS6:0001:X","status":"active","partnerId":"5555555","effectiveStartDate":"2026-01-01T00:00:00Z"},
		{"id":"`+sub+`","friendlyName":"old","offerId":"MS-AZR-0145P","status":"active","partnerId":"4987654","creationDate":"2020-01-01T00:00:00Z"},
		{"id":"plan-2","offerId":"DZH318Z0BPS6:0001:X","status":"deleted"},
		{"id":"office","offerId":"CFQ7TTC0LH16:0001","offerName":"Microsoft 365","status":"active"}]}`)
	f.answer(root+"/plan-1/azureEntitlements", `{"items":[{"id":"`+strings.ToUpper(group)+`","friendlyName":"prod","status":"active","subscriptionId":"plan-1"},
		{"id":"`+object+`","friendlyName":"gone","status":"deleted"}]}`)
	got, err := f.session().Commerce("4987654").Sales(t.Context(), customer)
	if err != nil {
		t.Fatal(err)
	}
	want := []observe.SoldSubscription{
		{
			Subscription: pharos.Subscription{ID: group, Customer: customer, Name: "prod"},
			Sale:         pharos.Sale{Plan: pharos.AzurePlan, Reseller: "5555555"}, Since: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		},
		{
			Subscription: pharos.Subscription{ID: sub, Customer: customer, Name: "old"},
			Sale:         pharos.Sale{Plan: pharos.LegacyPlan}, Since: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		},
	}
	if diff := cmp.Diff(want, got.Items); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestAgreements(t *testing.T) {
	rows := map[string]struct {
		attested, direct string
		want             observe.Agreement
	}{
		"attested": {
			`{"items":[{"type":"MicrosoftCustomerAgreement","dateAgreed":"2026-09-01T08:00:00.1234567Z"},{"type":"MicrosoftCloudAgreement","dateAgreed":"2016-09-01T08:00:00Z"},
			{"type":"MicrosoftCustomerAgreement","dateAgreed":"2026-10-01T00:00:00Z"}]}`, `{}`, observe.Agreement{Signed: true, Since: createdAt(), At: cloudTime()},
		},
		"signed directly": {`{"items":[]}`, `{"isSigned":true}`, observe.Agreement{Signed: true, At: cloudTime()}},
		"not signed":      {`{"items":[]}`, `{"isSigned":false}`, observe.Agreement{At: cloudTime()}},
	}
	for name, r := range rows {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.answer("GET /v1/customers/"+customer+"/agreements", r.attested)
			f.answer("GET /v1/customers/"+customer+"/directSignedMicrosoftCustomerAgreementStatus", r.direct)
			got, err := f.session().Commerce("4987654").Agreement(t.Context(), customer)
			if err != nil || got != r.want {
				t.Errorf("got %+v, %v, want %+v", got, err, r.want)
			}
		})
	}
}

func TestProgramme(t *testing.T) {
	f := newFake(t)
	f.mux.HandleFunc("GET /v1/compliance/csp/agreementstatus", func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.Query().Get("mpnId"); got != "4987654" {
			_, _ = w.Write([]byte(`{}`))
			return
		}
		_, _ = w.Write([]byte(`{"isAgreementSigned":true}`))
	})
	got, err := f.session().Commerce("4987654").Programme(t.Context())
	if err != nil || !got.Signed || !got.At.Equal(cloudTime()) {
		t.Errorf("got %+v, %v", got, err)
	}
	_, err = f.session().Commerce("7000001").Programme(t.Context())
	wantError(t, err, pharos.Unavailable, "isAgreementSigned")
}

func TestCommerce_Forbidden(t *testing.T) {
	f := newFake(t)
	f.mux.HandleFunc("GET /v1/customers", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"code":"1002","description":"Authorization failed","data":[],"source":"PartnerFD"}`))
	})
	_, err := f.session().Commerce("4987654").Customers(t.Context())
	wantError(t, err, pharos.Forbidden, "403 1002: Authorization failed", "Partner Center")
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"text/tabwriter"
	"time"
)

// measureCalls measures the calls that clients make most, of the emulator with
// the large scenario and of Azurite, one server at a time on one processor.
func (b *bench) measureCalls(ctx context.Context) error {
	large := filepath.Join(b.dir, fmt.Sprintf("subscriptions-%d.yaml", b.subscriptions))
	p, err := b.startPharos(ctx, large, true)
	if err != nil {
		return err
	}
	defer p.stop()
	calls, err := pharosCalls(ctx, p.url)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(b.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "\nserver\tcall\tcalls/s\tmedian\t99 %\tbytes\tof Azurite's fastest")
	rates := map[string]rate{}
	best := 0.0
	if b.azurite != "" {
		if best, err = b.measureAzurite(ctx, w); err != nil {
			return err
		}
	}
	for _, c := range calls {
		r, err := b.measure(ctx, c)
		if err != nil {
			return err
		}
		rates[c.name] = r
		show(w, "pharos", c.name, r, best)
	}
	return w.Flush()
}

// show prints one line of the table; best is what the rate is held against.
func show(w *tabwriter.Writer, server, call string, r rate, best float64) {
	ratio := "-"
	if best > 0 {
		ratio = fmt.Sprintf("%.1f", r.perSecond/best)
	}
	fmt.Fprintf(w, "%s\t%s\t%.0f\t%s\t%s\t%d\t%s\n", server, call, r.perSecond,
		r.half.Round(10*time.Microsecond), r.p99.Round(10*time.Microsecond), r.bytes, ratio)
}

// pharosCalls signs the large scenario's robot in and returns what it asks.
func pharosCalls(ctx context.Context, base string) ([]request, error) {
	const tenant, app = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
	token := request{
		name: "token", method: http.MethodPost, url: base + "/" + tenant + "/oauth2/v2.0/token", want: http.StatusOK,
		header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		body: []byte(url.Values{
			"grant_type": {"client_credentials"}, "client_id": {app}, "client_secret": {"s3cret"}, "scope": {base + "/.default"},
		}.Encode()),
	}
	client := newClient(1)
	defer client.CloseIdleConnections()
	body, err := token.send(ctx, client)
	if err != nil {
		return nil, err
	}
	var signed struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(body, &signed); err != nil {
		return nil, err
	}
	out := []request{token}
	const sub = "/subscriptions/33333333-3333-4333-8333-000000005003"
	for _, c := range []struct{ name, path string }{
		{"partner link", "/providers/Microsoft.ManagementPartner/partners/4987654?api-version=2018-02-01"},
		{"registration assignments of a subscription, expanded", sub + "/providers/Microsoft.ManagedServices/registrationAssignments?$expandRegistrationDefinition=true&api-version=2022-10-01"},
		{"role assignments of a subscription", sub + "/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01"},
	} {
		out = append(out, request{
			name: c.name, method: http.MethodGet, url: base + c.path, want: http.StatusOK,
			header: http.Header{"Authorization": {"Bearer " + signed.Token}},
		})
	}
	return out, nil
}

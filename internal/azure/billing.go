package azure

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"

	"github.com/pharos-pec/pharos"
)

// needBilling is the permission that the exports ask for.
const needBilling = "the Graph permission PartnerBilling.Read.All in the partner's tenant, with admin consent"

// Billing reads the partner's bill: rated usage by asynchronous exports of
// Microsoft Graph, the list of invoices and the older line items from Partner
// Center.
type Billing struct{ session *Session }

// Billing returns the partner's bill as this credential may read it. In the
// US government and China clouds it is an error with code Unsupported.
func (s *Session) Billing() (*Billing, error) {
	if !s.cloud.partnerBilling {
		return nil, pharos.Errorf(pharos.Unsupported, "the cloud %s has no partner billing API", s.cloud.Name).
			WithHint("download the daily rated usage from Partner Center and run: pharos usage import FILES")
	}
	return &Billing{s}, nil
}

// Export says which rated usage to export.
type Export struct {
	// Invoice is the id of a G invoice for billed usage, "" for unbilled usage.
	Invoice string
	// Currency is the billing currency of unbilled usage, such as EUR.
	Currency string
	// Last asks for the last billing period of unbilled usage, not the current.
	Last bool
}

var (
	currencyPattern = regexp.MustCompile(`^[A-Z]{3}$`)
	invoicePattern  = regexp.MustCompile(`^[A-Z][A-Z0-9]{1,40}$`)
)

// request returns the call that begins the export. It always asks for the
// full set of attributes: the basic one has no partner earned credit. Source:
// Microsoft Graph v1.0, "billedUsage: export", "unbilledUsage: export" and
// "attributeSet values".
func (e Export) request() (call, error) {
	const root = "/reports/partners/billing/usage/"
	switch {
	case e.Invoice != "" && !invoicePattern.MatchString(e.Invoice):
		return call{}, pharos.Errorf(pharos.Invalid, "%q is not an invoice id", e.Invoice).WithHint("invoices with credit look like G016907411")
	case e.Invoice != "":
		return call{
			method: http.MethodPost, ref: root + "billed/export", need: needBilling,
			body: map[string]string{"invoiceId": e.Invoice, "attributeSet": "full"},
		}, nil
	case !currencyPattern.MatchString(e.Currency):
		return call{}, pharos.Errorf(pharos.Invalid, "%q is not a currency", e.Currency).WithHint("write currencies as EUR")
	}
	period := "current"
	if e.Last {
		period = "last"
	}
	return call{
		method: http.MethodPost, ref: root + "unbilled/export", need: needBilling,
		body: map[string]string{"currencyCode": e.Currency, "billingPeriod": period, "attributeSet": "full"},
	}, nil
}

// String names the export in messages.
func (e Export) String() string {
	switch {
	case e.Invoice != "":
		return "usage of invoice " + e.Invoice
	case e.Last:
		return "unbilled usage of the last period in " + e.Currency
	default:
		return "unbilled usage of the current period in " + e.Currency
	}
}

// Export runs an export to its end and returns what it made. An export for
// which the cloud has no data is an error with code NotFound.
func (b *Billing) Export(ctx context.Context, e Export) (Manifest, error) {
	c, err := e.request()
	if err != nil {
		return Manifest{}, err
	}
	graph := b.session.graph
	ans, err := graph.do(ctx, c)
	if err != nil {
		return Manifest{}, err
	}
	location := ans.header.Get("Location")
	if location == "" {
		return Manifest{}, ans.malformed(errMissing("Location"))
	}
	for look := 0; ; look++ {
		if err := b.session.pause(ctx, ans, look, "waiting for the export"); err != nil {
			return Manifest{}, err
		}
		if ans, err = graph.do(ctx, call{ref: location, need: needBilling}); err != nil {
			return Manifest{}, err
		}
		op, err := decode[wireOperation](ans)
		if err != nil {
			return Manifest{}, err
		}
		switch strings.ToLower(op.Status) {
		case "succeeded", "completed": // the documentation says the one in its samples and the other in its prose
			return b.manifest(ctx, ans, op)
		case "failed":
			return Manifest{}, op.failure(b.session.Name(), e)
		case "notstarted", "running":
		default:
			return Manifest{}, ans.malformed(errMissing("known status"))
		}
	}
}

// wireOperation is a running, ended or failed export. Its result is inline or
// behind a link, under the same name. Source: Microsoft Graph v1.0, "Get
// operation" of the partner billing API.
type wireOperation struct {
	Status string          `json:"status"`
	Result json.RawMessage `json:"resourceLocation"`
	Link   string          `json:"resourceLocation@odata.navigationLink"`
	Error  *struct {
		Code    text   `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// noData is the code of an export that found nothing.
const noData = "5000"

func (o wireOperation) failure(owner string, e Export) error {
	if o.Error == nil {
		return pharos.Errorf(pharos.Unavailable, "credential %s: the export of %s failed", owner, e)
	}
	if o.Error.Code == noData {
		return pharos.Errorf(pharos.NotFound, "credential %s: there is no %s: %s", owner, e, oneLine(o.Error.Message)).
			WithHint("usage appears 24 hours after it was made, an invoice's by the eighth of the next month")
	}
	return pharos.Errorf(pharos.Unavailable, "credential %s: the export of %s failed: %s %s", owner, e, o.Error.Code, oneLine(o.Error.Message))
}

package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/azure"
	"github.com/pharos-pec/pharos/internal/ledger"
)

// firstExported is the first month whose billed usage Microsoft Graph exports;
// older invoices are in Partner Center's line items only (Microsoft Learn,
// "Get invoice billed consumption line items").
func firstExported() pharos.Month { return pharos.Month(2022*12 + 9 - 1) }

// inLineItems reports whether only the older API has the part.
func (t *part) inLineItems() bool { return t.export.Invoice != "" && t.month < firstExported() }

// lineItems fetches an invoice's line items into folder, page after page in
// one file.
func (p *pull) lineItems(ctx context.Context, t *part, folder string) (ledger.Source, error) {
	path := filepath.Join(folder, "line-items.json")
	f, err := os.Create(path) // #nosec G304 -- a folder of our own making
	if err != nil {
		return ledger.Source{}, pharos.Errorf(pharos.Internal, "cannot keep the line items: %w", err)
	}
	defer func() { _ = f.Close() }() // closed below; again after an error
	for page, err := range p.billing.LineItems(ctx, azure.LineItems{Invoice: t.export.Invoice}) {
		if err == nil {
			_, err = f.Write(append(page, '\n'))
		}
		if err != nil {
			return ledger.Source{}, err
		}
	}
	return ledger.Source{
		Name: fmt.Sprintf("%s: line items", t.export),
		Open: func() (io.ReadCloser, error) { return os.Open(path) },
	}, f.Close()
}

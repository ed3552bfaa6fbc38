package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // registers the driver
)

// duckColumns are the columns of the export that Pharos keeps, with the types
// that DuckDB is told, so that it reads nothing else.
const duckColumns = `{CustomerId:'VARCHAR', CustomerName:'VARCHAR', InvoiceNumber:'VARCHAR', UsageDate:'VARCHAR',
 EntitlementId:'VARCHAR', EntitlementDescription:'VARCHAR', ResourceGroup:'VARCHAR', ResourceURI:'VARCHAR',
 MeterId:'VARCHAR', MeterName:'VARCHAR', MeterCategory:'VARCHAR', MeterSubCategory:'VARCHAR', ProductId:'VARCHAR', SkuId:'VARCHAR',
 PublisherName:'VARCHAR', Quantity:'DECIMAL(28,10)', UnitPrice:'DECIMAL(18,10)', EffectiveUnitPrice:'DECIMAL(18,10)',
 PCToBCExchangeRate:'DECIMAL(18,10)', BillingPreTaxTotal:'DECIMAL(18,10)', PricingCurrency:'VARCHAR', BillingCurrency:'VARCHAR',
 PartnerEarnedCreditPercentage:'DECIMAL(5,2)', SubscriptionDescription:'VARCHAR', Tier2MpnId:'VARCHAR', Tags:'VARCHAR'}`

// duckFacts groups as day facts are grouped, the highest rate of a meter in
// the month included. Sums are exact: price x quantity x rate fits 38 digits.
const duckFacts = `
with rates as (select MeterId, max(PartnerEarnedCreditPercentage) as rate from lines group by MeterId)
select count(*), sum(n)::bigint, sum(list)::varchar from (
 select count(*) as n, sum(UnitPrice::decimal(20,7) * Quantity::decimal(14,10) * PCToBCExchangeRate::decimal(12,6)) as list
 from lines join rates using (MeterId)
 group by CustomerId, EntitlementId, lower(ResourceGroup), UsageDate, (UnitPrice = 0 or Quantity = 0) and PartnerEarnedCreditPercentage = 0,
  PartnerEarnedCreditPercentage, rate, BillingCurrency, Tier2MpnId)`

// importDuckDB has DuckDB write the same columns of the bill to Parquet and
// group them as day facts are grouped.
func importDuckDB(ctx context.Context, out io.Writer, bill string) error {
	dir, err := os.MkdirTemp(bill+"/..", "duckdb-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return err
	}
	defer db.Close()
	parquet := filepath.Join(dir, "lines.parquet")
	start := time.Now()
	load := fmt.Sprintf(`copy (select * replace (lower(ResourceURI) as ResourceURI)
 from read_json('%s', format='newline_delimited', columns=%s)) to '%s' (format parquet, compression zstd)`,
		filepath.Join(bill, "*.json.gz"), duckColumns, parquet)
	done, err := db.ExecContext(ctx, load)
	if err != nil {
		return err
	}
	imported, err := done.RowsAffected()
	if err != nil {
		return err
	}
	say(out, "import", imported, start, fmt.Sprintf("%d lines", imported))
	start = time.Now()
	if _, err := db.ExecContext(ctx, fmt.Sprintf("create view lines as select * from '%s'", parquet)); err != nil {
		return err
	}
	var groups, lines int64
	var list string
	if err := db.QueryRowContext(ctx, duckFacts).Scan(&groups, &lines, &list); err != nil {
		return err
	}
	say(out, "facts", lines, start, fmt.Sprintf("%d facts, list %s", groups, list))
	return nil
}

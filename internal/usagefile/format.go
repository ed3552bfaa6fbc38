package usagefile

// Format names a kind of usage file, as it stands in the import report.
type Format string

// The formats that are read. Recon carries totals only.
const (
	GraphJSONL            Format = "graph-jsonl"
	DailyCSV              Format = "daily-csv"
	V1JSON                Format = "v1-json"
	CostManagementCSV     Format = "costmanagement-csv"
	CostManagementParquet Format = "costmanagement-parquet"
	FocusCSV              Format = "focus-csv"
	FocusParquet          Format = "focus-parquet"
	ReconCSV              Format = "recon-csv"
)

// family is the vocabulary of columns that a format uses.
type family uint8

const (
	partnerFamily family = iota // the daily rated usage file, in CSV and JSON
	costFamily                  // Cost Management, actual cost
	focusFamily                 // FOCUS
	reconFamily                 // the monthly reconciliation file
)

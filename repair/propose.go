package repair

import (
	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/coverage"
	"github.com/pharos-pec/pharos/credit"
)

// Input is what a proposal is made from.
type Input struct {
	Partner pharos.Partner
	// History is what was observed, with the register of check-ins.
	History *pharos.History
	// Month is the judged month that the money is taken from, nil for none;
	// Rows break it down by resource.
	Month *credit.Month
	Rows  []credit.Row
	// Credentials are the configured ones, as far as it is known who they are.
	Credentials []Credential
}

// Credential is a configured credential.
type Credential struct {
	Name      string
	Principal pharos.PrincipalRef
	// Link tells that the configuration wants it linked.
	Link bool
}

// lasting is the access if nothing changed any more, and the day to ask about.
func (in *Input) lasting() (*coverage.Access, pharos.Day) {
	h := coverage.Lasting(in.History)
	return coverage.New(h, in.Partner, h.LastScan).Billed(), pharos.DayOf(h.LastScan)
}

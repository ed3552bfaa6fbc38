package web

import (
	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// figures are sums in their currency, ready to be shown.
type figures struct {
	Currency string
	credit.Sums
}

// Of returns the amount under a verdict: credit, or list cost for what is
// excluded.
func (f figures) Of(v pharos.Verdict) amount { return amount{f.Sums.Of(v), f.Currency} }

// EarnedAmount is what was earned, for a column.
func (f figures) EarnedAmount() amount { return f.Of(pharos.Earned) }

// LostAmount is what was lost, for a column.
func (f figures) LostAmount() amount { return f.Of(pharos.Lost) }

// DisputableAmount is what may be disputed, for a column.
func (f figures) DisputableAmount() amount { return f.Of(pharos.Disputable) }

// UnexpectedAmount is what was credited without access that explains it.
func (f figures) UnexpectedAmount() amount { return f.Of(pharos.Unexpected) }

// OpenAmount is what is neither won nor lost yet: pending and unknown.
func (f figures) OpenAmount() amount {
	return amount{f.Pending.Add(f.Unknown), f.Currency}
}

// Rate returns how much of the credit of all lines that can earn was earned,
// in percent, or "" when nothing could earn.
func (f figures) Rate() string {
	return share(decimal.Sum(f.Earned, f.Unexpected), f.CanEarn())
}

// tile is one headline number.
type tile struct {
	Badge  badge
	Amount amount
}

// Tiles returns the headline numbers in the order in which verdicts are shown.
func (f figures) Tiles() []tile {
	tiles := make([]tile, 0, len(pharos.Verdicts()))
	for _, v := range pharos.Verdicts() {
		tiles = append(tiles, tile{badge(v), f.Of(v)})
	}
	return tiles
}

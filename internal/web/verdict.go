package web

import "github.com/pharos-pec/pharos"

// badge shows a verdict by colour, sign and word, so that none of the three
// is needed to understand it.
type badge pharos.Verdict

// Class names the verdict's colours in the style sheet.
func (b badge) Class() string { return "v-" + string(b) }

// Label returns the word for a heading or a cell.
func (b badge) Label() string {
	switch pharos.Verdict(b) {
	case pharos.Earned:
		return "Earned"
	case pharos.Lost:
		return "Lost"
	case pharos.Disputable:
		return "Disputable"
	case pharos.Pending:
		return "Pending"
	case pharos.UnknownVerdict:
		return "Unknown"
	case pharos.Unexpected:
		return "Unexpected"
	case pharos.Excluded:
		return "Excluded"
	default:
		return string(b)
	}
}

// Brief returns a word that fits a calendar cell on a telephone.
func (b badge) Brief() string {
	switch pharos.Verdict(b) {
	case pharos.Disputable:
		return "Disp."
	case pharos.UnknownVerdict:
		return "Unkn."
	case pharos.Unexpected:
		return "Unexp."
	case pharos.Excluded:
		return "Excl."
	case pharos.Pending:
		return "Pend."
	default:
		return b.Label()
	}
}

// Sign returns one character that tells verdicts apart without colour.
func (b badge) Sign() string {
	switch pharos.Verdict(b) {
	case pharos.Earned:
		return "\u2713" // check mark
	case pharos.Lost:
		return "\u2715" // cross
	case pharos.Disputable:
		return "!"
	case pharos.Pending:
		return "\u2026" // ellipsis
	case pharos.UnknownVerdict:
		return "?"
	case pharos.Unexpected:
		return "+"
	default:
		return "\u2013" // dash
	}
}

// Meaning says in one sentence when a line has the verdict.
func (b badge) Meaning() string {
	switch pharos.Verdict(b) {
	case pharos.Earned:
		return "Credited, as the access history says it should be."
	case pharos.Lost:
		return "Not credited although the product can earn, and we know why."
	case pharos.Disputable:
		return "Not credited although access held and was linked all day: ask Microsoft for it."
	case pharos.Pending:
		return "Not credited yet; less than 48 hours have passed since the end of the day."
	case pharos.UnknownVerdict:
		return "Not credited, and our history does not say why: it was not observed."
	case pharos.Unexpected:
		return "Credited although we saw no access that explains it."
	case pharos.Excluded:
		return "List cost of products that never earn, or cost nothing."
	default:
		return ""
	}
}

// NoCause stands where a verdict needs no cause.
func (b badge) NoCause() string {
	if pharos.Verdict(b) == pharos.Unexpected {
		return "no access seen"
	}
	return "as expected"
}

// urgency orders verdicts for a cell that can show one of them: what asks
// for action first, what can never earn last.
func urgency() []pharos.Verdict {
	return []pharos.Verdict{
		pharos.Lost, pharos.Disputable, pharos.UnknownVerdict, pharos.Unexpected,
		pharos.Pending, pharos.Earned, pharos.Excluded,
	}
}

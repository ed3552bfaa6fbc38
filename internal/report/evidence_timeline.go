package report

import (
	"slices"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/evidence"
)

// factTable is one kind of fact over the month.
type factTable struct {
	Title, Empty string
	Rows         []factRow
}

// factRow is one fact: what held, its days as a strip, and how it is known.
type factRow struct {
	What, Where string
	Idle        bool // does not earn by itself
	Marks       []string
	From, Until string
	Source      string
	Evidence    string
}

func factTables(p *evidence.Pack) []factTable {
	grants := factTable{Title: "Roles of ours", Empty: "Nobody of ours held a role."}
	for _, g := range p.Grants {
		r := factRowOf(p, g.Known, g.HolderName+": "+g.RoleName+", "+grantWords(&g), string(g.Scope))
		r.Idle = g.Kind != pharos.Permanent || g.Earns != pharos.EligibleRole
		grants.Rows = append(grants.Rows, r)
	}
	members := factTable{Title: "Members of the groups that hold a role, as far as their links are on record", Empty: "No role is held by a group with such members."}
	for _, m := range p.Memberships {
		members.Rows = append(members.Rows, factRowOf(p, m.Known, m.MemberName+" in "+m.GroupName, string(m.Member.ID)))
	}
	links := factTable{Title: "Partner links of the holders", Empty: "None is on record. AOBO needs none."}
	for _, l := range p.Links {
		r := factRowOf(p, l.Known, l.Name+" linked to partner ID "+string(l.PartnerID), "tenant "+string(l.Principal.Tenant))
		r.Idle = !l.Ours
		links.Rows = append(links.Rows, r)
	}
	against := factTable{Title: "What stood in the way", Empty: "No deny assignment stood, and no holder was disabled, as far as was looked at."}
	for _, d := range p.Denials {
		against.Rows = append(against.Rows, factRowOf(p, d.Known, "deny assignment", string(d.Scope)))
	}
	for _, d := range p.Disabled {
		against.Rows = append(against.Rows, factRowOf(p, d.Known, d.Name+" disabled or deleted", string(d.Principal.ID)))
	}
	return []factTable{grants, members, links, against, saleTable(p)}
}

// saleTable tells how the subscription was sold, and what was signed.
func saleTable(p *evidence.Pack) factTable {
	t := factTable{Title: "The sale and the agreements", Empty: "Partner Center was not read. The subscription stands on our bill."}
	for _, s := range p.Sales {
		what := "billed to us, " + string(s.Plan)
		if s.Reseller != "" {
			what += ", reseller of record " + string(s.Reseller)
		}
		t.Rows = append(t.Rows, factRowOf(p, s.Known, what, ""))
	}
	for _, a := range p.Agreements {
		t.Rows = append(t.Rows, factRowOf(p, a.Known, agreementWords(a.Kind), ""))
	}
	return t
}

func factRowOf(p *evidence.Pack, k evidence.Known, what, where string) factRow {
	return factRow{
		What: what, Where: where, Marks: marks(k, p.Summary.Month), From: began(k.Began), Until: ended(k.Ended),
		Source: string(k.Source), Evidence: k.Evidence,
	}
}

// grantWords tells the path and kind of a grant, and whether its role earns.
func grantWords(g *evidence.Grant) string {
	text := map[pharos.Path]string{pharos.AOBO: "by AOBO", pharos.Lighthouse: "by Azure Lighthouse", pharos.Direct: "in the customer's tenant"}[g.Path]
	switch g.Kind {
	case pharos.Eligible:
		text += ", just in time (eligible)"
	case pharos.TimeBound:
		text += ", with an end"
	case pharos.Permanent:
		text += ", permanent"
	}
	switch g.Earns {
	case pharos.IneligibleRole:
		text += ", a role that earns nothing"
	case pharos.UnlistedRole:
		text += ", a role that Microsoft's table does not list"
	case pharos.EligibleRole:
	}
	return text
}

func agreementWords(kind string) string {
	if kind == evidence.CustomerAgreement {
		return "Microsoft Customer Agreement signed by the customer"
	}
	return "partner programme agreement signed"
}

// marks are the classes of a fact's days over the month.
func marks(k evidence.Known, m pharos.Month) []string {
	out := make([]string, 0, m.Days())
	for d := m.First(); d <= m.Last(); d++ {
		class := map[pharos.Holding]string{
			pharos.Never: "never", pharos.PartOf: "part", pharos.Unseen: "maybe", pharos.Disputed: "maybe", pharos.Whole: "whole",
		}[k.On(d)]
		out = append(out, class)
	}
	return out
}

// began says when a fact began, as exactly as it is known.
func began(b pharos.Bound) string {
	switch {
	case b.Dated():
		return human(b.Latest)
	case b.Latest.IsZero():
		return "not told"
	case b.Earliest.IsZero():
		return "before\n" + human(b.Latest)
	default:
		return "between\n" + human(b.Earliest) + "\nand " + human(b.Latest)
	}
}

// ended says when a fact ended, as exactly as it is known.
func ended(b pharos.Bound) string {
	switch {
	case b.Latest.IsZero():
		return "still at\n" + human(b.Earliest)
	case b == pharos.Always().Ended:
		return "no end is declared"
	case b.Dated():
		return human(b.Latest)
	default:
		return "between\n" + human(b.Earliest) + "\nand " + human(b.Latest)
	}
}

// duringWords writes an interval of observation.
func duringWords(i pharos.Interval) string {
	from, to := "any time before", "any time after"
	if !i.From.IsZero() {
		from = human(i.From)
	}
	if !i.To.IsZero() {
		to = human(i.To)
	}
	return from + " – " + to
}

// look is the scans of a day: there may be dozens.
type look struct {
	Day         pharos.Day
	Scans       int
	First, Last string // times of the day
	With        string
	Problems    []string
}

// problemWords tells in short what could not be read; the whole message
// stands in pack.json.
func problemWords(p *evidence.Problem) string {
	text := p.Reading + " of " + p.Subject + ": " + string(p.Code)
	if p.DatesOnly {
		text += ", which only dates changes"
	}
	return text
}

func looks(scans []evidence.Scan) []look {
	var out []look
	with := map[pharos.Day][]string{}
	for _, s := range scans {
		d, at := pharos.DayOf(s.At), s.At.UTC().Format(time.TimeOnly)
		if len(out) == 0 || out[len(out)-1].Day != d {
			out = append(out, look{Day: d, First: at})
		}
		l := &out[len(out)-1]
		l.Scans, l.Last = l.Scans+1, at
		for _, e := range s.Eyes {
			if !slices.Contains(with[d], e.Name) {
				with[d] = append(with[d], e.Name)
			}
		}
		for _, p := range s.Problems {
			text := problemWords(&p)
			if !slices.Contains(l.Problems, text) {
				l.Problems = append(l.Problems, text)
			}
		}
	}
	for i := range out {
		out[i].With = named(with[out[i].Day], ", ")
	}
	return out
}

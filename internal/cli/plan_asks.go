package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/explain"
	"github.com/pharos-pec/pharos/internal/config"
	"github.com/pharos-pec/pharos/internal/delegationfile"
	"github.com/pharos-pec/pharos/onboard"
	"github.com/pharos-pec/pharos/repair"
)

// asks are the flags with which `pharos plan` also writes what customers are
// asked to do.
type asks struct {
	dir   string
	force bool
}

func (a *asks) add(c *cobra.Command) {
	c.Flags().StringVar(&a.dir, "asks", "", "also write what customers must do to this `folder`: for each customer a mail, a page, scripts and templates")
	c.Flags().BoolVar(&a.force, "force", false, "with --asks, replace files that are there")
}

// letterhead is what our asks say of us. Saved is the file of the plan.
func letterhead(c *config.Config, in repair.Input, saved string) repair.Letterhead {
	l := repair.Letterhead{Plan: saved, Names: explain.NamesOf(in.History)}
	if k := c.Contact; k != nil {
		l.From = k.FirstName + " " + k.LastName + " <" + k.Email + ">"
	}
	l.Delegation = func(t repair.Target) (json.RawMessage, error) { return newDelegation(in.Partner, t) }
	return l
}

// newDelegation is the ARM template of a delegation that gives the target's
// principal the target's role. Its name is of its own, so that it replaces no
// other delegation of ours.
func newDelegation(p pharos.Partner, t repair.Target) (json.RawMessage, error) {
	r := onboard.Request{
		Offer: "Partner support " + string(p.ID), Description: "Support requests by your Microsoft partner", Manager: p.Tenant,
		Account: onboard.Member{ID: t.Principal, Name: cmp.Or(t.PrincipalName, string(t.Principal))}, Role: t.Role,
	}
	if group := t.Scope.ResourceGroup(); group != "" {
		r.Groups = []string{group}
	}
	d, err := onboard.Compose(r)
	if err != nil {
		return nil, err
	}
	files, err := delegationfile.Write(delegationfile.ARM, r, d, "")
	if err != nil {
		return nil, err
	}
	return files[0].Data, nil
}

// askStep fills in what the customer is sent about one step. A step whose
// delegation nobody could read stays without.
func askStep(c *config.Config, in repair.Input, p *repair.Plan, s *repair.Step) error {
	if s.Actor != repair.Customer {
		return nil
	}
	a, err := repair.Compose(p, letterhead(c, in, ""), s)
	if pharos.CodeOf(err) == pharos.NotFound {
		return nil
	}
	s.Ask = a
	return err
}

// write writes a folder for each customer who must do something. The error has
// code Conflict, before anything was written, when one is there already, and
// Incomplete when a step could not be asked for.
func (a *asks) write(e *env, p *repair.Plan, l repair.Letterhead) error {
	if a.dir == "" {
		return nil
	}
	steps := map[pharos.TenantID][]*repair.Step{}
	var customers []pharos.TenantID
	var left []string
	var first error
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.Actor != repair.Customer {
			continue
		}
		if err := l.Refuses(p, s); err != nil {
			left, first = append(left, s.ID), cmp.Or(first, err)
			continue
		}
		if steps[s.Target.Customer] == nil {
			customers = append(customers, s.Target.Customer)
		}
		steps[s.Target.Customer] = append(steps[s.Target.Customer], s)
	}
	folders := folderNames(customers, l.Names)
	for _, name := range folders {
		if _, err := os.Lstat(filepath.Join(a.dir, name)); !a.force && !errors.Is(err, fs.ErrNotExist) {
			return pharos.Errorf(pharos.Conflict, "%s is there already", filepath.Join(a.dir, name)).WithHint("--force replaces its files, --asks writes elsewhere")
		}
	}
	for i, id := range customers {
		ask, err := repair.Compose(p, l, steps[id]...)
		if err != nil {
			return err
		}
		if err := e.writeAsk(filepath.Join(a.dir, folders[i]), ask); err != nil {
			return err
		}
		e.note("%s: for %s, %d to do", filepath.Join(a.dir, folders[i]), cmp.Or(l.Names.Customers[id].Name, string(id)), len(steps[id]))
	}
	if first != nil {
		return pharos.Errorf(pharos.Incomplete, "steps of customers that are not asked for: %d, %s: %w", len(left), strings.Join(left[:min(3, len(left))], ", "), first).
			WithHint("plan without --offline, with credentials that see these delegations")
	}
	return nil
}

// writeAsk writes one customer's files into a folder that appears whole, or
// replaces those that are there.
func (e *env) writeAsk(dir string, a *repair.Ask) error {
	files := []delegationfile.File{{Name: "mail.txt", Data: []byte(a.Mail)}, {Name: "page.html", Data: []byte(a.Page)}}
	for _, t := range a.Templates {
		files = append(files, delegationfile.File{Name: t.Name, Data: append(slices.Clone([]byte(t.Body)), '\n')})
	}
	if a.Az != "" {
		files = append(files, delegationfile.File{Name: "run.sh", Data: []byte(a.Az)}, delegationfile.File{Name: "run.ps1", Data: []byte(a.PowerShell)})
	}
	if _, err := os.Lstat(dir); err == nil {
		if err := removeAsk(dir); err != nil {
			return err
		}
		return e.writeFiles(dir, files, true)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o750); err != nil {
		return cannotWrite(dir, err)
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), ".pharos-*")
	if err != nil {
		return cannotWrite(dir, err)
	}
	defer func() { _ = os.RemoveAll(tmp) }() // gone already after the rename
	if err := e.writeFiles(tmp, files, true); err != nil {
		return err
	}
	if err := os.Rename(tmp, dir); err != nil {
		return cannotWrite(dir, err)
	}
	return nil
}

// removeAsk removes the scripts and templates of an earlier plan, which the
// new one may not have.
func removeAsk(dir string) error {
	old, err := filepath.Glob(filepath.Join(dir, "template*.json"))
	if err != nil {
		return cannotWrite(dir, err)
	}
	for _, name := range append(old, filepath.Join(dir, "run.sh"), filepath.Join(dir, "run.ps1")) {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return cannotWrite(name, err)
		}
	}
	return nil
}

// folderNames names a folder for each customer, by its name where that is
// plain and of one customer alone.
func folderNames(customers []pharos.TenantID, n explain.Names) []string {
	count := map[string]int{}
	out := make([]string, len(customers))
	for i, id := range customers {
		out[i] = folderName(n.Customers[id].Name)
		count[out[i]]++
	}
	for i, id := range customers {
		if out[i] == "" || count[out[i]] > 1 {
			out[i] = strings.Trim(out[i]+"-"+folderName(string(id)), "-")
		}
	}
	return out
}

// folderName keeps letters and digits, in lower case: not every file system
// tells cases apart, or allows everything else.
func folderName(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	short := []rune(strings.Join(words, "-"))
	return strings.Trim(string(short[:min(len(short), 60)]), "-")
}

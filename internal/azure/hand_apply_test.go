package azure_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/store"
	"github.com/pharos-pec/pharos/repair"
)

// changes are the calls that the emulator noted as changes of resources.
func (e *emulated) changes() []string {
	e.t.Helper()
	dir := e.t.TempDir()
	if err := e.Save(dir); err != nil {
		e.t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "state.jsonl"))
	if err != nil {
		e.t.Fatal(err)
	}
	var out []string
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		var act struct{ Method, URL, Body string }
		if err := json.Unmarshal([]byte(line), &act); err != nil {
			e.t.Fatal(err)
		}
		if act.Method == "PUT" || act.Method == "PATCH" || act.Method == "DELETE" {
			out = append(out, act.Method+" "+act.URL+" "+act.Body)
		}
	}
	return out
}

// planned is a resolved plan with a journal to apply it with.
func planned(t *testing.T, e *emulated) (*repair.Plan, repair.Deps) {
	t.Helper()
	p, d := resolved(t, e)
	if err := repair.Resolve(t.Context(), p, d); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "pharos.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // everything is committed
	d.Journal = s
	return p, d
}

// TestHand_Apply sends the calls of the plan, each once and no others, and
// finds them done the second time; of the links it takes back what it made.
func TestHand_Apply(t *testing.T) {
	e := emulateText(t, broken)
	p, d := planned(t, e)
	var want []string
	for _, s := range p.Steps {
		for _, w := range s.Writes {
			want = append(want, strings.TrimSpace(w.Method+" "+w.Path+" "+string(w.Body)))
		}
	}
	for range 2 {
		out, err := repair.Apply(t.Context(), p, d, nil)
		if err == nil {
			err = repair.Failure(out)
		}
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range e.changes() {
			got = append(got, strings.TrimSpace(c))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("it sent\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	out, err := repair.Check(t.Context(), p, d, nil)
	if err == nil {
		err = repair.Failure(out)
	}
	if err != nil {
		t.Errorf("checked: %v: %+v", err, out)
	}
	if _, err := repair.Undo(t.Context(), p, d, nil); err != nil {
		t.Fatal(err)
	}
	if all := e.changes(); len(all) != len(want)+1 || !strings.HasPrefix(all[len(want)], "DELETE /providers/Microsoft.ManagementPartner/partners/4987654?") {
		t.Errorf("it was taken back by %s", all[len(want):])
	}
}

// TestHand_ApplyRefused: somebody changed the world since the plan, through
// Azure itself. It is said what, and nothing is sent.
func TestHand_ApplyRefused(t *testing.T) {
	rows := map[string]struct {
		hand  int // who changes it: our robot, or the customer's administrator
		step  int // the step whose call is made otherwise
		old   string
		new   string
		words string
	}{
		"another ID linked":   {0, 0, "4987654", "7000001", "the partner link of robot: the link is now 7000001, and was none"},
		"authorization given": {1, 1, string(pharos.SupportRequestContributor), string(pharos.Contributor), "the authorization of robot with Contributor was added"},
		"delegation renamed":  {1, 1, `"Contoso"`, `"Fabrikam"`, `its name is now "Fabrikam", and was "Contoso"`},
	}
	for name, r := range rows {
		t.Run(name, func(t *testing.T) {
			e := emulateText(t, broken)
			p, d := planned(t, e)
			w := p.Steps[r.step].Writes[0]
			w.Path = strings.Replace(w.Path, r.old, r.new, 1)
			w.Body = json.RawMessage(strings.Replace(string(w.Body), r.old, r.new, 1))
			if len(w.Body) == 0 {
				w.Body = nil
			}
			if err := d.Hands[r.hand].Send(t.Context(), w); err != nil {
				t.Fatal(err)
			}
			before := len(e.changes())
			_, err := repair.Apply(t.Context(), p, d, nil)
			wantError(t, err, pharos.Conflict, r.words)
			if after := e.changes(); len(after) != before {
				t.Errorf("it sent %q", after[before:])
			}
		})
	}
}

// TestHand_ApplyAssignedElsewhere: somebody assigned the role since the plan,
// under another name. Azure refuses a second assignment, and the step is done.
func TestHand_ApplyAssignedElsewhere(t *testing.T) {
	e := emulateText(t, broken)
	p, d := planned(t, e)
	w := p.Steps[3].Writes[0]
	at := strings.LastIndexByte(w.Path, '/') + 1
	w.Path = w.Path[:at] + "99999999-9999-4999-8999-999999999999" + w.Path[at+36:]
	if err := d.Hands[1].Send(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	out, err := repair.Apply(t.Context(), p, d, []string{p.Steps[3].ID})
	if err != nil || out[0].State != repair.Done || out[0].Changed || !strings.Contains(out[0].Reason, "under another name") {
		t.Errorf("%+v, %v", out, err)
	}
}

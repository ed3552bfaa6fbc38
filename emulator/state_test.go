package emulator

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
)

// actor makes calls that change things, drawn at random, on several
// emulators at once, and sees that they answer alike.
type actor struct {
	t  *rapid.T
	tb testing.TB
	on []*Emulator
	// made are the addresses of what was made, to be changed and removed.
	made []string
	n    int
}

func (a *actor) call(method, tenant, name, path, body string) answered {
	var first answered
	for i, e := range a.on {
		raw := ""
		if name != "" {
			raw = token(a.tb, e, tenant, name)
		}
		got := do(a.tb, e, method, path, raw, body)
		if i == 0 {
			first = got
		} else if got.status != first.status || withoutRequestIDs(got.text) != withoutRequestIDs(first.text) {
			a.t.Fatalf("%s %s\n answers %d %s\n and     %d %s", method, path, first.status, first.text, got.status, got.text)
		}
	}
	return first
}

func (a *actor) guid() string {
	a.n++
	return fmt.Sprintf("00000000-0000-4000-8000-%012d", a.n)
}

const (
	someRoles     = "/providers/Microsoft.Authorization/roleAssignments/"
	someServices  = "/providers/Microsoft.ManagedServices/registration"
	somePartner   = "/providers/Microsoft.ManagementPartner/partners"
	partnerSuffix = "?api-version=2018-02-01"
)

// act makes one call, drawn from what clients do.
func (a *actor) act() {
	e := a.on[0]
	sub := prod(e)
	pick := func(of ...string) string { return rapid.SampledFrom(of).Draw(a.t, "of") }
	old := func() string {
		if len(a.made) == 0 {
			return sub + someRoles + a.guid() + "?api-version=2022-04-01"
		}
		return rapid.SampledFrom(a.made).Draw(a.t, "made")
	}
	staff, robot := string(principalOf(a.tb, e, "fabrikam", "staff").id), string(principalOf(a.tb, e, "contoso-msp", "provider-automation").id)
	ops, bob := string(principalOf(a.tb, e, "contoso-msp", "ops").id), string(principalOf(a.tb, e, "contoso-msp", "bob").id)
	steps := map[string]func(){
		"clock": func() {
			a.call("POST", "", "", "/emulator/clock", `{"advance":"`+pick("1s", "90m", "26h", "400h")+`"}`)
		},
		"role": func() {
			path := sub + pick("", "/resourceGroups/rg-web") + someRoles + a.guid() + "?api-version=2022-04-01"
			a.made = append(a.made, path)
			a.call("PUT", "fabrikam", "local-admin", path, `{"properties":{"roleDefinitionId":"`+pick(string(pharos.Reader), string(pharos.Owner))+
				`","principalId":"`+staff+`","description":"`+pick("", "é\\u0000\\n")+`"}}`)
		},
		"remove": func() { a.call("DELETE", "fabrikam", "local-admin", old(), "") },
		"offer": func() {
			id, at := a.guid(), "?api-version=2022-10-01"
			a.made = append(a.made, sub+someServices+"Assignments/"+id+at)
			a.call("PUT", "fabrikam", "local-admin", sub+someServices+"Definitions/"+id+at, `{"properties":{"registrationDefinitionName":"n`+id+
				`","managedByTenantId":"11111111-1111-4111-8111-111111111111","authorizations":[{"principalId":"`+robot+`","roleDefinitionId":"`+string(pharos.Reader)+`"}]}}`)
			a.call("PUT", "fabrikam", "local-admin", sub+someServices+"Assignments/"+id+at,
				`{"properties":{"registrationDefinitionId":"`+sub+someServices+`Definitions/`+id+`"}}`)
		},
		"link": func() {
			a.call("PUT", "fabrikam", "alice", somePartner+"/"+pick("4987654", "4987655", "4987653", "1")+partnerSuffix, "")
		},
		"relink": func() {
			a.call("PATCH", "fabrikam", "alice", somePartner+"/"+pick("4987654", "4987655")+partnerSuffix, "")
		},
		"unlink": func() {
			a.call("DELETE", "fabrikam", "alice", somePartner+"/"+pick("4987654", "4987655")+partnerSuffix, "")
		},
		"member": func() {
			a.call("POST", "contoso-msp", "provider-automation", "/v1.0/groups/"+ops+"/members/$ref", `{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/`+bob+`"}`)
		},
		"no member": func() {
			a.call("DELETE", "contoso-msp", "provider-automation", "/v1.0/groups/"+ops+"/members/"+pick(bob, string(principalOf(a.tb, e, "contoso-msp", "alice").id))+"/$ref", "")
		},
		"application": func() {
			got := a.call("POST", "contoso-msp", "provider-automation", "/v1.0/applications", `{"displayName":"`+pick("one", "two")+`"}`)
			id, _ := got.body["id"].(string)
			a.call("POST", "contoso-msp", "provider-automation", "/v1.0/applications/"+id+"/addPassword", `{"passwordCredential":{"displayName":"rbac"}}`)
		},
		"disable": func() {
			a.call("PATCH", "contoso-msp", "provider-automation", "/v1.0/users/"+bob, `{"accountEnabled":`+pick("true", "false")+`}`)
		},
		"export": func() {
			got := a.call("POST", "contoso-msp", "provider-automation", "/v1.0/reports/partners/billing/usage/unbilled/export", `{"currencyCode":"EUR","billingPeriod":"`+pick("current", "last")+`"}`)
			_, path, _ := strings.Cut(got.header.Get("Location"), loopback)
			for range rapid.IntRange(0, 2).Draw(a.t, "looks") {
				a.call("GET", "contoso-msp", "provider-automation", path, "")
			}
		},
		"deploy": func() {
			a.call("PUT", "fabrikam", "local-admin", sub+"/providers/Microsoft.Resources/deployments/d"+pick("1", "2")+"?api-version=2021-04-01",
				`{location: "westeurope", "properties":{"mode":"Incremental","parameters":{},"template":{"$schema":"x","contentVersion":"1.0.0.0","resources":[{
				"type":"Microsoft.Authorization/roleAssignments","apiVersion":"2022-04-01","name":"[guid('`+pick("a", "b")+`')]",
				"properties":{"roleDefinitionId":"`+string(pharos.Reader)+`","principalId":"`+staff+`"}}]}}}`)
		},
		"sign in": func() { // a device code, its approval, and the tokens
			for _, e := range a.on {
				started := form(a.tb, e, "/organizations/oauth2/v2.0/devicecode", "client_id", "c", "scope", loopback+"/.default")
				code, _ := started.body["user_code"].(string)
				do(a.tb, e, "POST", "/emulator/device", "", `{"user_code":"`+code+`","principal":"alice"}`)
				device, _ := started.body["device_code"].(string)
				form(a.tb, e, "/organizations/oauth2/v2.0/token", "grant_type", "device_code", "client_id", "c", "device_code", device)
			}
		},
	}
	steps[rapid.SampledFrom([]string{
		"clock", "clock", "role", "remove", "offer", "link", "relink", "unlink", "member", "no member", "application", "disable", "export", "deploy", "sign in",
	}).Draw(a.t, "step")]()
}

// TestState_SameAnswersAfterReopening lets clients do anything, saves, opens,
// and asks everything; then it goes on with both.
func TestState_SameAnswersAfterReopening(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		e := emulate(t)
		dir := t.TempDir()
		if rapid.Bool().Draw(r, "kept") {
			if err := e.Keep(dir); err != nil {
				t.Fatal(err)
			}
		}
		a := &actor{t: r, tb: t, on: []*Emulator{e}}
		for range rapid.IntRange(0, 12).Draw(r, "steps") {
			a.act()
		}
		if e.journal.kept == nil || rapid.Bool().Draw(r, "saved") {
			if err := e.Save(dir); err != nil {
				t.Fatal(err)
			}
		}
		again, err := Open(dir)
		if err != nil {
			r.Fatal(err)
		}
		who := rapid.SampledFrom(slices.SortedFunc(maps.Values(e.world.principalBy), func(a, b *principal) int { return cmp.Compare(a.id, b.id) })).Draw(r, "who")
		sameAnswers(t, e, again, who.id)
		a.on = append(a.on, again)
		a.act()
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		if t.Failed() {
			r.FailNow()
		}
	})
}

// changed is an emulator with two changes, and the folder of its state.
func changed(t *testing.T) (*Emulator, string) {
	t.Helper()
	e := emulate(t)
	if err := e.SetTime(e.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got := do(t, e, "PATCH", somePartner+"/4987655"+partnerSuffix, token(t, e, "fabrikam", "alice"), ""); got.status != 200 {
		t.Fatal(got.text)
	}
	dir := t.TempDir()
	if err := e.Save(dir); err != nil {
		t.Fatal(err)
	}
	return e, dir
}

func TestOpen_Refusals(t *testing.T) {
	_, dir := changed(t)
	good, err := os.ReadFile(filepath.Join(dir, stateFile))
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(good, []byte("\n"))
	replace := func(old, new string) []byte { return bytes.Replace(good, []byte(old), []byte(new), 1) }
	relinked := bytes.LastIndex(good, []byte("4987655"))
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty":           {nil, ":1: the file holds no state"},
		"another file":    {[]byte("{\"kind\":\"other\"}\n"), ":1: format: the file is no state"},
		"no JSON":         {[]byte("\x00\x01\n"), ":1: format: the file is no state"},
		"another version": {replace(`"version":1`, `"version":2`), ":1: version: 2 is not known here"},
		"a changed body":  {append(append(bytes.Clone(good[:relinked]), "4987654"...), good[relinked+7:]...), ":3: sum: the line is damaged"},
		"a missing line":  {bytes.Join([][]byte{lines[0], lines[2]}, nil), ":2: sum: the line is damaged, or one before it is missing"},
		"scenario":        {replace(`fabrikam-dev`, `fabrikam-deu`), ":1: sum: the line is damaged"},
		"cut in a line":   {append(bytes.Clone(lines[0]), append(lines[1][:40], '\n')...), ":2: sum: the line is damaged"},
	} {
		if err := os.WriteFile(filepath.Join(dir, stateFile), c.data, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(dir)
		if err == nil || pharos.CodeOf(err) != pharos.Invalid || !strings.Contains(err.Error(), stateFile+c.want) || pharos.HintOf(err) == "" {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if _, err := Open(t.TempDir()); pharos.CodeOf(err) != pharos.NotFound {
		t.Errorf("no state: %v", err)
	}
}

// TestOpen_AnsweredOtherwise refuses changes that no longer come to what they
// came to: another version of the emulator made them.
func TestOpen_AnsweredOtherwise(t *testing.T) {
	e, dir := changed(t)
	e.journal.acts[1].Status = 201
	if err := e.Save(dir); err != nil {
		t.Fatal(err)
	}
	_, err := Open(dir)
	if pharos.CodeOf(err) != pharos.Invalid || !strings.Contains(fmt.Sprint(err), ":3: status: PATCH "+somePartner+"/4987655"+partnerSuffix+" was answered 201 when it was kept, and is answered 200 now") {
		t.Errorf("got %v", err)
	}
}

// TestOpen_CutOff leaves out a last line that was cut off while it was
// written, at whichever byte.
func TestOpen_CutOff(t *testing.T) {
	_, dir := changed(t)
	file := filepath.Join(dir, stateFile)
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	last := bytes.LastIndexByte(good[:len(good)-1], '\n') + 1
	for _, n := range []int{last, last + 1, (last + len(good)) / 2, len(good) - 1} {
		if err := os.WriteFile(file, good[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		e, err := Open(dir)
		if err != nil {
			t.Fatalf("cut at byte %d: %v", n, err)
		}
		if len(e.journal.acts) != 1 {
			t.Errorf("cut at byte %d: %d changes are left, want 1", n, len(e.journal.acts))
		}
	}
}

// TestState_TokensGoOn opens a state in another process's place: with another
// signing key at first.
func TestState_TokensGoOn(t *testing.T) {
	e, dir := changed(t)
	raw := token(t, e, "contoso-msp", "provider-automation")
	again, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if again.signer == e.signer {
		t.Fatal("the signer is shared")
	}
	if got := do(t, again, "GET", "/subscriptions?api-version=2022-12-01", raw, ""); got.status != 200 {
		t.Errorf("the token is refused: %s", got.text)
	}
	if err := os.WriteFile(filepath.Join(dir, signingKeyFile), []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); pharos.CodeOf(err) != pharos.Invalid || !strings.Contains(err.Error(), signingKeyFile) {
		t.Errorf("a damaged key: %v", err)
	}
}

package emulator

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"
)

const workspaces = "/providers/Microsoft.Support/fileWorkspaces"

// TestSupportFile_Upload follows an upload as a public recording of az does.
func TestSupportFile_Upload(t *testing.T) {
	e := emulate(t)
	robot, reader := token(t, e, "contoso-msp", "provider-automation"), token(t, e, "fabrikam", "reader")
	for _, prefix := range []string{prod(e), ""} {
		at := prefix + workspaces + "/pack"
		name := `{"name":"pack","type":"Microsoft.Support/fileWorkspaces"}`
		if got := do(t, e, "POST", prefix+supportProvider+"checkNameAvailability"+supportV, robot, name); got.text != `{"nameAvailable":true}` {
			t.Fatalf("name: %d %s", got.status, got.text)
		}
		made := do(t, e, "PUT", at+supportV, robot, "")
		want := `{"id":"` + at + `","name":"pack","properties":{"createdOn":"2026-11-06T12:00:00Z","expirationTime":"2026-11-07T12:00:00Z"},"type":"Microsoft.Support/fileWorkspaces"}`
		if made.status != 201 || made.text != want || made.header.Get("Location") != loopback+at+supportV {
			t.Fatalf("put: %d %s %v", made.status, made.text, made.header)
		}
		if got := do(t, e, "GET", at+supportV, robot, ""); got.text != want {
			t.Errorf("get: %s", got.text)
		}
		if again := do(t, e, "PUT", at+supportV, robot, ""); again.status != 409 {
			t.Errorf("again: %d %s", again.status, again.text)
		}
		file := at + "/files/pack.json"
		announced := do(t, e, "PUT", file+supportV, robot, `{"properties":{"chunkSize":3,"fileSize":5,"numberOfChunks":2}}`)
		want = `{"id":"` + file + `","name":"pack.json","properties":{"chunkSize":3,"createdOn":"2026-11-06T12:00:00Z","fileSize":5,"numberOfChunks":2},"type":"Microsoft.Support/files"}`
		if announced.status != 201 || announced.text != want {
			t.Fatalf("file: %d %s", announced.status, announced.text)
		}
		for i, text := range []string{"abc", "de"} {
			body := fmt.Sprintf(`{"chunkIndex":%d,"content":%q}`, i, base64.StdEncoding.EncodeToString([]byte(text)))
			if got := do(t, e, "POST", file+"/upload"+supportV, robot, body); got.status != 204 || got.text != "" {
				t.Errorf("chunk %d: %d %s", i, got.status, got.text)
			}
		}
		list := do(t, e, "GET", at+"/files"+supportV, robot, "")
		if one := do(t, e, "GET", file+supportV, robot, ""); one.text != want || list.text != `{"value":[`+want+`]}` {
			t.Errorf("one %s, all %s", one.text, list.text)
		}
		ticket := do(t, e, "PUT", prefix+tickets+"/with-files"+supportV, robot, ticketBody(t, map[string]any{"fileWorkspaceName": "pack"}))
		got := do(t, e, "GET", prefix+tickets+"/with-files"+supportV, robot, "")
		if p, _ := got.body["properties"].(map[string]any); ticket.status != 202 || p["fileWorkspaceName"] != "pack" {
			t.Errorf("ticket: %d %s", ticket.status, got.text)
		}
	}
	if got := do(t, e, "PUT", prod(e)+workspaces+"/theirs"+supportV, reader, ""); got.status != 403 {
		t.Errorf("a reader makes a workspace: %d", got.status)
	}
	if got := do(t, e, "GET", prod(e)+workspaces+"/pack?api-version=2020-04-01", robot, ""); got.status != 404 {
		t.Errorf("in 2020-04-01: %d", got.status)
	}
	if got := do(t, e, "GET", workspaces+"/pack"+supportV, reader, ""); got.status != 404 {
		t.Errorf("another tenant's workspace: %d", got.status)
	}
}

// TestSupportFile_Expires: a workspace is gone after a day, unless a ticket has it.
func TestSupportFile_Expires(t *testing.T) {
	e := emulate(t)
	robot := token(t, e, "contoso-msp", "provider-automation")
	for _, name := range []string{"kept", "lost"} {
		if got := do(t, e, "PUT", prod(e)+workspaces+"/"+name+supportV, robot, ""); got.status != 201 {
			t.Fatal(got.text)
		}
	}
	if got := do(t, e, "PUT", prod(e)+tickets+"/one"+supportV, robot, ticketBody(t, map[string]any{"fileWorkspaceName": "kept"})); got.status != 202 {
		t.Fatal(got.text)
	}
	if err := e.SetTime(e.Now().Add(24 * time.Hour)); err != nil {
		t.Fatal(err)
	}
	robot = token(t, e, "contoso-msp", "provider-automation")
	for name, want := range map[string]int{"kept": 200, "lost": 404} {
		if got := do(t, e, "GET", prod(e)+workspaces+"/"+name+supportV, robot, ""); got.status != want {
			t.Errorf("%s: %d, want %d", name, got.status, want)
		}
	}
	if got := do(t, e, "PUT", prod(e)+tickets+"/two"+supportV, robot, ticketBody(t, map[string]any{"fileWorkspaceName": "lost"})); got.status != 400 {
		t.Errorf("a ticket with a workspace that is gone: %d %s", got.status, got.text)
	}
}

func TestSupportFile_Refusals(t *testing.T) {
	e := emulate(t)
	robot := token(t, e, "contoso-msp", "provider-automation")
	at := prod(e) + workspaces + "/w"
	const good = `{"properties":{"chunkSize":3,"fileSize":5,"numberOfChunks":2}}`
	if got := do(t, e, "PUT", at+supportV, robot, ""); got.status != 201 {
		t.Fatal(got.text)
	}
	if got := do(t, e, "PUT", at+"/files/a.txt"+supportV, robot, good); got.status != 201 {
		t.Fatal(got.text)
	}
	for _, c := range []struct {
		method, path, body string
		status             int
		code               string
	}{
		{"PUT", prod(e) + workspaces + "/a@b", "", 400, "ResourceNameInvalid"},
		{"PUT", at + "/files/a.txt", good, 409, "ResourceNameAlreadyExists"},
		{"PUT", at + "/files/page.html", good, 400, "InvalidFileName"},
		{"PUT", at + "/files/" + strings.Repeat("x", 111) + ".txt", good, 400, "InvalidFileName"},
		{"PUT", at + "/files/b.txt", `{"properties":{"chunkSize":3,"fileSize":0,"numberOfChunks":0}}`, 400, "InvalidFileSize"},
		{"PUT", at + "/files/b.txt", `{"properties":{"chunkSize":5242880,"fileSize":5242880,"numberOfChunks":1}}`, 400, "InvalidChunkSize"},
		{"PUT", at + "/files/b.txt", `{"properties":{"chunkSize":3,"fileSize":5,"numberOfChunks":3}}`, 400, "InvalidNumberOfChunks"},
		{"PUT", at + "/files/b.txt", `{`, 400, "InvalidRequestContent"},
		{"PUT", prod(e) + workspaces + "/none/files/b.txt", good, 404, "ResourceNotFound"},
		{"GET", at + "/files/none.txt", "", 404, "ResourceNotFound"},
		{"POST", at + "/files/none.txt/upload", `{}`, 404, "ResourceNotFound"},
		{"POST", at + "/files/a.txt/upload", `{"content":"*"}`, 400, "InvalidContent"},
		{"POST", at + "/files/a.txt/upload", `{"content":"YWJj","chunkIndex":2}`, 400, "InvalidChunkIndex"},
		{"POST", at + "/files/a.txt/upload", `{"content":"YWJj","chunkIndex":1}`, 400, "InvalidContent"},
	} {
		got := do(t, e, c.method, c.path+supportV, robot, c.body)
		if got.status != c.status || !strings.Contains(got.text, c.code) {
			t.Errorf("%s %s %s: %d %s, want %s", c.method, c.path, c.body, got.status, got.text, c.code)
		}
	}
}

// TestSupport_NoPlan: where the plan does not include the API, a ticket is
// accepted, fails afterwards, and is not there.
func TestSupport_NoPlan(t *testing.T) {
	e := emulateText(t, `
version: 1
clock: {start: 2026-11-01T00:00:00Z, now: 2026-11-06T12:00:00Z}
partner:
  tenant: {name: us}
  partnerId: "4987654"
  principals: [{name: robot, kind: servicePrincipal, secret: s3cret}]
customers:
  - name: them
    subscriptions:
      - {name: free, supportPlan: none, delegations: [{offer: x, authorizations: [{principal: robot, role: Support Request Contributor}]}]}
`)
	robot := token(t, e, "us", "robot")
	at := "/subscriptions/" + objectID("subscription", "them", "free") + tickets
	put := do(t, e, "PUT", at+"/one"+supportV, robot, ticketBody(t, nil))
	status := do(t, e, "GET", strings.TrimPrefix(put.header.Get("Azure-Asyncoperation"), loopback), robot, "")
	failure, _ := status.body["error"].(map[string]any)
	if put.status != 202 || status.body["status"] != "Failed" || failure["code"] != "InvalidSupportPlan" {
		t.Errorf("put %d, then %d %s", put.status, status.status, status.text)
	}
	if got := do(t, e, "GET", at+supportV, robot, ""); len(got.values()) != 0 {
		t.Errorf("there is a ticket: %s", got.text)
	}
}

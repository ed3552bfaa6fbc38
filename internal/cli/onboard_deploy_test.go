package cli

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/config"
)

func TestSignIn_Credential(t *testing.T) {
	const ours, theirs, others = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222", "33333333-3333-4333-8333-333333333333"
	c := &config.Config{Credentials: []config.Credential{
		{Name: "robot", Tenant: ours, Method: config.ClientSecret},
		{Name: "admin", Tenant: theirs, Method: config.Certificate},
		{Name: "me", Tenant: ours, Method: config.DeviceCode},
		{Name: "az", Tenant: ours, Method: config.AzureCLI},
	}}
	crowded := &config.Config{Credentials: append(slices.Clone(c.Credentials), config.Credential{Name: "reader", Tenant: theirs})}
	for _, x := range []struct {
		name     string
		c        *config.Config
		by       signIn
		customer pharos.TenantID
		want     config.Credential
		refused  string
	}{
		{name: "the only one", c: c, customer: theirs, want: c.Credentials[1]},
		{name: "by name", c: crowded, by: signIn{by: "admin"}, customer: theirs, want: c.Credentials[1]},
		{name: "a person signs in anywhere", c: c, by: signIn{by: "me"}, customer: theirs, want: config.Credential{Name: "me", Tenant: theirs, Method: config.DeviceCode}},
		{name: "az signs in anywhere", c: c, by: signIn{by: "az"}, customer: theirs, want: config.Credential{Name: "az", Tenant: theirs, Method: config.AzureCLI}},
		{name: "with a code", c: c, by: signIn{deviceCode: true}, customer: theirs, want: config.Credential{Name: "device-code", Tenant: theirs, Method: config.DeviceCode}},
		{name: "as az", c: crowded, by: signIn{azureCLI: true}, customer: theirs, want: config.Credential{Name: "az", Tenant: theirs, Method: config.AzureCLI}},
		{name: "none of the tenant", c: c, customer: others, refused: "no credential of the customer's tenant"},
		{name: "two of the tenant", c: crowded, customer: theirs, refused: "2 credentials of the customer's tenant"},
		{name: "no such name", c: c, by: signIn{by: "nobody"}, customer: theirs, refused: `no credential "nobody"`},
		{name: "of another tenant", c: c, by: signIn{by: "robot"}, customer: theirs, refused: `"robot" is of the tenant ` + ours},
	} {
		got, err := x.by.credential(x.c, x.customer)
		if x.refused != "" {
			if pharos.CodeOf(err) != pharos.Invalid || !strings.Contains(err.Error(), x.refused) || pharos.HintOf(err) == "" {
				t.Errorf("%s: got %v, hint %q", x.name, err, pharos.HintOf(err))
			}
			continue
		}
		if err != nil || got != x.want {
			t.Errorf("%s: got %+v, %v", x.name, got, err)
		}
	}
}

func TestSubscriptions(t *testing.T) {
	const a, b = "59c9bc6d-a1b0-5ee6-b87f-6880b9220640", "59c9bc6d-a1b0-5ee6-b87f-6880b9220641"
	list := filepath.Join(t.TempDir(), "list.txt")
	if err := os.WriteFile(list, []byte("# ours\r\n\n "+strings.ToUpper(b)+" # test\n"+a+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	e := &env{IO: IO{In: strings.NewReader(a + "\nprod\n")}}
	for _, x := range []struct {
		name    string
		o       deployOptions
		want    []pharos.SubscriptionID
		refused string
	}{
		{"each once, in order", deployOptions{subscriptions: []string{a, strings.ToUpper(a)}, list: list}, []pharos.SubscriptionID{a, b}, ""},
		{"none", deployOptions{}, nil, "no subscription"},
		{"no id", deployOptions{subscriptions: []string{"prod"}}, nil, `--subscription: "prod" is not a GUID`},
		{"no id in a line", deployOptions{list: "-"}, nil, `-:2: "prod" is not a GUID`},
		{"no file", deployOptions{list: list + ".gone"}, nil, "cannot read"},
	} {
		got, err := e.subscriptions(&x.o)
		if !slices.Equal(got, x.want) || x.refused == "" && err != nil || x.refused != "" && (pharos.CodeOf(err) != pharos.Invalid || !strings.Contains(err.Error(), x.refused)) {
			t.Errorf("%s: got %v, %v", x.name, got, err)
		}
	}
}

func TestDeployFailure(t *testing.T) {
	denied, late := pharos.Errorf(pharos.Forbidden, "denied").WithHint("ask"), pharos.Errorf(pharos.Incomplete, "late")
	stopped := pharos.Errorf(pharos.Interrupted, "stopped")
	for _, x := range []struct {
		name string
		errs []error
		of   int
		code pharos.Code
		text string
	}{
		{"all well", nil, 3, "", ""},
		{"the only one", []error{denied}, 1, pharos.Forbidden, "denied"},
		{"some", []error{denied, late}, 3, pharos.Incomplete, "2 of 3 subscriptions"},
		{"all", []error{denied, denied}, 2, pharos.Forbidden, "none of 2 subscriptions"},
		{"interrupted", []error{denied, stopped}, 5, pharos.Interrupted, "stopped"},
	} {
		err := deployFailure(x.errs, x.of)
		if pharos.CodeOf(err) != x.code || err != nil && !strings.Contains(err.Error(), x.text) {
			t.Errorf("%s: got %v", x.name, err)
		}
		if x.code == pharos.Forbidden && (!errors.Is(err, denied) || pharos.HintOf(err) != "ask") {
			t.Errorf("%s: %v has lost its cause or its hint", x.name, err)
		}
	}
}

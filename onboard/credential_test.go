package onboard_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/onboard"
)

// theirs is an account that is there, with credentials.
func theirs(c ...onboard.Credential) *registry {
	return &registry{
		apps:       []onboard.Application{{Object: "object-1", ID: "app-1", Name: "robot"}},
		principals: map[string]pharos.PrincipalID{"app-1": "sp-app-1"}, credentials: c,
	}
}

// pipeline is a federation that Entra ID takes.
func pipeline() onboard.Federation {
	return onboard.Federation{Issuer: "https://issuer.example", Subject: "repo:contoso/azure:pull_request", Audience: "api://AzureADTokenExchange"}
}

// TestEnsureAccount_Credentials: a credential is added where there is no good
// one of the kind, and no other is touched.
func TestEnsureAccount_Credentials(t *testing.T) {
	day := func(n int) time.Time { return now.AddDate(0, 0, n) }
	secret := func(n int) onboard.Credential { return onboard.Credential{Kind: onboard.BySecret, Until: day(n)} }
	certificate := func(n int) onboard.Credential { return onboard.Credential{Kind: onboard.ByCertificate, Until: day(n)} }
	federated := onboard.Credential{Kind: onboard.ByFederation, Federation: pipeline()}
	for name, x := range map[string]struct {
		have []onboard.Credential
		o    onboard.AccountOptions
		made string
	}{
		"nothing there":                {nil, onboard.AccountOptions{}, "a secret, good until 2027-04-01"},
		"any is enough":                {[]onboard.Credential{federated}, onboard.AccountOptions{}, ""},
		"an ended one is not":          {[]onboard.Credential{secret(0)}, onboard.AccountOptions{}, "a secret, good until 2027-04-01"},
		"another kind":                 {[]onboard.Credential{secret(90)}, onboard.AccountOptions{By: onboard.ByCertificate}, "a certificate, good until 2027-04-01"},
		"the kind is there":            {[]onboard.Credential{certificate(1)}, onboard.AccountOptions{By: onboard.ByCertificate}, ""},
		"another beside it":            {[]onboard.Credential{certificate(1)}, onboard.AccountOptions{By: onboard.ByCertificate, Another: true}, "a certificate, good until 2027-04-01"},
		"a federation":                 {[]onboard.Credential{secret(90)}, onboard.AccountOptions{By: onboard.ByFederation, Federation: pipeline()}, "a federated credential for repo:contoso/azure:pull_request"},
		"the same federation":          {[]onboard.Credential{federated}, onboard.AccountOptions{By: onboard.ByFederation, Federation: pipeline()}, ""},
		"the same federation, another": {[]onboard.Credential{federated}, onboard.AccountOptions{By: onboard.ByFederation, Federation: pipeline(), Another: true}, ""},
	} {
		r := theirs(x.have...)
		a, err := ensure(t, r, x.o)
		if err != nil || strings.Join(a.Made, "|") != x.made || len(r.credentials) < len(x.have) {
			t.Errorf("%s: %q, %v", name, a.Made, err)
		}
		if len(a.Credentials) != len(x.have)+len(a.Made) {
			t.Errorf("%s: %d credentials are told", name, len(a.Credentials))
		}
	}
}

func TestEnsureAccount_OwnCertificate(t *testing.T) {
	good, _, err := onboard.NewCertificate("robot", now, now.AddDate(1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	r := theirs()
	for _, made := range []int{1, 0} { // the second time it is there
		a, err := ensure(t, r, onboard.AccountOptions{By: onboard.ByCertificate, Certificate: good, Another: true})
		if err != nil || len(a.Made) != made {
			t.Errorf("%q, %v", a.Made, err)
		}
	}
	ended, _, err := onboard.NewCertificate("robot", now.AddDate(-1, 0, 0), now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ensure(t, r, onboard.AccountOptions{By: onboard.ByCertificate, Certificate: ended}); pharos.CodeOf(err) != pharos.Invalid {
		t.Errorf("an ended one: %v", err)
	}
}

func TestEnsureAccount_FederationRefused(t *testing.T) {
	other := pipeline()
	other.Audience = "api://else"
	full := theirs()
	for n := range 20 {
		full.credentials = append(full.credentials, onboard.Credential{Kind: onboard.ByFederation, Federation: onboard.Federation{Subject: fmt.Sprint(n)}})
	}
	for name, r := range map[string]*registry{
		"another audience": theirs(onboard.Credential{Kind: onboard.ByFederation, Federation: other}), "too many": full,
	} {
		before := len(r.credentials)
		_, err := ensure(t, r, onboard.AccountOptions{By: onboard.ByFederation, Federation: pipeline()})
		if pharos.CodeOf(err) != pharos.Conflict || pharos.HintOf(err) == "" || len(r.credentials) != before {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestEnsureAccount_Behind: what a copy of the directory does not know yet is
// tried again, and not for ever.
func TestEnsureAccount_Behind(t *testing.T) {
	for _, by := range []onboard.CredentialKind{onboard.BySecret, onboard.ByCertificate, onboard.ByFederation} {
		r := &registry{principals: map[string]pharos.PrincipalID{}, behind: map[string]int{"principal": 3, "credentials": 2, "add": 4}}
		keys := 0
		a, err := ensure(t, r, onboard.AccountOptions{
			By: by, Federation: pipeline(),
			NewCertificate: func(from, until time.Time) (*x509.Certificate, error) {
				keys++
				cert, _, err := onboard.NewCertificate("robot", from, until)
				return cert, err
			},
		})
		if err != nil || len(a.Made) != 3 || len(r.apps) != 1 || len(r.credentials) != 1 || keys > 1 {
			t.Errorf("%s: %q, %v, %d keys", by, a.Made, err, keys)
		}
	}
	r := theirs()
	r.behind = map[string]int{"add": 1000}
	if _, err := ensure(t, r, onboard.AccountOptions{}); pharos.CodeOf(err) != pharos.NotFound || r.behind["add"] > 995 || r.behind["add"] < 985 {
		t.Errorf("%v, after %d tries", err, 1000-r.behind["add"])
	}
	stopped := pharos.Errorf(pharos.Interrupted, "enough")
	patience := onboard.Patience{Pause: func(context.Context, time.Duration) error { return stopped }}
	if err := patience.Until(t.Context(), pharos.NotFound, func() error { return pharos.Errorf(pharos.NotFound, "no") }); pharos.CodeOf(err) != pharos.Interrupted {
		t.Errorf("interrupted: %v", err)
	}
}

func TestCredentialState(t *testing.T) {
	for days, want := range map[int]onboard.CredentialState{
		-1: onboard.CredentialEnded, 0: onboard.CredentialEnded, 1: onboard.CredentialEnding, 30: onboard.CredentialEnding, 31: onboard.CredentialGood,
	} {
		if got := (onboard.Credential{Until: now.AddDate(0, 0, days)}).State(now); got != want {
			t.Errorf("%d days before its end: %s", days, got)
		}
	}
	if got := (onboard.Credential{}).State(now); got != onboard.CredentialGood {
		t.Errorf("without an end: %s", got)
	}
}

func TestGitHub(t *testing.T) {
	for text, want := range map[string]string{
		"contoso/azure": "repo:contoso/azure:ref:refs/heads/main",
		"Contoso/azure.infra:environment:prod eu": "repo:Contoso/azure.infra:environment:prod eu",
		"contoso/azure:pull_request":              "repo:contoso/azure:pull_request",
		"contoso/azure:ref:refs/tags/v1":          "repo:contoso/azure:ref:refs/tags/v1",
		"contoso/azure:ref:refs/heads/a/b":        "repo:contoso/azure:ref:refs/heads/a/b",
		"contoso/azure:ref:main":                  "",
		"contoso/azure:environment":               "",
		"contoso/azure:environment:":              "",
		"contoso/azure:":                          "",
		"contoso":                                 "",
		"contoso/a/b":                             "",
		"":                                        "",
	} {
		f, err := onboard.GitHub(text)
		if f.Subject != want || (want == "") != (pharos.CodeOf(err) == pharos.Invalid) || (err == nil && f.Issuer != "https://token.actions.githubusercontent.com") {
			t.Errorf("%q: %+v, %v", text, f, err)
		}
	}
}

func TestFederation_Check(t *testing.T) {
	if err := pipeline().Check(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*onboard.Federation){
		"no issuer":     func(f *onboard.Federation) { f.Issuer = "" },
		"no address":    func(f *onboard.Federation) { f.Issuer = "issuer" },
		"no subject":    func(f *onboard.Federation) { f.Subject = "" },
		"no audience":   func(f *onboard.Federation) { f.Audience = "" },
		"a long one":    func(f *onboard.Federation) { f.Subject = strings.Repeat("x", 601) },
		"of what cloud": func(f *onboard.Federation) { f.Issuer = "ftp://issuer.example" },
	} {
		f := pipeline()
		change(&f)
		if err := f.Check(); pharos.CodeOf(err) != pharos.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for cloud, want := range map[string]string{"public": "api://AzureADTokenExchange", "usgovernment": "api://AzureADTokenExchangeUSGov", "china": "api://AzureADTokenExchangeChina"} {
		if got := onboard.TokenExchange(cloud); got != want {
			t.Errorf("%s: %s", cloud, got)
		}
	}
}

// TestFederation_Name: the directory takes the name, and it is another one for
// other tokens.
func TestFederation_Name(t *testing.T) {
	form := regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$`)
	rapid.Check(t, func(t *rapid.T) {
		f := onboard.Federation{Issuer: rapid.String().Draw(t, "issuer"), Subject: rapid.String().Draw(t, "subject")}
		g := onboard.Federation{Issuer: f.Issuer, Subject: f.Subject + "-"}
		if !form.MatchString(f.Name()) || f.Name() == g.Name() {
			t.Errorf("%q and %q", f.Name(), g.Name())
		}
	})
}

func TestReadCertificate(t *testing.T) {
	cert, text, err := onboard.NewCertificate("Contoso robot", now, now.AddDate(0, 0, 180))
	if err != nil {
		t.Fatal(err)
	}
	got, withKey, err := onboard.ReadCertificate(text)
	if err != nil || !withKey || !got.Equal(cert) || got.Subject.CommonName != "Contoso robot" || !got.NotAfter.Equal(now.AddDate(0, 0, 180)) || !slices.Equal(got.RawIssuer, got.RawSubject) {
		t.Errorf("what was made reads %v, with its key: %v, %v", got, withKey, err)
	}
	alone := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
	if _, withKey, err := onboard.ReadCertificate(alone); err != nil || withKey {
		t.Errorf("the certificate alone: %v, %v", withKey, err)
	}
	_, other, err := onboard.NewCertificate("other", now, now.AddDate(0, 0, 1))
	if err != nil {
		t.Fatal(err)
	}
	otherKey, _ := pem.Decode(other)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct {
		text []byte
		want string
	}{
		"nothing":                  {nil, "no certificate"},
		"a broken certificate":     {pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")}), "cannot read the CERTIFICATE"},
		"a broken key":             {append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")}), alone...), "cannot read the PRIVATE KEY"},
		"a broken RSA key":         {append(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: []byte("x")}), alone...), "cannot read the RSA PRIVATE KEY"},
		"another certificate's":    {append(pem.EncodeToMemory(otherKey), alone...), "another certificate"},
		"a key of an elliptic one": {signed(t, &curve.PublicKey, curve), "takes RSA"},
		"a short key":              {signed(t, &short.PublicKey, short), "1024 bits"},
	} {
		if _, _, err := onboard.ReadCertificate(x.text); pharos.CodeOf(err) != pharos.Invalid || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// signed is a certificate of a key, in PEM.
func signed(t *testing.T, public, key any) []byte {
	t.Helper()
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "x"}, NotBefore: now, NotAfter: now.AddDate(0, 0, 1)}
	der, err := x509.CreateCertificate(rand.Reader, form, form, public, key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// FuzzReadCertificate: a PEM text of anybody's is read or refused.
func FuzzReadCertificate(f *testing.F) {
	_, text, err := onboard.NewCertificate("robot", now, now.AddDate(0, 0, 1))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		cert, _, err := onboard.ReadCertificate(text)
		if (cert == nil) != (err != nil) {
			t.Errorf("%v, %v", cert, err)
		}
	})
}

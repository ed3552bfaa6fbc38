package azure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/pharos-pec/pharos"
)

// refusal is what an error code of Entra ID means and what to do about it.
type refusal struct{ words, hint string }

// refusals are the codes that partners meet, from Microsoft Learn, "Microsoft
// Entra authentication and authorization error codes"
// (https://learn.microsoft.com/entra/identity-platform/reference-error-codes).
func refusals() map[int]refusal {
	const (
		makeAnother = "make a new secret (App registrations > Certificates & secrets) and store it where the configuration points"
		consent     = "an administrator of the tenant must add the application (admin consent) first"
		again       = "sign in again"
	)
	return map[int]refusal{
		7000215: {"the client secret is wrong", "use the secret's value, not its id; " + makeAnother},
		7000222: {"the client secret has expired", makeAnother},
		7000229: {"the application has no service principal in this tenant", consent},
		7000112: {"the application is disabled", "an administrator can enable it under Enterprise applications"},
		700016:  {"the tenant does not know the application", "check clientId and tenant; " + consent},
		90002:   {"the tenant does not exist", "check the tenant's id"},
		900023:  {"the tenant's id is malformed", "check the tenant's id"},
		700027:  {"the certificate was refused", "is it the one uploaded to the application, and is it still valid?"},
		700030:  {"the certificate is not valid for this application", "upload the certificate to the application"},
		70021:   {"no federated identity of the application matches the token", "check issuer, subject and audience of the federated credential"},
		700213:  {"no federated identity of the application matches the token's subject", "check the subject of the federated credential"},
		700212:  {"no federated identity of the application matches the token's audience", "check the audience of the federated credential"},
		700222:  {"the federated token is of Entra ID itself, which takes only those of other issuers", "check which token the file holds"},
		50166:   {"Entra ID could not ask the token's issuer for its keys", "the issuer's discovery document must be public; try again later"},
		501661:  {"Entra ID could not ask the token's issuer for its keys", "the issuer's discovery document must be public; try again later"},
		90061:   {"Entra ID could not ask the token's issuer for its keys", "the issuer's discovery document must be public; try again later"},
		700211:  {"no federated identity of the application matches the token's issuer", "check the issuer of the federated credential"},
		700024:  {"the federated token or assertion is not valid at this time", "renew the token file, and check this machine's clock"},
		500011:  {"the tenant does not know the API that is asked for", "the API's service principal is missing in this tenant"},
		500133:  {"the federated token has expired", "renew the token file"},
		50020:   {"the account is no member or guest of this tenant", "the customer must invite it first"},
		50034:   {"the account does not exist in this tenant", "check the account and the tenant"},
		50053:   {"the account is locked", "too many failed attempts; wait or ask an administrator"},
		50057:   {"the account is disabled", "an administrator can enable it"},
		50126:   {"the user name or password is wrong", again},
		50076:   {"the tenant asks for multi-factor authentication", "sign in with a device code, or use a service principal"},
		50079:   {"the account must first register for multi-factor authentication", again},
		50173:   {"the sign-in was revoked", again},
		700082:  {"the sign-in has expired", again},
		53003:   {"a Conditional Access policy of the tenant blocks the sign-in", "ask the tenant's administrator to allow this application or network"},
		65001:   {"nobody has consented to the application in this tenant", consent},
		70016:   {"the device code was not entered in time", again},
		70020:   {"the device code has expired", again},
		90072:   {"the account is not in this tenant", "the customer must invite it first"},
	}
}

var aadsts = regexp.MustCompile(`AADSTS(\d+)`)

// signInError turns the SDK's error into one line that names the credential,
// the tenant, and Entra ID's code in plain words.
func signInError(ctx context.Context, c Credential, host string, err error) error {
	if ctx.Err() != nil {
		return interrupted(ctx, "signing in as "+c.Name)
	}
	if e := (*pharos.Error)(nil); asError(err, &e) {
		return e
	}
	status, text := refusedWith(err)
	if status == http.StatusTooManyRequests || status >= 500 {
		return pharos.Errorf(pharos.Unavailable, "credential %s cannot sign in: Entra ID at %s answers %d %s", c.Name, host, status, firstSentence(text)).
			WithHint("try again later")
	}
	if code := firstCode(text); code != 0 {
		r, known := refusals()[code]
		if !known {
			r = refusal{firstSentence(text), "look the code up at https://login.microsoftonline.com/error?code=" + strconv.Itoa(code)}
		}
		return pharos.Errorf(pharos.Unauthenticated, "credential %s cannot sign in to tenant %s: %s (AADSTS%d)", c.Name, c.Tenant, r.words, code).
			WithHint("%s", r.hint)
	}
	switch {
	case c.Method == AzureCLI:
		return pharos.Errorf(pharos.Unauthenticated, "credential %s: the az command gives no token: %s", c.Name, firstSentence(err.Error())).
			WithHint("%s", strings.TrimSpace("run az login --tenant "+string(c.Tenant)))
	case c.Method == ManagedIdentity:
		return pharos.Errorf(pharos.Unauthenticated, "credential %s: no managed identity answers: %s", c.Name, firstSentence(err.Error())).
			WithHint("a managed identity works only on the Azure resource that has it")
	case status >= 400:
		return pharos.Errorf(pharos.Unauthenticated, "credential %s cannot sign in to tenant %s: %d %s", c.Name, c.Tenant, status, firstSentence(text))
	default:
		e := pharos.Errorf(pharos.Unavailable, "credential %s cannot sign in: Entra ID at %s did not answer: %s", c.Name, host, rootCause(err))
		return e.WithHint("%s", connectionHint(err))
	}
}

// refusedWith returns Entra ID's HTTP status and description, zero if none.
func refusedWith(err error) (int, string) {
	var failed *azidentity.AuthenticationFailedError
	if !errors.As(err, &failed) || failed.RawResponse == nil {
		return 0, err.Error()
	}
	body, readErr := runtime.Payload(failed.RawResponse)
	var answer struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if readErr != nil || json.Unmarshal(body, &answer) != nil {
		return failed.RawResponse.StatusCode, ""
	}
	return failed.RawResponse.StatusCode, strings.TrimSpace(fmt.Sprintf("%s %s", answer.Error, answer.Description))
}

func firstCode(text string) int {
	m := aadsts.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return 0 // more digits than any code has
	}
	return n
}

// firstSentence cuts the trace ids that follow, and the code that is shown anyway.
func firstSentence(text string) string {
	text = oneLine(text)
	if _, after, ok := strings.Cut(text, ": "); ok && aadsts.MatchString(text[:len(text)-len(after)]) {
		text = after
	}
	for _, tail := range []string{" Trace ID:", " To troubleshoot", ". "} {
		text, _, _ = strings.Cut(text, tail)
	}
	return strings.TrimSuffix(text, ".")
}

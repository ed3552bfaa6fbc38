package onboard

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"regexp"
	"strings"

	"github.com/pharos-pec/pharos"
)

// Federation is whose tokens sign in as an account: those of the issuer for
// the subject and audience, compared letter by letter. Source: Microsoft
// Learn, "Workload identity federation".
type Federation struct {
	Issuer, Subject, Audience string
}

// TokenExchange is the audience of tokens for Entra ID, by the name of the
// cloud. Source: Microsoft Learn, "Workload identity federation".
func TokenExchange(cloud string) string {
	switch cloud {
	case "usgovernment":
		return "api://AzureADTokenExchangeUSGov"
	case "china":
		return "api://AzureADTokenExchangeChina"
	default:
		return "api://AzureADTokenExchange"
	}
}

// gitHubIssuer issues the tokens of GitHub Actions (GitHub Docs, "OpenID
// Connect reference").
const gitHubIssuer = "https://token.actions.githubusercontent.com"

var gitHubRepository = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$`)

// GitHub reads OWNER/REPO, with what may run: :ref:refs/heads/BRANCH,
// :ref:refs/tags/TAG, :environment:NAME or :pull_request, as the subject of
// GitHub's tokens has it. Without, it is the branch main.
func GitHub(text string) (Federation, error) {
	repository, rest, given := strings.Cut(text, ":")
	kind, name, _ := strings.Cut(rest, ":")
	switch {
	case !gitHubRepository.MatchString(repository):
		return Federation{}, pharos.Errorf(pharos.Invalid, "%q is no repository of GitHub", repository).WithHint("give OWNER/REPO")
	case !given:
		rest = "ref:refs/heads/main"
	case rest == "pull_request":
	case kind == "environment" && name != "":
	case kind == "ref" && (strings.HasPrefix(name, "refs/heads/") || strings.HasPrefix(name, "refs/tags/")):
	default:
		return Federation{}, pharos.Errorf(pharos.Invalid, "%q says not which runs of %s may sign in", rest, repository).
			WithHint("give %[1]s:ref:refs/heads/BRANCH, %[1]s:ref:refs/tags/TAG, %[1]s:environment:NAME or %[1]s:pull_request", repository)
	}
	return Federation{Issuer: gitHubIssuer, Subject: "repo:" + repository + ":" + rest}, nil
}

// maxFederationText bounds issuer, subject and audience (Microsoft Graph,
// "federatedIdentityCredential").
const maxFederationText = 600

// Check refuses what Entra ID would refuse, with code Invalid.
func (f Federation) Check() error {
	for _, x := range []struct{ what, value string }{{"issuer", f.Issuer}, {"subject", f.Subject}, {"audience", f.Audience}} {
		switch n := len([]rune(x.value)); {
		case n == 0:
			return pharos.Errorf(pharos.Invalid, "a federated credential needs the %s of its tokens", x.what).WithHint("give --federated-%s, or --github for a workflow", x.what)
		case n > maxFederationText:
			return pharos.Errorf(pharos.Invalid, "the %s has %d characters; %d are allowed", x.what, n, maxFederationText)
		}
	}
	if u, err := url.Parse(f.Issuer); err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return pharos.Errorf(pharos.Invalid, "the issuer %q is no address", f.Issuer).WithHint("it stands in the tokens as iss, such as %s", gitHubIssuer)
	}
	return nil
}

var notInName = regexp.MustCompile(`[^A-Za-z0-9]+`)

// Name is what a federated credential is called in the directory: 3 to 120
// letters, digits and hyphens, the same for the same issuer and subject.
func (f Federation) Name() string {
	words := strings.Trim(notInName.ReplaceAllString(f.Subject, "-"), "-")
	sum := sha256.Sum256([]byte(f.Issuer + "\n" + f.Subject))
	return "pharos-" + words[:min(len(words), 80)] + "-" + hex.EncodeToString(sum[:4])
}

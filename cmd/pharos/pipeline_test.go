package main

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/golang-jwt/jwt/v5"
	"github.com/rogpeppe/go-internal/testscript"
)

// playPipeline plays a pipeline with tokens of its own: it starts an issuer on
// loopback, whose address it puts into $ISSUER, and writes a token of it for
// Entra ID:
//
//	pipeline token.jwt repo:contoso/azure:environment:production
func playPipeline(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: pipeline FILE SUBJECT")
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	ts.Check(err)
	mux := http.NewServeMux()
	issuer := httptest.NewServer(mux)
	ts.Defer(issuer.Close)
	number := func(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }
	for path, document := range map[string]any{
		"/.well-known/openid-configuration": map[string]any{"issuer": issuer.URL, "jwks_uri": issuer.URL + "/keys"},
		"/keys": map[string]any{"keys": []any{
			map[string]any{"kid": "1", "kty": "RSA", "n": number(key.N), "e": number(big.NewInt(int64(key.E)))},
		}},
	} {
		text, err := json.Marshal(document)
		ts.Check(err)
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(text) })
	}
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{"iss": issuer.URL, "sub": args[1], "aud": "api://AzureADTokenExchange"})
	token.Header["kid"] = "1"
	raw, err := token.SignedString(key)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(raw+"\n"), 0o600))
	ts.Setenv("ISSUER", issuer.URL)
}

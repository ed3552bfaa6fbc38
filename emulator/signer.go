package emulator

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/pharos-pec/pharos"
)

const (
	// tokenLife is how long an access token is good, by the emulator's clock.
	tokenLife = time.Hour
	// signingKeyFile holds the signing key in the folder of a state.
	signingKeyFile = "signing-key.pem"
)

// signer signs the tokens and tells the key to check them with. It remembers
// what it signed and checked: a signature takes a millisecond, and says the
// same every time.
type signer struct {
	key *rsa.PrivateKey
	id  string

	mu       sync.Mutex
	signed   map[string]string // tokens by their claims in JSON
	verified map[string]jwt.MapClaims
}

// rememberedTokens bounds each memory of the signer.
const rememberedTokens = 4096

// signingKey is one key for all emulators of the process: making one takes a
// tenth of a second, and tests make hundreds of emulators.
var signingKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newSigner() (*signer, error) {
	key, err := signingKey()
	if err != nil {
		return nil, err
	}
	s := &signer{}
	s.use(key)
	return s, nil
}

func (s *signer) use(key *rsa.PrivateKey) {
	sum := sha256.Sum256(key.PublicKey.N.Bytes())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.key, s.id = key, hex.EncodeToString(sum[:10])
	s.signed, s.verified = map[string]string{}, map[string]jwt.MapClaims{}
}

func (s *signer) sign(claims jwt.MapClaims) (string, error) {
	text, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	return remember(s, s.signed, string(text), func() (string, error) {
		t := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
		t.Header["kid"], t.Header["x5t"] = s.id, s.id
		return t.SignedString(s.key)
	})
}

// remember answers from a memory of the signer, or works the answer out. A
// memory that is full begins anew.
func remember[T any](s *signer, memory map[string]T, key string, work func() (T, error)) (T, error) {
	s.mu.Lock()
	known, ok := memory[key]
	s.mu.Unlock()
	if ok {
		return known, nil
	}
	made, err := work()
	if err != nil {
		return made, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(memory) >= rememberedTokens {
		clear(memory)
	}
	memory[key] = made
	return made, nil
}

// verify returns the claims of a token that is good at an instant; they are
// read only. The error is jwt.ErrTokenExpired, with the claims, for one that
// was good.
func (s *signer) verify(raw string, now time.Time) (jwt.MapClaims, error) {
	claims, err := remember(s, s.verified, raw, func() (jwt.MapClaims, error) {
		claims := jwt.MapClaims{}
		_, err := jwt.ParseWithClaims(raw, claims, func(*jwt.Token) (any, error) { return &s.key.PublicKey, nil },
			jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation())
		return claims, err
	})
	if err != nil {
		return nil, err
	}
	return claims, jwt.NewValidator(jwt.WithTimeFunc(func() time.Time { return now }), jwt.WithExpirationRequired()).Validate(claims)
}

// keySet is the JSON Web Key Set of the signing key.
func (s *signer) keySet() map[string]any {
	b64 := base64.RawURLEncoding.EncodeToString
	return map[string]any{"keys": []any{map[string]any{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": s.id, "x5t": s.id,
		"n": b64(s.key.PublicKey.N.Bytes()), "e": b64(big.NewInt(int64(s.key.PublicKey.E)).Bytes()),
	}}}
}

// save writes the key into a folder.
func (s *signer) save(dir string) error {
	block := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(s.key)})
	return replaceFile(filepath.Join(dir, signingKeyFile), block)
}

// load takes the key of a folder, if there is one.
func (s *signer) load(dir string) error {
	file := filepath.Join(dir, signingKeyFile)
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // everybody signs in anew
	}
	if err != nil {
		return pharos.Errorf(pharos.Unavailable, "cannot read the signing key: %w", err)
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return pharos.Errorf(pharos.Invalid, "%s holds no key", file)
	}
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		return pharos.Errorf(pharos.Invalid, "%s: %w", file, err)
	}
	s.use(key)
	return nil
}

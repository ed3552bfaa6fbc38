package config

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/pharos-pec/pharos"
)

// maxSecret bounds what a secret reference may yield, in bytes: certificates
// with their chains stay far below it, a wrong path often does not.
const maxSecret = 1 << 20

// Ref names a secret without holding it: env:NAME or file:PATH.
type Ref struct {
	Scheme string // "env" or "file", "" for no reference
	Name   string // variable, or path (absolute once read from a file)
}

// String returns the reference as it is written, which is safe to print.
func (r Ref) String() string {
	if r.Scheme == "" {
		return ""
	}
	return r.Scheme + ":" + r.Name
}

// parseRef reads a reference. It never repeats s in its error: s may be the
// secret itself, written in plain text.
func parseRef(s, dir string) (Ref, error) {
	scheme, name, ok := strings.Cut(s, ":")
	if !ok || name == "" || (scheme != "env" && scheme != "file") {
		return Ref{}, pharos.Errorf(pharos.Invalid, "a secret may not stand here in plain text; write env:NAME or file:PATH")
	}
	if scheme == "file" {
		name = underDir(dir, name)
	}
	return Ref{scheme, name}, nil
}

// Resolve reads the secret. The line end that editors add to a file is cut.
// A secret that is missing or empty is an error with code Unauthenticated
// that names the reference.
func (r Ref) Resolve(getenv func(string) string) ([]byte, error) {
	var secret []byte
	switch r.Scheme {
	case "env":
		secret = []byte(getenv(r.Name))
	case "file":
		b, err := readBounded(r.Name, maxSecret)
		if err != nil {
			return nil, pharos.Errorf(pharos.Unauthenticated, "secret %s: %w", r, err).
				WithHint("the configuration refers to this file; does it exist, and may this user read it?")
		}
		secret = []byte(strings.TrimRight(string(b), "\r\n"))
	}
	if len(secret) == 0 {
		return nil, pharos.Errorf(pharos.Unauthenticated, "secret %s is empty or not set", r).
			WithHint("set it where Pharos runs; the configuration holds only the reference")
	}
	return secret, nil
}

// underDir makes a path relative to dir absolute, as far as dir is.
func underDir(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// readBounded reads a whole file of at most limit bytes.
func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // nothing was written
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > limit {
		return nil, pharos.Errorf(pharos.Invalid, "%s is larger than %d bytes", path, limit)
	}
	return b, nil
}

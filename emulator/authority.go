package emulator

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/pharos-pec/pharos"
)

// certificateNames are the names under which the emulator can be reached: by
// loopback, or by the cloud's own names through a proxy that sends every
// connection to it.
var certificateNames = []string{
	"localhost", "login.microsoftonline.com", "management.azure.com", "graph.microsoft.com", "api.partnercenter.microsoft.com",
}

const (
	caFile    = "ca.pem"
	caKeyFile = "ca-key.pem"
)

// certificate returns a server certificate of the authority in dir. The
// authority is made once and kept, so that what trusts it goes on trusting it.
// Hosts are names or addresses it is good for besides the usual ones.
func certificate(dir string, hosts []string) (tls.Certificate, error) {
	ca, key, err := authority(dir)
	if err != nil {
		return tls.Certificate{}, err
	}
	leafKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, pharos.Errorf(pharos.Internal, "cannot make a key: %w", err)
	}
	leaf := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: certificateNames,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		NotBefore:   validFrom(), NotAfter: validUntil(),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			leaf.IPAddresses = append(leaf.IPAddresses, ip)
		} else {
			leaf.DNSNames = append(slices.Clone(leaf.DNSNames), host)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, ca, &leafKey.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, pharos.Errorf(pharos.Internal, "cannot make a certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der, ca.Raw}, PrivateKey: leafKey}, nil
}

// Certificates of the emulator are good at every time that a machine's clock,
// or a test's, is likely to show: they guard loopback and nothing else.
func validFrom() time.Time  { return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) }
func validUntil() time.Time { return time.Date(2049, 12, 31, 0, 0, 0, 0, time.UTC) }

func serial() *big.Int {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // it never fails
	b[0] &= 0x7f
	return new(big.Int).SetBytes(b)
}

// authority reads the certificate authority of dir, or makes one.
func authority(dir string) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, caFile), filepath.Join(dir, caKeyFile))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return newAuthority(dir)
	case err != nil:
		return nil, nil, pharos.Errorf(pharos.Invalid, "cannot use the certificate authority in %s: %w", dir, err).
			WithHint("remove %s and %s to have another one made", caFile, caKeyFile)
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok || pair.Leaf == nil || !pair.Leaf.IsCA {
		return newAuthority(dir)
	}
	return pair.Leaf, key, nil
}

func newAuthority(dir string) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, pharos.Errorf(pharos.Internal, "cannot make a key: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "Pharos emulator, for this machine only"},
		NotBefore: validFrom(), NotAfter: validUntil(), IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, nil, pharos.Errorf(pharos.Internal, "cannot make a certificate: %w", err)
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, nil, pharos.Errorf(pharos.Internal, "cannot write a key: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, pharos.Errorf(pharos.Unavailable, "cannot make the folder %s: %w", dir, err)
	}
	for _, f := range []struct {
		name, kind string
		der        []byte
	}{{caKeyFile, "EC PRIVATE KEY", keyDER}, {caFile, "CERTIFICATE", der}} {
		block := pem.EncodeToMemory(&pem.Block{Type: f.kind, Bytes: f.der})
		if err := writeSecret(filepath.Join(dir, f.name), block); err != nil {
			return nil, nil, err
		}
	}
	ca, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, pharos.Errorf(pharos.Internal, "cannot read back the certificate: %w", err)
	}
	return ca, key, nil
}

// writeSecret writes a file that only its owner may read.
func writeSecret(file string, data []byte) error {
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return pharos.Errorf(pharos.Unavailable, "cannot write %s: %w", file, err)
	}
	return nil
}

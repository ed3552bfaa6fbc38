package onboard

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"time"

	"github.com/pharos-pec/pharos"
)

// keyBits is the least that Entra ID takes (Microsoft Learn, "Create a
// self-signed public certificate to authenticate your application").
const keyBits = 2048

// NewCertificate makes an RSA key and a certificate of it that it signs
// itself, good between two instants, and returns both in one PEM text as the
// Azure clients read it.
func NewCertificate(name string, from, until time.Time) (*x509.Certificate, []byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, nil, pharos.Errorf(pharos.Internal, "cannot make a key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, nil, pharos.Errorf(pharos.Internal, "cannot make a serial number: %w", err)
	}
	form := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: from.UTC(), NotAfter: until.UTC(),
		KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		return nil, nil, pharos.Errorf(pharos.Internal, "cannot make a certificate: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, pharos.Errorf(pharos.Internal, "cannot read back the certificate: %w", err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, pharos.Errorf(pharos.Internal, "cannot write the key: %w", err)
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	return cert, text, nil
}

// ReadCertificate reads the first certificate of a PEM text, and reports
// whether its key is there too. It refuses, with code Invalid, what Entra ID
// does not take: another key than RSA, a short one, or a key of another
// certificate.
func ReadCertificate(text []byte) (cert *x509.Certificate, withKey bool, err error) {
	var key crypto.Signer
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		switch {
		case block.Type == "CERTIFICATE" && cert == nil:
			cert, err = x509.ParseCertificate(block.Bytes)
		case block.Type == "PRIVATE KEY":
			var found any
			found, err = x509.ParsePKCS8PrivateKey(block.Bytes)
			key, _ = found.(crypto.Signer)
		case block.Type == "RSA PRIVATE KEY":
			key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		}
		if err != nil {
			return nil, false, pharos.Errorf(pharos.Invalid, "cannot read the %s: %w", block.Type, err)
		}
	}
	if cert == nil {
		return nil, false, pharos.Errorf(pharos.Invalid, "there is no certificate in it").WithHint("give a PEM file with the certificate, and its key to sign in by it")
	}
	public, ok := cert.PublicKey.(*rsa.PublicKey)
	switch {
	case !ok:
		return nil, false, pharos.Errorf(pharos.Invalid, "its key is %s; Entra ID takes RSA", cert.PublicKeyAlgorithm)
	case public.N.BitLen() < keyBits:
		return nil, false, pharos.Errorf(pharos.Invalid, "its key has %d bits; %d are the least", public.N.BitLen(), keyBits)
	case key != nil && !public.Equal(key.Public()):
		return nil, false, pharos.Errorf(pharos.Invalid, "the key in it is that of another certificate")
	}
	return cert, key != nil, nil
}

package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"
)

// The account that Azurite begins with (docs: use the Azurite emulator, well-known
// storage account and key).
const (
	azuriteAccount = "devstoreaccount1"
	azuriteKey     = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)

// measureAzurite measures reads of Azurite that are as small as ours: the
// properties of a blob, a blob of a kilobyte, and a table's entity. It
// returns the fastest. Everything is kept in memory.
func (b *bench) measureAzurite(ctx context.Context, w *tabwriter.Writer) (best float64, err error) {
	program, err := b.installAzurite(ctx)
	if err != nil {
		return 0, err
	}
	for _, kind := range []string{"blob", "table"} {
		s, err := b.startAzurite(ctx, program, kind)
		if err != nil {
			return 0, err
		}
		calls, err := azuriteCalls(ctx, s.url, kind)
		for _, c := range calls {
			var r rate
			if err == nil {
				r, err = b.measure(ctx, c)
				show(w, "azurite", c.name, r, 0)
				best = max(best, r.perSecond)
			}
		}
		s.stop()
		if err != nil {
			return 0, err
		}
	}
	return best, nil
}

// installAzurite installs the package by npm, once.
func (b *bench) installAzurite(ctx context.Context) (string, error) {
	dir := filepath.Join(b.dir, "azurite-"+b.azurite)
	program := filepath.Join(dir, "node_modules", "azurite", "dist", "src")
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "npm", "install", "--no-audit", "--no-fund", "--prefix", dir, "azurite@"+b.azurite)
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm install azurite: %w: %s", err, bytes.TrimSpace(text))
	}
	return program, nil
}

func (b *bench) startAzurite(ctx context.Context, program, kind string) (*server, error) {
	dir, err := os.MkdirTemp(b.dir, "run-")
	if err != nil {
		return nil, err
	}
	certificate, key, err := selfSigned(dir)
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "node", filepath.Join(program, kind, "main.js"), "--inMemoryPersistence", "--skipApiVersionCheck",
		"--disableTelemetry", "--silent", "--cert", certificate, "--key", key, "--"+kind+"Port", port)
	cmd.Dir = dir
	oneProcessor(cmd)
	return start(cmd, dir, func(line string) string {
		if strings.Contains(line, "successfully") {
			return "https://127.0.0.1:" + port
		}
		return ""
	})
}

// freePort is a port that nobody listens on now.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if closed := l.Close(); err == nil {
		err = closed
	}
	return port, err
}

// selfSigned makes a certificate with a key of the kind that Pharos has.
func selfSigned(dir string) (certificate, key string, err error) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", "", err
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now(), NotAfter: time.Now().Add(24 * time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &k.PublicKey, k)
	if err != nil {
		return "", "", err
	}
	keyDER, err := x509.MarshalECPrivateKey(k)
	if err != nil {
		return "", "", err
	}
	certificate, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	if err := os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		return "", "", err
	}
	return certificate, key, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER}), 0o600)
}

// azuriteCalls fills Azurite and returns what is asked of it.
func azuriteCalls(ctx context.Context, base, kind string) ([]request, error) {
	base += "/" + azuriteAccount
	sas, err := accountSignature()
	if err != nil {
		return nil, err
	}
	var fill, ask []request
	if kind == "blob" {
		blob := base + "/bench/one?" + sas
		fill = []request{
			{name: "make a container", method: http.MethodPut, url: base + "/bench?restype=container&" + sas, want: http.StatusCreated},
			{
				name: "write a blob", method: http.MethodPut, url: blob, want: http.StatusCreated, body: bytes.Repeat([]byte("x"), 1024),
				header: http.Header{"X-Ms-Blob-Type": {"BlockBlob"}},
			},
		}
		ask = []request{
			{name: "blob properties", method: http.MethodHead, url: blob, want: http.StatusOK},
			{name: "blob of 1 KiB", method: http.MethodGet, url: blob, want: http.StatusOK},
		}
	} else {
		asJSON := http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json;odata=nometadata"}}
		fill = []request{
			{name: "make a table", method: http.MethodPost, url: base + "/Tables?" + sas, want: http.StatusCreated, header: asJSON, body: []byte(`{"TableName":"bench"}`)},
			{
				name: "write an entity", method: http.MethodPost, url: base + "/bench?" + sas, want: http.StatusCreated, header: asJSON,
				body: []byte(`{"PartitionKey":"p","RowKey":"r","text":"` + strings.Repeat("x", 500) + `"}`),
			},
		}
		ask = []request{{name: "table entity", method: http.MethodGet, url: base + "/bench(PartitionKey='p',RowKey='r')?" + sas, want: http.StatusOK, header: asJSON}}
	}
	client := newClient(1)
	defer client.CloseIdleConnections()
	for _, r := range fill {
		if _, err := r.send(ctx, client); err != nil {
			return nil, err
		}
	}
	return ask, nil
}

// accountSignature is a shared access signature for the whole account (docs:
// create an account SAS), so that the client signs nothing while it measures.
func accountSignature() (string, error) {
	const version, services, kinds, permissions = "2019-12-12", "bt", "sco", "rwdlacu"
	end := time.Now().UTC().Add(24 * time.Hour).Format("2006-01-02T15:04:05Z")
	key, err := base64.StdEncoding.DecodeString(azuriteKey)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(strings.Join([]string{azuriteAccount, permissions, services, kinds, "", end, "", "", version, ""}, "\n")))
	return url.Values{
		"sv": {version}, "ss": {services}, "srt": {kinds}, "sp": {permissions}, "se": {end},
		"sig": {base64.StdEncoding.EncodeToString(mac.Sum(nil))},
	}.Encode(), nil
}

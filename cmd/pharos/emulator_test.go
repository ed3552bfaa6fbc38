package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pharos-pec/pharos/internal/cli"
)

// ready is the line that `pharos emulator -o json` prints once it listens.
type ready struct {
	Ready      bool   `json:"ready"`
	URL        string `json:"url"`
	CAFile     string `json:"caFile"`
	ConfigFile string `json:"configFile"`
	EnvFile    string `json:"envFile"`
}

// startEmulator runs `pharos emulator` in this process until the script ends,
// and makes its configuration the one that the script's commands read:
//
//	emulator scenario.yaml
func startEmulator(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: emulator scenario.yaml")
	}
	ctx, cancel := context.WithCancel(context.Background())
	out, printed := io.Pipe()
	var errs bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- cli.Main(ctx, []string{
			"emulator", "--scenario", ts.MkAbs(args[0]), "--listen", "127.0.0.1:0", "--dir", ts.MkAbs("emulator"), "-o", "json",
		}, cli.IO{In: strings.NewReader(""), Out: printed, Err: &errs, Getenv: func(string) string { return "" }, Now: time.Now})
		_ = printed.Close() // never fails
	}()
	ts.Defer(func() {
		cancel()
		go func() { _, _ = io.Copy(io.Discard, out) }() // so that a last word does not block it
		<-ended
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		cancel()
		ts.Fatalf("the emulator did not start: %v; it said %s", err, &errs)
	}
	var r ready
	ts.Check(json.Unmarshal(line, &r))
	if !r.Ready {
		ts.Fatalf("the emulator says %s", line)
	}
	ts.Setenv("PHAROS_CONFIG", r.ConfigFile)
	ts.Setenv("EMULATOR_URL", r.URL)
	ts.Setenv("EMULATOR_ADDRESS", strings.TrimPrefix(r.URL, "https://"))
	ts.Setenv("EMULATOR_CA", r.CAFile)
	ts.Setenv("EMULATOR_ENV", r.EnvFile)
}

// moveClock sets the emulator's clock, or moves it:
//
//	clock 2026-10-09T08:00:00Z
//	clock +24h
func moveClock(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: clock TIME, or clock +DURATION")
	}
	body := map[string]string{"now": args[0]}
	if d, ok := strings.CutPrefix(args[0], "+"); ok {
		body = map[string]string{"advance": d}
	}
	text, err := json.Marshal(body)
	ts.Check(err)
	_, err = post(ts.Getenv, "/emulator/clock", "application/json", text)
	ts.Check(err)
}

// post sends a body to a path of the emulator that getenv names, and returns
// what it answers.
func post(getenv func(string) string, path, contentType string, body []byte) ([]byte, error) {
	pem, err := os.ReadFile(getenv("EMULATOR_CA"))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Post(getenv("EMULATOR_URL")+path, contentType, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }() // it was read whole
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", path, resp.Status, answer)
	}
	return answer, err
}

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
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pharos-pec/pharos/emulator"
)

// TestEmulatorKilled kills an emulator that keeps its state, in the middle of
// changes and of saves. What it answered is there when it goes on: the clock,
// which every change moves by a second, stands at least that far.
func TestEmulatorKilled(t *testing.T) {
	t.Parallel()
	canKill(t)
	dir := filepath.Join(t.TempDir(), "state")
	var now time.Time
	for round := range 5 {
		e := startKept(t, dir)
		if round == 0 {
			now = e.clock(`{"advance":"0s"}`)
		} else if got := e.clock(`{"advance":"0s"}`); got.Before(now) {
			t.Fatalf("round %d: %s was answered, and the clock stands at %s", round, now, got)
		}
		var answered atomic.Int64
		saving := make(chan struct{})
		go func() {
			defer close(saving)
			for e.post("/emulator/save", "") == nil {
			}
		}()
		enough := int64(20 + 40*round)
		for answered.Load() < enough {
			now = e.clock(`{"advance":"1s"}`)
			answered.Add(1)
		}
		e.kill()
		<-saving
	}
	azure, err := emulator.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if azure.Now().Before(now) {
		t.Errorf("%s was answered, and the clock stands at %s", now, azure.Now())
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(left) == 0 {
		t.Fatalf("the folder holds %v, %v", left, err)
	}
}

// kept is an emulator in a process of its own that keeps its state.
type kept struct {
	*testing.T
	cmd    *exec.Cmd
	url    string
	client *http.Client
}

func startKept(t *testing.T, dir string) *kept {
	t.Helper()
	self, err := exec.LookPath("pharos") // testscript puts this very program under that name
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "emulator", "--state", dir, "--listen", "127.0.0.1:0", "-o", "json")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var talk bytes.Buffer
	cmd.Stderr = &talk
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var r ready
	if err != nil || json.Unmarshal(line, &r) != nil {
		t.Fatalf("it did not start: %v: %s", err, talk.Bytes())
	}
	pem, err := os.ReadFile(r.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return &kept{t, cmd, r.URL, &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}}
}

// post makes a call of the emulator's own; it fails when the emulator is gone.
func (e *kept) post(path, body string) error {
	_, err := e.answer(path, body)
	return err
}

func (e *kept) answer(path, body string) ([]byte, error) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, e.url+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	resp, err := e.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }() // it is read to its end
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, text)
	}
	return text, err
}

func (e *kept) clock(body string) time.Time {
	e.Helper()
	text, err := e.answer("/emulator/clock", body)
	var said struct{ Now time.Time }
	if err != nil || json.Unmarshal(text, &said) != nil {
		e.Fatalf("clock: %v: %s", err, text)
	}
	return said.Now
}

func (e *kept) kill() {
	_ = e.cmd.Process.Kill() // SIGKILL; it cannot have ended before
	_ = e.cmd.Wait()         // it says that it was killed
	e.client.CloseIdleConnections()
}

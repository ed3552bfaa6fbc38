package azure_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pharos-pec/pharos/emulator"
	"github.com/pharos-pec/pharos/internal/azure"
	"github.com/pharos-pec/pharos/internal/config"
)

// emulated is the local Azure playing a scenario behind TLS, and the
// configuration it wrote for its clients.
type emulated struct {
	*emulator.Emulator
	t      *testing.T
	config *config.Config
}

// emulate starts the scenario in testdata/NAME.yaml, with more YAML after it.
func emulate(t *testing.T, name, more string) *emulated {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return emulateText(t, string(text)+more)
}

// emulateText starts the scenario that is written in text.
func emulateText(t *testing.T, text string) *emulated {
	t.Helper()
	scenario, err := emulator.ParseScenario("scenario.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	e, err := emulator.New(scenario)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	server, err := e.Listen("127.0.0.1:0", dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	ready, err := e.WriteFiles(dir, server.URL)
	if err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(ready.ConfigFile, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &emulated{Emulator: e, t: t, config: c}
}

// session signs in as a credential of the configuration.
func (e *emulated) session(name string) *azure.Session {
	e.t.Helper()
	return e.sessionAs(e.credential(name))
}

func (e *emulated) sessionAs(c azure.Credential) *azure.Session {
	e.t.Helper()
	return e.open(c, azure.Options{Now: epoch, BaseDelay: time.Millisecond, PollDelay: time.Millisecond})
}

// impatient is a session that waits for nothing longer than a moment.
func (e *emulated) impatient(name string) *azure.Session {
	e.t.Helper()
	return e.open(e.credential(name), azure.Options{Now: epoch, BaseDelay: time.Millisecond, PollDelay: time.Millisecond, MaxDelay: time.Millisecond})
}

func (e *emulated) open(c azure.Credential, o azure.Options) *azure.Session {
	e.t.Helper()
	at := e.config.Cloud
	cloud, err := azure.CustomCloud(at.Authority, at.ResourceManager, at.Graph, at.PartnerCenter, at.CAFile)
	if err != nil {
		e.t.Fatal(err)
	}
	s, err := azure.Open(c, cloud, o)
	if err != nil {
		e.t.Fatal(err)
	}
	e.t.Cleanup(s.Close)
	return s
}

func (e *emulated) credential(name string) azure.Credential {
	e.t.Helper()
	for _, k := range e.config.Credentials {
		if k.Name == name {
			return azure.Credential{
				Name: k.Name, Tenant: k.Tenant, ClientID: k.ClientID, Method: azure.Method(k.Method), File: k.Ref.Name,
				Secret: func() ([]byte, error) { return k.Ref.Resolve(func(string) string { return "" }) },
			}
		}
	}
	e.t.Fatalf("the configuration has no credential %q: %+v", name, e.config.Credentials)
	return azure.Credential{}
}

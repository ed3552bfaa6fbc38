package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// request is a call that is made over and over.
type request struct {
	name, method, url string
	header            http.Header
	body              []byte
	want              int // status
}

// rate is what came of it.
type rate struct {
	perSecond float64
	half, p99 time.Duration
	bytes     int // of an answer's body
}

// newClient speaks HTTP/1.1 over connections that stay open, as az and the
// Python and JavaScript SDKs do. The certificate is not what is measured.
func newClient(connections int) *http.Client {
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig:     &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // loopback
		TLSNextProto:        map[string]func(string, *tls.Conn) http.RoundTripper{},
		MaxIdleConnsPerHost: connections, DisableCompression: true,
	}}
}

// send makes the call once.
func (r *request) send(ctx context.Context, client *http.Client) (body []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, r.method, r.url, bytes.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	if r.header != nil {
		req.Header = r.header.Clone()
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	body, err = io.ReadAll(resp.Body)
	_ = resp.Body.Close() // it was read to its end
	if err == nil && resp.StatusCode != r.want {
		err = fmt.Errorf("%s: %s: %.300s", r.name, resp.Status, body)
	}
	return body, err
}

// measure makes the call for a while on all connections, after a second that
// does not count.
func (b *bench) measure(ctx context.Context, r request) (rate, error) {
	client := newClient(b.connections)
	defer client.CloseIdleConnections()
	var all struct {
		sync.Mutex
		took  []time.Duration
		bytes int
		err   error
	}
	begin := time.Now().Add(time.Second)
	end := begin.Add(b.seconds)
	var wait sync.WaitGroup
	for range b.connections {
		wait.Go(func() {
			var took []time.Duration
			var body []byte
			var err error
			for now := time.Now(); err == nil && now.Before(end); {
				body, err = r.send(ctx, client)
				done := time.Now()
				if now.After(begin) {
					took = append(took, done.Sub(now))
				}
				now = done
			}
			all.Lock()
			defer all.Unlock()
			all.took, all.bytes = append(all.took, took...), len(body)
			if err != nil {
				all.err = err
			}
		})
	}
	wait.Wait()
	if all.err != nil || len(all.took) == 0 {
		return rate{}, fmt.Errorf("no call of %q was answered in time: %w", r.name, all.err)
	}
	slices.Sort(all.took)
	n := len(all.took)
	return rate{float64(n) / b.seconds.Seconds(), all.took[n/2], all.took[n*99/100], all.bytes}, nil
}

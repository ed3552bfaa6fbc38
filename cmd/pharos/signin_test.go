package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pharos-pec/pharos/internal/cli"
)

// asPerson runs pharos, and enters the device code that it shows as a person
// would in a browser:
//
//	person alice link check-in
func asPerson(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: person NAME argument of pharos…")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	talk := &codeReader{enter: func(code string) error {
		body, err := json.Marshal(map[string]string{"user_code": code, "principal": args[0]})
		if err == nil {
			_, err = post(ts.Getenv, "/emulator/device", "application/json", body)
		}
		return err
	}}
	status := cli.Main(ctx, args[1:], cli.IO{In: strings.NewReader(""), Out: ts.Stdout(), Err: talk, Getenv: ts.Getenv, Now: time.Now})
	if status != 0 || talk.entered != 1 {
		ts.Fatalf("status %d, %d codes entered; it said %s", status, talk.entered, &talk.said)
	}
}

// codeReader is a stderr that is watched for a device code.
type codeReader struct {
	enter   func(code string) error
	entered int
	said    bytes.Buffer
}

var deviceCode = regexp.MustCompile(`"user_code": "(\w+)"`)

// Write implements io.Writer; a line comes in one piece.
func (c *codeReader) Write(p []byte) (int, error) {
	n, err := c.said.Write(p)
	if found := deviceCode.FindSubmatch(p); found != nil && err == nil {
		c.entered++
		err = c.enter(string(found[1]))
	}
	return n, err
}

// playAz plays the az command of somebody who is signed in to the emulator
// that the environment names: `account get-access-token`, and nothing else.
func playAz() int {
	args := map[string]string{}
	for i, a := range os.Args[:len(os.Args)-1] {
		args[a] = os.Args[i+1]
	}
	form := url.Values{
		"grant_type": {"password"}, "client_id": {"04b07795-8ddb-461a-bbee-02f9e1bf7b46"}, // az's own
		"username": {os.Getenv("AZ_USER")}, "password": {os.Getenv("AZ_PASSWORD")}, "scope": {args["--resource"] + "/.default"},
	}
	answer, err := post(os.Getenv, "/"+args["--tenant"]+"/oauth2/v2.0/token", "application/x-www-form-urlencoded", []byte(form.Encode()))
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if err == nil {
		err = json.Unmarshal(answer, &token)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "ERROR: %v\n", err)
		return 1
	}
	expires := time.Now().Add(time.Hour).Unix()
	if _, err := fmt.Fprintf(os.Stdout, `{"accessToken":%q,"expires_on":%d}`, token.AccessToken, expires); err != nil {
		return 1
	}
	return 0
}

var _ io.Writer = (*codeReader)(nil)

package cli

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
)

func TestStatus(t *testing.T) {
	for code, want := range map[pharos.Code]int{
		pharos.Invalid: 2, pharos.Findings: 3, pharos.Unauthenticated: 4, pharos.Forbidden: 4, pharos.Incomplete: 5,
		pharos.Interrupted: 130, pharos.NotFound: 1, pharos.Conflict: 1, pharos.Unavailable: 1, pharos.Unsupported: 1, pharos.Internal: 1,
	} {
		if got := status(pharos.Errorf(code, "x")); got != want {
			t.Errorf("%s: got %d, want %d", code, got, want)
		}
	}
	if got := status(nil); got != 0 {
		t.Errorf("no error: got %d, want 0", got)
	}
	if got := status(errors.New("x")); got != 1 {
		t.Errorf("a foreign error: got %d, want 1", got)
	}
}

func TestMain_Errors(t *testing.T) {
	const noConfig = "no configuration: looked for pharos.yaml"
	t.Chdir(t.TempDir())
	for _, tt := range []struct {
		name, args string
		env        map[string]string
		want       []string
	}{
		{"unknown command", "credits", nil, []string{`pharos: unknown command "credits" for pharos`, "\nhint: "}},
		{"near command", "versio", nil, []string{"hint: did you mean version?"}},
		{"unknown flag", "version --loud", nil, []string{"pharos: unknown flag: --loud\nhint: `pharos version --help`"}},
		{"extra argument", "version now", nil, []string{`pharos: pharos version takes no argument, got "now"`}},
		{"group alone", "config", nil, []string{"pharos: pharos config needs a command\nhint: one of check;"}},
		{"unknown format", "version -o xml", nil, []string{"pharos: -o xml is not offered here\nhint: choose one of table, json"}},
		{"unknown shell", "completion tcsh", nil, []string{`pharos: no completion for the shell "tcsh"`}},
		{"no configuration", "config check", nil, []string{"pharos: " + noConfig, "\nhint: "}},
		{"as an object", "config check -o json", nil, []string{`{"error":{"code":"invalid","message":"` + noConfig}},
		{"flags as an object", "config check --loud --output=json", nil, []string{`{"error":{"code":"invalid","message":"unknown flag: --loud"`}},
		{"by variable", "config check", map[string]string{"PHAROS_OUTPUT": "json"}, []string{`{"error":{`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			world, out, errs := world(tt.env)
			if got := Main(context.Background(), strings.Fields(tt.args), world); got != 2 {
				t.Errorf("status: got %d, want 2", got)
			}
			if out.Len() > 0 {
				t.Errorf("an error wrote to stdout: %q", out)
			}
			for _, want := range tt.want {
				if !strings.Contains(errs.String(), want) {
					t.Errorf("got %q, want %q in it", errs, want)
				}
			}
		})
	}
}

func TestMain_Interrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	world, _, errs := world(nil)
	if got := Main(ctx, []string{"version"}, world); got != 130 || !strings.HasPrefix(errs.String(), "pharos: stopped") {
		t.Errorf("got %d, %q", got, errs)
	}
}

func TestCompletion(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		world, out, _ := world(nil)
		if got := Main(context.Background(), []string{"completion", shell}, world); got != 0 || !strings.Contains(out.String(), "pharos") {
			t.Errorf("%s: status %d, %d bytes", shell, got, out.Len())
		}
	}
}

func TestPlainCell(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "abc": "abc", "=1+1": "'=1+1", "@x": "'@x", "-12.5": "-12.5", "-cmd": "'-cmd", "+1": "'+1",
	} {
		if got := plainCell(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

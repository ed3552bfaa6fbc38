package main

import (
	"bufio"
	"debug/elf"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// nobody is who the container runs as.
const nobody = 65532

// containerfile reads the instructions of the last stage of the Containerfile.
func containerfile(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../Containerfile")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(text)) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name == "FROM" {
			clear(out)
		}
		out[name] = rest
	}
	return out
}

// words reads the JSON form of a command.
func words(t *testing.T, text string) []string {
	t.Helper()
	var out []string
	if err := json.Unmarshal([]byte(text[strings.Index(text, "["):]), &out); err != nil || len(out) < 2 {
		t.Fatalf("%q is no command in JSON: %v", text, err)
	}
	return out
}

// TestContainerfile holds the image's instructions to what is promised of it.
func TestContainerfile(t *testing.T) {
	c := containerfile(t)
	if c["FROM"] != "scratch" || c["USER"] != "65532:65532" || c["VOLUME"] != "/data" {
		t.Errorf("the root is %q, the user %q, the volume %q", c["FROM"], c["USER"], c["VOLUME"])
	}
	run := words(t, c["ENTRYPOINT"])
	i := slices.Index(run, "--listen")
	if i < 0 || !strings.HasSuffix(run[i+1], ":"+c["EXPOSE"]) || !slices.Contains(run, "--expose") {
		t.Errorf("port %s is exposed, and %v runs", c["EXPOSE"], run)
	}
}

// TestContainer_EmptyRoot runs the image's command, as the image's user, in a
// folder that holds the program and nothing else, and then its health check.
func TestContainer_EmptyRoot(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can change the root folder")
	}
	t.Parallel()
	root := t.TempDir()
	program := filepath.Join(root, "pharos")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	file, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(file.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
		t.Error("the program is not static")
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(root, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(data, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	inside := func(command []string, more ...string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), command[0], append(command[1:], more...)...)
		cmd.Env, cmd.Dir = []string{}, "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: nobody, Gid: nobody, NoSetGroups: true}}
		return cmd
	}
	c := containerfile(t)
	cmd := inside(words(t, c["ENTRYPOINT"]), "--listen", "127.0.0.1:0", "-o", "json")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skipf("this machine lets nobody change the root folder: %v", err)
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var r ready
	if err != nil || json.Unmarshal(line, &r) != nil || !r.Ready {
		t.Fatalf("it did not start: %v: %s", err, line)
	}
	address := strings.TrimPrefix(r.URL, "https://")
	if out, err := inside(words(t, c["HEALTHCHECK"]), "--listen", address).CombinedOutput(); err != nil {
		t.Errorf("the health check: %v: %s", err, out)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it says that it was ended
	if out, err := inside(words(t, c["HEALTHCHECK"]), "--listen", address).CombinedOutput(); err == nil {
		t.Errorf("the health check of one that is gone: %s", out)
	}
	if _, err := os.Stat(filepath.Join(data, "state.jsonl")); err != nil {
		t.Errorf("the state is not kept: %v", err)
	}
}

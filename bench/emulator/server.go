package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// server is a program that runs and answers.
type server struct {
	cmd   *exec.Cmd
	url   string
	dir   string
	ready time.Duration // from its start until it said that it is ready
}

// oneProcessor makes a command run on one processor, where the system can pin
// it, and Go programs use one thread at a time.
func oneProcessor(cmd *exec.Cmd) {
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	if taskset, err := exec.LookPath("taskset"); err == nil {
		cmd.Args = append([]string{taskset, "-c", "0", cmd.Path}, cmd.Args[1:]...)
		cmd.Path = taskset
	}
}

// startPharos starts the emulator with a scenario; none is the demo's.
func (b *bench) startPharos(ctx context.Context, scenario string, one bool) (*server, error) {
	dir, err := os.MkdirTemp(b.dir, "run-")
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, b.pharos, "emulator", "--scenario", scenario, "--listen", "127.0.0.1:0", "--dir", dir, "-o", "json")
	if one {
		oneProcessor(cmd)
	}
	return start(cmd, dir, func(line string) string {
		var said struct{ URL string }
		_ = json.Unmarshal([]byte(line), &said) // another line is not the one
		return said.URL
	})
}

// start starts a server and waits for the line that tells its address.
func start(cmd *exec.Cmd, dir string, address func(line string) string) (*server, error) {
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	late := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() }) // then its output ends
	defer late.Stop()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if url := address(lines.Text()); url != "" {
			s := &server{cmd: cmd, url: url, dir: dir, ready: time.Since(began)}
			go func() {
				for lines.Scan() { // so that the pipe never fills
				}
			}()
			return s, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("%s did not start: %s", filepath.Base(cmd.Path), said.String()), cmd.Wait())
}

// peak is the most memory the server had, in MiB, where the system tells it.
func (s *server) peak() float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	var kib float64
	_, _ = fmt.Sscan(rest, &kib) // nothing stays 0
	return kib / 1024
}

// stop ends the server and forgets its files.
func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	_ = s.cmd.Wait()                          // it says that it was ended
	_ = os.RemoveAll(s.dir)                   // a temporary folder
}

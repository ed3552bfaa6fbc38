package clickhousetest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// startWithin is how long a node may take until it accepts connections.
const startWithin = 60 * time.Second

// Cluster is a running ClickHouse of two shards, each one node.
type Cluster struct {
	nodes []*node
}

// node is one server.
type node struct {
	dir     string
	ports   ports
	process *exec.Cmd
	done    chan struct{} // closed when the process has ended
}

// Start starts a cluster that ends with the test. Where the program
// clickhouse-server is not installed the test is skipped, and says so.
func Start(t testing.TB) *Cluster {
	t.Helper()
	c, err := New(t.TempDir())
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("clickhouse-server is not installed: the ledger on ClickHouse is not tested; `. .ci/setup clickhouse` installs it")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// New starts a cluster whose data are in dir; the caller closes it. The error
// has [exec.ErrNotFound] in its chain where clickhouse-server is not installed.
func New(dir string) (*Cluster, error) {
	program, err := findServer()
	if err != nil {
		return nil, err
	}
	free, err := freePorts(6)
	if err != nil {
		return nil, err
	}
	all := []ports{{free[0], free[1], free[2]}, {free[3], free[4], free[5]}}
	c := &Cluster{}
	for i, own := range all {
		n := &node{dir: filepath.Join(dir, "node"+strconv.Itoa(i+1)), ports: own}
		c.nodes = append(c.nodes, n)
		err := errors.Join(os.MkdirAll(filepath.Join(n.dir, "tmp"), 0o700), writeConfig(n.dir, own, all))
		if err == nil {
			err = n.start(program)
		}
		if err != nil {
			c.Close()
			return nil, err
		}
	}
	for _, n := range c.nodes {
		if err := n.wait(); err != nil {
			c.Close()
			return nil, err
		}
	}
	return c, nil
}

// Installed reports whether clickhouse-server is there.
func Installed() bool { _, err := findServer(); return err == nil }

// findServer looks where Debian puts the program, which is not on everybody's path.
func findServer() (string, error) {
	if path, err := exec.LookPath("clickhouse-server"); err == nil {
		return path, nil
	}
	return exec.LookPath("/usr/sbin/clickhouse-server")
}

// Addresses are host and port of the native protocol, by shard.
func (c *Cluster) Addresses() []string {
	var out []string
	for _, n := range c.nodes {
		out = append(out, n.address())
	}
	return out
}

// PIDs are the ids of the processes, by shard.
func (c *Cluster) PIDs() []int {
	var out []int
	for _, n := range c.nodes {
		out = append(out, n.process.Process.Pid)
	}
	return out
}

// Close ends both nodes.
func (c *Cluster) Close() {
	for i := range c.nodes {
		c.Kill(i)
	}
}

// Kill ends a node the hard way, by its shard from 0, and waits for its end.
func (c *Cluster) Kill(shard int) {
	n := c.nodes[shard]
	if n.process == nil {
		return
	}
	_ = n.process.Process.Kill()
	<-n.done
}

// Restart starts a node again that was killed, with the data that it had.
func (c *Cluster) Restart(shard int) error {
	program, err := findServer()
	if err != nil {
		return err
	}
	if err := c.nodes[shard].start(program); err != nil {
		return err
	}
	return c.nodes[shard].wait()
}

func (n *node) address() string { return "127.0.0.1:" + strconv.Itoa(n.ports.native) }

func (n *node) start(program string) error {
	p := exec.CommandContext(context.Background(), program, "--config-file="+filepath.Join(n.dir, "config.xml")) // #nosec G204 -- found on this machine, for a test
	p.Dir = n.dir
	if err := p.Start(); err != nil {
		return err
	}
	n.process, n.done = p, make(chan struct{})
	go func() { _ = p.Wait(); close(n.done) }()
	return nil
}

// wait waits until the node accepts connections.
func (n *node) wait() error {
	ctx, cancel := context.WithTimeout(context.Background(), startWithin)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", n.address())
		if err == nil {
			return conn.Close()
		}
		select {
		case <-n.done:
			return n.failed("ended")
		case <-ctx.Done():
			return n.failed("does not answer")
		case <-tick.C:
		}
	}
}

func (n *node) failed(what string) error {
	text, _ := os.ReadFile(filepath.Join(n.dir, "error.log"))
	return fmt.Errorf("clickhouse-server %s: %s", what, strings.TrimSpace(string(text)))
}

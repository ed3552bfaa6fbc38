package clickhousetest

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// ClusterName is what the cluster is called in the configuration of its nodes.
const ClusterName = "pharos"

// serverConfig is the configuration of a node, which answers the native protocol alone.
const serverConfig = `<yandex>
  <logger><level>warning</level><log>%[1]s/server.log</log><errorlog>%[1]s/error.log</errorlog></logger>
  <listen_host>127.0.0.1</listen_host>
  <tcp_port>%[2]d</tcp_port>
  <http_port>%[3]d</http_port>
  <interserver_http_port>%[4]d</interserver_http_port>
  <interserver_http_host>127.0.0.1</interserver_http_host>
  <path>%[1]s/</path>
  <tmp_path>%[1]s/tmp/</tmp_path>
  <mark_cache_size>67108864</mark_cache_size>
  <users_config>%[1]s/users.xml</users_config>
  <default_profile>default</default_profile>
  <default_database>default</default_database>
  <timezone>UTC</timezone>
  <remote_servers><%[5]s>%[6]s</%[5]s></remote_servers>
</yandex>
`

// usersConfig is one user without a password, from this machine alone.
const usersConfig = `<yandex>
  <profiles><default><max_memory_usage>1000000000</max_memory_usage></default></profiles>
  <users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users>
  <quotas><default></default></quotas>
</yandex>
`

const shardConfig = `<shard><internal_replication>true</internal_replication><replica><host>127.0.0.1</host><port>%d</port></replica></shard>`

// ports are what a node listens on.
type ports struct{ native, http, interserver int }

// writeConfig writes the configuration of a node whose data are in dir.
func writeConfig(dir string, own ports, all []ports) error {
	var shards strings.Builder
	for _, p := range all {
		fmt.Fprintf(&shards, shardConfig, p.native)
	}
	text := fmt.Sprintf(serverConfig, dir, own.native, own.http, own.interserver, ClusterName, shards.String())
	if err := os.WriteFile(filepath.Join(dir, "users.xml"), []byte(usersConfig), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "config.xml"), []byte(text), 0o600)
}

// freePorts returns n ports that nobody listens on.
func freePorts(n int) ([]int, error) {
	var out []int
	for range n {
		l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer func() { _ = l.Close() }() // all are held until all are known, so that they differ
		out = append(out, l.Addr().(*net.TCPAddr).Port)
	}
	return out, nil
}

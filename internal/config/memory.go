package config

import (
	"strconv"
	"strings"

	"github.com/pharos-pec/pharos"
)

// leastMemory is what any work on usage takes.
const leastMemory = 64 << 20

// memory reads an amount of memory.
func memory(n node, into *int64) {
	s, ok := n.text()
	if !ok {
		return
	}
	bytes, err := parseMemory(s)
	if err != nil {
		n.fail("%s", err)
		return
	}
	*into = bytes
	n.keep(s)
}

// parseMemory reads a number of bytes as Go's GOMEMLIMIT has it, for example 512MiB.
func parseMemory(s string) (int64, error) {
	for shift, unit := range map[int]string{20: "MiB", 30: "GiB", 40: "TiB"} {
		digits, found := strings.CutSuffix(s, unit)
		if !found {
			continue
		}
		n, err := strconv.ParseUint(strings.TrimSpace(digits), 10, 63-shift)
		if err != nil || n<<shift < leastMemory {
			break
		}
		return int64(n << shift), nil //nolint:gosec // it fits by the bits that were read
	}
	return 0, pharos.Errorf(pharos.Invalid, "%q is no amount of memory of 64MiB or more; write 512MiB or 2GiB", s)
}

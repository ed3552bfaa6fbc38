package armtemplate

import (
	"crypto/sha1" //nolint:gosec // the algorithm of name-based GUIDs, not a secret
	"encoding/binary"
	"encoding/hex"
	"math/bits"
)

// guidNamespace is the namespace of the function guid (docs: string functions;
// 11fb06fb-712d-4ddd-98c7-e71bbd588830).
const guidNamespace = "\x11\xfb\x06\xfb\x71\x2d\x4d\xdd\x98\xc7\xe7\x1b\xbd\x58\x88\x30"

// guid is the name-based GUID, version 5 of RFC 4122, of a text.
func guid(s string) string {
	sum := sha1.Sum([]byte(guidNamespace + s)) //nolint:gosec // see the import
	sum[6] = sum[6]&0x0f | 0x50
	sum[8] = sum[8]&0x3f | 0x80
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// uniqueString is a hash of a text in 13 characters: two lanes of MurmurHash3
// (x86, 128 bit) with its published constants, seed 0, in base 32. Microsoft
// documents the length only; results that it published are in the test.
func uniqueString(s string) string {
	const alphabet = "abcdefghijklmnopqrstuvwxyz234567"
	h := murmur(s)
	out := make([]byte, 13)
	for i := range out {
		out[i] = alphabet[h>>59]
		h <<= 5
	}
	return string(out)
}

// The multipliers of MurmurHash3's lanes.
const (
	lane1 uint32 = 0x239b961b
	lane2 uint32 = 0xab0e9789
)

func murmur(s string) uint64 {
	var h1, h2 uint32
	rest := []byte(s)
	for ; len(rest) >= 8; rest = rest[8:] {
		h1 ^= scramble(binary.LittleEndian.Uint32(rest), lane1, 15, lane2)
		h1 = (bits.RotateLeft32(h1, 19)+h2)*5 + 0x561ccd1b
		h2 ^= scramble(binary.LittleEndian.Uint32(rest[4:]), lane2, 17, lane1)
		h2 = (bits.RotateLeft32(h2, 13)+h1)*5 + 0x0bcaa747
	}
	if len(rest) > 0 {
		var tail [8]byte
		copy(tail[:], rest)
		h1 ^= scramble(binary.LittleEndian.Uint32(tail[:]), lane1, 15, lane2)
		h2 ^= scramble(binary.LittleEndian.Uint32(tail[4:]), lane2, 17, lane1)
	}
	h1 ^= uint32(len(s)) //nolint:gosec // texts are bounded far below 32 bits
	h2 ^= uint32(len(s)) //nolint:gosec // likewise
	h1 += h2
	h2 += h1
	h1, h2 = finish(h1), finish(h2)
	h1 += h2
	h2 += h1
	return uint64(h2)<<32 | uint64(h1)
}

func scramble(k, before uint32, turn int, after uint32) uint32 {
	return bits.RotateLeft32(k*before, turn) * after
}

// finish mixes the bits of a lane at the end.
func finish(h uint32) uint32 {
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}

package config

import "testing"

func TestParseMemory(t *testing.T) {
	for text, want := range map[string]int64{
		"512MiB": 512 << 20, "2GiB": 2 << 30, "1 TiB": 1 << 40, "64MiB": 64 << 20,
		"63MiB": 0, "512": 0, "512MB": 0, "-1GiB": 0, "1.5GiB": 0, "": 0, "MiB": 0, "99999999999999TiB": 0, "8388608TiB": 0,
	} {
		got, err := parseMemory(text)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
}

package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/pharos-pec/pharos"
)

// FileName is the name of a configuration file.
const FileName = "pharos.yaml"

// Find returns the configuration file to read: the named one if a name is
// given, else ./pharos.yaml, else the one in the user's configuration folder.
// When there is none it returns "" and no error; Searched tells where it looked.
func Find(named string, getenv func(string) string) (string, error) {
	if named != "" {
		return named, nil
	}
	for _, path := range Searched(getenv) {
		_, err := os.Stat(path)
		switch {
		case err == nil:
			return path, nil
		case !errors.Is(err, fs.ErrNotExist):
			return "", pharos.Errorf(pharos.Invalid, "configuration: %w", err)
		}
	}
	return "", nil
}

// Searched lists the places where Find looks, first one first.
func Searched(getenv func(string) string) []string {
	paths := []string{FileName}
	if dir := userDir(runtime.GOOS, getenv); dir != "" {
		paths = append(paths, filepath.Join(dir, "pharos", FileName))
	}
	return paths
}

// userDir follows os.UserConfigDir, with an environment that is handed in.
func userDir(system string, getenv func(string) string) string {
	home := getenv("HOME")
	switch {
	case system == "windows":
		return getenv("AppData")
	case system == "darwin" && home != "":
		return filepath.Join(home, "Library", "Application Support")
	case getenv("XDG_CONFIG_HOME") != "":
		return getenv("XDG_CONFIG_HOME")
	case home != "":
		return filepath.Join(home, ".config")
	}
	return ""
}

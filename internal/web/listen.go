package web

import (
	"errors"
	"syscall"

	"github.com/pharos-pec/pharos"
)

// listenError says in one line why an address cannot be bound, and what to do.
func listenError(address string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return pharos.Errorf(pharos.Conflict, "address %s is in use", address).
			WithHint("stop the other program, or choose another port with --listen; port 0 takes any free one")
	case errors.Is(err, syscall.EACCES):
		return pharos.Errorf(pharos.Forbidden, "not allowed to listen on %s", address).
			WithHint("choose a port above 1023")
	default:
		return pharos.Errorf(pharos.Invalid, "cannot listen on %s: %w", address, err).
			WithHint("write the address as HOST:PORT, for example " + DefaultAddress)
	}
}

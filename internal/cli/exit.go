package cli

import "github.com/pharos-pec/pharos"

// exitTable is the last part of every help page and the contract with scripts.
const exitTable = `Exit status:
  0    done
  1    failed
  2    usage or configuration error
  3    done, and findings exist (of lint, or with --fail)
  4    not signed in, or not allowed
  5    finished but incomplete: something could not be read
  130  interrupted`

// status maps the code of an error to the exit status. It is the only place
// that does.
func status(err error) int {
	switch pharos.CodeOf(err) {
	case "":
		return 0
	case pharos.Invalid:
		return 2
	case pharos.Findings:
		return 3
	case pharos.Unauthenticated, pharos.Forbidden:
		return 4
	case pharos.Incomplete:
		return 5
	case pharos.Interrupted:
		return 130
	default:
		return 1
	}
}

// interrupted is what a run that was stopped by a signal ends with, whatever
// error the stop caused on its way out.
func interrupted(err error) error {
	if err == nil {
		return pharos.Errorf(pharos.Interrupted, "stopped") // a server that was told to end
	}
	stopped := pharos.Errorf(pharos.Interrupted, "interrupted")
	if pharos.CodeOf(err) == pharos.Interrupted {
		stopped = pharos.Errorf(pharos.Interrupted, "%w", err)
	}
	return stopped.WithHint("what was stored before is whole; run the command again to go on")
}

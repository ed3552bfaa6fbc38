package azure

import (
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/pharos-pec/pharos"
)

// Options tune a session. Only Now is required.
type Options struct {
	// Now is this machine's clock. It only says when a token is due for
	// renewal; everything observed bears the cloud's time.
	Now func() time.Time
	// Tries is how often a call is made before its failure counts. At one
	// failed call in six, nine tries fail once in ten million. Default 9.
	Tries int
	// BaseDelay is the wait before the second try where the cloud names none;
	// it doubles. Default 800 ms.
	BaseDelay time.Duration
	// MaxDelay is the longest wait, a Retry-After included, that is honoured:
	// a longer one is an error with code Unavailable. Default 2 minutes.
	MaxDelay time.Duration
	// CallTimeout bounds one try. Default 2 minutes.
	CallTimeout time.Duration
	// PollDelay is the longest wait between two looks at a running export
	// where the cloud names none. Default 10 seconds.
	PollDelay time.Duration
	// MaxBody bounds an answer, in bytes. Default 64 MiB: a page of 2000 line
	// items is below 10 MiB. Blobs are streams and have no bound.
	MaxBody int64
	// Agent names the program to the cloud's operators, at most 24 characters.
	Agent string
}

// maxTries bounds Options.Tries.
const maxTries = 100

func (o Options) withDefaults() (Options, error) {
	if o.Now == nil {
		return o, pharos.Errorf(pharos.Internal, "azure: Options.Now is not set")
	}
	setDefault(&o.Tries, 9)
	setDefault(&o.BaseDelay, 800*time.Millisecond)
	setDefault(&o.MaxDelay, 2*time.Minute)
	setDefault(&o.CallTimeout, 2*time.Minute)
	setDefault(&o.PollDelay, 10*time.Second)
	setDefault(&o.MaxBody, 64<<20)
	setDefault(&o.Agent, "pharos")
	return o, nil
}

// retry returns the options in the SDK's words.
func (o Options) retry() policy.RetryOptions {
	again := int32(-1) // none
	if o.Tries > 1 {
		again = int32(min(o.Tries, maxTries) - 1)
	}
	return policy.RetryOptions{MaxRetries: again, RetryDelay: o.BaseDelay, MaxRetryDelay: o.MaxDelay, TryTimeout: o.CallTimeout}
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

package emulator

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pharos-pec/pharos"
)

// limitSpec is how many calls of Resource Manager a principal may make in an
// hour: of each subscription, and of what lies above subscriptions (docs: 2020
// edition of request limits and throttling).
type limitSpec struct {
	// enforce refuses what is over a limit. Without it the counts go down and
	// then stand at 0: on a clock that stands still no hour ever ends. nil
	// means to do so when the clock is live.
	enforce *bool
	// reads, writes and deletes are of subscriptions.
	reads, writes, deletes int
	// tenantReads and tenantWrites are of what lies above; deletes count as
	// writes there (public recordings of Microsoft.ManagementPartner).
	tenantReads, tenantWrites int
}

// azureLimits are the limits of the cloud.
func azureLimits() limitSpec {
	return limitSpec{reads: 12000, writes: 1200, deletes: 15000, tenantReads: 12000, tenantWrites: 1200}
}

// limitWindow is the time in which calls are counted. It begins with the
// first call, by the emulator's clock.
const limitWindow = time.Hour

// kindOfCall is what a limit counts.
type kindOfCall int8

const (
	readCall kindOfCall = iota
	writeCall
	deleteCall
)

func (k kindOfCall) String() string { return [...]string{"read", "write", "delete"}[k] }

func kindOfMethod(method string) kindOfCall {
	switch method {
	case http.MethodGet, http.MethodHead:
		return readCall
	case http.MethodDelete:
		return deleteCall
	default:
		return writeCall
	}
}

// limitKey is one count: sub is empty above subscriptions.
type limitKey struct {
	principal pharos.PrincipalRef
	sub       pharos.SubscriptionID
	kind      kindOfCall
}

// limitCount is the calls since the beginning of a window.
type limitCount struct {
	since time.Time
	calls int
}

// limits counts calls. It is safe for concurrent use.
type limits struct {
	spec    limitSpec
	enforce bool
	mu      sync.Mutex
	used    map[limitKey]*limitCount
}

func newLimits(spec limitSpec, live bool) *limits {
	l := &limits{spec: spec, enforce: live, used: map[limitKey]*limitCount{}}
	if spec.enforce != nil {
		l.enforce = *spec.enforce
	}
	return l
}

// quota is what is left of a limit after a call.
type quota struct {
	header string // its name, "" for calls without a limit
	left   int
}

func (q quota) text() string { return strconv.Itoa(q.left) }

// limit is the number of calls of a key and the header that tells what is left.
func (s *limitSpec) limit(k limitKey) (int, string) {
	if k.sub == "" {
		if k.kind == readCall {
			return s.tenantReads, "X-Ms-Ratelimit-Remaining-Tenant-Reads"
		}
		return s.tenantWrites, "X-Ms-Ratelimit-Remaining-Tenant-Writes"
	}
	switch k.kind {
	case readCall:
		return s.reads, "X-Ms-Ratelimit-Remaining-Subscription-Reads"
	case deleteCall:
		return s.deletes, "X-Ms-Ratelimit-Remaining-Subscription-Deletes"
	case writeCall:
	}
	return s.writes, "X-Ms-Ratelimit-Remaining-Subscription-Writes"
}

// take counts a call, and refuses it when the limit was used up.
func (l *limits) take(k limitKey, now time.Time) (quota, error) {
	if k.sub == "" && k.kind == deleteCall {
		k.kind = writeCall
	}
	most, header := l.spec.limit(k)
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.used[k]
	if n == nil {
		n = &limitCount{since: now}
		l.used[k] = n
	}
	if now.Sub(n.since) >= limitWindow {
		*n = limitCount{since: now}
	}
	if n.calls >= most {
		if l.enforce {
			return quota{header, 0}, k.exceeded(most, n.since.Add(limitWindow).Sub(now))
		}
		return quota{header, 0}, nil
	}
	n.calls++
	return quota{header, most - n.calls}, nil
}

// exceeded refuses a call over the limit, as Resource Manager words it.
func (k limitKey) exceeded(most int, wait time.Duration) *apiError {
	whose := "subscription '" + string(k.sub) + "'"
	if k.sub == "" {
		whose = "tenant '" + string(k.principal.Tenant) + "'"
	}
	seconds := strconv.Itoa(int(math.Ceil(wait.Seconds())))
	return &apiError{
		status: http.StatusTooManyRequests, code: "TooManyRequests",
		message: fmt.Sprintf("Number of %s requests for %s exceeded the limit of '%d' for time interval '01:00:00'. Please try again after '%s' seconds.",
			k.kind, whose, most, seconds),
		header: http.Header{"Retry-After": {seconds}},
	}
}

// countCall counts a call of Resource Manager for its caller.
func (c *call) countCall(path []string) (err error) {
	k := limitKey{principal: c.caller.principal.ref(), kind: kindOfMethod(c.Method)}
	if len(path) > 1 && strings.EqualFold(path[0], "subscriptions") {
		k.sub = pharos.SubscriptionID(strings.ToLower(path[1]))
	}
	c.quota, err = c.emulator.limits.take(k, c.now)
	return err
}

// readLimits reads the scenario's limits; those it does not give are Azure's.
func readLimits(n node) limitSpec {
	l := azureLimits()
	count := func(to *int) func(node) {
		return func(n node) {
			if *to = int(n.integer()); *to < 0 {
				n.fail("%d is no number of calls", *to)
			}
		}
	}
	n.object(fields{
		"enforce":             func(n node) { yes := n.boolean(); l.enforce = &yes },
		"subscriptionReads":   count(&l.reads),
		"subscriptionWrites":  count(&l.writes),
		"subscriptionDeletes": count(&l.deletes),
		"tenantReads":         count(&l.tenantReads),
		"tenantWrites":        count(&l.tenantWrites),
	})
	return l
}

package emulator

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/pharos-pec/pharos"
)

// Queries of Resource Graph that a user may send in a time (docs: guidance for
// throttled requests in Azure Resource Graph).
const (
	queryQuota       = 15
	queryQuotaWindow = 5 * time.Second
)

// queryQuotas counts the queries of each principal since the beginning of a
// window. The world's lock guards them.
type queryQuotas map[pharos.PrincipalRef]*limitCount

// takeQuery counts a query and tells what is left in the headers. Where limits
// are enforced a query over the quota is refused; else a window that is used
// up begins anew, because on a clock that stands still it would never end.
func (c *call) takeQuery() (header http.Header, err error) {
	e := c.emulator
	if e.queries == nil {
		e.queries = queryQuotas{}
	}
	who := c.caller.principal.ref()
	n := e.queries[who]
	if n == nil || c.now.Sub(n.since) >= queryQuotaWindow || (n.calls >= queryQuota && !e.limits.enforce) {
		n = &limitCount{since: c.now}
		e.queries[who] = n
	}
	wait := n.since.Add(queryQuotaWindow).Sub(c.now)
	if n.calls >= queryQuota {
		seconds := int(math.Ceil(wait.Seconds()))
		header = quotaHeader(0, wait)
		header["Retry-After"] = []string{strconv.Itoa(seconds)}
		const message = "Client application has been throttled and should not attempt to repeat the request until an amount of time has elapsed. " +
			"Please see https://aka.ms/resourcegraph-throttling for help."
		return nil, &apiError{
			status: http.StatusTooManyRequests, code: "RateLimiting", header: header, details: []apiError{{code: "RateLimiting", message: message}},
			message: c.badQuery().message,
		}
	}
	n.calls++
	return quotaHeader(queryQuota-n.calls, wait), nil
}

// quotaHeader tells what is left. Resource Graph does not count as a write of
// the tenant (public recordings).
func quotaHeader(left int, wait time.Duration) http.Header {
	return http.Header{
		"X-Ms-User-Quota-Remaining":                         {strconv.Itoa(left)},
		"X-Ms-User-Quota-Resets-After":                      {fmt.Sprintf("00:00:%02d", int(math.Ceil(wait.Seconds())))},
		"X-Ms-Ratelimit-Remaining-Tenant-Resource-Requests": {strconv.Itoa(left)},
		"X-Ms-Ratelimit-Remaining-Tenant-Writes":            nil,
	}
}

package emulator

import (
	"net"
	"net/http"
	"time"

	"github.com/pharos-pec/pharos"
)

// routes is every call that the emulator implements, with those that it is
// known to leave out. A route that says nothing of its faithfulness has its
// table's.
func (e *Emulator) routes() []route {
	var all []route
	for _, part := range []struct {
		routes []route
		faith  faith
	}{
		{controlRoutes(), own}, {entraRoutes(), documented}, {armRoutes(), documented}, {graphRoutes(), documented},
		{partnerCenterRoutes(), documented}, {blobRoutes(), documented},
	} {
		all = append(all, each(part.routes, func(r *route) {
			if r.faith == unstated && r.service == control {
				r.faith = own
			} else if r.faith == unstated {
				r.faith = part.faith
			}
		})...)
	}
	return all
}

const clockPath = "/emulator/clock"

func controlRoutes() []route {
	return []route{
		{method: http.MethodGet, service: control, pattern: clockPath, handle: readClock},
		{method: http.MethodPost, service: control, pattern: clockPath, handle: loopbackOnly(moveClock)},
		{method: http.MethodGet, service: control, pattern: "/emulator/bill", handle: loopbackOnly(readBill)},
		{method: http.MethodGet, service: control, pattern: "/emulator/ca", handle: readAuthority},
		{method: http.MethodGet, service: control, pattern: "/emulator/state", handle: loopbackOnly(readState)},
		{method: http.MethodPost, service: control, pattern: "/emulator/save", asks: true, handle: loopbackOnly(saveState)},
		{method: http.MethodGet, service: control, pattern: "/emulator/coverage", handle: listCoverage},
		{method: http.MethodGet, service: control, pattern: "/emulator/health", handle: func(*call) (reply, error) {
			return ok(map[string]string{"status": "ok"})
		}},
	}
}

// loopbackOnly refuses calls from other machines, as they need no token,
// unless those are welcome.
func loopbackOnly(h handler) handler {
	return func(c *call) (reply, error) {
		host, _, err := net.SplitHostPort(c.RemoteAddr)
		if ip := net.ParseIP(host); err == nil && ip != nil && !ip.IsLoopback() && c.RemoteAddr != httptestRemote && !c.emulator.remote {
			return reply{}, forbidden("LoopbackOnly", "only this machine may make the emulator's own calls")
		}
		return h(c)
	}
}

// httptestRemote is the remote address of requests made by httptest without a
// network: a test in the same process.
const httptestRemote = "192.0.2.1:1234"

func readClock(c *call) (reply, error) {
	return ok(c.world.clock.body())
}

// moveClock sets the clock to {"now": time} or moves it by {"advance": duration}.
func moveClock(c *call) (reply, error) {
	var want struct {
		Now     *time.Time `json:"now"`
		Advance string     `json:"advance"`
	}
	if err := c.decode(&want); err != nil {
		return reply{}, err
	}
	if (want.Now == nil) == (want.Advance == "") {
		return reply{}, badRequest("InvalidRequestContent", `send {"now": "2026-11-07T00:00:00Z"} or {"advance": "24h"}`)
	}
	if want.Now != nil {
		if err := c.world.clock.set(*want.Now); err != nil {
			return reply{}, err
		}
	} else {
		d, err := time.ParseDuration(want.Advance)
		if err != nil {
			return reply{}, pharos.Errorf(pharos.Invalid, "%q is not a duration such as 24h", want.Advance)
		}
		if _, err := c.world.clock.advance(d); err != nil {
			return reply{}, err
		}
	}
	return ok(c.world.clock.body())
}

package emulator_test

import (
	"fmt"
	"net/http/httptest"

	"github.com/pharos-pec/pharos/emulator"
)

// An emulator is an http.Handler: a test can call it without a listener, and
// move its clock.
func ExampleNew() {
	scenario, err := emulator.ParseScenario("tour.yaml", []byte(`
version: 1
clock: {start: 2026-10-01T00:00:00Z, now: 2026-11-06T12:00:00Z}
partner:
  tenant: {name: contoso-msp, id: 11111111-1111-4111-8111-111111111111}
  partnerId: "4987654"
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	azure, err := emulator.New(scenario)
	if err != nil {
		fmt.Println(err)
		return
	}
	answer := httptest.NewRecorder()
	azure.ServeHTTP(answer, httptest.NewRequest("GET", "/11111111-1111-4111-8111-111111111111/v2.0/.well-known/openid-configuration", nil))
	fmt.Println(answer.Code, answer.Header().Get("Date"))
	// Output: 200 Fri, 06 Nov 2026 12:00:00 GMT
}

// Everything that is wrong with a scenario is told at once, with its place.
func ExampleParseScenario() {
	_, err := emulator.ParseScenario("tour.yaml", []byte(`
version: 1
clock: {start: 2026-10-01T00:00:00Z, now: yesterday}
partner:
  tenant: {name: contoso-msp, colour: red}
  partnerId: "4987654"
`))
	fmt.Println(err)
	// Output:
	// tour.yaml: 2 problems
	// tour.yaml:3: clock.now: "yesterday" is not a time; write it as 2026-10-01T00:00:00Z
	// tour.yaml:5: partner.tenant.colour: unknown key "colour"; the keys here are domain, id, name
}

package emulator

import (
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/pharos-pec/pharos"
)

// FuzzDeploymentBody: no body makes the emulator panic, and whatever is refused
// is refused in Azure's form.
func FuzzDeploymentBody(f *testing.F) {
	f.Add([]byte(deploymentBody(f, "subscription.json", `{"offer": {"value": "o"}, "managingTenant": {"value": "11111111-1111-4111-8111-111111111111"}, "authorizations": {"value": [1]}}`)))
	f.Add([]byte(`{a: 1, /* b */ "c": [1,2,], // d` + "\n" + `"e": "f` + "\n" + `g"}`))
	f.Add([]byte(`{"location":"x","properties":{"template":{"$schema":"s","contentVersion":"1","resources":[],"outputs":{"a":{"type":"string","value":"[concat('a', if(equals(1, 1), 'b', 'c'))[0].x]"}}}}}`))
	e := emulate(f)
	s := e.world.customers[0].subs[0]
	on := target{pharos.SubscriptionScope(s.id), s, s.customer.tenant}
	admin := principalOf(f, e, "fabrikam", "local-admin")
	f.Fuzz(func(t *testing.T, data []byte) {
		c := &call{
			Request: httptest.NewRequest("POST", "/", nil), emulator: e, body: data, world: e.world, now: e.Now(), base: loopback, vars: map[string]string{"id": "d"},
			caller: &caller{principal: admin, tenant: s.customer.tenant},
		}
		d, err := c.readDeployment(on)
		if err == nil {
			_, err = c.preview(on, d)
		}
		var refused *apiError
		if err != nil && !errors.As(err, &refused) {
			t.Errorf("refused by %T: %v", err, err)
		}
	})
}

package emulator

import (
	"strings"
	"testing"
)

// A resource is read and removed by its id, by whoever may, and its usage ends
// with it.
func TestResourceByID(t *testing.T) {
	e := emulate(t)
	admin, robot := token(t, e, "fabrikam", "local-admin"), token(t, e, "contoso-msp", "provider-automation")
	const any = "?api-version=2023-03-01"
	vm := prod(e) + "/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/"
	for _, c := range []struct {
		what, method, path, token string
		status                    int
		want                      string
	}{
		{"read", "GET", vm + "vm-web-1" + any, robot, 200, `"type":"Microsoft.Compute/virtualMachines"`},
		{"there", "HEAD", vm + "vm-web-1" + any, robot, 204, ""},
		{"not there", "GET", vm + "vm-none" + any, robot, 404, "The Resource 'Microsoft.Compute/virtualMachines/vm-none' under resource group 'rg-web' was not found."},
		{"no permission", "DELETE", vm + "vm-web-1" + any, robot, 403, "Microsoft.Compute/virtualMachines/delete"},
		{"no namespace", "GET", strings.Replace(vm, "Microsoft.Compute", "Contoso.Compute", 1) + "x" + any, robot, 404, "InvalidResourceNamespace"},
		{"made", "PUT", vm + "vm-new" + any, admin, 501, "NotImplemented"},
		{"of a namespace with calls of its own", "GET", prod(e) + "/resourceGroups/rg-web/providers/Microsoft.Authorization/locks/x" + any, robot, 501, "NotImplemented"},
		{"removed", "DELETE", vm + "VM-web-1" + any, admin, 202, ""},
		{"gone", "GET", vm + "vm-web-1" + any, admin, 404, "ResourceNotFound"},
		{"removed again", "DELETE", vm + "vm-web-1" + any, admin, 204, ""},
	} {
		if got := do(t, e, c.method, c.path, c.token, ""); got.status != c.status || !strings.Contains(got.text, c.want) {
			t.Errorf("%s: %d %s, want %d with %s", c.what, got.status, got.text, c.status, c.want)
		}
	}
	got := do(t, e, "GET", prod(e)+"/providers/Microsoft.Compute?api-version=2021-04-01", admin, "")
	if !strings.Contains(got.text, `"resourceType":"virtualMachines"`) {
		t.Errorf("the provider: %s", got.text)
	}
}

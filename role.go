package pharos

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strings"
	"sync"
)

// Eligibility is the answer to "does this role earn credit".
type Eligibility string

// The answers. A role that is not in Microsoft's table is neither yes nor no.
const (
	EligibleRole   Eligibility = "yes"
	IneligibleRole Eligibility = "no"
	UnlistedRole   Eligibility = "unlisted"
)

// Roles that Pharos names itself.
const (
	Owner                     RoleID = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
	Contributor               RoleID = "b24988ac-6180-42a0-ab88-20f7382dd24c"
	Reader                    RoleID = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
	UserAccessAdministrator   RoleID = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"
	SupportRequestContributor RoleID = "cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e"
)

// Role is a row of the role table.
type Role struct {
	ID   RoleID
	Name string
	// Earns says whether the role is eligible for partner earned credit.
	Earns Eligibility
	// Delegable says whether Azure Lighthouse accepts the role in a new
	// delegation, and Barred why not ("" when it does).
	Delegable bool
	Barred    string
}

// RoleTable is the dated table of roles; see data/roles.csv for its sources.
// Roles are matched by GUID, never by name: names change and deceive.
type RoleTable struct {
	// Read is the date on which the eligibility column was last read.
	Read  string
	rows  []Role
	index map[RoleID]int
}

//go:embed data/roles.csv
var rolesCSV string

// Roles returns the table that this version of Pharos ships.
var Roles = sync.OnceValue(func() *RoleTable {
	t, err := parseRoles(rolesCSV)
	if err != nil {
		panic("pharos: data/roles.csv: " + err.Error()) // a build fault: the table is embedded and tested
	}
	return t
})

// parseRoles reads the table: "#" lines are comments, "# read: DATE" dates it.
func parseRoles(text string) (*RoleTable, error) {
	t := &RoleTable{index: map[RoleID]int{}}
	for line := range strings.Lines(text) {
		if date, ok := strings.CutPrefix(line, "# read: "); ok {
			t.Read = strings.TrimSpace(date)
		}
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comment = '#'
	records, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	for _, f := range records[1:] {
		id, err := ParseGUID(f[0])
		if err != nil {
			return nil, err
		}
		if _, twice := t.index[RoleID(id)]; twice {
			return nil, fmt.Errorf("role %s stands twice", id)
		}
		t.index[RoleID(id)] = len(t.rows)
		t.rows = append(t.rows, Role{ID: RoleID(id), Name: f[1], Earns: Eligibility(f[2]), Delegable: f[3] == "yes", Barred: f[4]})
	}
	return t, nil
}

// Lookup returns the row of a role. A role that is not in the table has
// Earns UnlistedRole and its GUID for a name.
func (t *RoleTable) Lookup(id RoleID) Role {
	if i, ok := t.index[id]; ok {
		return t.rows[i]
	}
	return Role{ID: id, Name: string(id), Earns: UnlistedRole}
}

// ByName returns the role of that name, in any casing.
func (t *RoleTable) ByName(name string) (Role, bool) {
	for _, r := range t.rows {
		if strings.EqualFold(r.Name, name) {
			return r, true
		}
	}
	return Role{}, false
}

// All returns the rows in the table's order.
func (t *RoleTable) All() []Role { return append([]Role(nil), t.rows...) }

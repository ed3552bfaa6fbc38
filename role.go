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

// DelegationDeleteRole is the Managed Services Registration Assignment Delete
// Role: it lets the managing tenant give a delegation up.
const DelegationDeleteRole RoleID = "91c1777a-f3dc-4fae-b103-61d183457e46"

// Role is a row of the role table.
type Role struct {
	ID   RoleID
	Name string
	// BuiltIn is false for a role that is not among Azure's built-in ones as
	// of the table's date: a custom one, or one made since.
	BuiltIn bool
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
	// others are the built-in roles that Microsoft's table does not list.
	others map[RoleID]Role
}

//go:embed data/roles.csv
var rolesCSV string

//go:embed data/builtin.csv
var builtinCSV string

// Roles returns the table that this version of Pharos ships.
var Roles = sync.OnceValue(func() *RoleTable {
	t, err := parseRoles(rolesCSV)
	if err == nil {
		err = t.addOthers(builtinCSV)
	}
	if err != nil {
		panic("pharos: data/roles.csv, data/builtin.csv: " + err.Error()) // a build fault: the tables are embedded and tested
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
	records, err := readTable(text)
	if err != nil {
		return nil, err
	}
	for _, f := range records {
		id, err := ParseGUID(f[0])
		if err != nil {
			return nil, err
		}
		if _, twice := t.index[RoleID(id)]; twice {
			return nil, fmt.Errorf("role %s stands twice", id)
		}
		t.index[RoleID(id)] = len(t.rows)
		t.rows = append(t.rows, Role{ID: RoleID(id), Name: f[1], BuiltIn: true, Earns: Eligibility(f[2]), Delegable: f[3] == "yes", Barred: f[4]})
	}
	return t, nil
}

// readTable reads the rows of an embedded table, without comments and header.
func readTable(text string) ([][]string, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comment = '#'
	records, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	return records[1:], nil
}

// addOthers reads the built-in roles that the table itself does not list.
func (t *RoleTable) addOthers(text string) error {
	records, err := readTable(text)
	if err != nil {
		return err
	}
	t.others = make(map[RoleID]Role, len(records))
	for _, f := range records {
		id, err := ParseGUID(f[0])
		if err != nil {
			return err
		}
		if _, twice := t.index[RoleID(id)]; twice {
			return fmt.Errorf("role %s stands in both tables", id)
		}
		t.others[RoleID(id)] = Role{ID: RoleID(id), Name: f[1], BuiltIn: true, Earns: UnlistedRole, Delegable: f[2] == "", Barred: f[2]}
	}
	return nil
}

// Lookup returns the row of a role. A role that Microsoft's table does not
// list has Earns UnlistedRole, and its GUID for a name if it is not built in.
func (t *RoleTable) Lookup(id RoleID) Role {
	if i, ok := t.index[id]; ok {
		return t.rows[i]
	}
	if r, ok := t.others[id]; ok {
		return r
	}
	return Role{ID: id, Name: string(id), Earns: UnlistedRole}
}

// ByName returns the role of that name, in any casing, of those that
// Microsoft's table lists or, if none has it, of the other built-in ones.
func (t *RoleTable) ByName(name string) (Role, bool) {
	for _, r := range t.rows {
		if strings.EqualFold(r.Name, name) {
			return r, true
		}
	}
	for _, r := range t.others {
		if strings.EqualFold(r.Name, name) {
			return r, true
		}
	}
	return Role{}, false
}

// All returns the rows of Microsoft's table in its order.
func (t *RoleTable) All() []Role { return append([]Role(nil), t.rows...) }

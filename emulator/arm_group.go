package emulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

const (
	groupType    = "Microsoft.Resources/resourceGroups"
	readGroups   = "Microsoft.Resources/subscriptions/resourceGroups/read"
	writeGroups  = "Microsoft.Resources/subscriptions/resourceGroups/write"
	deleteGroups = "Microsoft.Resources/subscriptions/resourceGroups/delete"
)

// groupFacts is what was set of a resource group by a client; those of the
// scenario have none.
type groupFacts struct {
	location, managedBy string
	tags                map[string]string
}

// defaultLocation is where the scenario's resource groups are.
const defaultLocation = "westeurope"

func groupBody(s *subscription, name string) map[string]any {
	f := s.groupFacts[strings.ToLower(name)]
	if f == nil {
		f = &groupFacts{location: defaultLocation}
	}
	body := map[string]any{
		"id": string(pharos.SubscriptionScope(s.id)) + "/resourceGroups/" + name, "name": name,
		"type": groupType, "location": f.location, "properties": map[string]string{"provisioningState": "Succeeded"},
	}
	if f.tags != nil {
		body["tags"] = f.tags
	}
	if f.managedBy != "" {
		body["managedBy"] = f.managedBy
	}
	return body
}

// groupTarget finds the resource group of the call, which need not exist.
func (c *call) groupTarget(action string) (target, string, error) {
	name := c.vars["group"]
	in := *c
	in.vars = map[string]string{"sub": c.vars["sub"]}
	on, err := in.target()
	if err != nil {
		return on, "", err
	}
	if err := checkGroupName(name); err != nil {
		return on, "", err
	}
	on.scope = pharos.ResourceGroupScope(on.sub.id, name)
	return on, on.sub.groupName(name), c.require(action, on)
}

// checkGroupName holds a name against what Azure allows (docs: naming rules).
func checkGroupName(name string) error {
	const longest = 90
	bad := len(name) > longest || strings.HasSuffix(name, ".") || strings.ContainsAny(name, " /\\?#%&<>:*|\"'")
	if !bad {
		return nil
	}
	return badRequest("InvalidResourceGroup", fmt.Sprintf("The provided resource group name '%s' has these invalid characters: ' '. "+
		"The name can only be a letter, digit, '-', '.', '(', ')' or '_', and no longer than %d characters.", name, longest))
}

// groupRequest is the body of a resource group.
type groupRequest struct {
	Location  string            `json:"location"`
	ManagedBy string            `json:"managedBy"`
	Tags      map[string]string `json:"tags"`
}

// putResourceGroup makes a resource group, or sets its tags.
func putResourceGroup(c *call) (reply, error) {
	on, name, err := c.groupTarget(writeGroups)
	if err != nil {
		return reply{}, err
	}
	var want groupRequest
	if err := c.decode(&want); err != nil {
		return reply{}, err
	}
	if want.Location == "" {
		return reply{}, badRequest("LocationRequired", "The location property is required for this definition.")
	}
	location := strings.ToLower(strings.ReplaceAll(want.Location, " ", ""))
	status := http.StatusCreated
	if on.sub.hasGroup(name) {
		status = http.StatusOK
		if old, _ := groupBody(on.sub, name)["location"].(string); old != location {
			return reply{}, conflict("InvalidResourceGroupLocation", fmt.Sprintf(
				"Invalid resource group location '%s'. The Resource group already exists in location '%s'.", location, old))
		}
	}
	on.sub.setGroup(name, &groupFacts{location: location, managedBy: want.ManagedBy, tags: want.Tags})
	return reply{status: status, body: groupBody(on.sub, name)}, nil
}

func (s *subscription) setGroup(name string, f *groupFacts) {
	if s.groupFacts == nil {
		s.groupFacts = map[string]*groupFacts{}
	}
	s.groupFacts[strings.ToLower(s.groupNamed(name))] = f
}

// patchResourceGroup changes the tags of a resource group.
func patchResourceGroup(c *call) (reply, error) {
	on, name, err := c.groupTarget(writeGroups)
	if err != nil {
		return reply{}, err
	}
	if !on.sub.hasGroup(name) {
		return reply{}, notFound("ResourceGroupNotFound", fmt.Sprintf("Resource group '%s' could not be found.", name))
	}
	var want groupRequest
	if err := c.decode(&want); err != nil {
		return reply{}, err
	}
	f := &groupFacts{location: defaultLocation}
	if old := on.sub.groupFacts[strings.ToLower(name)]; old != nil {
		copied := *old
		f = &copied
	}
	if want.Tags != nil {
		f.tags = want.Tags
	}
	on.sub.setGroup(name, f)
	return ok(groupBody(on.sub, name))
}

// deleteResourceGroup removes a resource group with all that is in it: its
// resources, role assignments, delegations and deployments end now.
func deleteResourceGroup(c *call) (reply, error) {
	on, name, err := c.groupTarget(deleteGroups)
	if err != nil {
		return reply{}, err
	}
	s := on.sub
	if !s.hasGroup(name) {
		return reply{}, notFound("ResourceGroupNotFound", fmt.Sprintf("Resource group '%s' could not be found.", name))
	}
	end := func(scope pharos.Scope, during *pharos.Interval) {
		if on.scope.Covers(scope) && during.Contains(c.now) {
			during.To = c.now
		}
	}
	for _, r := range s.resources {
		end(r.scope, &r.during)
	}
	for _, a := range s.assignments {
		end(a.scope, &a.during)
	}
	for _, d := range s.delegations {
		end(d.scope, &d.during)
	}
	s.deployments = slices.DeleteFunc(s.deployments, func(d *deployment) bool { return d.scope == on.scope })
	s.groups = slices.DeleteFunc(s.groups, func(g string) bool { return strings.EqualFold(g, name) })
	delete(s.groupFacts, strings.ToLower(name))
	return c.accepted(on, string(on.scope), reply{status: http.StatusOK}), nil
}

package armtemplate

import "strings"

// placeFunctions say where and as what the template is deployed.
func placeFunctions(m map[string]function) {
	for name, of := range map[string]func(*Env) any{
		"subscription":  func(e *Env) any { return e.Subscription },
		"resourcegroup": func(e *Env) any { return e.ResourceGroup },
		"tenant":        func(e *Env) any { return e.Tenant },
		"environment":   func(e *Env) any { return e.Environment },
	} {
		m[name] = function{eager: func(c *invocation) (*Node, error) {
			v := of(c.env)
			if v == nil && c.env.Open {
				return nil, errLater
			}
			if v == nil {
				return nil, faultf("The template function '%s' is not expected at this location. "+seeFunctions, strings.ToUpper(c.name))
			}
			return Value(v), nil
		}}
	}
	m["deployment"] = function{eager: func(c *invocation) (*Node, error) {
		parameters := object()
		for _, name := range c.order {
			if v := c.parameters[strings.ToLower(name)]; v != nil {
				parameters.Members = append(parameters.Members, Member{name, object("value", v)})
			}
		}
		out := object("name", text(c.env.Deployment))
		if c.env.Location != "" {
			out = out.with("location", text(c.env.Location))
		}
		return out.with("properties", object(
			"template", c.template.root, "parameters", parameters, "mode", text(c.env.Mode), "provisioningState", text("Accepted"),
		)), nil
	}}
}

// idFunctions make the ids of resources.
func idFunctions(m map[string]function) {
	m["resourceid"] = function{min: 2, max: -1, eager: resourceID}
	m["subscriptionresourceid"] = function{min: 2, max: -1, eager: func(c *invocation) (*Node, error) {
		subscription := c.env.SubscriptionID
		args, err := c.texts()
		if err != nil {
			return nil, err
		}
		if !strings.Contains(args[0], "/") {
			if subscription, args, err = c.subscription(args); err != nil {
				return nil, err
			}
		}
		return c.typed("/subscriptions/"+subscription, args)
	}}
	m["tenantresourceid"] = function{min: 2, max: -1, eager: func(c *invocation) (*Node, error) {
		args, err := c.texts()
		if err != nil {
			return nil, err
		}
		return c.typed("", args)
	}}
	m["extensionresourceid"] = function{min: 3, max: -1, eager: func(c *invocation) (*Node, error) {
		args, err := c.texts()
		if err != nil {
			return nil, err
		}
		return c.typed(strings.TrimSuffix(args[0], "/"), args[1:])
	}}
	m["managementgroupresourceid"] = function{min: 3, max: -1, eager: func(c *invocation) (*Node, error) {
		args, err := c.texts()
		if err != nil {
			return nil, err
		}
		if strings.Contains(args[0], "/") {
			return nil, faultf("The template function '%s' is not expected at this location. "+seeFunctions, strings.ToUpper(c.name))
		}
		return c.typed("/providers/Microsoft.Management/managementGroups/"+args[0], args[1:])
	}}
}

// texts are the arguments, all of them texts.
func (c *invocation) texts() ([]string, error) {
	out := make([]string, len(c.args))
	for i := range c.args {
		var err error
		if out[i], err = c.str(i); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// subscription takes a subscription's id from the front of the arguments.
func (c *invocation) subscription(args []string) (string, []string, error) {
	if !isGUID(args[0]) {
		return "", nil, faultf("The provided value '%s' is not valid subscription identifier. Please see https://aka.ms/arm-functions#%s for usage details.", args[0], strings.ToLower(c.name))
	}
	return args[0], args[1:], nil
}

func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (s[i] == '-') || !dash && !strings.ContainsRune("0123456789abcdefABCDEF", rune(s[i])) {
			return false
		}
	}
	return true
}

// resourceID is the id of a resource of the deployment's scope. Before the
// type may stand a resource group, and before that a subscription; at a
// subscription what stands alone is a subscription.
func resourceID(c *invocation) (*Node, error) {
	args, err := c.texts()
	if err != nil {
		return nil, err
	}
	subscription, group := c.env.SubscriptionID, c.env.GroupName
	before := 0
	for before < len(args) && !strings.Contains(args[before], "/") {
		before++
	}
	switch {
	case before == 0:
	case before == 1 && c.env.GroupName != "" && !isGUID(args[0]):
		group, args = args[0], args[1:]
	case before == 1:
		if subscription, args, err = c.subscription(args); err != nil {
			return nil, err
		}
		group = ""
	case before == 2:
		if subscription, args, err = c.subscription(args); err != nil {
			return nil, err
		}
		group, args = args[0], args[1:]
	default:
		return nil, c.failed("the arguments name no resource type.")
	}
	base := "/subscriptions/" + subscription
	if group != "" {
		base += "/resourceGroups/" + group
	}
	return c.typed(base, args)
}

// typed joins a type and the names of its parts to an id below a base.
func (c *invocation) typed(base string, args []string) (*Node, error) {
	kind := ""
	if len(args) > 0 {
		kind = strings.Trim(args[0], "/")
	}
	namespace, types, hasType := strings.Cut(kind, "/")
	if !hasType {
		return nil, c.failed("the value '%.200s' is not a resource type.", kind)
	}
	parts, names := strings.Split(types, "/"), args[1:]
	if len(parts) != len(names) {
		return nil, c.failed("the type '%s' requires '%d' resource name argument(s).", kind, len(parts))
	}
	return text(joinID(base, namespace, parts, names)), nil
}

// joinID is an id: a base, a namespace, and types and names in turn. Resource
// groups and subscriptions have ids without a namespace.
func joinID(base, namespace string, types, names []string) string {
	if strings.EqualFold(namespace, "Microsoft.Resources") && strings.EqualFold(types[0], "resourceGroups") {
		base += "/resourceGroups/" + names[0]
		types, names = types[1:], names[1:]
		if len(types) == 0 {
			return base
		}
	}
	var b strings.Builder
	b.WriteString(base + "/providers/" + namespace)
	for i := range types {
		b.WriteString("/" + types[i] + "/" + names[i])
	}
	return b.String()
}

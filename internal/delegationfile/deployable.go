package delegationfile

import (
	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/armtemplate"
	"github.com/pharos-pec/pharos/onboard"
)

// Deployable returns what Resource Manager takes of an ARM template and its
// parameters file (the zero File for none): both as JSON without comments. Of a
// file in another language, or for another level than a subscription, the error
// has code Unsupported and its hint says what to run instead.
func Deployable(f, parameters File) (template, values []byte, err error) {
	switch languageOf(f) {
	case Terraform:
		return nil, nil, notDeployable(f, "Terraform").WithHint("`terraform apply` deploys it; `pharos onboard lint %s` checks it before", f.Name)
	case Bicep:
		return nil, nil, notDeployable(f, "Bicep").WithHint("`az bicep build --file %s` makes an ARM template of it, or deploy it with `az deployment sub create --template-file %s`", f.Name, f.Name)
	case ARM, Offer: // all that is JSON is told apart below
	}
	root, err := armtemplate.Read(f.Data)
	if err != nil {
		return nil, nil, broken(f.Name, err)
	}
	schema := root.Get("$schema")
	switch {
	case root.Get("planned_values") != nil:
		return nil, nil, notDeployable(f, "a Terraform plan").WithHint("`terraform apply` deploys it")
	case schema == nil || root.Get("resources") == nil:
		return nil, nil, notDeployable(f, "no ARM template").WithHint("`pharos onboard new` writes one; an offer is published in Partner Center")
	}
	switch levelOf(schema.Text) {
	case onboard.AtManagementGroup:
		return nil, nil, notDeployable(f, "for a management group").
			WithHint("`az deployment mg create --management-group-id GROUP --location LOCATION --template-file %s` deploys it; Pharos deploys at subscriptions", f.Name)
	case onboard.AtTenant:
		return nil, nil, notDeployable(f, "for a whole tenant").WithHint("Pharos deploys at subscriptions")
	case onboard.AtSubscription, onboard.AtResourceGroup: // the latter is the linter's to refuse
	}
	if template, err = root.MarshalJSON(); err != nil {
		return nil, nil, broken(f.Name, err)
	}
	given, err := readParameters(parameters)
	if err != nil {
		return nil, nil, broken(parameters.Name, err)
	}
	if given != nil {
		values, err = given.MarshalJSON()
	}
	return template, values, err
}

func notDeployable(f File, what string) *pharos.Error {
	return pharos.Errorf(pharos.Unsupported, "%s is %s, which is not deployed here", f.Name, what)
}

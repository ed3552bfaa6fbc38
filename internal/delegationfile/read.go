package delegationfile

import (
	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/armtemplate"
	"github.com/pharos-pec/pharos/onboard"
)

// maxFile is the size of the largest file that is read, in bytes.
const maxFile = 16 << 20

// File is a file and what is in it.
type File struct {
	Name string
	Data []byte
}

// Read reads one file. Parameters is the parameters file of an ARM template,
// the zero File for none. Errors have code Invalid and name the file and, where
// there is one, the line.
func Read(f, parameters File) (onboard.Proposal, error) {
	name, data := f.Name, f.Data
	if len(data) > maxFile {
		return onboard.Proposal{}, pharos.Errorf(pharos.Invalid, "%s has %d bytes; no template is that large", name, len(data))
	}
	root, err := armtemplate.Read(data)
	if err != nil {
		return onboard.Proposal{}, broken(name, err)
	}
	p := onboard.Proposal{File: name}
	switch {
	case root.Get("$schema") != nil && root.Get("resources") != nil:
		err = readTemplate(&p, root, parameters)
	case root.Get("planned_values") != nil:
		readPlan(&p, root)
	case root.Get("authorizations") != nil || root.Get("eligibleAuthorizations") != nil:
		readOffer(&p, root)
	default:
		return p, pharos.Errorf(pharos.Invalid, "%s is no delegation: neither an ARM template, nor a Terraform plan, nor an offer's authorizations", name).
			WithHint("an ARM template has $schema and resources; `terraform show -json PLAN` writes a plan; compile Bicep with `az bicep build`")
	}
	if err != nil {
		return p, broken(name, err)
	}
	return p, nil
}

// broken names the file, and the line if the reader gave one.
func broken(name string, err error) error {
	if pharos.CodeOf(err) == pharos.Invalid {
		return err // it names its file
	}
	if e, ok := asTemplateError(err); ok && e.Line > 0 {
		return pharos.Errorf(pharos.Invalid, "%s:%d: %s", name, e.Line, e.Message)
	}
	return pharos.Errorf(pharos.Invalid, "%s: %w", name, err)
}

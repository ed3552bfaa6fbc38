package delegationfile

import (
	"strings"

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
	if isBicepParameters(f) {
		return onboard.Proposal{}, pharos.Errorf(pharos.Invalid, "%s holds the parameters of a Bicep file, and no delegation", name).
			WithHint("check the Bicep file that it names with using, and give this one with --parameters")
	}
	p := onboard.Proposal{File: name}
	switch languageOf(f) {
	case Terraform:
		return p, readTerraform(&p, f)
	case Bicep:
		return p, readBicep(&p, f, parameters)
	case ARM, Offer: // all that is JSON is told apart below
	}
	root, err := armtemplate.Read(data)
	if err != nil {
		return onboard.Proposal{}, broken(name, err)
	}
	switch {
	case root.Get("$schema") != nil && root.Get("resources") != nil:
		err = readTemplate(&p, root, parameters)
	case root.Get("planned_values") != nil:
		readPlan(&p, root)
	case root.Get("resource") != nil || root.Get("module") != nil || strings.HasSuffix(name, ".tf.json"):
		blocks, open := jsonBlocks(root)
		readBlocks(&p, blocks, origin{open: open, source: true})
	case root.Get("authorizations") != nil || root.Get("eligibleAuthorizations") != nil:
		readOffer(&p, root)
	default:
		return p, pharos.Errorf(pharos.Invalid, "%s is no delegation: neither an ARM template, nor Bicep, nor Terraform, nor an offer's authorizations", name).
			WithHint("an ARM template has $schema and resources; `terraform show -json PLAN` writes a plan")
	}
	if err != nil {
		return p, broken(name, err)
	}
	return p, nil
}

// languageOf tells Terraform and Bicep by the word that the text begins with,
// and is empty for all that is JSON.
func languageOf(f File) Language {
	s := newScanner(f, true)
	s.blank(true)
	if s.take("@") {
		return Bicep
	}
	word := s.word()
	s.blank(false)
	switch labelled := s.next() == '"' || s.next() == '{'; word {
	case "terraform", "provider", "variable", "locals", "data", "moved", "removed", "check":
		return Terraform
	case "resource", "module", "output", "import":
		if labelled {
			return Terraform
		}
		return Bicep
	case "targetScope", "param", "var", "metadata", "type", "func", "using", "extension":
		return Bicep
	}
	return ""
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

package repair

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"

	"github.com/pharos-pec/pharos"
)

// Seal sets the plan's ID, which depends on everything else in it.
func (p *Plan) Seal() error {
	id, err := p.digest()
	if err == nil {
		p.ID = id
	}
	return err
}

// digest is the SHA-256 of the plan without its ID.
func (p *Plan) digest() (string, error) {
	bare := *p
	bare.ID = ""
	text, err := canonical(bare)
	if err != nil {
		return "", pharos.Errorf(pharos.Internal, "plan: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// Read reads a saved plan. The error has code Invalid when it is no plan, of
// another version, was altered since it was saved, or has a step whose writes
// are not what the step says it does.
func Read(r io.Reader) (*Plan, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxPlan+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxPlan {
		return nil, pharos.Errorf(pharos.Invalid, "the plan is larger than %d MiB", maxPlan>>20)
	}
	var p Plan
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return nil, pharos.Errorf(pharos.Invalid, "it is no plan: %w", place(text, err)).WithHint("write one with `pharos plan -o json --out plan.json`")
	}
	if p.Version != Version {
		return nil, pharos.Errorf(pharos.Invalid, "the plan is of version %d, this Pharos reads version %d", p.Version, Version).WithHint("make a new plan")
	}
	if id, err := p.digest(); err != nil || id != p.ID {
		return nil, pharos.Errorf(pharos.Invalid, "the plan was altered since it was made").WithHint("make a new plan")
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.Actor != Pharos {
			continue
		}
		if len(s.Before) == 0 {
			return nil, pharos.Errorf(pharos.Invalid, "step %s: no credential looked at what stands, so that nothing tells what would be sent", s.ID).
				WithHint("make the plan without --offline")
		}
		if err := s.check(); err != nil {
			return nil, err
		}
	}
	return &p, nil
}

// maxPlan is the largest plan that is read, in bytes.
const maxPlan = 512 << 20

// place names the line of an error of the JSON decoder.
func place(text []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	offset := int64(-1)
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &kind):
		offset = kind.Offset
	}
	if offset < 0 || offset > int64(len(text)) {
		return err
	}
	return pharos.Errorf(pharos.Invalid, "line %d: %w", 1+bytes.Count(text[:offset], []byte("\n")), err)
}

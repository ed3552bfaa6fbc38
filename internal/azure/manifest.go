package azure

import (
	"context"
	"encoding/json"
	"iter"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// Manifest is the result of an export: blobs of gzipped JSON Lines.
type Manifest struct {
	ID string
	// ETag changes when the cloud has newer data for the same export.
	ETag    string
	Format  string // compressedJSON
	Version string // of the line's schema
	Partner pharos.TenantID
	Created time.Time
	At      time.Time // the cloud's time of the answer
	blobs   []Blob
}

// Blobs returns the blobs in the manifest's order.
func (m Manifest) Blobs() iter.Seq[Blob] {
	return func(yield func(Blob) bool) {
		for _, b := range m.blobs {
			if !yield(b) {
				return
			}
		}
	}
}

// Len is the number of blobs.
func (m Manifest) Len() int { return len(m.blobs) }

type wireManifest struct {
	ID      string  `json:"id"`
	Version text    `json:"schemaVersion"`
	Format  string  `json:"dataFormat"`
	Created instant `json:"createdDateTime"`
	ETag    string  `json:"eTag"`
	Tenant  guid    `json:"partnerTenantId"`
	Root    string  `json:"rootDirectory"`
	SAS     string  `json:"sasToken"`
	Count   *int    `json:"blobCount"`
	Blobs   []struct {
		Name string `json:"name"`
	} `json:"blobs"`
}

// manifest reads the result of an export that ended, inline or behind a link.
func (b *Billing) manifest(ctx context.Context, ans *answer, op wireOperation) (Manifest, error) {
	var w wireManifest
	var link string
	switch {
	case json.Unmarshal(op.Result, &w) == nil && w.Root != "":
		return b.build(ans, w)
	case json.Unmarshal(op.Result, &link) == nil && link != "":
	default:
		link = op.Link
	}
	if link == "" {
		return Manifest{}, ans.malformed(errMissing("resourceLocation"))
	}
	ans, err := b.session.graph.do(ctx, call{ref: link, need: needBilling})
	if err != nil {
		return Manifest{}, err
	}
	w, err = decode[wireManifest](ans)
	if err != nil {
		return Manifest{}, err
	}
	return b.build(ans, w)
}

// build checks a manifest: a blob missing from its list would be usage missing
// from the bill.
func (b *Billing) build(ans *answer, w wireManifest) (Manifest, error) {
	root, err := url.Parse(w.Root)
	if err != nil || root.Scheme != "https" || root.Host == "" {
		return Manifest{}, ans.malformed(errMissing("https address for rootDirectory"))
	}
	if w.Count != nil && *w.Count != len(w.Blobs) {
		return Manifest{}, ans.malformed(errMissing("list of all its blobs"))
	}
	m := Manifest{
		ID: w.ID, ETag: w.ETag, Format: w.Format, Version: string(w.Version),
		Partner: pharos.TenantID(w.Tenant), Created: w.Created.Time, At: ans.at,
	}
	for _, x := range w.Blobs {
		if x.Name == "" || path.Clean("/"+x.Name) != "/"+x.Name {
			return Manifest{}, ans.malformed(errMissing("proper name for a blob"))
		}
		at := *root
		at.Path, at.RawPath = strings.TrimSuffix(root.Path, "/")+"/"+x.Name, ""
		at.RawQuery = strings.TrimPrefix(w.SAS, "?")
		m.blobs = append(m.blobs, Blob{Name: x.Name, ETag: w.ETag, session: b.session, at: &at})
	}
	return m, nil
}

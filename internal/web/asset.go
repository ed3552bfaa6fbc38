package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

//go:embed assets
var assetFiles embed.FS

const assetRoot = "/assets/"

// assets are the embedded style sheet, script and icon, each under a name
// that carries the hash of its bytes: a browser may keep it for ever, and a
// new version of Pharos is never drawn with an old style.
type assets struct {
	address map[string]string // "app.css" -> "/assets/app.0123456789.css"
	body    map[string][]byte // by address
}

// loadAssets reads the embedded files once, when the server is made.
func loadAssets() (*assets, error) {
	a := &assets{address: map[string]string{}, body: map[string][]byte{}}
	entries, err := fs.ReadDir(assetFiles, "assets")
	if err != nil {
		return nil, pharos.Errorf(pharos.Internal, "embedded assets: %w", err)
	}
	for _, e := range entries {
		body, err := assetFiles.ReadFile(path.Join("assets", e.Name()))
		if err != nil {
			return nil, pharos.Errorf(pharos.Internal, "embedded asset %s: %w", e.Name(), err)
		}
		sum := sha256.Sum256(body)
		ext := path.Ext(e.Name())
		address := assetRoot + strings.TrimSuffix(e.Name(), ext) + "." + hex.EncodeToString(sum[:5]) + ext
		a.address[e.Name()], a.body[address] = address, body
	}
	return a, nil
}

// URL returns the address of an asset. An unknown name is an error, so that a
// template with a slip in it never reaches a user.
func (a *assets) URL(name string) (string, error) {
	address, ok := a.address[name]
	if !ok {
		return "", pharos.Errorf(pharos.Internal, "no asset named %q", name)
	}
	return address, nil
}

// view answers with the asset at the request's path.
func (a *assets) view(r *http.Request) (view, error) {
	body, ok := a.body[r.URL.Path]
	if !ok {
		return nil, pharos.Errorf(pharos.NotFound, "there is no %s", r.URL.Path).
			WithHint("reload the page: the file belongs to another version of Pharos")
	}
	return assetView{name: path.Base(r.URL.Path), body: body}, nil
}

// assetView is one embedded file.
type assetView struct {
	name string
	body []byte
}

func (v assetView) write(w http.ResponseWriter, r *http.Request, _ *renderer) error {
	h := w.Header()
	h.Set("Content-Type", contentType(v.name))
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(w, r, v.name, time.Time{}, bytes.NewReader(v.body))
	return nil
}

// contentType answers by the ending alone; the fixed three come first since
// the machine's own MIME table may say something else.
func contentType(name string) string {
	switch ext := path.Ext(name); ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	default:
		return mime.TypeByExtension(ext)
	}
}

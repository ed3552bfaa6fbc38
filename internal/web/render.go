package web

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/pharos-pec/pharos"
)

//go:embed templates
var templateFiles embed.FS

// renderer draws pages. Every page is parsed once, together with the layout
// and the parts that all pages share.
type renderer struct {
	pages map[string]*template.Template // by NAME of page_NAME.html
}

func newRenderer(a *assets) (*renderer, error) {
	base, err := template.New("layout.html").
		Funcs(template.FuncMap{"asset": a.URL, "spans": spans, "count": counted}).
		Option("missingkey=error").
		ParseFS(templateFiles, "templates/layout.html", "templates/part_*.html")
	if err != nil {
		return nil, pharos.Errorf(pharos.Internal, "embedded templates: %w", err)
	}
	files, err := fs.Glob(templateFiles, "templates/page_*.html")
	if err != nil {
		return nil, pharos.Errorf(pharos.Internal, "embedded templates: %w", err)
	}
	t := &renderer{pages: map[string]*template.Template{}}
	for _, f := range files {
		page, err := base.Clone()
		if err == nil {
			page, err = page.ParseFS(templateFiles, f)
		}
		if err != nil {
			return nil, pharos.Errorf(pharos.Internal, "embedded template %s: %w", f, err)
		}
		name := strings.TrimSuffix(strings.TrimPrefix(path.Base(f), "page_"), ".html")
		t.pages[name] = page
	}
	return t, nil
}

// write draws a whole page before the first byte goes out, so that a failure
// half way never reaches a user as half a page.
func (t *renderer) write(w http.ResponseWriter, status int, name string, data any) error {
	page, ok := t.pages[name]
	if !ok {
		return pharos.Errorf(pharos.Internal, "no page named %q", name)
	}
	var b bytes.Buffer
	if err := page.ExecuteTemplate(&b, "layout.html", data); err != nil {
		return pharos.Errorf(pharos.Internal, "draw page %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // a client that has gone is no error of ours
	return nil
}

// pageView is one drawn page.
type pageView struct {
	name string
	data any
}

func (v pageView) write(w http.ResponseWriter, _ *http.Request, t *renderer) error {
	return t.write(w, http.StatusOK, v.name, v.data)
}

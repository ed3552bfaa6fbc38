package cli

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/evidence"
	"github.com/pharos-pec/pharos/internal/report"
)

// writePack writes a pack's folder or zip, whole or not at all. One that is
// there already is left alone when it is the same.
func (e *env) writePack(ctx context.Context, o *evidenceOptions, d *dispute, p *evidence.Pack) (report.WrittenPack, error) {
	if err := os.MkdirAll(o.dir, 0o750); err != nil {
		return report.WrittenPack{}, cannotWrite(o.dir, err)
	}
	tmp, err := draftFolder(o.dir)
	if err != nil {
		return report.WrittenPack{}, cannotWrite(o.dir, err)
	}
	defer func() { _ = os.RemoveAll(tmp) }() // what stays is swept next time
	made := filepath.Join(tmp, "pack")
	digest, err := writePackFiles(ctx, made, d, p)
	if err != nil {
		return report.WrittenPack{}, err
	}
	name := evidence.Folder(p.Summary.SubscriptionID, p.Summary.Month)
	out := report.WrittenPack{Path: filepath.Join(o.dir, name), Digest: digest}
	if o.zip {
		out.Path += ".zip"
		zipped := made + ".zip"
		if err := zipPack(zipped, name, made, p); err != nil {
			return out, cannotWrite(out.Path, err)
		}
		made = zipped
	}
	if out.Unchanged, err = mayReplace(out.Path, digest, o.force); err != nil || out.Unchanged {
		return out, err
	}
	return out, moveOver(made, out.Path, tmp)
}

// writePackFiles writes the files of a pack into a folder and returns the
// digest of the whole. The lines come first: they complete the pack.
func writePackFiles(ctx context.Context, dir string, d *dispute, p *evidence.Pack) (string, error) {
	if err := os.Mkdir(dir, 0o755); err != nil { //nolint:gosec // a pack is made to be handed out
		return "", cannotWrite(dir, err)
	}
	var files []evidence.File
	add := func(name string, render func(io.Writer) error) error {
		f, err := writeSummed(dir, name, render)
		files = append(files, f)
		return err
	}
	if err := add(evidence.LinesFile, func(w io.Writer) error { return report.EvidenceLines(w, d.lines(ctx, p)) }); err != nil {
		return "", err
	}
	if err := d.files(ctx, p); err != nil {
		return "", err
	}
	if err := errors.Join(
		add(evidence.PackFile, func(w io.Writer) error { return writeJSON(w, p) }),
		add(evidence.PageFile, func(w io.Writer) error { return report.EvidencePage(w, p) }),
		add(evidence.PDFFile, func(w io.Writer) error { return report.EvidencePDF(w, p) }),
	); err != nil {
		return "", err
	}
	m := p.Manifest(buildVersion().Version, d.state, files...)
	if err := add(evidence.ManifestFile, func(w io.Writer) error { return writeJSON(w, m) }); err != nil {
		return "", err
	}
	sums, err := writeSummed(dir, evidence.SumsFile, func(w io.Writer) error { _, err := w.Write(evidence.Sums(files...)); return err })
	return sums.SHA256, err
}

// writeSummed writes a file of a pack and says what it is.
func writeSummed(dir, name string, render func(io.Writer) error) (evidence.File, error) {
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return evidence.File{}, cannotWrite(name, err)
	}
	sum := sha256.New()
	if err := render(io.MultiWriter(f, sum)); err != nil {
		_ = f.Close() // the render error says more
		return evidence.File{}, err
	}
	info, err := f.Stat()
	if err = errors.Join(err, f.Close()); err != nil {
		return evidence.File{}, cannotWrite(name, err)
	}
	return evidence.File{Name: name, Size: info.Size(), SHA256: hex.EncodeToString(sum.Sum(nil))}, nil
}

// zipPack writes the files of dir into a zip under folder. The same files give
// the same zip: they bear the pack's own time.
func zipPack(file, folder, dir string, p *evidence.Pack) error {
	names, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	z := zip.NewWriter(f)
	for _, n := range names {
		head := zip.FileHeader{Name: folder + "/" + n.Name(), Method: zip.Deflate, Modified: p.Summary.AsOf}
		if err := zipFile(z, &head, filepath.Join(dir, n.Name())); err != nil {
			_ = f.Close() // the first error says more
			return err
		}
	}
	return errors.Join(z.Close(), f.Close())
}

func zipFile(z *zip.Writer, head *zip.FileHeader, name string) error {
	from, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }() // it was only read
	w, err := z.CreateHeader(head)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, from)
	return err
}

// mayReplace says whether the pack of that digest is at path already; another
// one may be replaced only by force, and what is no pack never.
func mayReplace(path, digest string, force bool) (same bool, err error) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	there, err := verifyPack(path, digest)
	switch {
	case err != nil:
		return false, pharos.Errorf(pharos.Conflict, "%s is there, and is no evidence pack", path).WithHint("move it away, or give another folder with --dir")
	case there.Intact:
		return true, nil
	case !force:
		return false, pharos.Errorf(pharos.Conflict, "%s holds another pack", path).
			WithHint("it was made from another state, or altered since: `pharos evidence verify` tells; --force replaces it, --dir writes elsewhere")
	}
	return false, nil
}

// moveOver moves made to path. What is there is put aside into the draft
// folder first, and comes back when that fails.
func moveOver(made, path, draft string) error {
	aside := filepath.Join(draft, "replaced")
	err := os.Rename(path, aside)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return cannotWrite(path, err)
	}
	nothing := err != nil
	if err := os.Rename(made, path); err != nil {
		if !nothing {
			err = errors.Join(err, os.Rename(aside, path))
		}
		return cannotWrite(path, err)
	}
	return nil
}

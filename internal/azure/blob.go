package azure

import (
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/pharos-pec/pharos"
)

// Blob is one file of an export. Its address bears a signature, so no token
// is sent, and no error shows the address.
type Blob struct {
	Name string
	ETag string // the manifest's

	session *Session
	at      *url.URL
}

// Open returns the blob's bytes as they are stored, gzip not undone. A
// connection that breaks is taken up again where it broke, as often as
// Options.Tries without a byte of progress.
func (b Blob) Open(ctx context.Context) (io.ReadCloser, error) {
	r := &blobReader{ctx: ctx, blob: b, size: -1}
	if err := r.connect(); err != nil {
		return nil, err
	}
	return r, nil
}

// Fetch opens the blob and hands it to read. When read fails because the data
// is cut or damaged although the cloud said it was whole, the blob is fetched
// and read again from its first byte, as often as Options.Tries: read must
// start anew each time.
func (b Blob) Fetch(ctx context.Context, read func(io.Reader) error) error {
	for try := 1; ; try++ {
		err := b.once(ctx, read)
		if err == nil || !damaged(err) {
			return err
		}
		if try >= b.session.options.Tries {
			return pharos.Errorf(pharos.Unavailable, "blob %s came damaged %d times: %w", b.Name, try, err).
				WithHint("nothing was imported of it; try again later")
		}
	}
}

func (b Blob) once(ctx context.Context, read func(io.Reader) error) error {
	r, err := b.Open(ctx)
	if err != nil {
		return err
	}
	err = read(r)
	if closeErr := r.Close(); err == nil {
		err = closeErr
	}
	return err
}

// Save fetches the blob into dir, whole or not at all, and returns the path. The
// file bears the blob's whole name, escaped, so that blobs of two folders do
// not overwrite each other. Gzip is checked to the last byte on the way.
func (b Blob) Save(ctx context.Context, dir string) (string, error) {
	name := filepath.Join(dir, url.PathEscape(b.Name))
	f, err := os.CreateTemp(dir, path.Base(b.Name)+".*.part")
	if err != nil {
		return "", pharos.Errorf(pharos.Unavailable, "cannot save blob %s: %w", b.Name, err)
	}
	err = b.Fetch(ctx, func(r io.Reader) error {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if err := f.Truncate(0); err != nil {
			return err
		}
		return b.copyChecked(f, r)
	})
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the first error is the one to tell
		return "", pharos.Errorf(codeOr(err, pharos.Unavailable), "cannot save blob %s: %w", b.Name, err).WithHint("%s", pharos.HintOf(err))
	}
	return name, nil
}

// copyChecked copies r to w, reading through what is gzipped.
func (b Blob) copyChecked(w io.Writer, r io.Reader) error {
	if !strings.HasSuffix(b.Name, ".gz") {
		_, err := io.Copy(w, r)
		return err
	}
	z, err := gzip.NewReader(io.TeeReader(r, w))
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, z) //nolint:gosec // nothing is kept of what it unpacks to
	return err
}

// damaged reports whether an error says that gzip or its stream is cut or
// wrong; a stream cut before its first byte is a plain io.EOF.
func damaged(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) || errors.As(err, &corrupt)
}

// blobReader reads a blob through broken connections.
type blobReader struct {
	ctx    context.Context //nolint:containedctx // a reader's Read takes none
	blob   Blob
	body   io.ReadCloser
	offset int64  // bytes handed out
	size   int64  // of the whole blob, -1 when not told
	etag   string // of the version being read, "" when not told
	stuck  int    // connections since the last byte
}

// Read reads on, and connects again when the connection broke early.
func (r *blobReader) Read(p []byte) (int, error) {
	for {
		n, err := r.body.Read(p)
		r.offset += int64(n)
		if n > 0 {
			r.stuck = 0
		}
		whole := errors.Is(err, io.EOF) && (r.size < 0 || r.offset >= r.size)
		if err == nil || whole {
			return n, err
		}
		if n > 0 {
			return n, nil // the next Read meets the break again
		}
		if r.ctx.Err() != nil {
			return 0, interrupted(r.ctx, "reading blob "+r.blob.Name)
		}
		r.stuck++
		if r.stuck >= r.blob.session.options.Tries {
			return 0, pharos.Errorf(pharos.Unavailable, "blob %s broke off %d times at byte %d: %s", r.blob.Name, r.stuck, r.offset, rootCause(err))
		}
		if err := r.body.Close(); err != nil && r.ctx.Err() != nil {
			return 0, interrupted(r.ctx, "reading blob "+r.blob.Name)
		}
		if err := r.connect(); err != nil {
			return 0, err
		}
	}
}

// Close ends the connection.
func (r *blobReader) Close() error { return r.body.Close() }

// connect asks for the rest of the blob.
func (r *blobReader) connect() error {
	name := "GET blob " + r.blob.Name
	req, err := runtime.NewRequest(r.ctx, http.MethodGet, r.blob.at.String())
	if err != nil {
		return pharos.Errorf(pharos.Internal, "%s: its address cannot be used", name)
	}
	runtime.SkipBodyDownload(req)
	h := req.Raw().Header
	h.Set("Accept-Encoding", "identity") // the stored bytes, which are gzip
	if r.offset > 0 {
		h.Set("Range", "bytes="+strconv.FormatInt(r.offset, 10)+"-")
		if r.etag != "" {
			h.Set("If-Match", r.etag)
		}
	}
	resp, err := r.blob.session.blobs.Do(req)
	if err != nil {
		if r.ctx.Err() != nil {
			return interrupted(r.ctx, name)
		}
		return pharos.Errorf(pharos.Unavailable, "%s: %s did not answer: %s", name, r.blob.at.Host, rootCause(err)).WithHint("%s", connectionHint(err))
	}
	if err := r.accept(resp); err != nil {
		_ = resp.Body.Close() // the refusal is the error to tell
		return err
	}
	return nil
}

// accept takes up an answer at the offset reached.
func (r *blobReader) accept(resp *http.Response) error {
	f := &fault{method: http.MethodGet, path: "blob " + r.blob.Name, status: resp.StatusCode}
	switch {
	case resp.StatusCode == http.StatusForbidden:
		return pharos.Errorf(pharos.Forbidden, "%w", f).WithHint("the export's address has expired; pull again")
	case resp.StatusCode == http.StatusPreconditionFailed,
		r.etag != "" && resp.StatusCode < 300 && resp.Header.Get("ETag") != r.etag:
		return pharos.Errorf(pharos.Conflict, "blob %s changed while it was read", r.blob.Name).WithHint("pull again")
	case resp.StatusCode == http.StatusPartialContent && r.offset > 0:
	case resp.StatusCode == http.StatusOK:
		r.etag, r.size = resp.Header.Get("ETag"), resp.ContentLength
		if _, err := io.CopyN(io.Discard, resp.Body, r.offset); err != nil {
			// It broke again before the place reached: the next Read meets that.
			r.body = brokenBody{resp.Body, io.ErrUnexpectedEOF}
			return nil
		}
	default:
		return pharos.Errorf(f.errorCode(), "%w", f)
	}
	r.body = resp.Body
	return nil
}

// brokenBody is a body whose next Read fails.
type brokenBody struct {
	io.Closer
	err error
}

func (b brokenBody) Read([]byte) (int, error) { return 0, b.err }

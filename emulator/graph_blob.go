package emulator

import (
	"bytes"
	"compress/gzip"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// sasLife is how long a shared access signature is good, by the emulator's clock.
const sasLife = 12 * time.Hour

// partLines is about how many lines a part of a large export has; a small one
// has fewParts parts, none more than maxParts.
const (
	partLines = 50_000
	fewParts  = 4
	maxParts  = 64
)

// blobRoutes are the downloads of billing exports. They need no token: the
// signature in the query is the key.
func blobRoutes() []route {
	return []route{{
		method: http.MethodGet, service: blob, handle: readBlob,
		pattern: "/" + blobContainer + "/v1/{tenant}/{month}/{invoice}/{version}/{fragment}/{partition}/{name}",
	}}
}

const blobContainer = "usagefastpath"

// directory is the folder of an export's blobs, as Microsoft names it.
func (e *export) directory() string {
	fragment, invoice := "basic", e.invoice
	if e.full {
		fragment = "full"
	}
	if invoice == "" {
		invoice = "unbilled-" + e.currency
	}
	month := strings.ReplaceAll(e.month.String(), "-", "")
	return "/" + blobContainer + "/v1/PartnerTenantId=" + string(e.partner.tenant.id) + "/BillingMonth=" + month +
		"/InvoiceId=" + invoice + "/InvoiceVersion=" + e.asked.Format("20060102150405") + "/Fragment=" + fragment + "/PartitionType=default"
}

// partName is the name of a part, counted from 0.
func (e *export) partName(n int) string { return fmt.Sprintf("part-%05d-%s.c000.json.gz", n, e.id) }

// manifest describes the export's blobs, with a signature that lets whoever
// has it read them for some hours.
func (c *call) manifest(e *export) graphObject {
	blobs := []any{}
	for n := range e.parts {
		blobs = append(blobs, graphObject{"name": e.partName(n), "partitionValue": "default"})
	}
	return graphObject{
		"id": e.id, "schemaVersion": "1", "dataFormat": "compressedJSON", "createdDateTime": e.asked.Format("2006-01-02T15:04:05Z"),
		"eTag": e.tag(), "partnerTenantId": string(e.partner.tenant.id), "rootDirectory": c.base + e.directory(),
		"sasToken":      c.emulator.signature(e.directory(), c.now.Add(sasLife)).Encode(),
		"partitionType": "Default", "blobCount": e.parts, "blobs": blobs,
	}
}

// tag changes when there may be new data.
func (e *export) tag() string {
	sum := sha256.Sum256([]byte(e.directory()))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// signature is a shared access signature for a folder: good until an instant,
// for reading and listing.
func (e *Emulator) signature(directory string, until time.Time) url.Values {
	q := url.Values{}
	q.Set("sv", "2022-11-02")
	q.Set("se", until.UTC().Format("2006-01-02T15:04:05Z"))
	q.Set("sr", "d")
	q.Set("sp", "rl")
	q.Set("sdd", "7")
	mac := hmac.New(sha256.New, e.signer.key.D.Bytes())
	mac.Write([]byte(directory + "\n" + q.Encode()))
	q.Set("sig", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	return q
}

// readBlob hands out one part of an export.
func readBlob(c *call) (reply, error) {
	root, name, _ := strings.Cut(c.URL.Path, "/PartitionType=default/")
	until, err := time.Parse("2006-01-02T15:04:05Z", c.URL.Query().Get("se"))
	want := c.emulator.signature(root+"/PartitionType=default", until)
	switch {
	case err != nil || !hmac.Equal([]byte(want.Get("sig")), []byte(c.URL.Query().Get("sig"))):
		return blobRefusal(http.StatusForbidden, "AuthenticationFailed",
			"Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature."), nil
	case !c.now.Before(until):
		return blobRefusal(http.StatusForbidden, "AuthenticationFailed",
			"Signature not valid in the specified time frame: Expiry ["+until.Format(time.RFC1123)+"] - Current ["+c.now.Format(time.RFC1123)+"]"), nil
	}
	e, n := c.emulator.exports.part(root+"/PartitionType=default", name)
	if e == nil {
		return blobRefusal(http.StatusNotFound, "BlobNotFound", "The specified blob does not exist."), nil
	}
	body, err := c.world.part(e, n)
	if err != nil {
		return reply{}, err
	}
	out := reply{status: http.StatusOK, body: body, header: http.Header{
		"Content-Type": {"application/octet-stream"}, "Etag": {`"` + e.tag() + `"`}, "Accept-Ranges": {"bytes"},
		"X-Ms-Blob-Type": {"BlockBlob"}, "Last-Modified": {e.asked.Format(http.TimeFormat)},
	}}
	if asked := c.Header.Get("Range"); asked != "" {
		return blobRange(out, body, asked), nil
	}
	return out, nil
}

// blobRange cuts the part of a blob out that a client asks for, to go on
// where a connection broke: bytes=FIRST- or bytes=FIRST-LAST.
func blobRange(out reply, body []byte, asked string) reply {
	first, last := 0, len(body)-1
	if n, _ := fmt.Sscanf(asked, "bytes=%d-%d", &first, &last); n == 0 {
		return blobRefusal(http.StatusBadRequest, "InvalidHeaderValue", "The value of the Range header is not in the correct format.")
	}
	last = min(last, len(body)-1)
	if first < 0 || first > last {
		return blobRefusal(http.StatusRequestedRangeNotSatisfiable, "InvalidRange", "The range specified is invalid for the current size of the resource.")
	}
	out.status, out.body = http.StatusPartialContent, body[first:last+1]
	out.header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, len(body)))
	return out
}

// part finds the export and the number of a part by folder and name.
func (x *exports) part(directory, name string) (*export, int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, e := range x.list {
		for n := range e.parts {
			if e.partName(n) == name && e.directory() == directory {
				return e, n
			}
		}
	}
	return nil, 0
}

// blobRefusal words a refusal as Blob Storage does: in XML.
func blobRefusal(status int, code, message string) reply {
	return reply{
		status: status, header: http.Header{"Content-Type": {"application/xml"}, "X-Ms-Error-Code": {code}},
		body: []byte(`<?xml version="1.0" encoding="utf-8"?><Error><Code>` + code + `</Code><Message>` + message + `</Message></Error>`),
	}
}

// part writes one part of an export: gzip of JSON Lines.
func (w *world) part(e *export, n int) ([]byte, error) {
	b := w.billOf(e.month, e.asked).in(e.currency)
	dealt := b.deal(e.parts, n)
	b.part = func(c *customer) bool { return dealt[c] }
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	if err := writeJSONL(z, b.lines(), graphColumns(e.full)); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// deal deals the customers that have lines out to the parts in turn and
// returns those of part n: no part is empty, and no customer is in two.
func (b *bill) deal(parts, n int) map[*customer]bool {
	dealt, turn := map[*customer]bool{}, 0
	for _, c := range b.w.customers {
		if b.count(c) > 0 {
			dealt[c] = turn%parts == n
			turn++
		}
	}
	return dealt
}

// parts is in how many parts a bill is exported: none when it has no line,
// several when it has several customers, never more parts than customers.
func (b *bill) parts() int {
	customers, lines := 0, 0
	for _, c := range b.w.customers {
		n := b.count(c)
		customers += min(n, 1)
		lines += n
	}
	return min(customers, fewParts+lines/partLines, maxParts)
}

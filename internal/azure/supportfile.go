package azure

import (
	"context"
	"net/http"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/evidence"
)

// chunkSize is how much of a file goes in one call, in bytes: the largest that
// support takes (docs: az support in-subscription file upload).
const chunkSize = 5 << 19

type wireFile struct {
	Properties wireFileSize `json:"properties"`
}

type wireFileSize struct {
	ChunkSize      int `json:"chunkSize"`
	FileSize       int `json:"fileSize"`
	NumberOfChunks int `json:"numberOfChunks"`
}

// Attach puts a file into a workspace, which it makes. What an earlier run
// put there stays, and is written again where it may be cut.
func (d SupportDesk) Attach(ctx context.Context, workspace string, f evidence.Attachment) error {
	at := d.root + "fileWorkspaces/" + pathSegment(workspace)
	if err := d.put(ctx, at, nil); err != nil && pharos.CodeOf(err) != pharos.Conflict {
		return err
	}
	file := at + "/files/" + pathSegment(f.Name)
	size := wireFileSize{ChunkSize: min(chunkSize, len(f.Data)), FileSize: len(f.Data), NumberOfChunks: (len(f.Data) + chunkSize - 1) / chunkSize}
	err := d.put(ctx, file, wireFile{size})
	if pharos.CodeOf(err) == pharos.Conflict {
		err = d.same(ctx, file, f.Name, size)
	}
	if err != nil {
		return err
	}
	for i := range size.NumberOfChunks {
		chunk := f.Data[i*chunkSize : min((i+1)*chunkSize, len(f.Data))]
		_, err := d.session.arm.do(ctx, call{
			method: http.MethodPost, ref: file + "/upload" + supportVersion, need: needSupport,
			body: map[string]any{"chunkIndex": i, "content": chunk}, // a []byte is base64 in JSON
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (d SupportDesk) put(ctx context.Context, ref string, body any) error {
	ans, err := d.session.arm.do(ctx, call{method: http.MethodPut, ref: ref + supportVersion, body: body, need: needSupport})
	return refusedAs("Azure's support refuses the file", ans, err)
}

// same tells whether the file that is there was announced as this one.
func (d SupportDesk) same(ctx context.Context, ref, name string, want wireFileSize) error {
	ans, err := d.session.arm.do(ctx, call{ref: ref + supportVersion, need: needSupport})
	if err != nil {
		return err
	}
	there, err := decode[wireFile](ans)
	if err == nil && there.Properties != want {
		err = pharos.Errorf(pharos.Conflict, "credential %s: another file %s is in the workspace of the ticket", ans.owner, name).
			WithHint("a workspace without a ticket expires within a day; try again then")
	}
	return err
}

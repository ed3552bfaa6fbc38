package emulator

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// What a file for a ticket may be (docs: the file upload of az support).
const (
	workspaceLife = 24 * time.Hour // of a workspace that no ticket names (recorded)
	maxTicketFile = 5 << 20        // bytes
	maxFileChunk  = 5 << 19        // bytes: 2.5 MiB
	maxFileName   = 110            // characters before the extension
)

// fileWorkspace holds files for a ticket. It is made before the ticket that
// names it; a ticket that names none gets one under its own number.
type fileWorkspace struct {
	name    string
	sub     *subscription // nil: the tenant's
	tenant  *tenant
	by      *principal
	created time.Time
	kept    bool // a ticket has it
	files   []ticketFile
}

// ticketFile is a file whose chunks come one by one.
type ticketFile struct {
	name    string
	created time.Time
	size    int
	chunk   int
	chunks  [][]byte // nil until uploaded
}

func supportFileRoutes(prefix string) []route {
	const (
		one  = "fileWorkspaces/{workspace}"
		file = one + "/files/{file}"
	)
	return []route{
		{method: http.MethodGet, pattern: prefix + one, handle: getWorkspace, faith: recorded},
		{method: http.MethodPut, pattern: prefix + one, handle: putWorkspace, faith: recorded},
		{method: http.MethodGet, pattern: prefix + one + "/files", handle: listTicketFiles, faith: recorded},
		{method: http.MethodGet, pattern: prefix + file, handle: getTicketFile, faith: recorded},
		{method: http.MethodPut, pattern: prefix + file, handle: putTicketFile, faith: recorded},
		{method: http.MethodPost, pattern: prefix + file + "/upload", handle: uploadTicketFile, faith: recorded},
	}
}

func (w *fileWorkspace) armID() string {
	return supportScope(w.sub) + supportProvider + "fileWorkspaces/" + w.name
}

func (w *fileWorkspace) body() map[string]any {
	return map[string]any{
		"id": w.armID(), "name": w.name, "type": "Microsoft.Support/fileWorkspaces",
		"properties": map[string]string{"expirationTime": supportTime(w.created.Add(workspaceLife)), "createdOn": supportTime(w.created)},
	}
}

func (w *fileWorkspace) fileBody(f *ticketFile) map[string]any {
	return map[string]any{
		"id": w.armID() + "/files/" + f.name, "name": f.name, "type": "Microsoft.Support/files",
		"properties": map[string]any{"createdOn": supportTime(f.created), "fileSize": f.size, "chunkSize": f.chunk, "numberOfChunks": len(f.chunks)},
	}
}

// workspaceNamed finds a workspace at the target that has not expired.
func (c *call) workspaceNamed(on target, name string) *fileWorkspace {
	i := slices.IndexFunc(c.world.workspaces, func(w *fileWorkspace) bool {
		return w.sub == on.sub && w.tenant == on.tenant && strings.EqualFold(w.name, name) && (w.kept || c.now.Before(w.created.Add(workspaceLife)))
	})
	if i < 0 {
		return nil
	}
	return c.world.workspaces[i]
}

// workspace finds the workspace of the call's path. One of a tenant is shown
// to whoever made it, as the tenant's tickets are.
func (c *call) workspace(action string) (*fileWorkspace, error) {
	on, err := c.supportTarget(action)
	if err != nil {
		return nil, err
	}
	w := c.workspaceNamed(on, c.vars["workspace"])
	if w == nil || w.sub == nil && w.by != c.caller.principal {
		return nil, notFound("ResourceNotFound", fmt.Sprintf("The file workspace '%s' could not be found.", c.vars["workspace"]))
	}
	return w, nil
}

// workspaceName is the form of a workspace's name (docs: FileWorkspaces).
var workspaceName = regexp.MustCompile(`^[0-9a-zA-Z_\-. ]+$`)

func putWorkspace(c *call) (reply, error) {
	on, err := c.supportTarget("fileWorkspaces/write")
	if err != nil {
		return reply{}, err
	}
	name := c.vars["workspace"]
	if wrongSupportName(name) != "" || !workspaceName.MatchString(name) {
		return reply{}, badRequest("ResourceNameInvalid", "Resource name is invalid. Please provide a valid name")
	}
	if c.workspaceNamed(on, name) != nil {
		return reply{}, conflict("ResourceNameAlreadyExists", fmt.Sprintf("A file workspace with the name '%s' already exists.", name))
	}
	return c.made(c.addWorkspace(on, name).body()), nil
}

func (c *call) addWorkspace(on target, name string) *fileWorkspace {
	w := &fileWorkspace{name: name, sub: on.sub, tenant: on.tenant, by: c.caller.principal, created: c.now}
	c.world.workspaces = append(c.world.workspaces, w)
	return w
}

// made answers that something was made, with where it is.
func (c *call) made(body map[string]any) reply {
	at := c.base + body["id"].(string) + "?api-version=" + c.apiVersion()
	return reply{status: http.StatusCreated, body: body, header: http.Header{"Location": {at}}}
}

func getWorkspace(c *call) (reply, error) {
	w, err := c.workspace("fileWorkspaces/read")
	if err != nil {
		return reply{}, err
	}
	return ok(w.body())
}

func listTicketFiles(c *call) (reply, error) {
	w, err := c.workspace("fileWorkspaces/files/read")
	if err != nil {
		return reply{}, err
	}
	out := []map[string]any{}
	for i := range w.files {
		out = append(out, w.fileBody(&w.files[i]))
	}
	return list(out)
}

// ticketFile finds the file of the call's path, nil when there is none.
func (c *call) ticketFile(w *fileWorkspace) *ticketFile {
	i := slices.IndexFunc(w.files, func(f ticketFile) bool { return strings.EqualFold(f.name, c.vars["file"]) })
	if i < 0 {
		return nil
	}
	return &w.files[i]
}

func (c *call) noTicketFile() error {
	return notFound("ResourceNotFound", fmt.Sprintf("The file '%s' could not be found.", c.vars["file"]))
}

func getTicketFile(c *call) (reply, error) {
	w, err := c.workspace("fileWorkspaces/files/read")
	if err != nil {
		return reply{}, err
	}
	f := c.ticketFile(w)
	if f == nil {
		return reply{}, c.noTicketFile()
	}
	return ok(w.fileBody(f))
}

// putTicketFile announces a file, whose chunks follow.
func putTicketFile(c *call) (reply, error) {
	w, err := c.workspace("fileWorkspaces/files/write")
	if err != nil {
		return reply{}, err
	}
	if why := wrongFileName(c.vars["file"]); why != "" {
		return reply{}, badTicket("InvalidFileName", "%s", why)
	}
	if c.ticketFile(w) != nil {
		return reply{}, conflict("ResourceNameAlreadyExists", fmt.Sprintf("A file with the name '%s' already exists.", c.vars["file"]))
	}
	var want struct {
		Properties struct{ ChunkSize, FileSize, NumberOfChunks int }
	}
	if err := c.decode(&want); err != nil {
		return reply{}, err
	}
	p := want.Properties
	switch {
	case p.FileSize < 1 || p.FileSize > maxTicketFile:
		return reply{}, badTicket("InvalidFileSize", "The file must be between 1 and %d bytes.", maxTicketFile)
	case p.ChunkSize < 1 || p.ChunkSize > maxFileChunk:
		return reply{}, badTicket("InvalidChunkSize", "The chunk size must be between 1 and %d bytes.", maxFileChunk)
	case p.NumberOfChunks != (p.FileSize+p.ChunkSize-1)/p.ChunkSize:
		return reply{}, badTicket("InvalidNumberOfChunks", "%d chunks of %d bytes are no file of %d bytes.", p.NumberOfChunks, p.ChunkSize, p.FileSize)
	}
	w.files = append(w.files, ticketFile{name: c.vars["file"], created: c.now, size: p.FileSize, chunk: p.ChunkSize, chunks: make([][]byte, p.NumberOfChunks)})
	return c.made(w.fileBody(&w.files[len(w.files)-1])), nil
}

// wrongFileName says why a file of the name is not taken; "" if it is.
func wrongFileName(name string) string {
	stem, extension := name, ""
	if i := strings.LastIndex(name, "."); i >= 0 {
		stem, extension = name[:i], strings.ToLower(name[i+1:])
	}
	refused := strings.Fields("bat bin cmd com cpl exe htm html inf ins isu job js jse lnk msi msp paf pif ps1 reg rgs scr sct svg vb vbe vbs ws wsf wsh")
	switch {
	case len(stem) > maxFileName:
		return fmt.Sprintf("File name should not be more than %d characters.", maxFileName)
	case slices.Contains(refused, extension):
		return "The file extension is not supported."
	}
	return ""
}

// uploadTicketFile takes one chunk. The same chunk again replaces it.
func uploadTicketFile(c *call) (reply, error) {
	w, err := c.workspace("fileWorkspaces/files/upload/action")
	if err != nil {
		return reply{}, err
	}
	f := c.ticketFile(w)
	if f == nil {
		return reply{}, c.noTicketFile()
	}
	var want struct {
		Content    string
		ChunkIndex int
	}
	if err := c.decode(&want); err != nil {
		return reply{}, err
	}
	content, err := base64.StdEncoding.DecodeString(want.Content)
	if err != nil {
		return reply{}, badTicket("InvalidContent", "The content is not in base64.")
	}
	if want.ChunkIndex < 0 || want.ChunkIndex >= len(f.chunks) {
		return reply{}, badTicket("InvalidChunkIndex", "The file has %d chunks.", len(f.chunks))
	}
	if size := min(f.chunk, f.size-want.ChunkIndex*f.chunk); len(content) != size {
		return reply{}, badTicket("InvalidContent", "The chunk %d has %d bytes instead of %d.", want.ChunkIndex, len(content), size)
	}
	f.chunks[want.ChunkIndex] = content
	return reply{status: http.StatusNoContent}, nil
}

package clickhouse

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
)

// engine is a ClickHouse in this process. It answers one query at a time.
type engine struct {
	mu         sync.Mutex
	connection *uintptr // as the library hands it out: a pointer to its handle
	query      func(connection uintptr, query, format string) uintptr
	buffer     func(result uintptr) unsafe.Pointer
	length     func(result uintptr) uint64
	failure    func(result uintptr) string
	destroy    func(result uintptr)
	end        func(connection *uintptr)
}

// start loads the library and opens an engine with the arguments of clickhouse-local.
func start(library string, args ...string) (*engine, error) {
	lib, err := purego.Dlopen(library, purego.RTLD_NOW|purego.RTLD_GLOBAL)
	if err != nil {
		return nil, err
	}
	e := &engine{}
	var connect func(argc int32, argv unsafe.Pointer) *uintptr
	purego.RegisterLibFunc(&connect, lib, "chdb_connect")
	purego.RegisterLibFunc(&e.end, lib, "chdb_close_conn")
	purego.RegisterLibFunc(&e.query, lib, "chdb_query")
	purego.RegisterLibFunc(&e.buffer, lib, "chdb_result_buffer")
	purego.RegisterLibFunc(&e.length, lib, "chdb_result_length")
	purego.RegisterLibFunc(&e.failure, lib, "chdb_result_error")
	purego.RegisterLibFunc(&e.destroy, lib, "chdb_destroy_query_result")
	texts := make([][]byte, 0, len(args)+1)
	argv := make([]*byte, 0, len(args)+1)
	for _, a := range append([]string{"clickhouse"}, args...) {
		text := append([]byte(a), 0)
		texts, argv = append(texts, text), append(argv, &text[0])
	}
	e.connection = connect(int32(len(argv)), unsafe.Pointer(&argv[0]))
	runtime.KeepAlive(texts)
	if e.connection == nil {
		return nil, errors.New("libchdb does not open")
	}
	return e, nil
}

// close ends the engine and lets go of its files.
func (e *engine) close() { e.end(e.connection) }

// run runs a statement and returns what it answers in the format.
func (e *engine) run(statement, format string) ([]byte, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	result := e.query(*e.connection, statement, format)
	if result == 0 {
		return nil, errors.New("libchdb gives no result")
	}
	defer e.destroy(result)
	if failure := e.failure(result); failure != "" {
		return nil, fmt.Errorf("%s\nin %s", failure, statement)
	}
	n := e.length(result)
	if n == 0 {
		return nil, nil
	}
	out := make([]byte, n)
	copy(out, unsafe.Slice((*byte)(e.buffer(result)), n)) // the library's memory, copied before it is freed #nosec G103
	return out, nil
}

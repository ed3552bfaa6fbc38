package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"

	"github.com/pharos-pec/pharos"
)

// writeLine writes v as one line with the sum that continues sum.
func writeLine(w io.Writer, sum uint32, v any) (uint32, error) {
	line, err := json.Marshal(v)
	if err != nil {
		return 0, pharos.Errorf(pharos.Internal, "cannot write the state: %w", err)
	}
	sum = crc32.Update(sum, crc32.IEEETable, line)
	_, err = fmt.Fprintf(w, "%s,\"sum\":\"%08x\"}\n", line[:len(line)-1], sum)
	return sum, err
}

// sumLength is the length of the sum at the end of a line.
const sumLength = len(`,"sum":"00000000"}`)

// readLine reads one line into v and returns the sum so far.
func readLine(line []byte, sum uint32, v any) (uint32, error) {
	if len(line) <= sumLength || line[0] != '{' {
		return 0, errors.New("no line of a state")
	}
	cut := len(line) - sumLength
	text := append(bytes.Clone(line[:cut]), '}')
	sum = crc32.Update(sum, crc32.IEEETable, text)
	if want := fmt.Sprintf(`,"sum":"%08x"}`, sum); string(line[cut:]) != want {
		return 0, errors.New("sum: the line is damaged, or one before it is missing")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return sum, d.Decode(v)
}

// replaceFile writes a file that only its owner may read, in one step: it has
// the old content or the new one, whenever it is looked at.
func replaceFile(file string, data []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*.tmp")
	if err == nil {
		_, err = temp.Write(data)
		err = errors.Join(err, temp.Sync(), temp.Close())
		if err == nil {
			err = os.Rename(temp.Name(), file)
		}
		if err != nil {
			err = errors.Join(err, os.Remove(temp.Name()))
		}
	}
	if err != nil {
		return pharos.Errorf(pharos.Unavailable, "cannot write %s: %w", file, err)
	}
	return nil
}

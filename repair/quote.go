package repair

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
)

// shell quotes text for a POSIX shell: within single quotes nothing has a
// meaning but the quote itself. A NUL, which no argument can hold, is left out.
func shell(s string) string {
	return "'" + strings.NewReplacer("'", `'\''`, "\x00", "").Replace(s) + "'"
}

// powerShell quotes text for PowerShell. Within single quotes nothing has a
// meaning but a quote, and PowerShell takes the typographic ones for quotes as
// well; a script without a byte order mark is read in the machine's code page,
// in which some byte of a letter may be one. So what is not plain ASCII is
// written as escapes, which the shell itself turns back.
func powerShell(s string) string {
	quoted := "'" + strings.ReplaceAll(s, "'", "''") + "'"
	if isPlain(s) {
		return quoted
	}
	return "([regex]::Unescape('" + strings.ReplaceAll(escaped(strings.ReplaceAll(s, `\`, `\\`)), "'", "''") + "'))"
}

// isPlain reports whether a text is printable ASCII.
func isPlain(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

// escaped writes what is not printable ASCII as \uXXXX, in UTF-16 as JSON and
// .NET have it.
func escaped(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= ' ' && r <= '~' {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}

// oneLine makes a name fit into a sentence, a subject or a file: whatever would
// break the line, or turn its direction, becomes a blank.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
	}), " ")
}

package repair

import (
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

// hostile are names that break out of careless scripts and pages.
func hostile() []string {
	return []string{
		"", "Contoso", "END_OF_TEMPLATE\naz injected", `it's`, `'; az injected; '`, "$(az injected)", "`az injected`", "${IFS}", "a\nb", "a\r\naz injected", `\'`, `"`, "''", "-n", "%s",
		"’; Remove-Item x; ’", "‘a‚b‛", "Müller đ 😀", "@'\n'@", "</pre><script>alert(1)</script>", "\u202eevil", "a\x00b", "[concat('a')]", "!history", "*",
	}
}

func FuzzShell(f *testing.F) {
	for _, s := range hostile() {
		f.Add(s)
	}
	sh, err := exec.LookPath("sh")
	if err != nil {
		f.Skip("there is no sh on this machine: what it makes of the quotes is not tested")
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := exec.Command(sh, "-c", "printf %s "+shell(s)+"x").Output()
		if want := strings.ReplaceAll(s, "\x00", "") + "x"; err != nil || string(got) != want {
			t.Errorf("%q became %q: %v", s, got, err)
		}
	})
}

// FuzzPowerShell reads the quoted text as PowerShell does (about_Quoting_Rules):
// a doubled quote is one, and nothing but ASCII stands in the script.
func FuzzPowerShell(f *testing.F) {
	for _, s := range hostile() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			t.Skip("names come from JSON, which is UTF-8")
		}
		quoted := powerShell(s)
		if !isPlain(quoted) {
			t.Fatalf("%q is not plain ASCII", quoted)
		}
		inner, wrapped := strings.CutPrefix(quoted, "([regex]::Unescape(")
		if wrapped {
			inner = strings.TrimSuffix(inner, "))")
		}
		body := inner[1 : len(inner)-1]
		if inner[0] != '\'' || inner[len(inner)-1] != '\'' || strings.Contains(strings.ReplaceAll(body, "''", ""), "'") {
			t.Fatalf("%s: a quote ends the text", quoted)
		}
		body = strings.ReplaceAll(body, "''", "'")
		if wrapped {
			body = unescape(t, body)
		}
		if body != s {
			t.Errorf("%q became %q", s, body)
		}
	})
}

// unescape is what Regex.Unescape does of the escapes that are written.
func unescape(t *testing.T, s string) string {
	t.Helper()
	var units []uint16
	for _, part := range regexp.MustCompile(`\\u[0-9a-f]{4}|\\\\|[^\\]`).FindAllString(s, -1) {
		switch {
		case part == `\\`:
			units = append(units, '\\')
		case len(part) == 6:
			n, err := strconv.ParseUint(part[2:], 16, 16)
			if err != nil {
				t.Fatal(err)
			}
			units = append(units, uint16(n))
		default:
			units = append(units, uint16(part[0]))
		}
	}
	return string(utf16.Decode(units))
}

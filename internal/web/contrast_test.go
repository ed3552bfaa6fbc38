package web

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
)

// tokens reads the colours of the style sheet, for light and for dark.
func tokens(t *testing.T) map[string]map[string]string {
	t.Helper()
	css, err := assetFiles.ReadFile("assets/app.css")
	if err != nil {
		t.Fatal(err)
	}
	light, rest, ok := strings.Cut(string(css), "@media (prefers-color-scheme: dark)")
	if !ok {
		t.Fatal("no dark colours")
	}
	dark, _, _ := strings.Cut(rest, "}\n}")
	token := regexp.MustCompile(`--([a-z-]+):\s*(#[0-9a-f]{6})`)
	read := func(text string) map[string]string {
		found := map[string]string{}
		for _, m := range token.FindAllStringSubmatch(text, -1) {
			found[m[1]] = m[2]
		}
		return found
	}
	schemes := map[string]map[string]string{"light": read(light)}
	schemes["dark"] = maps.Clone(schemes["light"])
	maps.Copy(schemes["dark"], read(dark))
	return schemes
}

// luminance is the relative luminance of WCAG 2.2 (w3.org/TR/WCAG22).
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// Every text can be read on every ground it stands on (4.5), and every bar
// and focus ring be told from its ground (3), in both colour schemes.
func TestContrast(t *testing.T) {
	type pair struct {
		text, ground string
		least        float64
	}
	var pairs []pair
	for _, ground := range []string{"ground", "surface", "raised"} {
		for _, ink := range []string{"text", "soft", "accent", "lost"} {
			pairs = append(pairs, pair{ink, ground, 4.5})
		}
		pairs = append(pairs, pair{"focus", ground, 3})
	}
	pairs = append(pairs, pair{"on-accent", "accent", 4.5}, pair{"text", "accent-ground", 4.5}, pair{"disputable", "disputable-ground", 4.5})
	for _, v := range pharos.Verdicts() {
		pairs = append(pairs, pair{string(v), "surface", 4.5})
		for _, day := range pharos.Verdicts() { // an entry on a day that another verdict colours
			pairs = append(pairs, pair{string(v), string(day) + "-ground", 4.5})
		}
		pairs = append(pairs, pair{"focus", string(v) + "-ground", 3})
	}
	for scheme, colours := range tokens(t) {
		for _, p := range pairs {
			text, ground := colours[p.text], colours[p.ground]
			if text == "" || ground == "" {
				t.Fatalf("%s: no colour --%s or --%s", scheme, p.text, p.ground)
			}
			if got := contrast(t, text, ground); got < p.least {
				t.Errorf("%s: --%s on --%s is %s, want %v", scheme, p.text, p.ground, fmt.Sprintf("%.2f", got), p.least)
			}
		}
		for _, v := range pharos.Verdicts() {
			if v == pharos.Excluded {
				continue // has no bar: excluded lines have no credit
			}
			if got := contrast(t, colours[string(v)+"-bar"], colours["surface"]); got < 3 {
				t.Errorf("%s: the bar of %s is %.2f on its ground, want 3", scheme, v, got)
			}
		}
	}
}

// Nobody who asked for less motion gets any, and the focus is never hidden.
func TestStyle_Promises(t *testing.T) {
	css, err := assetFiles.ReadFile("assets/app.css")
	if err != nil {
		t.Fatal(err)
	}
	calm, motion, ok := strings.Cut(string(css), "@media (prefers-reduced-motion: no-preference)")
	if !ok || strings.Contains(calm, "transition") || strings.Contains(calm, "animation") || !strings.Contains(motion, "transition") {
		t.Error("something moves for those who asked for less motion")
	}
	if !strings.Contains(calm, ":focus-visible { outline: 3px solid var(--focus)") {
		t.Error("the focus has no ring")
	}
}

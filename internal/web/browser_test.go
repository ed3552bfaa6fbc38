package web

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	browserlog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browserPatience ends a browser test that hangs.
const browserPatience = 5 * time.Minute

// browser is a headless Chromium at the dashboard of some books.
type browser struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu       sync.Mutex
	asked    []string // every address the browser asked for
	problems []string // console errors: blocked content, exceptions
}

// findBrowser returns the path of a Chromium. Without one the test cannot
// tell anything: that is a failure where tests must be complete, in CI.
func findBrowser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const missing = "no Chromium found on PATH; install one, for example: apt-get install chromium, or brew install --cask chromium"
	if os.Getenv("CI") != "" { // nothing but the environment tells CI from a desk
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// open starts the server on a free port of this machine and a browser.
func open(t *testing.T, b Books) *browser {
	t.Helper()
	path := findBrowser(t)
	s, _ := server(t, b)
	ctx, cancel := context.WithTimeout(t.Context(), browserPatience)
	t.Cleanup(cancel)
	l, err := Listen(ctx, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serve(ctx, t, s, l)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.WindowSize(1280, 900),
	)
	alloc, stopAlloc := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stopAlloc)
	tab, closeTab := chromedp.NewContext(alloc)
	t.Cleanup(closeTab)
	br := &browser{t: t, ctx: tab, base: "http://" + l.Addr().String()}
	if err := chromedp.Listen(tab, br.note); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	call(br, network.Enable, network.EnableParams{})
	call(br, runtime.Enable, cdp.Empty{})
	call(br, browserlog.Enable, cdp.Empty{}) //nolint:forbidigo // the browser's log, not ours
	return br
}

// serve runs the server until the test ends, and holds that it stops cleanly.
func serve(ctx context.Context, t *testing.T, s *Server, l net.Listener) {
	t.Helper()
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
}

// note keeps what the browser asked for and complained about.
func (b *browser) note(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.asked = append(b.asked, e.Request.URL)
	case *runtime.EventExceptionThrown:
		b.problems = append(b.problems, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		b.problems = append(b.problems, fmt.Sprintf("console.%s", e.Type))
	case *browserlog.EventEntryAdded: //nolint:forbidigo // the browser's log, not ours
		source, said := e.Entry.Source, e.Entry.Text //nolint:forbidigo // the browser's log, not ours
		if source != "network" {                     // a status other than 200 is looked at elsewhere
			b.problems = append(b.problems, fmt.Sprintf("%s: %s", source, said))
		}
	}
}

// step is something that a user does.
type step = chromedp.Action[chromedp.Void]

// run does some steps, each of which must succeed.
func (b *browser) run(steps ...step) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// call gives the browser a command that must succeed.
func call[P, R any](b *browser, command cdp.Command[P, R], params P) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, command, params); err != nil {
		b.t.Fatalf("%s: %v", command.Method, err)
	}
}

// visit opens a page of the dashboard.
func (b *browser) visit(path string) {
	b.t.Helper()
	b.run(chromedp.Navigate(b.base + path))
}

// follow clicks or types, and waits for the page that this leads to.
func (b *browser) follow(steps ...step) {
	b.t.Helper()
	if _, err := chromedp.RunResponse(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// eval returns what a script of the test's own says.
func eval[T any](b *browser, script string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// heading returns the page's heading.
func (b *browser) heading() string {
	b.t.Helper()
	return eval[string](b, `document.querySelector("h1").textContent`)
}

// path returns the address of the page, without the host. It asks the
// browser, not the page, whose scripts may be off.
func (b *browser) path() string {
	b.t.Helper()
	at, err := chromedp.Run(b.ctx, chromedp.Location())
	if err != nil {
		b.t.Fatal(err)
	}
	u, err := url.Parse(at)
	if err != nil {
		b.t.Fatal(err)
	}
	return u.RequestURI()
}

// expect holds that the browser is at an address.
func (b *browser) expect(path string) {
	b.t.Helper()
	if got := b.path(); got != path {
		b.t.Fatalf("at %s, want %s", got, path)
	}
}

// quiet holds that nothing was asked of another host and nothing was blocked
// or broke.
func (b *browser) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.asked) == 0 {
		b.t.Error("the browser asked for nothing")
	}
	for _, address := range b.asked {
		// A date field draws its own icon from a data: address.
		if !strings.HasPrefix(address, b.base+"/") && !strings.HasPrefix(address, "data:") {
			b.t.Errorf("the page asked for %s", address)
		}
	}
	for _, p := range b.problems {
		b.t.Errorf("the browser said: %s", p)
	}
}

// look says how a page is to be seen.
type look struct {
	Name   string
	Width  int64
	Scheme string // light or dark
}

// dress makes the tab look so.
func (b *browser) dress(l look) {
	b.t.Helper()
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: l.Width, Height: 900, DeviceScaleFactor: 1, Mobile: l.Width < 600})
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.Scheme}}})
}

// scripts switches the scripts of pages on or off.
func (b *browser) scripts(on bool) {
	b.t.Helper()
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
}

// shoot takes a picture of the whole page. `go test -artifacts` keeps the
// pictures, else they go with the test.
func (b *browser) shoot(name string) {
	b.t.Helper()
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	if len(picture) == 0 {
		b.t.Fatalf("the picture %s is empty", name)
	}
	if err := os.WriteFile(filepath.Join(b.t.ArtifactDir(), name+".png"), picture, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

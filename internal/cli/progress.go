package cli

import (
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// patience is how long a step may take before a bar appears: what is over in
// a moment needs no bar.
const patience = time.Second

// progress shows how far a long step is: a bar on a terminal, log lines with
// --verbose elsewhere. It is made by [env.progress], fed by set, ended by done.
type progress struct {
	mu    sync.Mutex // set may be called by several goroutines
	e     *env
	what  string
	began time.Time
	bar   *progressbar.ProgressBar
	last  string
	ended bool
}

// progress begins a step. Always end it with done.
func (e *env) progress(what string) *progress {
	e.log().Info("begin", "step", what)
	return &progress{e: e, what: what, began: e.Now()}
}

// set tells that done of total parts are finished and what is being worked
// on. A total of 0 means that nobody knows it yet.
func (p *progress) set(done, total int64, detail string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if detail != p.last {
		p.last = detail
		p.e.log().Debug("progress", "step", p.what, "done", done, "total", total, "at", detail)
	}
	if p.ended || !isTerminal(p.e.Err) || p.e.Now().Sub(p.began) < patience {
		return
	}
	if p.bar == nil {
		p.bar = p.e.newBar(p.what)
	}
	if total <= 0 {
		total = -1 // a spinner
	}
	if p.bar.GetMax64() != total {
		p.bar.ChangeMax64(total)
	}
	p.bar.Describe(p.what + " " + detail)
	_ = p.bar.Set64(done) // a bar that cannot be drawn is nobody's loss
}

// done takes the bar away and logs how long the step took; a second call does
// nothing.
func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	p.ended = true
	if p.bar != nil {
		_ = p.bar.Clear() // as above
	}
	p.e.log().Info("end", "step", p.what, "took", p.e.Now().Sub(p.began).String())
}

func (e *env) newBar(what string) *progressbar.ProgressBar {
	return progressbar.NewOptions64(-1,
		progressbar.OptionSetDescription(what),
		progressbar.OptionSetWriter(e.Err),
		progressbar.OptionEnableColorCodes(e.colour(e.Err)),
		progressbar.OptionSetWidth(24),
		progressbar.OptionShowCount(),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionSetPredictTime(false),
	)
}

package cli

import (
	"context"
	"net"

	"github.com/spf13/cobra"

	"github.com/pharos-pec/pharos/internal/web"
)

type serveOptions struct {
	listen string
	hosts  []string
	when   when
}

func newServe(e *env) *cobra.Command {
	var o serveOptions
	c := e.command(page{
		use:   "serve",
		short: "Serve the dashboard and the JSON API",
		long: `Serves what is known (judged months, coverage, causes) as web pages and as JSON, until it is stopped.
There is no sign-in, so it listens on this machine alone unless --listen says otherwise.`,
		example: "  pharos serve\n  pharos serve --listen 127.0.0.1:0",
	}, noArgs, func(c *cobra.Command, _ []string) error { return e.serve(c.Context(), &o) })
	c.Flags().StringVar(&o.listen, "listen", "", "`address` to listen on (default PHAROS_LISTEN, else "+web.DefaultAddress+")")
	c.Flags().StringSliceVar(&o.hosts, "host", nil, "`name` besides localhost that the server answers for; may be repeated")
	o.when.addAsOf(c)
	return c
}

func (e *env) serve(ctx context.Context, o *serveOptions) error {
	b, err := e.openBooks(ctx, &o.when)
	if err != nil {
		return err
	}
	defer b.close()
	address := o.listen
	if address == "" {
		address = e.Getenv("PHAROS_LISTEN")
	}
	if address == "" {
		address = web.DefaultAddress
	}
	l, err := web.Listen(ctx, address)
	if err != nil {
		return err
	}
	return e.serveBooks(ctx, b, l, o.hosts)
}

// serveBooks serves b on l, which it closes, until ctx ends.
func (e *env) serveBooks(ctx context.Context, b *books, l net.Listener, hosts []string) error {
	server, err := web.New(web.Deps{
		Books: b, Clock: e.Now, Version: buildVersion().Version, Hosts: hosts,
		Failed: func(_ context.Context, path string, err error) { e.note("pharos: %s: %s", path, err) },
	})
	if err != nil {
		_ = l.Close() // the first error is the one to tell
		return err
	}
	e.note("dashboard: http://%s (Ctrl-C ends it)", l.Addr())
	if !web.Local(l.Addr()) {
		e.note("note: other machines can reach it, and there is no sign-in")
	}
	return server.Serve(ctx, l)
}

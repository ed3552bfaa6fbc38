package delegationfile_test

import (
	"fmt"
	"testing"

	"github.com/pharos-pec/pharos/internal/delegationfile"
	"github.com/pharos-pec/pharos/onboard"
)

// BenchmarkLint reads and lints 10,000 delegations, each a file of its own that
// `onboard new` wrote, in one language at a time.
func BenchmarkLint(b *testing.B) {
	const files = 10_000
	for _, l := range delegationfile.Languages() {
		b.Run(string(l), func(b *testing.B) {
			all := make([]delegationfile.File, files)
			for i := range all {
				r := request()
				r.Offer = fmt.Sprintf("Customer %d", i)
				d, err := onboard.Compose(r)
				if err != nil {
					b.Fatal(err)
				}
				written, err := delegationfile.Write(l, r, d, "")
				if err != nil {
					b.Fatal(err)
				}
				all[i] = written[0]
			}
			for b.Loop() {
				for _, f := range all {
					p, err := delegationfile.Read(f, delegationfile.File{})
					if err != nil {
						b.Fatal(err)
					}
					if r, err := onboard.Lint(p, onboard.Surroundings{CSP: true}); err != nil || r.Earns != onboard.Yes {
						b.Fatal(r, err)
					}
				}
			}
			b.ReportMetric(float64(b.N)*files/b.Elapsed().Seconds(), "delegations/s")
		})
	}
}

package delegationfile_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos/internal/delegationfile"
	"github.com/pharos-pec/pharos/onboard"
)

// BenchmarkLint_OneFile lints 10,000 delegations that stand in one file.
func BenchmarkLint_OneFile(b *testing.B) {
	const count = 10_000
	r := request()
	r.Teams, r.Approvers = nil, nil
	d, err := onboard.Compose(r)
	if err != nil {
		b.Fatal(err)
	}
	written, err := delegationfile.Write(delegationfile.Terraform, r, d, "")
	if err != nil {
		b.Fatal(err)
	}
	var all strings.Builder
	for i := range count {
		n := strconv.Itoa(i)
		all.WriteString(strings.NewReplacer(`"delegation"`, `"d`+n+`"`, ".delegation.", ".d"+n+".", robot, fmt.Sprintf("5d3a2f60-8d0b-4a55-8f0e-%012x", i)).Replace(string(written[0].Data)))
	}
	for b.Loop() {
		p, err := delegationfile.Read(delegationfile.File{Name: "all.tf", Data: []byte(all.String())}, delegationfile.File{})
		if err != nil {
			b.Fatal(err)
		}
		if r, err := onboard.Lint(p, onboard.Surroundings{CSP: true}); err != nil || len(p.Definitions) != count || len(r.Findings) > 0 {
			b.Fatal(len(p.Definitions), r.Findings, err)
		}
	}
}

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

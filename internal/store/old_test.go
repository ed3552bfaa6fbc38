package store_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/store"
)

// keep writes the database of this version, once for every release.
var keep = flag.String("keep", "", "write a database of this version to testdata/`NAME`.db")

// sample is what every database in testdata holds.
func sample() *pharos.History {
	h := pharos.NewHistory()
	sub, customer := ids[pharos.SubscriptionID](1)[0], ids[pharos.TenantID](1)[0]
	robot := refs()[0]
	span := pharos.Span{Began: pharos.At(instant(1e18)), Ended: pharos.Bound{Earliest: instant(2e18)}}
	seen := []pharos.Interval{{From: instant(1e18), To: instant(2e18)}}
	h.Customers[customer] = pharos.Customer{ID: customer, Name: "fabrikam", Domain: "fabrikam.example", Country: "DE"}
	h.Subscriptions[sub] = pharos.Subscription{ID: sub, Customer: customer, Name: "fabrikam-prod"}
	h.Principals[robot] = pharos.Principal{PrincipalRef: robot, Kind: pharos.ServicePrincipal, Name: "robot", Identity: "app"}
	h.AgentGroups["g"] = "AdminAgents"
	h.Grants[pharos.GrantKey{Subscription: sub, Path: pharos.Lighthouse}] = &pharos.Record[pharos.Grant]{Observed: seen, Facts: []pharos.Fact[pharos.Grant]{{
		Value: pharos.Grant{
			Path: pharos.Lighthouse, ID: "/subscriptions/s/providers/microsoft.managedservices/registrationassignments/r", Scope: pharos.SubscriptionScope(sub),
			Kind: pharos.Permanent, Role: pharos.Contributor, Holder: robot, HolderKind: pharos.ServicePrincipal, Offer: "Contoso managed services",
		},
		Span: span, Source: pharos.Logged, Evidence: "entry",
	}}}
	h.Denials[sub] = &pharos.Record[pharos.Denial]{Facts: []pharos.Fact[pharos.Denial]{{Value: pharos.Denial{ID: "d", Scope: "/subscriptions/s"}, Span: span, Source: pharos.Seen}}}
	h.Members[refs()[1]] = &pharos.Record[pharos.PrincipalID]{Facts: []pharos.Fact[pharos.PrincipalID]{{Value: robot.ID, Span: span, Source: pharos.Seen}}}
	h.Links[robot] = &pharos.Record[pharos.PartnerID]{Observed: []pharos.Interval{{To: instant(2e18)}}, Facts: []pharos.Fact[pharos.PartnerID]{{Value: "4987654", Span: pharos.Always(), Source: pharos.CheckIn}}}
	h.Disabled[robot] = &pharos.Record[pharos.Disabled]{Facts: []pharos.Fact[pharos.Disabled]{{Span: span, Source: pharos.Seen}}}
	h.Sales[sub] = &pharos.Record[pharos.Sale]{Observed: seen, Facts: []pharos.Fact[pharos.Sale]{{Value: pharos.Sale{Plan: pharos.AzurePlan, Reseller: "5000001"}, Span: span, Source: pharos.Seen}}}
	h.Agreements[customer] = &pharos.Record[pharos.Signed]{Observed: seen, Facts: []pharos.Fact[pharos.Signed]{{Span: span, Source: pharos.Seen}}}
	h.Programme = &pharos.Record[pharos.Signed]{Observed: seen, Facts: []pharos.Fact[pharos.Signed]{{Span: span, Source: pharos.Seen}}}
	h.LastScan = instant(2e18)
	return h
}

func sampleJournal() (store.Scan, store.CheckIn, store.Entry) {
	return store.Scan{At: instant(2e18), Eyes: []store.Eye{{Name: "robot", Principal: refs()[0]}}, Problems: []store.Problem{}},
		store.CheckIn{Name: "alice", Principal: refs()[1], PartnerID: "4987654", Source: pharos.CheckIn, At: instant(2e18)},
		store.Entry{At: instant(2e18), Actor: "robot", Action: "link", Subject: "principal p", After: "4987654"}
}

// TestOldDatabases opens a copy of every database that a version ever wrote.
func TestOldDatabases(t *testing.T) {
	scan, checkIn, entry := sampleJournal()
	if *keep != "" {
		s := open(t, filepath.Join("testdata", *keep+".db"))
		if err := s.SaveScan(t.Context(), nil, sample(), scan); err != nil {
			t.Fatal(err)
		}
		if err := s.SaveCheckIn(t.Context(), checkIn); err != nil {
			t.Fatal(err)
		}
		if err := s.Record(t.Context(), entry); err != nil {
			t.Fatal(err)
		}
		return
	}
	files, err := filepath.Glob("testdata/*.db")
	if err != nil || len(files) == 0 {
		t.Fatalf("no database of an older version is there (%v)", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			bytes, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "pharos.db")
			if err := os.WriteFile(path, bytes, 0o600); err != nil {
				t.Fatal(err)
			}
			s := open(t, path)
			if d := cmp.Diff(sample(), load(t, s)); d != "" {
				t.Error(d)
			}
			scans, err1 := s.Scans(t.Context(), 10)
			checkIns, err2 := s.CheckIns(t.Context())
			trail, err3 := s.Trail(t.Context(), 10)
			if err1 != nil || err2 != nil || err3 != nil {
				t.Fatal(err1, err2, err3)
			}
			got := []any{scans, checkIns, trail}
			if d := cmp.Diff([]any{[]store.Scan{scan}, []store.CheckIn{checkIn}, []store.Entry{entry}}, got); d != "" {
				t.Error(d)
			}
		})
	}
}

package cli

import _ "embed"

//go:embed demo/scenario.yaml
var demoText string

// demoScenario is the scenario that `pharos demo` plays.
func demoScenario() []byte { return []byte(demoText) }

//go:embed demo/legacy.csv
var legacyCSV []byte

// demoLegacy returns the usage file of the demo's one legacy subscription.
func demoLegacy() []byte { return legacyCSV }

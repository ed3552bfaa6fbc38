package cli

import _ "embed"

//go:embed demo/scenario.yaml
var demoText string

// demoScenario is the scenario that `pharos demo` plays.
func demoScenario() []byte { return []byte(demoText) }

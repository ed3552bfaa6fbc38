package report

import (
	"cmp"
	"path/filepath"

	"github.com/pharos-pec/pharos/onboard"
)

// The part of SARIF 2.1.0 that findings need (OASIS standard, sarif-v2.1.0).
type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool    sarifTool     `json:"tool"`
	Results []sarifResult `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version,omitempty"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID            string       `json:"id"`
	Short         sarifText    `json:"shortDescription"`
	Help          sarifText    `json:"help"`
	HelpURI       string       `json:"helpUri"`
	Configuration sarifDefault `json:"defaultConfiguration"`
}

type sarifDefault struct {
	Level onboard.Severity `json:"level"`
}

type sarifText struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

type sarifResult struct {
	RuleID    string           `json:"ruleId"`
	RuleIndex int              `json:"ruleIndex"`
	Level     onboard.Severity `json:"level"`
	Message   sarifText        `json:"message"`
	Locations []sarifLocation  `json:"locations"`
}

type sarifLocation struct {
	Physical sarifPhysical  `json:"physicalLocation"`
	Logical  []sarifLogical `json:"logicalLocations,omitempty"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   sarifRegion   `json:"region"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine int `json:"startLine"`
}

type sarifLogical struct {
	FullyQualifiedName string `json:"fullyQualifiedName"`
}

// sarifOf writes findings as a SARIF log. Our severities are SARIF's levels.
func sarifOf(files []onboard.Report, version string) sarifLog {
	run := sarifRun{Tool: sarifTool{sarifDriver{Name: "pharos", Version: version, Rules: []sarifRule{}}}, Results: []sarifResult{}}
	index := map[string]int{}
	for i, r := range onboard.Rules() {
		index[r.ID] = i
		page := onboard.PageOf(r.ID)
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{
			r.ID, sarifText{Text: r.Title}, sarifText{Text: page.Meaning, Markdown: page.Markdown}, r.Source, sarifDefault{r.Severity},
		})
	}
	for _, f := range files {
		for _, x := range f.Findings {
			at := sarifLocation{Physical: sarifPhysical{sarifArtifact{filepath.ToSlash(cmp.Or(x.File, f.File))}, sarifRegion{max(x.Line, 1)}}}
			if x.Path != "" {
				at.Logical = []sarifLogical{{x.Path}}
			}
			run.Results = append(run.Results, sarifResult{
				x.Rule, index[x.Rule], x.Severity, sarifText{Text: x.Message + ". To mend it, " + x.Fix + "."}, []sarifLocation{at},
			})
		}
	}
	return sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}}
}

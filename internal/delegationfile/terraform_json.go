package delegationfile

import (
	"strings"

	"github.com/pharos-pec/pharos/internal/armtemplate"
)

// jsonBlocks reads Terraform's JSON syntax (.tf.json) as the blocks that it
// stands for: of each kind an object of labels, at the end of which is a body,
// or a list of bodies. A text with a template in it is open. Source:
// https://developer.hashicorp.com/terraform/language/syntax/json
func jsonBlocks(root *armtemplate.Node) ([]block, map[*armtemplate.Node]bool) {
	j := jsonHCL{open: map[*armtemplate.Node]bool{}}
	for _, m := range root.Members {
		switch m.Name {
		case "resource":
			j.labelled(block{kind: m.Name}, 2, m.Value)
		case "module":
			j.labelled(block{kind: m.Name}, 1, m.Value)
		}
	}
	return j.blocks, j.open
}

type jsonHCL struct {
	blocks []block
	open   map[*armtemplate.Node]bool
}

// labelled reads bodies below a number of labels.
func (j *jsonHCL) labelled(b block, labels int, n *armtemplate.Node) {
	for _, x := range oneOrMore(n) {
		if labels == 0 {
			j.body(x)
			b.body = x
			j.blocks = append(j.blocks, b)
			continue
		}
		for _, m := range x.Members {
			j.labelled(block{kind: b.kind, labels: append(append([]string{}, b.labels...), m.Name)}, labels-1, m.Value)
		}
	}
}

// oneOrMore are the objects of a list, or one that stands alone.
func oneOrMore(n *armtemplate.Node) []*armtemplate.Node {
	if n != nil && n.Kind == armtemplate.Object {
		return []*armtemplate.Node{n}
	}
	return items(n)
}

// blockNames are the blocks of a lighthouse definition, which in JSON may stand
// alone or in a list.
func blockNames() []string {
	return []string{"authorization", "eligible_authorization", "just_in_time_access_policy", "approver", "plan"}
}

// body gives a body the form in which the reader of HCL has it: every block in
// a list, a dynamic one with its label, and templates open.
func (j *jsonHCL) body(n *armtemplate.Node) {
	j.expressions(n)
	for i, m := range n.Members {
		if m.Name == "dynamic" {
			n.Members[i].Value = dynamicBlocks(m.Value)
			continue
		}
		for _, name := range blockNames() {
			if m.Name != name || m.Value.Kind != armtemplate.Object && m.Value.Kind != armtemplate.Array {
				continue
			}
			list := &armtemplate.Node{Kind: armtemplate.Array, Items: oneOrMore(m.Value), Line: m.Value.Line, Column: m.Value.Column}
			n.Members[i].Value = list
			for _, x := range list.Items {
				j.body(x)
			}
		}
	}
}

// dynamicBlocks are {"authorization": {…}} with the label in each.
func dynamicBlocks(n *armtemplate.Node) *armtemplate.Node {
	list := &armtemplate.Node{Kind: armtemplate.Array, Line: n.Line, Column: n.Column}
	for _, x := range oneOrMore(n) {
		for _, m := range x.Members {
			for _, body := range oneOrMore(m.Value) {
				label := &armtemplate.Node{Kind: armtemplate.String, Text: m.Name, Line: body.Line, Column: body.Column}
				body.Members = append(body.Members, armtemplate.Member{Name: "label", Value: label})
				list.Items = append(list.Items, body)
			}
		}
	}
	return list
}

// expressions marks the texts with templates in them as open. One that is a
// single expression is told as HCL has it.
func (j *jsonHCL) expressions(n *armtemplate.Node) {
	if n.Kind == armtemplate.String && (strings.Contains(n.Text, "${") || strings.Contains(n.Text, "%{")) {
		j.open[n] = true
		inner, whole := strings.CutSuffix(strings.TrimPrefix(n.Text, "${"), "}")
		if whole && strings.HasPrefix(n.Text, "${") && !strings.ContainsAny(inner, "{}") {
			n.Text = strings.TrimSpace(inner)
		}
	}
	for _, x := range n.Items {
		j.expressions(x)
	}
	for _, m := range n.Members {
		j.expressions(m.Value)
	}
}

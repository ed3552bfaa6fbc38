package kql

// The syntax of a query, as the parser leaves it for the binder.

// pipeline is a table and what is done with it, one stage after the other.
type pipeline struct {
	table  string // as written; "" is the default table
	at     place
	stages []stageNode
}

// node is an expression.
type node interface{ where() place }

type (
	literalNode struct {
		place
		typ   Type
		value any
	}
	nameNode struct {
		place
		name string
	}
	// sideNode is a column of one side of a join, $left.a or $right.a.
	sideNode struct {
		place
		right bool
		name  string
	}
	// memberNode is a part of a dynamic value: a.b, a['b'] or a[0].
	memberNode struct {
		place
		of, key node
	}
	callNode struct {
		place
		function string
		args     []node
	}
	// binaryNode has a listNode to its right where the operator wants one.
	binaryNode struct {
		place
		op          string
		left, right node
	}
	negateNode struct {
		place
		of node
	}
	listNode struct {
		place
		items []node
	}
	// starNode is an asterisk, for all columns.
	starNode struct{ place }
)

func (p place) where() place { return p }

// column is an expression with the name of the column it makes, "" for the
// name that follows from the expression.
type column struct {
	at    place
	name  string
	value node
}

// stageNode is one stage of a pipeline, still without types.
type stageNode interface {
	bind(b *binder, in schema) (step, error)
}

type (
	whereStage     struct{ test node }
	extendStage    struct{ columns []column }
	projectStage   struct{ columns []column }
	awayStage      struct{ names []pattern }
	renameStage    struct{ columns []column }
	countStage     struct{}
	distinctStage  struct{ columns []column }
	summarizeStage struct{ columns, by []column }
	limitStage     struct{ rows node }
	orderStage     struct {
		keys []orderKey
		top  node // nil: all rows
	}
	expandStage struct {
		at      place
		columns []expandColumn
		index   string // of with_itemindex, "" for none
		rows    int
	}
	joinStage struct {
		at    place
		kind  string
		right *pipeline
		on    []node
	}
	unionStage struct {
		at     place
		kind   string
		source string // of withsource, "" for none
		legs   []*pipeline
	}
	parseStage struct {
		at    place
		from  node
		parts []parsePart
	}
)

// pattern is a column's name, with asterisks in project-away.
type pattern struct {
	at   place
	text string
}

// orderKey is a key of order by and top.
type orderKey struct {
	value      node
	rising     bool
	nullsFirst bool
}

// expandColumn is a column that mv-expand makes a row of for each element.
type expandColumn struct {
	column
	typ Type // of its elements; Dynamic unless to typeof() says else
}

// parsePart is a piece of parse's pattern: a text to find, a column to fill,
// or an asterisk.
type parsePart struct {
	at   place
	text string
	name string
	typ  Type
	star bool
}

// Package repair says what would bring lost credit back, and does what of it
// the partner may do itself.
//
// The order is always: [Propose] reads the history and a judged month and says
// which steps would make which scopes earn, each proved by asking package
// coverage about the history as it would be after the step ([Standing],
// [Supposition]). [Resolve] looks at the cloud through the partner's
// credentials ([Hand]): what stands there now, who may change it, and so the
// exact calls of each step. The [Plan] is a document that people read and
// programs check. [Apply] does the steps whose actor is Pharos, in order,
// refuses when the world is no longer what the plan was made from, and reads
// every change back. Applying a plan twice does nothing the second time.
//
// Nothing is ever sent that the plan does not show: a step's writes follow
// from its kind, its target and the state it was made from alone, and a plan
// whose writes are others is refused.
package repair

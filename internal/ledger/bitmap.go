package ledger

// bitmap is a set of row numbers; nil is the empty one.
type bitmap []uint64

func (b bitmap) has(i int64) bool { return b != nil && b[i/64]&(1<<(i%64)) != 0 }

func (b bitmap) add(i int64) { b[i/64] |= 1 << (i % 64) }

func newBitmap(rows int64) bitmap { return make(bitmap, (rows+63)/64) }

package gunzip

import "encoding/binary"

// symbols decompresses literals and matches until limit bytes are there or the
// block ends. It is where nearly all of the time goes: the fields are kept in
// variables, and one pass of the loop takes from one filling of the word three
// literals, or a length and its distance, which have at most 48 bits.
func (z *inflater) symbols(limit int) error {
	word, count, ip, wr := z.word, z.count, z.ip, z.wr
	in, out := z.in, z.out
	safe := z.got - 8
	var err error
loop:
	for wr < limit {
		if ip > safe {
			z.word, z.count, z.ip, z.wr = word, count, ip, wr
			if err = z.fill(); err != nil {
				return err
			}
			ip, safe = z.ip, z.got-8
		}
		word |= binary.LittleEndian.Uint64(in[ip:]) << (count & 63)
		ip += int((63 - count) >> 3)
		count |= 56

		e := z.lit[word&(1<<litBits-1)]
		if e&literal != 0 { // of at most 11 bits, so that three can be taken
			for range 3 {
				word >>= e & 63
				count -= e.consume()
				out[wr] = byte(e >> 16)
				wr++
				if e = z.lit[word&(1<<litBits-1)]; e&literal == 0 {
					break
				}
			}
			continue
		}
		if e&sub != 0 {
			e = z.lit[(uint(e>>16)+uint(word>>litBits)&(1<<e.code()-1))&(1<<12-1)]
		}
		if e&(literal|end|invalid) != 0 {
			if e&invalid != 0 {
				err = errCorrupt
				break
			}
			word >>= e & 63
			count -= e.consume()
			if e&end != 0 {
				z.state = betweenBlocks
				break loop
			}
			out[wr] = byte(e >> 16)
			wr++
			continue
		}
		length := e.value() + int(word&(1<<(e&63)-1)>>e.code())
		word >>= e & 63
		count -= e.consume()

		d := z.dist[word&(1<<distBits-1)]
		if d&sub != 0 {
			d = z.dist[(uint(d>>16)+uint(word>>distBits)&(1<<d.code()-1))&(1<<10-1)]
		}
		if d&invalid != 0 {
			err = errCorrupt
			break
		}
		distance := d.value() + int(word&(1<<(d&63)-1)>>d.code())
		word >>= d & 63
		count -= d.consume()
		from := wr - distance
		if from < z.floor {
			err = errCorrupt
			break
		}
		wr = copyMatch(out, wr, from, length)
	}
	z.word, z.count, z.ip, z.wr = word, count, ip, wr
	return err
}

// copyMatch appends length bytes that begin at from to out[:wr]. It may write
// up to 15 bytes more, which do not count.
func copyMatch(out []byte, wr, from, length int) int {
	stop := wr + length
	switch distance := wr - from; {
	case distance >= 16 && length <= 32:
		a, b := binary.LittleEndian.Uint64(out[from:]), binary.LittleEndian.Uint64(out[from+8:])
		binary.LittleEndian.PutUint64(out[wr:], a)
		binary.LittleEndian.PutUint64(out[wr+8:], b)
		if length > 16 {
			a, b = binary.LittleEndian.Uint64(out[from+16:]), binary.LittleEndian.Uint64(out[from+24:])
			binary.LittleEndian.PutUint64(out[wr+16:], a)
			binary.LittleEndian.PutUint64(out[wr+24:], b)
		}
	case distance >= length:
		copy(out[wr:stop], out[from:])
	case distance == 1:
		v := uint64(out[from]) * 0x0101010101010101
		for ; wr < stop; wr += 8 {
			binary.LittleEndian.PutUint64(out[wr:], v)
		}
	default:
		for wr < stop { // each copy doubles what can be copied at once
			wr += copy(out[wr:stop], out[from:wr])
		}
	}
	return stop
}

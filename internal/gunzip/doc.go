// Package gunzip decompresses gzip files (RFC 1952), several members in a row
// included, several times as fast as the standard library does.
//
// A bill is mostly gzip: whoever reads it is bound by how fast it can be
// decompressed. The design is that of libdeflate: bits are kept in a 64-bit
// word that is filled without a branch, one table look-up decodes a symbol
// with its extra bits, and matches are copied eight bytes at a time. What it
// accepts and what it gives is what compress/gzip accepts and gives, to the
// byte, which a fuzz test holds it to; every checksum and length is checked.
package gunzip

// Package filetest writes one bill in every format that usagefile reads, for
// tests: whatever the format, the same lines must come out. It knows the
// formats from Microsoft's pages and shares no code with the reader.
package filetest

package ledger

import (
	"bytes"
	"encoding/binary"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// rowColumns are the buffers of a row group, in the order of the fields of
// [row], which give the file's schema.
type rowColumns struct {
	key       keyColumn
	line      risingColumn
	member    wordColumn
	day       dayColumn
	invoice   wordColumn
	customer  wordColumn
	custName  wordColumn
	sub       wordColumn
	subName   wordColumn
	group     wordColumn
	resource  textColumn
	meterID   wordColumn
	meterName wordColumn
	category  wordColumn
	subCat    wordColumn
	product   wordColumn
	sku       wordColumn
	publisher wordColumn
	quantity  amountColumn
	unitPrice amountColumn
	effective amountColumn
	exchange  amountColumn
	preTax    amountColumn
	hasPreTax flagColumn
	wide      wordColumn
	pricing   wordColumn
	billing   wordColumn
	credited  wordColumn
	excluded  wordColumn
	plan      wordColumn
	reseller  wordColumn
}

func newRowColumns() *rowColumns {
	c := &rowColumns{}
	c.invoice.bounded, c.customer.bounded, c.sub.bounded = true, true, true
	return c
}

// all are the buffers in the order of the schema.
func (c *rowColumns) all() []columnBuffer {
	return []columnBuffer{
		&c.key, &c.line, &c.member, &c.day, &c.invoice, &c.customer, &c.custName, &c.sub, &c.subName, &c.group, &c.resource,
		&c.meterID, &c.meterName, &c.category, &c.subCat, &c.product, &c.sku, &c.publisher,
		&c.quantity, &c.unitPrice, &c.effective, &c.exchange, &c.preTax, &c.hasPreTax,
		&c.wide, &c.pricing, &c.billing, &c.credited, &c.excluded, &c.plan, &c.reseller,
	}
}

func (c *rowColumns) add(r *row) {
	c.key.add(r.Key)
	c.line.add(r.Line)
	c.member.add(r.Member)
	c.day.add(r.Day)
	c.invoice.add(r.Invoice)
	c.customer.add(r.Customer)
	c.custName.add(r.CustomerName)
	c.sub.add(r.Subscription)
	c.subName.add(r.SubName)
	c.group.add(r.Group)
	c.resource.add(r.Resource)
	c.meterID.add(r.MeterID)
	c.meterName.add(r.MeterName)
	c.category.add(r.Category)
	c.subCat.add(r.SubCategory)
	c.product.add(r.ProductID)
	c.sku.add(r.SKU)
	c.publisher.add(r.Publisher)
	c.quantity.add(r.Quantity)
	c.unitPrice.add(r.UnitPrice)
	c.effective.add(r.Effective)
	c.exchange.add(r.Exchange)
	c.preTax.add(r.PreTax)
	c.hasPreTax.add(r.HasPreTax)
	c.wide.add(r.Wide)
	c.pricing.add(r.Pricing)
	c.billing.add(r.Billing)
	c.credited.add(r.Credited)
	c.excluded.add(r.Excluded)
	c.plan.add(r.Plan)
	c.reseller.add(r.Reseller)
}

func (c *rowColumns) rows() int { return len(c.day.values) }

// schemaOf is the schema of [row], or the like, as a Parquet file has it.
func schemaOf[T any]() ([]format.SchemaElement, error) {
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b)
	if err := w.Close(); err != nil {
		return nil, err
	}
	f, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		return nil, err
	}
	return f.Metadata().Schema, nil
}

// columnGroup is the buffers of a row group.
type columnGroup interface {
	all() []columnBuffer // in the order of the schema
	rows() int
}

// columnFile writes columns to a Parquet file column by column: each column chunk
// is a dictionary page, where the column has one, and one data page. It writes
// what the Parquet library reads, several times as fast as the library writes:
// a column of words is looked up only where it differs from the row before.
type columnFile struct {
	out     io.Writer
	offset  int64
	schema  []format.SchemaElement
	zstd    *zstd.Encoder
	columns columnGroup
	groups  []format.RowGroup
	total   int64

	plain, packed []byte // pages being made
}

const magic = "PAR1"

func newColumnFile(out io.Writer, schema []format.SchemaElement, columns columnGroup) (*columnFile, error) {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	f := &columnFile{out: out, schema: schema, zstd: z, columns: columns}
	return f, f.write([]byte(magic))
}

func (f *columnFile) write(b []byte) error {
	n, err := f.out.Write(b)
	f.offset += int64(n)
	return err
}

// endGroup writes the rows that were added since the last one as a row group.
func (f *columnFile) endGroup() error {
	rows := f.columns.rows()
	if rows == 0 {
		return nil
	}
	group := format.RowGroup{NumRows: int64(rows), FileOffset: f.offset, Ordinal: int16(len(f.groups))}
	var chunks []format.ColumnChunk
	for i, c := range f.columns.all() {
		chunk, err := f.chunk(&f.schema[1+i], c, rows)
		if err != nil {
			return err
		}
		group.TotalByteSize += chunk.MetaData.TotalUncompressedSize
		group.TotalCompressedSize += chunk.MetaData.TotalCompressedSize
		chunks = append(chunks, chunk)
		c.reset()
	}
	group.Columns = chunks
	f.groups = append(f.groups, group)
	f.total += int64(rows)
	return nil
}

// chunk writes one column of a row group.
func (f *columnFile) chunk(s *format.SchemaElement, c columnBuffer, rows int) (format.ColumnChunk, error) {
	m := format.ColumnMetaData{Type: s.Type.V, PathInSchema: []string{s.Name}, Codec: format.Zstd, NumValues: int64(rows)}
	if m.Type == format.FixedLenByteArray {
		m.Codec = format.Uncompressed // hashes do not compress
	}
	m.Statistics.MinValue, m.Statistics.MaxValue = c.bounds()
	if dictionary, n := c.dictionary(f.plain[:0]); n > 0 {
		f.plain = dictionary
		m.DictionaryPageOffset = f.offset
		m.Encoding = append(m.Encoding, format.Plain)
		h := format.PageHeader{Type: format.DictionaryPage, DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{NumValues: int32(n), Encoding: format.Plain})}
		if err := f.page(h, &m); err != nil {
			return format.ColumnChunk{}, err
		}
	}
	data, encoding, err := c.data(f.plain[:0])
	if err != nil {
		return format.ColumnChunk{}, err
	}
	f.plain = data
	m.DataPageOffset = f.offset
	m.Encoding = append(m.Encoding, encoding)
	h := format.PageHeader{Type: format.DataPage, DataPageHeader: thrift.New(format.DataPageHeader{
		NumValues: int32(rows), Encoding: encoding, DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE,
	})}
	err = f.page(h, &m)
	return format.ColumnChunk{MetaData: m}, err
}

// page writes plain as a page under its header.
func (f *columnFile) page(h format.PageHeader, m *format.ColumnMetaData) error {
	body := f.plain
	if m.Codec == format.Zstd {
		f.packed = f.zstd.EncodeAll(f.plain, f.packed[:0])
		body = f.packed
	}
	h.UncompressedPageSize, h.CompressedPageSize = int32(len(f.plain)), int32(len(body))
	head, err := thrift.Marshal(new(thrift.CompactProtocol), h)
	if err != nil {
		return err
	}
	m.TotalUncompressedSize += int64(len(head) + len(f.plain))
	m.TotalCompressedSize += int64(len(head) + len(body))
	if err := f.write(head); err != nil {
		return err
	}
	return f.write(body)
}

// close writes the last row group and the footer.
func (f *columnFile) close() error {
	if err := f.endGroup(); err != nil {
		return err
	}
	footer, err := thrift.Marshal(new(thrift.CompactProtocol), format.FileMetaData{
		Version: 1, Schema: f.schema, NumRows: f.total, RowGroups: f.groups, CreatedBy: "pharos version 1 (build ledger)",
	})
	if err != nil {
		return err
	}
	footer = binary.LittleEndian.AppendUint32(footer, uint32(len(footer)))
	return f.write(append(footer, magic...))
}

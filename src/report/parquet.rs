//! Hits as Parquet, schema `hits/1`: the CSV columns with their own types, `conflicts` a list of
//! codes and `evidence` a list of structs, so that SQL can sum bits and count conflicts.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, FixedSizeBinaryArray, Float64Array, ListArray, RecordBatch, StringArray,
    StructArray, UInt32Array,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use jiff::civil::{Date, date};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use crate::error::{Problem, Result};
use crate::hits::Hit;
use crate::report::Output;
use crate::report::columns::{COLUMNS, Cell, HITS_SCHEMA, HitColumn, Shape};
use crate::report::write_hits::Sink;
use crate::score::Evidence;
use crate::tally::Tally;

/// Key of the schema name in the file metadata.
pub(crate) const SCHEMA_KEY: &str = "veilmatch.schema";
/// Hits of one Arrow batch: fixed, so that the bytes do not depend on how hits arrive.
const BATCH: usize = 4096;
/// Hits of one row group; bounds the writer's memory.
const ROW_GROUP: usize = 16 * BATCH;
pub(crate) const EPOCH: Date = date(1970, 1, 1);

pub(crate) struct ParquetSink {
    writer: ArrowWriter<Output>,
    schema: SchemaRef,
    waiting: Vec<Hit>,
}

impl ParquetSink {
    pub(crate) fn create(output: Output) -> Result<Self> {
        let schema = schema();
        let properties = WriterProperties::builder()
            .set_created_by(concat!("veilmatch ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .set_key_value_metadata(Some(vec![KeyValue::new(
                SCHEMA_KEY.to_owned(),
                HITS_SCHEMA.to_owned(),
            )]))
            .build();
        let writer = ArrowWriter::try_new(output, schema.clone(), Some(properties))
            .map_err(parquet_problem)?;
        Ok(Self {
            writer,
            schema,
            waiting: Vec::new(),
        })
    }

    fn write_waiting(&mut self) -> Result<()> {
        let arrays = COLUMNS
            .iter()
            .map(|column| array(column, &self.waiting))
            .collect();
        let batch = RecordBatch::try_new(self.schema.clone(), arrays)
            .map_err(|_| Problem::Internal("hits do not fit the schema hits/1"))?;
        self.waiting.clear();
        self.writer.write(&batch).map_err(parquet_problem)?;
        Ok(())
    }
}

impl Sink for ParquetSink {
    fn write(&mut self, hits: &[Hit], _: &mut Tally) -> Result<()> {
        for hit in hits {
            self.waiting.push(hit.clone());
            if self.waiting.len() == BATCH {
                self.write_waiting()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Output> {
        self.write_waiting()?;
        Ok(self.writer.into_inner().map_err(parquet_problem)?)
    }
}

fn schema() -> SchemaRef {
    let fields: Vec<_> = COLUMNS
        .iter()
        .map(|c| Field::new(c.name, data_type(c.shape), c.shape == Shape::Day))
        .collect();
    Arc::new(Schema::new(fields))
}

/// The Arrow type of a column.
pub(crate) fn data_type(shape: Shape) -> DataType {
    match shape {
        Shape::Text => DataType::Utf8,
        Shape::Number => DataType::Float64,
        Shape::Count => DataType::UInt32,
        Shape::Day => DataType::Date32,
        Shape::Digest => DataType::FixedSizeBinary(32),
        Shape::Conflicts => DataType::List(item(DataType::Utf8)),
        Shape::Evidence => DataType::List(item(DataType::Struct(evidence_fields()))),
    }
}

fn item(data_type: DataType) -> FieldRef {
    Arc::new(Field::new("item", data_type, false))
}

fn evidence_fields() -> Fields {
    [
        ("kind", DataType::Utf8),
        ("bits", DataType::Float64),
        ("subject", DataType::Utf8),
        ("notice", DataType::Utf8),
        ("note", DataType::Utf8),
    ]
    .map(|(name, data_type)| Field::new(name, data_type, false))
    .to_vec()
    .into()
}

/// One column of many hits. The column table guarantees that each cell has the column's shape.
fn array(column: &HitColumn, hits: &[Hit]) -> ArrayRef {
    let cells = || hits.iter().map(|hit| (column.cell)(hit));
    match column.shape {
        Shape::Text => Arc::new(
            cells()
                .filter_map(|cell| match cell {
                    Cell::Text(text) => Some(Some(text)),
                    _ => None,
                })
                .collect::<StringArray>(),
        ),
        Shape::Number => {
            Arc::new(Float64Array::from_iter_values(cells().filter_map(
                |cell| match cell {
                    Cell::Number(number) => Some(number),
                    _ => None,
                },
            )))
        }
        Shape::Count => Arc::new(UInt32Array::from_iter_values(cells().filter_map(
            |cell| match cell {
                Cell::Count(count) => Some(count),
                _ => None,
            },
        ))),
        Shape::Day => Arc::new(
            cells()
                .map(|cell| match cell {
                    Cell::Day(day) => day.map(days_since_epoch),
                    _ => None,
                })
                .collect::<Date32Array>(),
        ),
        Shape::Digest => Arc::new(digests(hits.iter().map(|hit| hit.record_hash.0))),
        Shape::Conflicts => Arc::new(conflict_lists(hits)),
        Shape::Evidence => Arc::new(evidence_lists(hits)),
    }
}

fn digests(values: impl Iterator<Item = [u8; 32]>) -> FixedSizeBinaryArray {
    let bytes: Vec<u8> = values.flatten().collect();
    FixedSizeBinaryArray::new(32, bytes.into(), None)
}

fn conflict_lists(hits: &[Hit]) -> ListArray {
    let codes = hits.iter().flat_map(|h| &h.conflicts).map(|c| c.code());
    let lengths = hits.iter().map(|h| h.conflicts.len());
    ListArray::new(
        item(DataType::Utf8),
        OffsetBuffer::from_lengths(lengths),
        Arc::new(StringArray::from_iter_values(codes)),
        None,
    )
}

fn evidence_lists(hits: &[Hit]) -> ListArray {
    let pieces = || hits.iter().flat_map(|h| &h.evidence);
    let texts = |take: fn(&Evidence) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(pieces().map(take)))
    };
    let bits = Float64Array::from_iter_values(pieces().map(|e| e.bits));
    let structs = StructArray::new(
        evidence_fields(),
        vec![
            texts(|e| e.kind.code()),
            Arc::new(bits),
            texts(|e| &e.subject),
            texts(|e| &e.notice),
            texts(|e| &e.note),
        ],
        None,
    );
    ListArray::new(
        item(DataType::Struct(evidence_fields())),
        OffsetBuffer::from_lengths(hits.iter().map(|h| h.evidence.len())),
        Arc::new(structs),
        None,
    )
}

fn days_since_epoch(day: Date) -> i32 {
    // A civil date is within 4 million days of any other.
    (day - EPOCH).get_days()
}

fn parquet_problem(error: ParquetError) -> Problem {
    match error {
        ParquetError::External(source) => match source.downcast::<std::io::Error>() {
            Ok(e) => Problem::write(&e),
            Err(_) => Problem::Internal("the Parquet writer refused a batch"),
        },
        _ => Problem::Internal("the Parquet writer refused a batch"),
    }
}

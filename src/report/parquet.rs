//! Hits as Parquet, schema `hits/1`: the CSV columns with their own types, `conflicts` a list of
//! codes and `evidence` a list of structs, so that SQL can sum bits and count conflicts.

use std::borrow::Cow;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, FixedSizeBinaryArray, Float64Array, ListArray,
    RecordBatch, StringArray, StructArray, UInt32Array,
};
use arrow::buffer::OffsetBuffer;
use arrow::compute::cast;
use arrow::datatypes::{
    DataType, Date32Type, Field, FieldRef, Fields, Float64Type, Schema, SchemaRef, UInt32Type,
};
use jiff::civil::{Date, date};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use crate::error::{Error, Place, Problem, Result, decode};
use crate::hits::{Conflict, Hit};
use crate::record::Digest;
use crate::report::Output;
use crate::report::columns::{COLUMNS, Cell, EvidenceWire, HITS_SCHEMA, HitColumn, Shape, blank};
use crate::report::csv::check_needed;
use crate::report::output::write_problem;
use crate::report::write_hits::Sink;
use crate::score::Evidence;
use crate::tally::Tally;

/// Key of the schema name in the file metadata.
const SCHEMA_KEY: &str = "veilmatch.schema";
/// Hits of one Arrow batch: fixed, so that the bytes do not depend on how hits arrive.
const BATCH: usize = 4096;
/// Hits of one row group; bounds the writer's memory.
const ROW_GROUP: usize = 16 * BATCH;
const EPOCH: Date = date(1970, 1, 1);

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
    fn write(&mut self, hit: &Hit, _: &mut Tally) -> Result<()> {
        self.waiting.push(hit.clone());
        if self.waiting.len() == BATCH {
            self.write_waiting()?;
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

fn data_type(shape: Shape) -> DataType {
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

/// Hits of a Parquet file, batch by batch.
pub(crate) struct ParquetHits {
    reader: ParquetRecordBatchReader,
    is_damaged: bool,
    batch: std::vec::IntoIter<Hit>,
    row: u64,
    file: u32,
}

impl ParquetHits {
    pub(crate) fn open(path: &Path, file: u32) -> Result<Self> {
        let place = Place::file(file);
        let opened = File::open(path).map_err(|e| Problem::Read(e).at(place))?;
        let builder = decode(|| ParquetRecordBatchReaderBuilder::try_new(opened))
            .and_then(std::result::Result::ok)
            .ok_or_else(|| damaged(place))?
            .with_batch_size(1024);
        let found = builder
            .metadata()
            .file_metadata()
            .key_value_metadata()
            .and_then(|pairs| pairs.iter().find(|pair| pair.key == SCHEMA_KEY))
            .and_then(|pair| pair.value.clone())
            .unwrap_or_else(|| "none".into());
        if found != HITS_SCHEMA {
            return Err(Problem::Schema {
                found,
                needed: HITS_SCHEMA,
            }
            .at(place));
        }
        Ok(Self {
            reader: decode(|| builder.build())
                .and_then(std::result::Result::ok)
                .ok_or_else(|| damaged(place))?,
            is_damaged: false,
            batch: Vec::new().into_iter(),
            row: 0,
            file,
        })
    }
}

impl Iterator for ParquetHits {
    type Item = Result<Hit>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(hit) = self.batch.next() {
                self.row += 1;
                return Some(Ok(hit));
            }
            if self.is_damaged {
                return None;
            }
            let place = Place::row(self.file, self.row + 1);
            let hits = match decode(|| self.reader.next()) {
                Some(None) => return None,
                Some(Some(Ok(batch))) => hits_of(&batch, place),
                Some(Some(Err(_))) | None => Err(damaged(place)),
            };
            match hits {
                Ok(hits) => self.batch = hits.into_iter(),
                Err(e) => {
                    self.is_damaged = true;
                    return Some(Err(e));
                }
            }
        }
    }
}

fn hits_of(batch: &RecordBatch, place: Place) -> Result<Vec<Hit>> {
    let known: Vec<_> = COLUMNS
        .iter()
        .map(|c| batch.column_by_name(c.name).map(|_| c))
        .collect();
    check_needed(&known, place.file.unwrap_or_default())?;
    let mut hits = vec![blank(); batch.num_rows()];
    for column in known.into_iter().flatten() {
        let array = batch
            .column_by_name(column.name)
            .and_then(|array| cast(array, &data_type(column.shape)).ok())
            .ok_or_else(|| damaged(place))?;
        for (i, hit) in hits.iter_mut().enumerate() {
            cell_of(column.shape, &array, i)
                .and_then(|cell| (column.put)(hit, cell))
                .ok_or_else(|| damaged(place))?;
        }
    }
    Ok(hits)
}

fn cell_of(shape: Shape, array: &ArrayRef, i: usize) -> Option<Cell<'_>> {
    if array.is_null(i) {
        return (shape == Shape::Day).then_some(Cell::Day(None));
    }
    Some(match shape {
        Shape::Text => Cell::Text(Cow::Borrowed(array.as_string_opt::<i32>()?.value(i))),
        Shape::Number => Cell::Number(array.as_primitive_opt::<Float64Type>()?.value(i)),
        Shape::Count => Cell::Count(array.as_primitive_opt::<UInt32Type>()?.value(i)),
        Shape::Day => {
            let days = array.as_primitive_opt::<Date32Type>()?.value(i);
            let span = jiff::Span::new().try_days(days).ok()?;
            Cell::Day(Some(EPOCH.checked_add(span).ok()?))
        }
        Shape::Digest => {
            let bytes = array.as_fixed_size_binary_opt()?.value(i);
            Cell::Digest(Digest(bytes.try_into().ok()?))
        }
        Shape::Conflicts => {
            let codes = array.as_list_opt::<i32>()?.value(i);
            let codes = codes.as_string_opt::<i32>()?;
            let conflicts = codes.iter().map(|code| Conflict::from_code(code?));
            Cell::Conflicts(conflicts.collect::<Option<_>>()?)
        }
        Shape::Evidence => {
            let pieces = array.as_list_opt::<i32>()?.value(i);
            Cell::Evidence(Cow::Owned(evidence_of(pieces.as_struct_opt()?)?))
        }
    })
}

fn evidence_of(pieces: &StructArray) -> Option<Vec<Evidence>> {
    let text = |name: &str| pieces.column_by_name(name)?.as_string_opt::<i32>();
    let (kind, subject, notice, note) = (
        text("kind")?,
        text("subject")?,
        text("notice")?,
        text("note")?,
    );
    let bits = pieces
        .column_by_name("bits")?
        .as_primitive_opt::<Float64Type>()?;
    (0..pieces.len())
        .map(|i| {
            EvidenceWire {
                kind: kind.value(i).into(),
                bits: bits.value(i),
                subject: subject.value(i).into(),
                notice: notice.value(i).into(),
                note: note.value(i).into(),
            }
            .read()
        })
        .collect()
}

fn damaged(place: Place) -> Error {
    Problem::Malformed {
        format: "Parquet",
        why: "the file is cut short or damaged",
    }
    .at(place)
}

fn parquet_problem(error: ParquetError) -> Problem {
    match error {
        ParquetError::External(source) => match source.downcast::<std::io::Error>() {
            Ok(e) => write_problem(&e),
            Err(_) => Problem::Internal("the Parquet writer refused a batch"),
        },
        _ => Problem::Internal("the Parquet writer refused a batch"),
    }
}

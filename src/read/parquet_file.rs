//! Parquet files as batches of rows.
//!
//! In: a file. Out: Arrow batches and the schema name of our own files. Damage is a clear error.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::file::metadata::ParquetMetaData;

use crate::error::{Error, Place, Problem, Result};
use crate::read::{Input, is_shallow_file};
use crate::record::batch::SCHEMA_KEY;

/// An open Parquet file.
pub(crate) struct ParquetFile {
    /// Columns, and the metadata of the file.
    pub schema: SchemaRef,
    batches: ParquetRecordBatchReader,
    place: Place,
}

impl ParquetFile {
    /// Opens a file for reading in batches of at most `rows`.
    pub(crate) fn open(input: &Input, rows: usize) -> Result<Self> {
        let place = input.place();
        let read = |e| Problem::Read(e).at(place);
        let mut file = File::open(input.path()).map_err(read)?;
        let length = file.metadata().map_err(read)?.len();
        if !is_shallow_file(&mut file) {
            return Err(damaged(place));
        }
        let opened = guarded(|| {
            let builder = ParquetRecordBatchReaderBuilder::try_new(file).ok()?;
            let schema = builder.schema().clone();
            let inside = lies_inside(builder.metadata(), length);
            let batches = inside.then(|| builder.with_batch_size(rows).build().ok());
            Some((schema, batches??))
        });
        let (schema, batches) = opened.flatten().ok_or_else(|| damaged(place))?;
        Ok(Self {
            schema,
            batches,
            place,
        })
    }

    /// Names of the columns.
    pub(crate) fn names(&self) -> Vec<String> {
        let fields = self.schema.fields().iter();
        fields.map(|f| f.name().clone()).collect()
    }

    /// The schema name of a file of ours (`notices/1`); `None` for other files.
    pub(crate) fn schema_name(&self) -> Option<&str> {
        self.schema.metadata().get(SCHEMA_KEY).map(String::as_str)
    }
}

impl Iterator for ParquetFile {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        match guarded(|| self.batches.next()) {
            Some(None) => None,
            Some(Some(Ok(batch))) => Some(Ok(batch)),
            Some(Some(Err(_))) | None => Some(Err(damaged(self.place))),
        }
    }
}

/// Runs the decoder, which panics on some kinds of damage; `None` where it did. What it leaves
/// behind is dropped with the error, so that no half-changed state is used again.
fn guarded<T>(decode: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(decode)).ok()
}

/// Whether every column chunk lies inside the file.
fn lies_inside(metadata: &ParquetMetaData, length: u64) -> bool {
    metadata.row_groups().iter().all(|group| {
        group.columns().iter().all(|column| {
            let start = column
                .dictionary_page_offset()
                .unwrap_or_else(|| column.data_page_offset());
            let start = u64::try_from(start).ok();
            let size = u64::try_from(column.compressed_size()).ok();
            let end = start
                .zip(size)
                .and_then(|(start, size)| start.checked_add(size));
            end.is_some_and(|end| end <= length)
        })
    })
}

/// The error of a file that is not what it claims to be.
pub(crate) fn damaged(place: Place) -> Error {
    Problem::Malformed {
        format: "Parquet",
        why: "the file is cut short or damaged",
    }
    .at(place)
}

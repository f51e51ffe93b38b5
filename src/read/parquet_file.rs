//! Parquet files as batches of rows.
//!
//! In: a file. Out: Arrow batches and the schema name of our own files. Damage is a clear error.

use std::fs::File;

use arrow::array::RecordBatchReader as _;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use crate::error::{Problem, Result};
use crate::read::Input;
use crate::record::batch::SCHEMA_KEY;

/// Opens a file for reading in batches of at most `rows`.
pub(crate) fn open(input: &Input, rows: usize) -> Result<ParquetRecordBatchReader> {
    let damaged = || {
        Problem::Malformed {
            format: "Parquet",
            why: "the file is cut short or damaged",
        }
        .at(input.place())
    };
    let file = File::open(input.path()).map_err(|e| Problem::Read(e).at(input.place()))?;
    ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(|builder| builder.with_batch_size(rows).build())
        .map_err(|_| damaged())
}

/// Names of the columns.
pub(crate) fn names(batches: &ParquetRecordBatchReader) -> Vec<String> {
    let schema = batches.schema();
    schema.fields().iter().map(|f| f.name().clone()).collect()
}

/// The schema name of a file of ours (`notices/1`); `None` for other files.
pub(crate) fn schema_name(batches: &ParquetRecordBatchReader) -> Option<String> {
    batches.schema().metadata().get(SCHEMA_KEY).cloned()
}

//! Notices out: the canonical Parquet file of a list, and of subjects.
//!
//! In: a list. Out: one file of schema `notices/1`, mode 0600, that appears whole or not at all.

use std::path::Path;

use arrow::array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::error::{Problem, Result};
use crate::read::List;
use crate::record::{Notice, Subject, batch};
use crate::report::Output;

/// Rows of one batch and row group: bounds the memory of writing and reading.
const ROWS: usize = 4096;

/// Writes a list as `notices/1`. The rows stand in the order of the list.
///
/// # Errors
/// The folder cannot be written to; what stood at `path` before is then untouched.
pub fn write_notices(path: &Path, list: &List) -> Result<()> {
    let references: Vec<&Notice> = list.notices.iter().collect();
    let empty = [&[][..]];
    let chunks: Vec<&[&Notice]> = if references.is_empty() {
        empty.to_vec()
    } else {
        references.chunks(ROWS).collect()
    };
    let batches = chunks
        .into_iter()
        .map(|chunk| batch::notices_to_batch(chunk, &list.info));
    write(path, batches)
}

/// Writes subjects as `subjects/1`, in the order given.
///
/// # Errors
/// The folder cannot be written to; what stood at `path` before is then untouched.
pub fn write_subjects(path: &Path, subjects: &[Subject]) -> Result<()> {
    let references: Vec<&Subject> = subjects.iter().collect();
    let empty = [&[][..]];
    let chunks: Vec<&[&Subject]> = if references.is_empty() {
        empty.to_vec()
    } else {
        references.chunks(ROWS).collect()
    };
    write(path, chunks.into_iter().map(batch::subjects_to_batch))
}

/// Writes batches as one output, whole or not at all.
fn write(
    path: &Path,
    mut batches: impl Iterator<Item = std::result::Result<RecordBatch, Problem>>,
) -> Result<()> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROWS))
        .set_created_by("veilmatch".to_owned())
        .build();
    let Some(first) = batches.next().transpose()? else {
        return Err(Problem::Internal("nothing to write").into());
    };
    let output = Output::create(path)?;
    let mut writer =
        ArrowWriter::try_new(output, first.schema(), Some(properties)).map_err(failed)?;
    writer.write(&first).map_err(failed)?;
    for rows in batches {
        writer.write(&rows?).map_err(failed)?;
    }
    writer.into_inner().map_err(failed)?.finish()?.commit()
}

fn failed(error: parquet::errors::ParquetError) -> Problem {
    match error {
        parquet::errors::ParquetError::External(source) => {
            Problem::Write(match source.downcast::<std::io::Error>() {
                Ok(io) => *io,
                Err(other) => std::io::Error::other(other),
            })
        }
        _ => Problem::Internal("the batch cannot be encoded"),
    }
}

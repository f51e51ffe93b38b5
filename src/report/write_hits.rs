//! The door out for hits: one writer for the four formats.

use std::fmt;
use std::path::Path;

use rayon::prelude::*;

use crate::error::{Problem, Result};
use crate::hits::Hit;
use crate::report::csv::CsvSink;
use crate::report::jsonl::JsonlSink;
use crate::report::parquet::ParquetSink;
use crate::report::xlsx::XlsxSink;
use crate::report::{Output, PendingOutput};
use crate::tally::Tally;

/// Format of a hits file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HitFormat {
    /// UTF-8, one row per hit, evidence as JSON in the last column.
    Csv,
    /// One JSON object per line.
    Jsonl,
    /// Nested Arrow lists, schema `hits/1`.
    Parquet,
    /// One sheet with a frozen header and a filter.
    Xlsx,
}

/// File name extension and format.
const EXTENSIONS: &[(&str, HitFormat)] = &[
    ("csv", HitFormat::Csv),
    ("jsonl", HitFormat::Jsonl),
    ("ndjson", HitFormat::Jsonl),
    ("parquet", HitFormat::Parquet),
    ("xlsx", HitFormat::Xlsx),
];

impl HitFormat {
    /// The format of a file name, by its extension in any letter case.
    ///
    /// # Errors
    /// Usage, where the extension is none of the four.
    pub fn of(path: &Path) -> Result<Self> {
        let extension = path.extension().unwrap_or_default();
        EXTENSIONS
            .iter()
            .find(|(known, _)| extension.eq_ignore_ascii_case(known))
            .map(|(_, format)| *format)
            .ok_or_else(|| {
                Problem::Setting {
                    setting: "output",
                    reason: "the name must end in .csv, .jsonl, .parquet or .xlsx".into(),
                }
                .into()
            })
    }
}

/// How to write hits.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct HitSettings {
    /// Format; see [`HitFormat::of`].
    pub format: HitFormat,
    /// CSV for Excel: a byte order mark and CRLF line ends. Other formats ignore it.
    pub excel: bool,
}

impl HitSettings {
    /// The plain form of a format.
    pub const fn new(format: HitFormat) -> Self {
        Self {
            format,
            excel: false,
        }
    }
}

/// What each format does with hits.
pub(crate) trait Sink: Send {
    /// Adds hits; counts what had to be changed for the format.
    fn write(&mut self, hits: &[Hit], tally: &mut Tally) -> Result<()>;
    /// Ends the file.
    fn finish(self: Box<Self>) -> Result<Output>;
}

/// Writes hits in the order given, in bounded memory. Nothing is visible until the
/// [`PendingOutput`] is committed.
///
/// The same hits give the same bytes, however they are cut into calls of [`HitWriter::write`].
pub struct HitWriter {
    sink: Box<dyn Sink>,
    tally: Tally,
}

impl HitWriter {
    /// Opens the output.
    ///
    /// # Errors
    /// As [`Output::create`].
    pub fn create(path: &Path, settings: &HitSettings) -> Result<Self> {
        let output = Output::create(path)?;
        let sink: Box<dyn Sink> = match settings.format {
            HitFormat::Csv => Box::new(CsvSink::create(output, settings.excel)?),
            HitFormat::Jsonl => Box::new(JsonlSink::create(output)),
            HitFormat::Parquet => Box::new(ParquetSink::create(output)?),
            HitFormat::Xlsx => Box::new(XlsxSink::create(output)?),
        };
        Ok(Self {
            sink,
            tally: Tally::new(),
        })
    }

    /// Adds hits.
    ///
    /// # Errors
    /// The disk, or more hits than the format holds.
    pub fn write(&mut self, hits: &[Hit]) -> Result<()> {
        self.sink.write(hits, &mut self.tally)?;
        self.tally.add("hits_written", hits.len() as u64);
        Ok(())
    }

    /// Ends the file. The tally counts `hits_written`, `cells_escaped` (CSV: a `'` was put before
    /// what a spreadsheet would run as a formula) and `cells_cut` (XLSX: longer than a cell holds).
    ///
    /// # Errors
    /// The disk.
    pub fn finish(self) -> Result<(PendingOutput, Tally)> {
        Ok((self.sink.finish()?.finish()?, self.tally))
    }
}

/// Renders hits in parallel and hands over what comes out, in their order.
pub(crate) fn render<T: Send>(
    hits: &[Hit],
    some: impl Fn(&[Hit]) -> Result<T> + Sync,
    mut take: impl FnMut(T) -> Result<()>,
) -> Result<()> {
    for many in hits.chunks(RENDERED) {
        let parts: Result<Vec<T>> = many.par_chunks(RENDERED_AT_ONCE).map(&some).collect();
        parts?.into_iter().try_for_each(&mut take)?;
    }
    Ok(())
}

/// Hits that are rendered before they are written: a few megabytes.
const RENDERED: usize = 2_048;

/// Hits that a thread renders at a time.
const RENDERED_AT_ONCE: usize = 64;

impl fmt::Debug for HitWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HitWriter")
            .field("tally", &self.tally)
            .finish_non_exhaustive()
    }
}

//! Subject files, read in chunks of bounded memory.
//!
//! In: CSV, JSON lines, XLSX or Parquet. Out: chunks of subjects, each with its tally. A row is
//! refused only without a usable id or name; a file that cannot be read, or does not have the
//! columns, is an error before the first chunk. Rows under one id stay apart here.

use std::path::PathBuf;

use crate::error::{Problem, Result};
use crate::read::Input;
use crate::read::generic::Cells;
use crate::read::layout::Layout;
use crate::read::parquet_file::ParquetFile;
use crate::read::rows::{Container, Rows};
use crate::read::table::{Header, TableSettings};
use crate::record::{DateOrder, Subject, batch};
use crate::tally::Tally;

/// How to read subject files.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SubjectSettings {
    /// Canonical field and the header it stands under.
    pub map: Vec<(String, String)>,
    /// Order of day and month in all-number dates; `None` empties dates that have two readings.
    pub date_order: Option<DateOrder>,
    /// Delimiter of CSV files; `None` decides by content.
    pub delimiter: Option<u8>,
    /// Name of the text encoding; `None` decides by content.
    pub encoding: Option<String>,
    /// Rows that may be refused before the run stops; `None` is no limit.
    pub max_refused: Option<u64>,
    /// Rows per chunk, 1 and more. The chunk size never changes a result.
    pub chunk_rows: usize,
}

impl Default for SubjectSettings {
    fn default() -> Self {
        Self {
            map: Vec::new(),
            date_order: None,
            delimiter: None,
            encoding: None,
            max_refused: None,
            chunk_rows: 8192,
        }
    }
}

impl SubjectSettings {
    /// How delimited text is read.
    pub(super) fn table(&self) -> TableSettings<'_> {
        TableSettings {
            encoding: self.encoding.as_deref(),
            delimiter: self.delimiter,
            unquoted: false,
        }
    }
}

/// Opens subject files. All of them are looked at before the first row is given out.
///
/// # Errors
/// No file; a file that cannot be read, is in no known encoding, or has no column for id or name.
pub fn read_subjects(paths: &[PathBuf], settings: &SubjectSettings) -> Result<SubjectReader> {
    let mut tally = Tally::new();
    let mut sources = Vec::new();
    for (i, path) in paths.iter().enumerate() {
        let file = u32::try_from(i.saturating_add(1)).unwrap_or(u32::MAX);
        let input = Input::new(path, file);
        sources.push(Source::open(&input, settings, &mut tally)?);
    }
    sources.reverse();
    Ok(SubjectReader {
        settings: settings.clone(),
        sources,
        tally,
        seen: 0,
        refused: 0,
        ended: false,
    })
}

/// All subjects of some files, and the counts of reading them.
///
/// # Errors
/// As [`read_subjects`] and its chunks.
pub fn read_all_subjects(
    paths: &[PathBuf],
    settings: &SubjectSettings,
) -> Result<(Vec<Subject>, Tally)> {
    let (mut subjects, mut tally) = (Vec::new(), Tally::new());
    for chunk in read_subjects(paths, settings)? {
        let (mut some, counts) = chunk?;
        subjects.append(&mut some);
        tally.merge(counts);
    }
    Ok((subjects, tally))
}

/// An open file and what its columns are.
enum Source {
    Flat {
        rows: Box<Rows>,
        layout: Layout,
        header: Header,
    },
    Typed {
        input: Input,
        batches: Box<ParquetFile>,
    },
}

impl Source {
    fn open(input: &Input, settings: &SubjectSettings, tally: &mut Tally) -> Result<Self> {
        let container = Container::of(input)?;
        if container == Container::Parquet {
            let batches = ParquetFile::open(input, settings.chunk_rows.max(1))?;
            match batches.schema_name() {
                None => {}
                Some(batch::SUBJECTS) => {
                    return Ok(Self::Typed {
                        input: input.clone(),
                        batches: Box::new(batches),
                    });
                }
                Some(name) => {
                    let (found, needed) = (name.to_owned(), batch::SUBJECTS);
                    return Err(Problem::Schema { found, needed }.at(input.place()));
                }
            }
        }
        let rows = Rows::open(input, container, &settings.table(), tally)?;
        let layout = rows.layout(&settings.map, input.place())?;
        let header = Header::new(rows.header().iter().map(String::as_str));
        Ok(Self::Flat {
            rows: Box::new(rows),
            layout,
            header,
        })
    }
}

/// Chunks of subjects with their tallies, in file order.
pub struct SubjectReader {
    settings: SubjectSettings,
    /// Files still to read, the next one last.
    sources: Vec<Source>,
    /// What was counted on opening; goes out with the first chunk.
    tally: Tally,
    seen: u64,
    refused: u64,
    ended: bool,
}

impl std::fmt::Debug for SubjectReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SubjectReader")
            .field("rows_seen", &self.seen)
            .finish_non_exhaustive()
    }
}

impl Iterator for SubjectReader {
    type Item = Result<(Vec<Subject>, Tally)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let chunk = self.chunk();
        self.ended = !matches!(chunk, Ok(Some(_)));
        chunk.transpose()
    }
}

impl SubjectReader {
    /// Whether the next file is one of ours rather than a flat one.
    pub(super) fn is_typed(&self) -> bool {
        matches!(self.sources.last(), Some(Source::Typed { .. }))
    }

    fn chunk(&mut self) -> Result<Option<(Vec<Subject>, Tally)>> {
        let mut tally = std::mem::take(&mut self.tally);
        let mut subjects = Vec::new();
        let wanted = self.settings.chunk_rows.max(1) as u64;
        while tally.count("rows_in") < wanted {
            let Some(source) = self.sources.last_mut() else {
                break;
            };
            if !read_some(source, &self.settings, wanted, &mut subjects, &mut tally)? {
                self.sources.pop();
            }
        }
        let rows = tally.count("rows_in");
        self.seen = self.seen.saturating_add(rows);
        self.refused = self.refused.saturating_add(tally.count("rows_refused"));
        if let Some(allowed) = self.settings.max_refused.filter(|max| self.refused > *max) {
            let refused = self.refused;
            return Err(Problem::TooManyRefused { refused, allowed }.into());
        }
        if self.sources.is_empty() && self.seen > 0 && self.seen == self.refused {
            let refused = self.refused;
            return Err(Problem::AllRefused { refused }.into());
        }
        tally.add("subjects", subjects.len() as u64);
        Ok((rows > 0).then_some((subjects, tally)))
    }
}

/// Reads rows until the chunk is full (`true`) or the file ends (`false`).
fn read_some(
    source: &mut Source,
    settings: &SubjectSettings,
    wanted: u64,
    subjects: &mut Vec<Subject>,
    tally: &mut Tally,
) -> Result<bool> {
    match source {
        Source::Typed { input, batches } => {
            let Some(rows) = batches.next() else {
                return Ok(false);
            };
            let rows = rows?;
            let read = batch::subjects_from_batch(&rows).map_err(|p| p.at(input.place()))?;
            tally.add("rows_in", read.len() as u64);
            subjects.extend(read);
            Ok(true)
        }
        Source::Flat {
            rows,
            layout,
            header,
        } => {
            while tally.count("rows_in") < wanted {
                if !next_subject(rows, layout, header, settings, subjects, tally)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
    }
}

fn next_subject(
    rows: &mut Rows,
    layout: &mut Layout,
    header: &Header,
    settings: &SubjectSettings,
    subjects: &mut Vec<Subject>,
    tally: &mut Tally,
) -> Result<bool> {
    if !rows.advance()? {
        return Ok(false);
    }
    rows.extend_layout(layout, &settings.map)?;
    let row = rows.row();
    if header.is_repeated_by(&row) {
        tally.add("header_rows_skipped", 1);
        return Ok(true);
    }
    tally.add("rows_in", 1);
    let cells = Cells::new(&row, layout, settings.date_order, tally);
    subjects.extend(cells.and_then(Cells::subject));
    Ok(true)
}

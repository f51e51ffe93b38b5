//! Hits as CSV: UTF-8, LF; for Excel with byte order mark and CRLF.
//!
//! A spreadsheet runs a cell that starts with `=`, `+`, `-`, `@`, tab or CR as a formula, so such
//! text gets a leading `'`. Text that already has quotes before such a character gets one more:
//! thus the reader can take exactly one away. Numbers are never touched.

use std::borrow::Cow;
use std::io::{BufRead, Write};

use csv::{Reader, ReaderBuilder, StringRecord, Terminator, Writer, WriterBuilder};

use crate::error::{Place, Problem, Result};
use crate::hits::Hit;
use crate::report::Output;
use crate::report::columns::{COLUMNS, HitColumn, NEEDED, Shape, blank};
use crate::report::write_hits::{Sink, render};
use crate::tally::Tally;

const BYTE_ORDER_MARK: &str = "\u{feff}";

pub(crate) struct CsvSink {
    output: Output,
    terminator: Terminator,
}

impl CsvSink {
    pub(crate) fn create(mut output: Output, excel: bool) -> Result<Self> {
        let terminator = if excel {
            output
                .write_all(BYTE_ORDER_MARK.as_bytes())
                .map_err(|e| Problem::write(&e))?;
            Terminator::CRLF
        } else {
            Terminator::Any(b'\n')
        };
        let mut rows = writer(terminator);
        rows.write_record(COLUMNS.iter().map(|c| c.name))
            .map_err(csv_problem)?;
        let mut sink = Self { output, terminator };
        sink.put(rows)?;
        Ok(sink)
    }

    fn put(&mut self, rows: Writer<Vec<u8>>) -> Result<()> {
        let bytes = rows.into_inner().map_err(|e| Problem::write(e.error()))?;
        let written = self.output.write_all(&bytes);
        written.map_err(|e| Problem::write(&e).into())
    }
}

/// Writes rows into memory.
fn writer(terminator: Terminator) -> Writer<Vec<u8>> {
    WriterBuilder::new()
        .terminator(terminator)
        .from_writer(Vec::new())
}

/// Writes a hit as a row; returns how many of its texts a spreadsheet would have run.
fn write_row(rows: &mut Writer<Vec<u8>>, hit: &Hit) -> Result<u64> {
    let mut cells_escaped = 0;
    for column in COLUMNS {
        let cell = (column.cell)(hit);
        let text = cell
            .to_text()
            .map_err(|_| Problem::Internal("evidence does not serialize"))?;
        let escaped = match column.shape {
            Shape::Number | Shape::Count => text,
            _ => escape(&text),
        };
        if matches!(escaped, Cow::Owned(_)) && column.shape == Shape::Text {
            cells_escaped += 1;
        }
        rows.write_field(escaped.as_bytes()).map_err(csv_problem)?;
    }
    rows.write_record(None::<&[u8]>).map_err(csv_problem)?;
    Ok(cells_escaped)
}

impl Sink for CsvSink {
    fn write(&mut self, hits: &[Hit], tally: &mut Tally) -> Result<()> {
        let terminator = self.terminator;
        let rows = |some: &[Hit]| {
            let mut rows = writer(terminator);
            let escaped = some.iter().map(|hit| write_row(&mut rows, hit));
            let escaped: Result<u64> = escaped.sum();
            Ok((rows, escaped?))
        };
        render(hits, rows, |(rows, escaped)| {
            tally.add("cells_escaped", escaped);
            self.put(rows)
        })
    }

    fn finish(self: Box<Self>) -> Result<Output> {
        Ok(self.output)
    }
}

/// Hits of a CSV file, one at a time.
pub(crate) struct CsvHits {
    reader: Reader<Box<dyn BufRead + Send>>,
    /// The known column at each position.
    columns: Vec<Option<&'static HitColumn>>,
    file: u32,
}

impl CsvHits {
    pub(crate) fn open(stream: Box<dyn BufRead + Send>, file: u32) -> Result<Self> {
        let mut reader = ReaderBuilder::new().from_reader(stream);
        let header = reader
            .headers()
            .map_err(|e| read_problem(e, Place::file(file)))?;
        let columns: Vec<_> = header
            .iter()
            .map(|name| name.trim_start_matches(BYTE_ORDER_MARK))
            .map(|name| COLUMNS.iter().find(|c| c.name == name))
            .collect();
        check_needed(&columns, file)?;
        Ok(Self {
            reader,
            columns,
            file,
        })
    }
}

impl Iterator for CsvHits {
    type Item = Result<Hit>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut record = StringRecord::new();
        let found = self.reader.read_record(&mut record);
        // Lines as an editor counts them, the header being line 1.
        let line = record.position().map_or(1, csv::Position::line);
        match found {
            Ok(false) => None,
            Err(e) => Some(Err(read_problem(e, Place::row(self.file, line)))),
            Ok(true) => {
                let cells = self
                    .columns
                    .iter()
                    .zip(record.iter())
                    .map(|(column, text)| {
                        column.map(|column| (column, Cow::Owned(unescape(text).to_owned())))
                    });
                Some(hit_of_texts(cells, self.file, line))
            }
        }
    }
}

/// Fails unless the columns that make a hit are there.
pub(crate) fn check_needed(columns: &[Option<&'static HitColumn>], file: u32) -> Result<()> {
    for needed in NEEDED {
        if !columns.iter().flatten().any(|c| c.name == *needed) {
            return Err(Problem::MissingColumn {
                field: needed,
                expected: (*needed).to_owned(),
            }
            .at(Place::file(file)));
        }
    }
    Ok(())
}

/// Makes a hit of the texts of a row; columns that are not known are `None`.
pub(crate) fn hit_of_texts<'a>(
    cells: impl Iterator<Item = Option<(&'static HitColumn, Cow<'a, str>)>>,
    file: u32,
    row: u64,
) -> Result<Hit> {
    let mut hit = blank();
    for (i, cell) in (1u64..).zip(cells) {
        let Some((column, text)) = cell else { continue };
        column
            .shape
            .parse(&text)
            .and_then(|cell| (column.put)(&mut hit, cell))
            .ok_or_else(|| {
                Problem::Malformed {
                    format: "hits file",
                    why: "a cell does not fit its column",
                }
                .at(Place::at(file, row, i))
            })?;
    }
    Ok(hit)
}

/// Puts a `'` before text that a spreadsheet would run.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    if is_risky(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

fn unescape(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_risky(rest) => rest,
        _ => text,
    }
}

fn is_risky(text: &str) -> bool {
    text.trim_start_matches('\'')
        .starts_with(['=', '+', '-', '@', '\t', '\r'])
}

pub(crate) fn csv_problem(error: csv::Error) -> Problem {
    match error.into_kind() {
        csv::ErrorKind::Io(e) => Problem::write(&e),
        _ => Problem::Internal("a row has another width than the header"),
    }
}

fn read_problem(error: csv::Error, place: Place) -> crate::error::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(e) => Problem::Read(e),
        csv::ErrorKind::Utf8 { .. } => Problem::Encoding { encoding: "UTF-8" },
        _ => Problem::Malformed {
            format: "CSV",
            why: "a row has another width than the header",
        },
    }
    .at(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_quoted_and_read_back_exactly() {
        for (text, written) in [
            ("=1+1", "'=1+1"),
            ("+49 30", "'+49 30"),
            ("-", "'-"),
            ("@home", "'@home"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("'=1", "''=1"),
            ("'Abd", "'Abd"),
            ("'", "'"),
            ("Ada =1", "Ada =1"),
            ("", ""),
        ] {
            assert_eq!(escape(text), written);
            assert_eq!(unescape(written), text);
        }
    }
}

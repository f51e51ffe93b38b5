//! Hits as XLSX: one sheet, row by row in flat memory, ids as text, a frozen header and a filter.
//!
//! A sheet holds 1,048,575 hits: more are refused, with advice. A cell holds 32,767 UTF-16 units:
//! longer text is cut, and counted; evidence is cut so that it stays readable JSON.

use std::borrow::Cow;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use crate::error::{Problem, Result};
use crate::hits::Hit;
use crate::report::Output;
use crate::report::columns::{COLUMNS, Cell, evidence_json};
use crate::report::write_hits::Sink;
use crate::score::Evidence;
use crate::tally::Tally;

/// Rows of a sheet, less the header.
const MAX_HITS: u32 = 1_048_575;
/// Hits from which a sheet may outgrow the 4 GiB of a plain zip entry.
const LARGE: u32 = 250_000;
/// UTF-16 units of a cell.
const MAX_CELL: usize = 32_767;
/// Characters kept of each value of evidence that is too long for its cell.
const SHORT: usize = 60;
const SHEET: &str = "hits";

pub(crate) struct XlsxSink {
    output: Output,
    workbook: Workbook,
    two_decimals: Format,
    rows: u32,
    max_hits: u32,
}

impl XlsxSink {
    pub(crate) fn create(output: Output) -> Result<Self> {
        Self::with_limit(output, MAX_HITS)
    }

    fn with_limit(output: Output, max_hits: u32) -> Result<Self> {
        let mut workbook = Workbook::new();
        workbook
            .set_tempdir(output.folder())
            .map_err(|e| xlsx_problem(&e))?;
        // No clock in the file: the same hits give the same bytes.
        let fixed = ExcelDateTime::from_ymd(2000, 1, 1).map_err(|e| xlsx_problem(&e))?;
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&fixed));
        let bold = Format::new().set_bold();
        let two_decimals = Format::new().set_num_format("0.00");
        let sheet = workbook
            .add_worksheet_with_constant_memory()
            .map_err(|e| xlsx_problem(&e))?;
        sheet
            .set_name(SHEET)
            .and_then(|sheet| sheet.set_freeze_panes(1, 0))
            .map_err(|e| xlsx_problem(&e))?;
        for (i, column) in (0..).zip(COLUMNS) {
            sheet
                .write_string_with_format(0, i, column.name, &bold)
                .map_err(|e| xlsx_problem(&e))?;
        }
        Ok(Self {
            output,
            workbook,
            two_decimals,
            rows: 0,
            max_hits,
        })
    }
}

impl XlsxSink {
    fn write_row(&mut self, hit: &Hit, tally: &mut Tally) -> Result<()> {
        if self.rows == self.max_hits {
            return Err(Problem::TooMany {
                what: "the hits of an XLSX sheet",
                limit: self.max_hits.into(),
            }
            .into());
        }
        self.rows += 1;
        let sheet = self
            .workbook
            .worksheet_from_index(0)
            .map_err(|e| xlsx_problem(&e))?;
        for (i, column) in (0..).zip(COLUMNS) {
            let cell = (column.cell)(hit);
            let written = match &cell {
                Cell::Number(number) => {
                    sheet.write_number_with_format(self.rows, i, *number, &self.two_decimals)
                }
                Cell::Count(count) => sheet.write_number(self.rows, i, *count),
                cell => {
                    let text = fitting_text(cell, tally)?;
                    if text.is_empty() {
                        continue;
                    }
                    sheet.write_string(self.rows, i, text)
                }
            };
            written.map_err(|e| xlsx_problem(&e))?;
        }
        Ok(())
    }
}

impl Sink for XlsxSink {
    fn write(&mut self, hits: &[Hit], tally: &mut Tally) -> Result<()> {
        hits.iter().try_for_each(|hit| self.write_row(hit, tally))
    }

    fn finish(mut self: Box<Self>) -> Result<Output> {
        self.workbook
            .use_zip_large_file(self.rows > LARGE)
            .worksheet_from_index(0)
            .and_then(|sheet| sheet.autofilter(0, 0, self.rows, last_column()).map(drop))
            .and_then(|()| self.workbook.save_to_writer(&mut self.output))
            .map_err(|e| xlsx_problem(&e))?;
        Ok(self.output)
    }
}

fn last_column() -> u16 {
    u16::try_from(COLUMNS.len() - 1).unwrap_or(u16::MAX)
}

/// The text of a cell, cut to what a cell holds.
fn fitting_text<'a>(cell: &'a Cell<'_>, tally: &mut Tally) -> Result<Cow<'a, str>> {
    let unserialized = |_| Problem::Internal("evidence does not serialize");
    let text = cell.to_text().map_err(unserialized)?;
    if text.encode_utf16().count() <= MAX_CELL {
        return Ok(text);
    }
    tally.add("cells_cut", 1);
    let Cell::Evidence(evidence) = cell else {
        return Ok(Cow::Owned(cut(&text, MAX_CELL)));
    };
    let mut short: Vec<Evidence> = evidence.iter().map(shortened).collect();
    loop {
        let json = evidence_json(&short).map_err(unserialized)?;
        if json.encode_utf16().count() <= MAX_CELL || short.pop().is_none() {
            return Ok(Cow::Owned(json));
        }
    }
}

fn shortened(evidence: &Evidence) -> Evidence {
    Evidence {
        subject: cut(&evidence.subject, SHORT),
        notice: cut(&evidence.notice, SHORT),
        note: cut(&evidence.note, SHORT),
        ..*evidence
    }
}

/// The longest beginning that fits with an ellipsis into so many UTF-16 units.
fn cut(text: &str, units: usize) -> String {
    if text.encode_utf16().count() <= units {
        return text.to_owned();
    }
    let mut room = units - 1;
    let mut kept: String = text
        .chars()
        .take_while(|c| {
            let fits = c.len_utf16() <= room;
            room = room.saturating_sub(c.len_utf16());
            fits
        })
        .collect();
    kept.push('…');
    kept
}

fn xlsx_problem(error: &XlsxError) -> Problem {
    match error {
        XlsxError::IoError(e) => Problem::write(e),
        _ => Problem::Internal("the XLSX writer refused a cell"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::hit;
    use crate::report::xlsx_read::read_xlsx;

    #[test]
    fn more_hits_than_rows_are_refused_with_advice_and_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("hits.xlsx");
        let mut sink = XlsxSink::with_limit(Output::create(&target).unwrap(), 2).unwrap();
        let mut tally = Tally::new();
        sink.write(&[hit()], &mut tally).unwrap();
        sink.write(&[hit()], &mut tally).unwrap();
        let error = sink.write(&[hit()], &mut tally).unwrap_err();
        drop(sink);
        assert!(error.is_usage());
        assert!(error.help().contains("--top"), "{}", error.help());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn long_texts_are_cut_and_counted_and_evidence_still_reads() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("hits.xlsx");
        let mut long = hit();
        long.matched_subject_name = "𝒜".repeat(40_000);
        long.evidence[1].subject = "b".repeat(40_000);
        let mut sink = XlsxSink::create(Output::create(&target).unwrap()).unwrap();
        let mut tally = Tally::new();
        sink.write(std::slice::from_ref(&long), &mut tally).unwrap();
        let finished = Box::new(sink).finish().unwrap().finish().unwrap();
        finished.commit().unwrap();
        assert_eq!(tally.count("cells_cut"), 2);
        let read = read_xlsx(&target, 1).unwrap();
        assert_eq!(
            read[0].matched_subject_name.encode_utf16().count(),
            MAX_CELL
        );
        assert_eq!(read[0].evidence.len(), long.evidence.len());
        assert!(read[0].evidence[1].subject.ends_with('…'));
    }
}

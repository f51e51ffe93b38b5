//! A look at a subject file without screening it, for `subjects check`.
//!
//! In: one file. Out: encoding, delimiter, which column is which field, how full each is, and what
//! would be refused. Never a value: headers are shown only once id and name were found among them,
//! because the first row of a file without headers is a person.

use std::fmt::Write as _;
use std::path::Path;

use crate::error::Result;
use crate::read::generic::Cells;
use crate::read::layout::{Layout, Target};
use crate::read::rows::{Container, Rows};
use crate::read::{Input, SubjectSettings, read_subjects, text};
use crate::tally::Tally;

/// Longest header shown, in characters.
const SHOWN: usize = 40;

/// What was found in a subject file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inspection {
    /// `csv`, `jsonl`, `xlsx` or `parquet`.
    pub container: &'static str,
    /// Name of the encoding of a text file.
    pub encoding: Option<&'static str>,
    /// The encoding was neither stated nor visible: windows-1252 was assumed.
    pub encoding_assumed: bool,
    /// Delimiter of a delimited file.
    pub delimiter: Option<char>,
    /// The columns, in file order.
    pub columns: Vec<InspectedColumn>,
    /// Data rows.
    pub rows: u64,
    /// Rows that would be screened.
    pub subjects: u64,
    /// What would be refused or emptied, and why.
    pub tally: Tally,
}

/// One column of a subject file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct InspectedColumn {
    /// Position from 1.
    pub position: usize,
    /// Canonical field; `None` for a column that is carried along unused.
    pub field: Option<&'static str>,
    /// Its header, shortened.
    pub header: String,
    /// Rows with something in it.
    pub filled: u64,
}

/// Looks through a subject file.
///
/// # Errors
/// As [`read_subjects`]: a file that cannot be read, or has no column for id or name.
pub fn inspect_subjects(path: &Path, settings: &SubjectSettings) -> Result<Inspection> {
    let input = Input::new(path, 1);
    // Also refuses what screening would refuse.
    let reader = read_subjects(&[path.to_owned()], settings)?;
    let container = Container::of(&input)?;
    let mut inspection = Inspection {
        container: container.code(),
        ..Inspection::default()
    };
    if reader.is_typed() {
        for chunk in reader {
            let (_, tally) = chunk?;
            inspection.rows = inspection.rows.saturating_add(tally.count("rows_in"));
            inspection.tally.merge(tally);
        }
        inspection.subjects = inspection.rows;
        return Ok(inspection);
    }
    if matches!(container, Container::Csv | Container::Jsonl) {
        let (name, assumed) = text::encoding_of(&input, settings.encoding.as_deref())?;
        inspection.encoding = Some(name);
        inspection.encoding_assumed = assumed;
    }
    let mut tally = Tally::new();
    let mut rows = Rows::open(&input, container, &settings.table(), &mut tally)?;
    inspection.delimiter = rows.delimiter().map(char::from);
    let mut layout = rows.layout(&settings.map, input.place())?;
    let mut filled: Vec<u64> = Vec::new();
    while rows.advance()? {
        rows.extend_layout(&mut layout, &settings.map)?;
        filled.resize(layout.len(), 0);
        let row = rows.row();
        for (count, cell) in filled.iter_mut().zip(row.cells()) {
            *count = count.saturating_add(u64::from(!cell.is_empty()));
        }
        inspection.rows = inspection.rows.saturating_add(1);
        let cells = Cells::new(&row, &layout, settings.date_order, &mut tally);
        let is_subject = cells.and_then(Cells::subject).is_some();
        inspection.subjects = inspection.subjects.saturating_add(u64::from(is_subject));
    }
    filled.resize(layout.len(), 0);
    inspection.columns = columns(&layout, rows.header(), &filled);
    inspection.tally = tally;
    Ok(inspection)
}

fn columns(layout: &Layout, header: &[String], filled: &[u64]) -> Vec<InspectedColumn> {
    let targets = layout.targets().iter().zip(header).zip(filled);
    (1..)
        .zip(targets)
        .map(|(position, ((target, header), filled))| InspectedColumn {
            position,
            field: match target {
                Target::Column(column) => Some(column.name()),
                Target::Extra(_) => None,
            },
            header: header
                .chars()
                .take(SHOWN)
                .flat_map(char::escape_debug)
                .collect(),
            filled: *filled,
        })
        .collect()
}

impl Inspection {
    /// The findings as lines of text.
    pub fn to_text(&self) -> String {
        let mut text = format!("format     {}\n", self.container);
        // Writing to a String cannot fail.
        if let Some(encoding) = self.encoding {
            let assumed = if self.encoding_assumed {
                " (assumed: not stated and not UTF-8)"
            } else {
                ""
            };
            let _ = writeln!(text, "encoding   {encoding}{assumed}");
        }
        if let Some(delimiter) = self.delimiter {
            let _ = writeln!(text, "delimiter  {}", delimiter.escape_default());
        }
        let refused = self.rows.saturating_sub(self.subjects);
        let _ = writeln!(text, "rows       {}", self.rows);
        let _ = writeln!(
            text,
            "readable   {} ({refused} would be refused)",
            self.subjects
        );
        if !self.columns.is_empty() {
            let _ = writeln!(text, "\ncolumn  field                   filled  header");
        }
        for column in &self.columns {
            let _ = writeln!(
                text,
                "{:>6}  {:<20}  {:>6} %  {}",
                column.position,
                column.field.unwrap_or("(unused)"),
                percent(column.filled, self.rows),
                column.header
            );
        }
        let mut reasons: Vec<(&str, &str, u64)> = Vec::new();
        for refusal in self.tally.refusals() {
            let key = (refusal.field, refusal.reason.code());
            match reasons.iter_mut().find(|(f, r, _)| (*f, *r) == key) {
                Some((_, _, n)) => *n = n.saturating_add(1),
                None => reasons.push((key.0, key.1, 1)),
            }
        }
        if !reasons.is_empty() {
            let _ = writeln!(text, "\nnot taken over");
        }
        for (field, reason, n) in reasons {
            let _ = writeln!(text, "{n:>8}  {field}: {reason}");
        }
        text
    }
}

/// Share in percent with one decimal, rounded down.
fn percent(part: u64, whole: u64) -> String {
    let tenths = part
        .saturating_mul(1_000)
        .checked_div(whole)
        .unwrap_or_default();
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(content: &[u8]) -> Result<Inspection> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        std::fs::write(&path, content).unwrap();
        inspect_subjects(&path, &SubjectSettings::default())
    }

    #[test]
    fn columns_fill_rates_and_refusals_are_shown_and_no_value() {
        let found =
            check(b"ID;Name;Geb.-Datum;Colour\n1;Ada Example;1970;red\n2;;31/02/1970;\n").unwrap();
        let text = found.to_text();
        assert_eq!((found.rows, found.subjects), (2, 1));
        assert_eq!(found.columns.first().unwrap().field, Some("id"));
        assert_eq!(found.columns.last().unwrap().field, None);
        for part in [
            "birth_date",
            "Geb.-Datum",
            "50.0 %",
            "delimiter  ;",
            "row: no_name",
            "(unused)",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("Ada") && !text.contains("red"), "{text}");
    }

    #[test]
    fn an_assumed_encoding_is_said() {
        let found = check(b"id,name\n1,Jos\xe9\n").unwrap();
        assert_eq!(
            (found.encoding, found.encoding_assumed),
            (Some("windows-1252"), true)
        );
    }

    #[test]
    fn a_headerless_file_shows_nothing_of_its_first_row() {
        let error = check(b"17,Ada Example\n").unwrap_err();
        assert!(error.is_input() && !error.to_string().contains("Ada"));
    }
}

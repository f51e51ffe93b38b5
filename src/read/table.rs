//! Delimited text to rows of cells.
//!
//! In: a text file with `,` `;` `|` or tab between cells, quoted or not. Out: rows with their
//! number as a person counts it, and a header that is looked up by name whatever its letter case.
//! Which columns exist and what they mean is the business of each format.

use std::io::BufRead;

use crate::error::{Place, Problem, Result};
use crate::read::{Input, text};
use crate::record::columns::{fold_header, folded};
use crate::tally::Tally;

/// Longest cell taken over, in bytes; an unclosed quotation mark swallows more.
pub(crate) const CELL_LIMIT: usize = 64 << 10;
/// Longest cell that is read at all.
const RUNAWAY: usize = 16 << 20;

/// How to read a delimited file.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TableSettings<'a> {
    /// Name of the encoding; `None` decides by content.
    pub encoding: Option<&'a str>,
    /// Delimiter; `None` takes the one that the first lines use.
    pub delimiter: Option<u8>,
    /// Quotation marks are plain characters.
    pub unquoted: bool,
}

/// A delimited file, read row by row in flat memory.
pub(crate) struct Table {
    file: u32,
    delimiter: u8,
    reader: csv::Reader<Source>,
    record: csv::StringRecord,
    /// Line breaks inside cells so far: a spreadsheet does not count them as rows.
    inner_lines: u64,
    /// Cells of the first row.
    width: Option<usize>,
    place: Place,
}

impl Table {
    /// Opens a file. Nothing is taken for a header: the first row is a row.
    pub(crate) fn open(
        input: &Input,
        settings: &TableSettings<'_>,
        tally: &mut Tally,
    ) -> Result<Self> {
        let mut text = text::open_text(input, settings.encoding, tally)?;
        let head = text
            .fill_buf()
            .map_err(|e| Problem::Read(e).at(input.place()))?;
        let delimiter = settings.delimiter.unwrap_or_else(|| sniff(head));
        // Lines end with a line feed (a carriage return before it is trimmed with the cell),
        // in very old files with a carriage return alone.
        let line_end = if head.contains(&b'\r') && !head.contains(&b'\n') {
            b'\r'
        } else {
            b'\n'
        };
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .quoting(!settings.unquoted)
            .terminator(csv::Terminator::Any(line_end))
            .buffer_capacity(1 << 16)
            .from_reader(Source {
                text,
                ended: false,
                last: 0,
            });
        Ok(Self {
            file: input.file,
            delimiter,
            reader,
            record: csv::StringRecord::new(),
            inner_lines: 0,
            width: None,
            place: input.place(),
        })
    }

    /// The delimiter in use.
    pub(crate) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The next row; empty lines are passed over but count as rows.
    ///
    /// # Errors
    /// The file cannot be read, or a quotation mark is never closed.
    pub(crate) fn next_row(&mut self) -> Result<Option<Row<'_>>> {
        Ok(self.advance()?.then(|| self.row()))
    }

    /// The row that stands.
    pub(crate) fn row(&self) -> Row<'_> {
        Row::new(&self.record, self.place)
    }

    /// Goes to the next row; `false` at the end.
    pub(crate) fn advance(&mut self) -> Result<bool> {
        loop {
            let more = self
                .reader
                .read_record(&mut self.record)
                .map_err(|e| from_csv(e, self.file))?;
            if !more {
                return Ok(false);
            }
            if self.record.len() > 1 || !self.record.as_slice().trim().is_empty() {
                break;
            }
        }
        let breaks = self
            .record
            .as_slice()
            .bytes()
            .filter(|b| *b == b'\n')
            .count();
        self.inner_lines = self.inner_lines.saturating_add(breaks as u64);
        // The reader stands behind the line, unless the file ended without a line end.
        let unterminated = self.reader.get_ref().ended;
        let line = self.reader.position().line();
        let number = line
            .saturating_sub(u64::from(!unterminated))
            .saturating_sub(self.inner_lines);
        let place = Place::row(self.file, number);
        let width = *self.width.get_or_insert(self.record.len());
        let last_cell = self.record.iter().next_back().unwrap_or_default();
        let swallowed = last_cell.contains('\n') && self.reader.get_ref().last != b'"';
        let cut_short = unterminated && (self.record.len() < width || swallowed);
        if breaks > 0 && (cut_short || self.record.as_slice().len() > RUNAWAY) {
            return Err(Problem::Malformed {
                format: "CSV",
                why: "a quotation mark is not closed",
            }
            .at(place));
        }
        self.place = place;
        Ok(true)
    }
}

/// A text that remembers whether its end was met, and its last byte.
struct Source {
    text: Box<dyn BufRead + Send>,
    ended: bool,
    last: u8,
}

impl std::io::Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.text.read(buffer)?;
        self.ended = n == 0;
        if let Some(last) = buffer.get(..n).and_then(<[u8]>::last) {
            self.last = *last;
        }
        Ok(n)
    }
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    cells: &'a csv::StringRecord,
    /// File and row.
    pub place: Place,
}

impl<'a> Row<'a> {
    /// Cells and where they stand.
    pub(crate) fn new(cells: &'a csv::StringRecord, place: Place) -> Self {
        Self { cells, place }
    }

    /// Number of cells.
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// The cell at a position, without surrounding white space; empty where there is none.
    pub(crate) fn cell(&self, position: usize) -> &'a str {
        self.cells.get(position).unwrap_or_default().trim()
    }

    /// The cell at a position with its white space, without the end of the line.
    pub(crate) fn untrimmed(&self, position: usize) -> &'a str {
        let cell = self.cells.get(position).unwrap_or_default();
        cell.trim_end_matches(['\r', '\n'])
    }

    /// The cell under a header; empty where the header does not exist.
    pub(crate) fn get(&self, header: &Header, name: &str) -> &'a str {
        header.position(name).map_or("", |i| self.cell(i))
    }

    /// All cells, without surrounding white space.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.cells.iter().map(str::trim)
    }

    /// Row number as a person counts it, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.place.row.unwrap_or(0)
    }
}

/// The names of columns, looked up in any letter case and punctuation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Header {
    names: Vec<String>,
}

impl Header {
    /// Takes a row as the header.
    pub(crate) fn new<'a>(cells: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            names: cells.into_iter().map(fold_header).collect(),
        }
    }

    /// Position of a column, from 0; the first one where a name is repeated.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        let name = fold_header(name);
        self.names.iter().position(|n| *n == name)
    }

    /// Whether a row repeats the header, as files joined from pieces do.
    pub(crate) fn is_repeated_by(&self, row: &Row<'_>) -> bool {
        row.len() == self.names.len()
            && row
                .cells()
                .zip(&self.names)
                .all(|(c, n)| n.chars().eq(folded(c)))
    }

    /// Folded names, in order.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }
}

/// The delimiter that cuts the first lines into the most even rows of two cells and more; comma
/// where none does. Characters inside quotation marks do not count.
pub(crate) fn sniff(head: &[u8]) -> u8 {
    let mut best = (0, b',');
    for delimiter in [b',', b';', b'\t', b'|'] {
        let widths: Vec<u64> = lines_outside_quotes(head, delimiter).take(20).collect();
        let Some(&first) = widths.first() else {
            continue;
        };
        let even = widths.iter().filter(|w| **w == first).count() as u64;
        // Evenness first, then width: a comma inside names does not beat a semicolon.
        let share = even
            .saturating_mul(100)
            .checked_div(widths.len() as u64)
            .unwrap_or(0);
        let score = if first == 0 {
            0
        } else {
            share.saturating_mul(4).saturating_add(first.min(200))
        };
        if score > best.0 {
            best = (score, delimiter);
        }
    }
    best.1
}

/// Number of delimiters in each complete line.
fn lines_outside_quotes(head: &[u8], delimiter: u8) -> impl Iterator<Item = u64> + '_ {
    let mut bytes = head.iter();
    let mut ended = false;
    std::iter::from_fn(move || {
        let mut count = 0_u64;
        let mut quoted = false;
        let mut seen = false;
        for &byte in bytes.by_ref() {
            match byte {
                b'"' => quoted = !quoted,
                b'\n' if !quoted && seen => return Some(count),
                b'\r' | b'\n' if !quoted => continue,
                b if b == delimiter && !quoted => count = count.saturating_add(1),
                _ => {}
            }
            seen = true;
        }
        let last = seen && !std::mem::replace(&mut ended, true);
        last.then_some(count)
    })
}

fn from_csv(error: csv::Error, file: u32) -> crate::error::Error {
    let row = error.position().map(csv::Position::line);
    let place = Place {
        row,
        ..Place::file(file)
    };
    match error.into_kind() {
        csv::ErrorKind::Io(e) => Problem::Read(e).at(place),
        csv::ErrorKind::Utf8 { .. } => Problem::Encoding { encoding: "UTF-8" }.at(place),
        _ => Problem::Malformed {
            format: "CSV",
            why: "a row cannot be read",
        }
        .at(place),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn rows(text: &str) -> Result<Vec<(u64, Vec<String>)>> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let input = Input::new(file.path(), 1);
        let mut table = Table::open(&input, &TableSettings::default(), &mut Tally::new())?;
        let mut rows = Vec::new();
        while let Some(row) = table.next_row()? {
            rows.push((row.number(), row.cells().map(str::to_owned).collect()));
        }
        Ok(rows)
    }

    #[test]
    fn the_delimiter_is_found_by_even_rows() {
        assert_eq!(sniff(b"id;name\n1;Example, Ada\n2;Example, Bo\n"), b';');
        assert_eq!(sniff(b"id\tname\n1\tAda\n"), b'\t');
        assert_eq!(sniff(b"id|name\n1|Ada\n"), b'|');
        assert_eq!(sniff(b"id,name,alias\n1,Ada,A;B\n2,Bo,\n"), b',');
        assert_eq!(sniff(b"\"a;b;c\",x\n\"d;e;f\",y\n"), b',');
        assert_eq!(sniff(b"name\nAda\n"), b',');
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_numbers_them() {
        let got = rows("id,note\n1,\"two\nlines\"\n\n2,x\n").unwrap();
        let numbers: Vec<u64> = got.iter().map(|(n, _)| *n).collect();
        assert_eq!(numbers, [1, 2, 4]);
        assert_eq!(got[1].1, ["1", "two\nlines"]);
    }

    #[test]
    fn every_kind_of_line_end_is_met() {
        for (text, last) in [
            ("a,b\r\n\r\n1,\"x\"\r\n2,y\r\n", 4),
            ("a,b\n\n1,\"x\"\n2,y", 4),
            ("a,b\r\n\r\n1,x\r\n2,y", 4),
        ] {
            let got = rows(text).unwrap();
            assert_eq!(got[1], (3, vec!["1".to_owned(), "x".to_owned()]));
            assert_eq!(got[2], (last, vec!["2".to_owned(), "y".to_owned()]));
        }
        assert_eq!(rows("a,b\r1,x\r2,y\r").unwrap().len(), 3);
    }

    #[test]
    fn quotes_inside_a_cell_are_kept() {
        let got = rows("id,name\n1,Ada \"Ace\" Example\n2,\"Bo \"\"B\"\" Example\"\n").unwrap();
        assert_eq!(got[1].1[1], "Ada \"Ace\" Example");
        assert_eq!(got[2].1[1], "Bo \"B\" Example");
    }

    #[test]
    fn an_unclosed_quotation_mark_is_an_error_with_its_row() {
        let error = rows("id,name,x\n1,\"Ada,1\n2,Bo,2\n").unwrap_err();
        assert_eq!(error.place().row, Some(2));
        assert!(error.is_input());
        assert!(rows("id,name\n1,\"Ada\n2,Bo\n3,Cy\n").is_err());
        assert!(rows("id,name\n1,\"Ada\n2,Bo").is_err());
        assert_eq!(rows("id,name\n1,\"Ada\nExample\"").unwrap().len(), 2);
    }

    #[test]
    fn headers_are_found_in_any_case_and_punctuation() {
        let header = Header::new(["\u{feff}Birth_Date", "Full  Name:"]);
        assert_eq!(header.position("birth date"), Some(0));
        assert_eq!(header.position("FULL-NAME"), Some(1));
        assert_eq!(header.position("id"), None);
    }
}

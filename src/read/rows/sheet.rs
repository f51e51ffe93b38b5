//! XLSX: the first worksheet that holds anything, its first row is the header.

use std::fs::File;
use std::io::BufReader;

use calamine::{DataRef, Reader as _, Xlsx, XlsxError};

use crate::error::{Place, Problem, Result};
use crate::read::Input;
use crate::read::table::Row;

/// The rows of a worksheet.
pub(crate) struct SheetRows {
    file: u32,
    header: Vec<String>,
    rows: std::vec::IntoIter<(u64, csv::StringRecord)>,
    current: (u64, csv::StringRecord),
}

impl SheetRows {
    /// Reads a worksheet. A sheet has at most 1,048,576 rows, so it is read whole.
    pub(super) fn open(input: &Input) -> Result<Self> {
        let damaged = |error| from_xlsx(error, input.place());
        let file = File::open(input.path()).map_err(|e| Problem::Read(e).at(input.place()))?;
        let mut book = Xlsx::new(BufReader::new(file)).map_err(damaged)?;
        let mut rows = Vec::new();
        for name in book.sheet_names() {
            rows = read_sheet(&mut book, &name).map_err(damaged)?;
            if !rows.is_empty() {
                break;
            }
        }
        let mut rows = rows.into_iter();
        let Some((_, first)) = rows.next() else {
            return Err(Problem::UnknownFormat.at(input.place()));
        };
        Ok(Self {
            file: input.file,
            header: first.iter().map(|cell| cell.trim().to_owned()).collect(),
            rows,
            current: (1, csv::StringRecord::new()),
        })
    }

    /// The cells of the first row.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// Goes to the next row that holds anything; `false` at the end.
    pub(super) fn advance(&mut self) -> bool {
        let Some((number, mut cells)) = self.rows.next() else {
            return false;
        };
        // Empty cells at the end of a row are not in the file.
        while cells.len() < self.header.len() {
            cells.push_field("");
        }
        self.current = (number, cells);
        true
    }

    /// The row that stands.
    pub(super) fn row(&self) -> Row<'_> {
        let (number, cells) = &self.current;
        Row::new(cells, Place::row(self.file, *number))
    }
}

/// The rows of a sheet with their numbers as Excel shows them.
fn read_sheet(
    book: &mut Xlsx<BufReader<File>>,
    name: &str,
) -> std::result::Result<Vec<(u64, csv::StringRecord)>, XlsxError> {
    let mut reader = book.worksheet_cells_reader(name)?;
    let mut rows: Vec<(u64, csv::StringRecord)> = Vec::new();
    let mut cells = csv::StringRecord::new();
    let mut current = None;
    while let Some(cell) = reader.next_cell()? {
        let (row, column) = cell.get_position();
        let text = text_of(cell.get_value());
        if text.is_empty() {
            continue;
        }
        if current != Some(row) {
            if let Some(done) = current {
                rows.push((number(done), std::mem::take(&mut cells)));
            }
            current = Some(row);
        }
        // Excel has 16,384 columns; a damaged reference may claim more.
        while cells.len() < column.min(16_384) as usize {
            cells.push_field("");
        }
        cells.push_field(&text);
    }
    if let Some(done) = current {
        rows.push((number(done), cells));
    }
    Ok(rows)
}

fn number(row: u32) -> u64 {
    u64::from(row).saturating_add(1)
}

/// Numbers without a needless fraction (ids), dates as ISO text.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(n) => n.to_string(),
        // `{}` on f64 never writes an exponent, and no fraction where there is none.
        DataRef::Float(n) => n.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.trim().to_owned()
        }
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(b) => b.to_string(),
        DataRef::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

fn from_xlsx(error: XlsxError, place: Place) -> crate::error::Error {
    match error {
        XlsxError::Io(e) => Problem::Read(e).at(place),
        _ => Problem::Malformed {
            format: "XLSX",
            why: "the workbook is damaged or encrypted",
        }
        .at(place),
    }
}

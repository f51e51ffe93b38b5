//! Hits read from the first sheet of an XLSX file, also where an analyst added columns or rows of
//! their own making.

use std::borrow::Cow;
use std::path::Path;

use calamine::{DataRef, Reader, Xlsx, open_workbook};

use crate::error::{Error, Place, Problem, Result, decode};
use crate::hits::Hit;
use crate::report::columns::{COLUMNS, HitColumn};
use crate::report::csv::{check_needed, hit_of_texts};

/// Columns that are read; people add some of their own.
const MAX_COLUMNS: usize = 256;

/// Reads all hits of the first sheet, cell by cell: a stray cell far out costs nothing.
pub(crate) fn read_xlsx(path: &Path, file: u32) -> Result<Vec<Hit>> {
    let damaged = || malformed("the file is cut short or damaged", file);
    decode(|| {
        let mut book: Xlsx<_> = open_workbook(path).map_err(|_: calamine::XlsxError| damaged())?;
        let names = book.sheet_names();
        let name = names.into_iter().next().ok_or_else(damaged)?;
        let mut cells = book.worksheet_cells_reader(&name).map_err(|_| damaged())?;
        let mut sheet = Sheet::new(file);
        while let Some(cell) = cells.next_cell().map_err(|_| damaged())? {
            let (row, column) = cell.get_position();
            if row != sheet.row {
                sheet.end_row()?;
                sheet.row = row;
            }
            sheet.put(column, cell.get_value());
        }
        sheet.end_row()?;
        sheet
            .columns
            .is_some()
            .then_some(sheet.hits)
            .ok_or_else(damaged)
    })
    .unwrap_or_else(|| Err(damaged()))
}

/// What of a sheet has been read.
struct Sheet {
    file: u32,
    columns: Option<Vec<Option<&'static HitColumn>>>,
    hits: Vec<Hit>,
    row: u32,
    texts: Vec<String>,
}

impl Sheet {
    fn new(file: u32) -> Self {
        Self {
            file,
            columns: None,
            hits: Vec::new(),
            row: 0,
            texts: Vec::new(),
        }
    }

    fn put(&mut self, column: u32, value: &DataRef<'_>) {
        let column = column as usize;
        if column >= MAX_COLUMNS {
            return;
        }
        if self.texts.len() <= column {
            self.texts.resize(column + 1, String::new());
        }
        self.texts[column] = match value {
            DataRef::String(text) | DataRef::DateTimeIso(text) => text.clone(),
            DataRef::SharedString(text) => (*text).to_owned(),
            DataRef::Int(number) => number.to_string(),
            DataRef::Float(number) => number.to_string(),
            _ => String::new(),
        };
    }

    /// Makes a hit of the texts of the row, or the columns where it is the header.
    fn end_row(&mut self) -> Result<()> {
        let texts = std::mem::take(&mut self.texts);
        if texts.iter().all(String::is_empty) {
            return Ok(());
        }
        let Some(columns) = &self.columns else {
            let find = |name: &String| COLUMNS.iter().find(|c| c.name == name);
            let columns: Vec<_> = texts.iter().map(find).collect();
            check_needed(&columns, self.file)?;
            self.columns = Some(columns);
            return Ok(());
        };
        // Empty cells at the end of a row are not in the file.
        let texts = texts.into_iter().chain(std::iter::repeat(String::new()));
        let cells = columns
            .iter()
            .zip(texts)
            .map(|(column, text)| column.map(|column| (column, Cow::Owned(text))));
        let hit = hit_of_texts(cells, self.file, u64::from(self.row) + 1)?;
        self.hits.push(hit);
        Ok(())
    }
}

fn malformed(why: &'static str, file: u32) -> Error {
    Problem::Malformed {
        format: "XLSX",
        why,
    }
    .at(Place::file(file))
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::Workbook;

    use super::*;

    #[test]
    fn added_columns_empty_rows_and_far_cells_do_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hits.xlsx");
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (column, name) in (0..).zip(["my note", "hit_id", "subject_id", "notice_uid"]) {
            sheet.write_string(0, column, name).unwrap();
        }
        for (column, text) in (1..).zip(["h1", "007", "test:3"]) {
            sheet.write_string(3, column, text).unwrap();
        }
        sheet.write_string(1_048_575, 16_383, "far").unwrap();
        book.save(&path).unwrap();
        let hits = read_xlsx(&path, 1).unwrap();
        assert_eq!(hits.len(), 1);
        assert_eq!(
            (hits[0].hit_id.as_str(), hits[0].subject_id.as_str()),
            ("h1", "007")
        );
    }
}

//! Generic files as rows of text cells: CSV, JSON lines, XLSX, flat Parquet.
//!
//! In: a file. Out: headers and rows, whatever the container. What the columns mean is decided in
//! `layout`.

mod columnar;
mod json;
mod sheet;

use crate::error::{Place, Problem, Result};
use crate::read::layout::Layout;
use crate::read::table::{Row, Table, TableSettings};
use crate::read::{Input, detect};
use crate::tally::Tally;

use columnar::ColumnarRows;
use json::JsonRows;
use sheet::SheetRows;

/// What a generic file is packed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    /// Delimited text.
    Csv,
    /// One JSON object per line.
    Jsonl,
    /// Excel workbook; its first sheet.
    Xlsx,
    /// Parquet with one column per field.
    Parquet,
}

impl Container {
    /// Name as `subjects check` shows it.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Xlsx => "xlsx",
            Self::Parquet => "parquet",
        }
    }

    /// Looks at the content.
    pub(super) fn of(input: &Input) -> Result<Self> {
        let head = input.head(4096)?;
        Ok(match head.as_slice() {
            [b'P', b'A', b'R', b'1', ..] => Self::Parquet,
            [b'P', b'K', 3, 4, ..] => Self::Xlsx,
            _ if detect::is_json(input)? => Self::Jsonl,
            [] => return Err(Problem::UnknownFormat.at(input.place())),
            _ => Self::Csv,
        })
    }
}

/// A generic file, read row by row.
pub(super) enum Rows {
    /// Delimited text under its header row.
    Csv(Box<Table>, Vec<String>),
    /// JSON lines; headers are the keys met so far.
    Json(JsonRows),
    /// A worksheet.
    Sheet(SheetRows),
    /// Flat Parquet.
    Columnar(Box<ColumnarRows>),
}

impl Rows {
    /// Opens a file and reads its header.
    pub(super) fn open(
        input: &Input,
        container: Container,
        settings: &TableSettings<'_>,
        tally: &mut Tally,
    ) -> Result<Self> {
        Ok(match container {
            Container::Csv => {
                let mut table = Table::open(input, settings, tally)?;
                let header = match table.next_row()? {
                    Some(row) => row.cells().map(str::to_owned).collect(),
                    None => return Err(Problem::UnknownFormat.at(input.place())),
                };
                Self::Csv(Box::new(table), header)
            }
            Container::Jsonl => Self::Json(JsonRows::open(input, settings.encoding, tally)?),
            Container::Xlsx => Self::Sheet(SheetRows::open(input)?),
            Container::Parquet => Self::Columnar(Box::new(ColumnarRows::open(input)?)),
        })
    }

    /// Headers by position. Those of JSON lines grow as rows are read.
    pub(super) fn header(&self) -> &[String] {
        match self {
            Self::Csv(_, header) => header,
            Self::Json(rows) => rows.header(),
            Self::Sheet(rows) => rows.header(),
            Self::Columnar(rows) => rows.header(),
        }
    }

    /// What the columns are.
    pub(super) fn layout(&self, map: &[(String, String)], place: Place) -> Result<Layout> {
        match self {
            Self::Json(_) => Layout::growing(self.header(), map)?.checked(place),
            _ => Layout::new(self.header(), map, place),
        }
    }

    /// Takes in headers that came with the last row.
    pub(super) fn extend_layout(
        &self,
        layout: &mut Layout,
        map: &[(String, String)],
    ) -> Result<()> {
        if self.header().len() > layout.len() {
            *layout = Layout::growing(self.header(), map)?;
        }
        Ok(())
    }

    /// Goes to the next row; `false` at the end.
    pub(super) fn advance(&mut self) -> Result<bool> {
        match self {
            Self::Csv(table, _) => table.advance(),
            Self::Json(rows) => rows.advance(),
            Self::Sheet(rows) => Ok(rows.advance()),
            Self::Columnar(rows) => rows.advance(),
        }
    }

    /// The row that stands.
    pub(super) fn row(&self) -> Row<'_> {
        match self {
            Self::Csv(table, _) => table.row(),
            Self::Json(rows) => rows.row(),
            Self::Sheet(rows) => rows.row(),
            Self::Columnar(rows) => rows.row(),
        }
    }

    /// The delimiter of delimited text.
    pub(super) fn delimiter(&self) -> Option<u8> {
        match self {
            Self::Csv(table, _) => Some(table.delimiter()),
            _ => None,
        }
    }
}

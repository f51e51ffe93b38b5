//! Flat Parquet: one column per field, of text, numbers, dates or lists of them.

use arrow::array::{Array, ArrayRef, LargeListArray, ListArray, RecordBatch};
use arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::error::{Place, Result};
use crate::read::Input;
use crate::read::generic::LIST_MARK;
use crate::read::parquet_file::{ParquetFile, damaged};
use crate::read::table::Row;

/// The rows of a flat Parquet file.
pub(crate) struct ColumnarRows {
    file: u32,
    header: Vec<String>,
    batches: ParquetFile,
    batch: Option<RecordBatch>,
    next: usize,
    number: u64,
    record: csv::StringRecord,
}

impl ColumnarRows {
    /// Opens a file.
    pub(super) fn open(input: &Input) -> Result<Self> {
        let batches = ParquetFile::open(input, 8192)?;
        let header = batches.names();
        Ok(Self {
            file: input.file,
            header,
            batches,
            batch: None,
            next: 0,
            number: 0,
            record: csv::StringRecord::new(),
        })
    }

    /// Column names.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// The row that stands.
    pub(super) fn row(&self) -> Row<'_> {
        Row::new(&self.record, Place::row(self.file, self.number))
    }

    /// Goes to the next row; `false` at the end.
    pub(super) fn advance(&mut self) -> Result<bool> {
        loop {
            if let Some(batch) = self.batch.as_ref().filter(|b| self.next < b.num_rows()) {
                self.number = self.number.saturating_add(1);
                let place = Place::row(self.file, self.number);
                self.record.clear();
                for column in batch.columns() {
                    let mut cell = String::new();
                    write_cell(&mut cell, column, self.next).ok_or_else(|| damaged(place))?;
                    self.record.push_field(&cell);
                }
                self.next = self.next.saturating_add(1);
                return Ok(true);
            }
            self.next = 0;
            self.batch = self.batches.next().transpose()?;
            if self.batch.is_none() {
                return Ok(false);
            }
        }
    }
}

fn write_cell(cell: &mut String, column: &ArrayRef, row: usize) -> Option<()> {
    use std::fmt::Write as _;
    if column.is_null(row) {
        return Some(());
    }
    let list = column
        .as_any()
        .downcast_ref::<ListArray>()
        .map(|list| list.value(row))
        .or_else(|| {
            let list = column.as_any().downcast_ref::<LargeListArray>()?;
            Some(list.value(row))
        });
    if let Some(values) = list {
        for i in 0..values.len() {
            write_cell(cell, &values, i)?;
            cell.push(LIST_MARK);
        }
        return Some(());
    }
    let options = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(column, &options).ok()?;
    write!(cell, "{}", formatter.value(row)).ok()
}

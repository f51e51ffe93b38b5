//! Our own notice files (`notices/1`).
//!
//! In: Parquet files that `report` wrote. Out: the list as it was imported, whole or some rows at a
//! time. Several files are several lists: they are refused unless they are editions of one list.

use crate::error::{Problem, Result};
use crate::read::parquet_file::{ParquetFile, damaged};
use crate::read::{Input, List, ListSettings};
use crate::record::{ListInfo, Notice, batch};
use crate::tally::Tally;

/// Rows decoded at a time.
const ROWS: usize = 1024;

/// Whether a Parquet file says that it holds notices of ours, of any version.
pub(super) fn is_notices(input: &Input) -> Result<bool> {
    Ok(ParquetFile::open(input, ROWS)?.schema_name().is_some())
}

/// An open notice file; its rows come in the order of the file.
pub(super) struct NoticesFile {
    /// The edition.
    pub(super) info: ListInfo,
    input: Input,
    batches: ParquetFile,
}

impl NoticesFile {
    /// Opens a file.
    ///
    /// # Errors
    /// The file is damaged, holds something else than notices, or was written by a newer schema.
    pub(super) fn open(input: &Input) -> Result<Self> {
        let batches = ParquetFile::open(input, ROWS)?;
        let name = batches.schema_name().unwrap_or_default();
        if name != batch::NOTICES {
            let (found, needed) = (name.to_owned(), batch::NOTICES);
            return Err(Problem::Schema { found, needed }.at(input.place()));
        }
        let info = batch::info_of(&batches.schema).ok_or_else(|| damaged(input.place()))?;
        Ok(Self {
            info,
            input: input.clone(),
            batches,
        })
    }

    /// The next rows, and their counts; `None` at the end.
    ///
    /// # Errors
    /// The file is damaged.
    pub(super) fn next_rows(&mut self) -> Result<Option<(Vec<Notice>, Tally)>> {
        let Some(rows) = self.batches.next().transpose()? else {
            return Ok(None);
        };
        let notices = batch::notices_from_batch(&rows).map_err(|p| p.at(self.input.place()))?;
        let mut tally = Tally::new();
        tally.add("rows_in", rows.num_rows() as u64);
        super::list::count(&notices, &mut tally);
        Ok(Some((notices, tally)))
    }
}

/// Reads notice files back.
///
/// # Errors
/// As those of [`NoticesFile`]; an empty list.
pub(super) fn read(inputs: &[Input], settings: &ListSettings) -> Result<(List, Tally)> {
    let mut list = List::default();
    let mut tally = Tally::new();
    for input in inputs {
        let mut file = NoticesFile::open(input)?;
        if input.file > 1 && file.info.list_id != list.info.list_id {
            return Err(Problem::Ambiguous {
                what: "the list id",
            }
            .at(input.place()));
        }
        list.info = file.info.clone();
        while let Some((mut notices, counts)) = file.next_rows()? {
            list.notices.append(&mut notices);
            tally.merge(counts);
        }
    }
    if let Some(list_id) = &settings.list_id {
        list.info.list_id = list_id.clone();
        for notice in &mut list.notices {
            notice.list_id = list_id.clone();
        }
    }
    if list.notices.is_empty() {
        let first = inputs.first().map(Input::place).unwrap_or_default();
        return Err(Problem::EmptyList.at(first));
    }
    Ok((list, tally))
}

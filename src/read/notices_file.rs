//! Our own notice files (`notices/1`), whole.
//!
//! In: Parquet files that `report` wrote. Out: the list, as it was imported. Several files are
//! several lists: they are refused unless they are editions of one list.

use crate::error::{Problem, Result};
use crate::read::parquet_file::{ParquetFile, damaged};
use crate::read::{Input, List, ListSettings};
use crate::record::batch;
use crate::tally::Tally;

/// Rows decoded at a time.
const ROWS: usize = 1024;

/// Whether a Parquet file says that it holds notices of ours, of any version.
pub(super) fn is_notices(input: &Input) -> Result<bool> {
    Ok(ParquetFile::open(input, ROWS)?.schema_name().is_some())
}

/// Reads notice files back.
///
/// # Errors
/// The file is damaged, holds something else than notices, or was written by a newer schema.
pub(super) fn read(inputs: &[Input], settings: &ListSettings) -> Result<(List, Tally)> {
    let mut list = List::default();
    let mut tally = Tally::new();
    for input in inputs {
        let file = ParquetFile::open(input, ROWS)?;
        let name = file.schema_name().unwrap_or_default();
        if name != batch::NOTICES {
            let (found, needed) = (name.to_owned(), batch::NOTICES);
            return Err(Problem::Schema { found, needed }.at(input.place()));
        }
        let info = batch::info_of(&file.schema).ok_or_else(|| damaged(input.place()))?;
        if input.file > 1 && info.list_id != list.info.list_id {
            return Err(Problem::Ambiguous {
                what: "the list id",
            }
            .at(input.place()));
        }
        list.info = info;
        for rows in file {
            let rows = rows?;
            tally.add("rows_in", rows.num_rows() as u64);
            let read = batch::notices_from_batch(&rows).map_err(|p| p.at(input.place()))?;
            list.notices.extend(read);
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
    super::list::count(&list.notices, &mut tally);
    Ok((list, tally))
}

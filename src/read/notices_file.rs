//! Our own notice files (`notices/1`), whole.
//!
//! In: Parquet files that `report` wrote. Out: the list, as it was imported. Several files are
//! several lists: they are refused unless they are editions of one list.

use crate::error::{Problem, Result};
use crate::read::{Input, List, ListSettings, parquet_file};
use crate::record::batch;
use crate::tally::Tally;

/// Rows decoded at a time.
const ROWS: usize = 1024;

/// Whether a Parquet file says that it holds notices of ours, of any version.
pub(super) fn is_notices(input: &Input) -> Result<bool> {
    let batches = parquet_file::open(input, ROWS)?;
    Ok(parquet_file::schema_name(&batches).is_some())
}

/// Reads notice files back.
///
/// # Errors
/// The file is damaged, holds something else than notices, or was written by a newer schema.
pub(super) fn read(inputs: &[Input], settings: &ListSettings) -> Result<(List, Tally)> {
    let mut list = List::default();
    let mut tally = Tally::new();
    for input in inputs {
        let damaged = || {
            Problem::Malformed {
                format: "Parquet",
                why: "the file is cut short or damaged",
            }
            .at(input.place())
        };
        let batches = parquet_file::open(input, ROWS)?;
        let name = parquet_file::schema_name(&batches).unwrap_or_default();
        if name != batch::NOTICES {
            let needed = batch::NOTICES;
            return Err(Problem::Schema {
                found: name,
                needed,
            }
            .at(input.place()));
        }
        let schema = arrow::array::RecordBatchReader::schema(&batches);
        let info = batch::info_of(&schema).ok_or_else(damaged)?;
        if input.file > 1 && info.list_id != list.info.list_id {
            return Err(Problem::Ambiguous {
                what: "the list id",
            }
            .at(input.place()));
        }
        list.info = info;
        for rows in batches {
            let rows = rows.map_err(|_| damaged())?;
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

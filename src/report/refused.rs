//! The refused file: which rows were not screened and which fields were emptied, and why. It holds
//! places and reason codes, never a value or an id.

use std::path::Path;

use csv::WriterBuilder;

use crate::error::{Problem, Result};
use crate::report::csv::csv_problem;
use crate::report::{Output, PendingOutput};
use crate::tally::Refusal;

/// Writes refusals as CSV (`file,row,field,reason`), sorted by file, row and field. `field` is
/// `row` where the whole row was refused.
///
/// # Errors
/// The disk.
pub fn write_refused(path: &Path, refusals: &[Refusal]) -> Result<PendingOutput> {
    let mut sorted = refusals.to_vec();
    sorted.sort_unstable();
    let mut writer = WriterBuilder::new().from_writer(Output::create(path)?);
    writer
        .write_record(["file", "row", "field", "reason"])
        .map_err(csv_problem)?;
    for r in sorted {
        writer
            .write_record([
                r.file.to_string().as_str(),
                r.row.to_string().as_str(),
                r.field,
                r.reason.code(),
            ])
            .map_err(csv_problem)?;
    }
    writer
        .into_inner()
        .map_err(|e| Problem::write(e.error()))?
        .finish()
}

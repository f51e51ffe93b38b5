//! What leaves the engine for people and their tools: hits, what was refused, how the run was
//! made, and the words of `explain`.
//!
//! In: hits, tallies, list editions. Out: files that appear whole or not at all, and terminal
//! text with everything foreign escaped. Nothing is compared, sorted or scored here, and no file
//! holds a clock, a path or a run id.

mod columns;
mod csv;
mod explain;
mod ftm;
mod jsonl;
mod manifest;
mod mask;
mod notices;
mod output;
mod parquet;
mod parquet_read;
mod read_hits;
mod refused;
mod release;
mod released;
mod runs;
mod subject_record;
mod terminal;
mod words;
mod write_hits;
mod xlsx;
mod xlsx_read;

#[cfg(test)]
mod tests;

pub use columns::HITS_SCHEMA;
pub use explain::waterfall;
pub use ftm::write_ftm;
pub use manifest::{InputFile, ListEdition, MANIFEST_SCHEMA, Manifest, OutputFile, Stage};
pub use mask::{MASKED, mask};
pub use notices::{write_notices, write_subjects};
pub use output::{Output, PendingOutput, beside, commit};
pub use read_hits::{Hits, find_hit, read_hits};
pub use refused::write_refused;
pub use release::{
    RELEASE_FIELDS, Redaction, ReleaseField, ReleasedFields, read_release, release_bytes,
};
pub use released::{ReleasedRow, write_released};
pub use runs::HitRuns;
pub use subject_record::{read_subject, subject_bytes};
pub use terminal::{safe, table};
pub use write_hits::{HitFormat, HitSettings, HitWriter};

//! `veilmatch explain`: the waterfall of one hit.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;

use crate::cli::Exit;
use crate::report::{find_hit, waterfall};

/// Show how one hit came to be, in words and bits.
///
/// The total is the sum of what is shown. A unique beginning of the id is enough.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch explain hits.csv h3f9c")]
pub(super) struct Explain {
    /// A hits file: CSV, JSONL, Parquet or XLSX.
    hits: PathBuf,
    /// The hit's id, or a unique beginning of it.
    hit_id: String,
}

impl Explain {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let hit = find_hit(&self.hits, &self.hit_id)?;
        write!(std::io::stdout().lock(), "{}", waterfall(&hit))?;
        Ok(Exit::Done)
    }
}

//! The run manifest: what went in, what came out, and by which rules. It holds digests, counts,
//! settings and versions; no name, no path, no clock, no thread count: two runs of the same input
//! write the same manifest.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::{Problem, Result};
use crate::record::{ListInfo, hex};
use crate::report::{Output, PendingOutput};
use crate::tally::Tally;

/// Name and version of the manifest's layout.
pub const MANIFEST_SCHEMA: &str = "manifest/1";

/// What a run was. Keys are written in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`MANIFEST_SCHEMA`].
    pub schema: String,
    /// Version of veilmatch.
    pub version: String,
    /// The verb that ran.
    pub verb: String,
    /// The day on which notices had to be in force, `YYYY-MM-DD`.
    pub as_of: String,
    /// Purpose code, or `not stated`.
    pub purpose: String,
    /// Code of the legal basis, or `not stated`.
    pub legal_basis: String,
    /// Digest of everything that shapes a key.
    pub recipe_digest: String,
    /// Version of the score model.
    pub model: String,
    /// Public id of the key epoch; never the key.
    pub key_epoch: String,
    /// Schemas of the files read and written, by what they hold.
    pub schemas: BTreeMap<String, String>,
    /// Settings that can change a hit, by name.
    pub settings: BTreeMap<String, String>,
    /// Subject files, in the order given.
    pub subjects: Vec<InputFile>,
    /// List editions, in the order given.
    pub lists: Vec<ListEdition>,
    /// Counts, stage by stage in the order of the data.
    pub stages: Vec<Stage>,
    /// Files that came out, the manifest itself excepted.
    pub outputs: Vec<OutputFile>,
}

/// An input file: its number, as in errors and the refused file, and its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    /// Number, from 1.
    pub file: u32,
    /// BLAKE3 of the file's bytes, hexadecimal.
    pub blake3: String,
}

/// An edition of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListEdition {
    /// Short name of the list.
    pub list_id: String,
    /// The publisher's version, or empty.
    pub list_version: String,
    /// Publication date, where known.
    pub date: Option<String>,
    /// Days from publication to the as-of day.
    pub age_days: Option<i64>,
    /// BLAKE3 of the source files, hexadecimal.
    pub file_hash: String,
    /// The reader that was used.
    pub format: String,
    /// Notices, published count, those not in force, and the like.
    pub counts: BTreeMap<String, u64>,
}

/// The counts of one stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Name of the stage.
    pub stage: String,
    /// Counts by name.
    pub counts: BTreeMap<String, u64>,
}

/// A file that came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputFile {
    /// What it holds: `hits`, `refused`.
    pub holds: String,
    /// BLAKE3 of its bytes, hexadecimal.
    pub blake3: String,
    /// Length.
    pub bytes: u64,
}

impl Manifest {
    /// A manifest of this version with nothing in it; purpose and legal basis `not stated`.
    pub fn new(verb: &str, as_of: Date) -> Self {
        Self {
            schema: MANIFEST_SCHEMA.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            verb: verb.into(),
            as_of: as_of.to_string(),
            purpose: "not stated".into(),
            legal_basis: "not stated".into(),
            recipe_digest: String::new(),
            model: String::new(),
            key_epoch: String::new(),
            schemas: BTreeMap::new(),
            settings: BTreeMap::new(),
            subjects: Vec::new(),
            lists: Vec::new(),
            stages: Vec::new(),
            outputs: Vec::new(),
        }
    }

    /// Writes the manifest as indented JSON. Commit it after all other outputs.
    ///
    /// # Errors
    /// The disk.
    pub fn write(&self, path: &Path) -> Result<PendingOutput> {
        let mut json = serde_json::to_vec_pretty(self)
            .map_err(|_| Problem::Internal("the manifest does not serialize"))?;
        json.push(b'\n');
        let mut output = Output::create(path)?;
        output.write_all(&json).map_err(|e| Problem::write(&e))?;
        output.finish()
    }
}

impl ListEdition {
    /// What is known about an edition, with the counts of its tally.
    pub fn new(info: &ListInfo, as_of: Date, tally: &Tally) -> Self {
        let mut counts = counts_of(tally);
        if let Some(published) = info.published_count {
            counts.insert("published".into(), published);
        }
        Self {
            list_id: info.list_id.as_str().into(),
            list_version: info.version.clone(),
            date: info.date.map(|d| d.to_string()),
            age_days: info.date.map(|d| i64::from((as_of - d).get_days())),
            file_hash: hex(&info.file_hash.0),
            format: info.format.clone(),
            counts,
        }
    }
}

impl Stage {
    /// The counts of a stage's tally.
    pub fn new(stage: &str, tally: &Tally) -> Self {
        Self {
            stage: stage.into(),
            counts: counts_of(tally),
        }
    }
}

impl OutputFile {
    /// A finished output.
    pub fn new(holds: &str, output: &PendingOutput) -> Self {
        Self {
            holds: holds.into(),
            blake3: hex(&output.digest().0),
            bytes: output.bytes(),
        }
    }
}

fn counts_of(tally: &Tally) -> BTreeMap<String, u64> {
    tally.counts().map(|(what, n)| (what.into(), n)).collect()
}

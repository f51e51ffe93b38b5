//! `screen`: files in, files out. As much of the lists as there is room for is made ready, all
//! subjects are screened against it chunk by chunk, and then against the next part. Outputs appear
//! together, the manifest last, or not at all.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::error::{Problem, Result};
use crate::hits::{Hit, rank};
use crate::keys::{Secret, recipe_digest};
use crate::read::{self, SubjectReader, SubjectSettings};
use crate::record::{ListInfo, Subject, hex};
use crate::report::{
    self, HITS_SCHEMA, HitRuns, HitSettings, HitWriter, InputFile, MANIFEST_SCHEMA, Manifest,
    OutputFile, Stage,
};
use crate::run::lists::Lists;
use crate::run::{Memory, Run, Settings};
use crate::tally::Tally;

/// A screening job.
#[derive(Debug)]
#[non_exhaustive]
pub struct ScreenJob {
    /// Subject files, in order.
    pub subjects: Vec<PathBuf>,
    /// List files: imported Parquet, or any published list.
    pub lists: Vec<PathBuf>,
    /// The hits file.
    pub output: PathBuf,
    /// How hits are written.
    pub hits: HitSettings,
    /// How subjects are read.
    pub subject_settings: SubjectSettings,
    /// The run's secret.
    pub secret: Secret,
    /// Model, threshold, weak aliases, as-of day.
    pub settings: Settings,
    /// Most hits of one subject; `None` keeps all.
    pub top: Option<usize>,
    /// Most refused rows before the run stops; `None` for no limit.
    pub max_refused: Option<u64>,
    /// Purpose code, recorded in the manifest.
    pub purpose: Option<String>,
    /// Code of the legal basis, recorded in the manifest.
    pub legal_basis: Option<String>,
    /// How much memory the job may take.
    pub memory: Memory,
}

/// What a job did.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Counts of all stages.
    pub tally: Tally,
    /// Editions screened against, with their age in days on the as-of day.
    pub lists: Vec<(ListInfo, Option<i64>)>,
    /// Rows screened.
    pub screened: u64,
    /// Rows refused.
    pub refused: u64,
    /// Hits written.
    pub hits: u64,
}

impl ScreenJob {
    /// Runs the job. `progress` hears how many subjects have been screened so far, and against
    /// which part of the lists, from 1.
    ///
    /// # Errors
    /// An unreadable list or subject file, every row refused, more refusals than allowed, or an
    /// output that cannot be written. Outputs of earlier runs stand untouched then.
    pub fn run(mut self, progress: &dyn Fn(u64, u32)) -> Result<Summary> {
        let as_of = self.settings.as_of;
        self.subject_settings.chunk_rows = self.memory.chunk_rows();
        let mut lists = Lists::open(&self.lists, &self.secret.epoch_id())?;
        let mut manifest = self.manifest()?;
        let mut run = Run::empty(self.secret, self.settings);
        let mut hits = HitRuns::beside(&self.output, self.memory.hits());
        let (mut intake, mut matching) = (Tally::new(), Tally::new());
        for part in 1.. {
            run.fill(&mut lists, self.memory)?;
            let pass = Pass {
                run: &run,
                is_first: part == 1,
                max_refused: self.max_refused,
            };
            let chunks = read::read_subjects(&self.subjects, &self.subject_settings)?;
            let (read, counts) = pass.screen(chunks, &mut hits, &|n| progress(n, part))?;
            if part == 1 {
                intake = read;
            } else if read != intake {
                return Err(Problem::Malformed {
                    format: "subject file",
                    why: "it was changed while it was screened",
                }
                .into());
            }
            matching.merge(counts);
            run.shards.clear();
            if lists.is_at_end()? {
                break;
            }
        }
        let list_tally = run.tally().clone();

        let mut writer = HitWriter::create(&self.output, &self.hits)?;
        let mut outcome = Tally::new();
        let mut subjects = hits.by_subject()?;
        let mut ready = Vec::new();
        loop {
            // The next hits are put in order while these are written.
            let (written, next) = rayon::join(
                || writer.write(&ready),
                || in_order(&mut subjects, self.top, &mut outcome),
            );
            written?;
            ready = next?;
            if ready.is_empty() {
                break;
            }
        }
        let (hits_file, written) = writer.finish()?;
        outcome.merge(written);
        let refused = report::write_refused(
            &report::beside(&self.output, "refused.csv"),
            intake.refusals(),
        )?;
        manifest.lists = lists.editions(as_of);
        manifest.stages = vec![
            Stage::new("lists", &list_tally),
            Stage::new("subjects", &intake),
            Stage::new("matching", &matching),
            Stage::new("hits", &outcome),
        ];
        manifest.outputs = vec![
            OutputFile::new("hits", &hits_file),
            OutputFile::new("refused", &refused),
        ];
        let last = manifest.write(&report::beside(&self.output, "manifest.json"))?;
        report::commit(vec![hits_file, refused, last])?;

        let mut summary = Summary {
            screened: matching.count("subjects_screened"),
            refused: intake.count("rows_refused"),
            hits: outcome.count("hits_written"),
            lists: lists.ages(as_of),
            tally: list_tally,
        };
        for tally in [intake, matching, outcome] {
            summary.tally.merge(tally);
        }
        Ok(summary)
    }

    /// What is known before anything is screened.
    fn manifest(&self) -> Result<Manifest> {
        let mut manifest = Manifest::new("screen", self.settings.as_of);
        manifest.key_epoch = self.secret.epoch_id();
        manifest.recipe_digest = hex(&recipe_digest().0);
        manifest.model = self.settings.model.version.to_string();
        manifest.purpose = self.purpose.clone().unwrap_or(manifest.purpose);
        manifest.legal_basis = self.legal_basis.clone().unwrap_or(manifest.legal_basis);
        manifest.settings = self.settings_text();
        manifest.schemas = [("hits", HITS_SCHEMA), ("manifest", MANIFEST_SCHEMA)]
            .map(|(what, schema)| (what.to_owned(), schema.to_owned()))
            .into();
        for (path, file) in self.subjects.iter().zip(1_u32..) {
            let blake3 = hex(&read::file_digest(path, file)?.0);
            manifest.subjects.push(InputFile { file, blake3 });
        }
        Ok(manifest)
    }

    fn settings_text(&self) -> BTreeMap<String, String> {
        let s = &self.settings;
        [
            ("threshold_bits", format!("{:.3}", s.threshold_bits)),
            (
                "weak_aliases",
                format!("{:?}", s.weak_aliases).to_lowercase(),
            ),
            ("top", self.top.map_or("all".to_owned(), |t| t.to_string())),
            ("unmask", s.unmask.to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}

/// The hits of the next subjects in their order; none at the end.
fn in_order(
    subjects: &mut impl Iterator<Item = Result<Vec<Hit>>>,
    top: Option<usize>,
    tally: &mut Tally,
) -> Result<Vec<Hit>> {
    let mut ready = Vec::new();
    while ready.len() < WRITTEN_AT_ONCE {
        let Some(subject) = subjects.next() else {
            break;
        };
        let mut ranked = rank(subject?, top);
        tally.add("hits_joined_per_subject", ranked.joined);
        tally.add("hits_cut_by_top", ranked.cut);
        ready.append(&mut ranked.hits);
    }
    Ok(ready)
}

/// Hits that are written together, at least.
const WRITTEN_AT_ONCE: usize = 2_048;

/// All subjects against the notices at hand.
struct Pass<'a> {
    run: &'a Run,
    /// Subjects are counted in the first pass alone.
    is_first: bool,
    max_refused: Option<u64>,
}

impl Pass<'_> {
    /// Screens chunk by chunk; returns the tallies of reading and of matching.
    fn screen(
        &self,
        mut chunks: SubjectReader,
        hits: &mut HitRuns,
        progress: &dyn Fn(u64),
    ) -> Result<(Tally, Tally)> {
        let (mut intake, mut matching) = (Tally::new(), Tally::new());
        let mut screened = 0;
        let mut next = chunks.next();
        while let Some(chunk) = next {
            let (subjects, tally) = chunk?;
            intake.merge(tally);
            let refused = intake.count("rows_refused");
            if let Some(allowed) = self.max_refused.filter(|max| refused > *max) {
                return Err(Problem::TooManyRefused { refused, allowed }.into());
            }
            // The next chunk is read while this one is screened.
            let (done, following) = rayon::join(|| self.chunk(&subjects), || chunks.next());
            next = following;
            let (some, tally) = done?;
            hits.add(some)?;
            matching.merge(tally);
            screened += subjects.len() as u64;
            progress(screened);
        }
        let refused = intake.count("rows_refused");
        if screened == 0 && refused > 0 {
            return Err(Problem::AllRefused { refused }.into());
        }
        Ok((intake, matching))
    }

    fn chunk(&self, subjects: &[Subject]) -> Result<(Vec<Hit>, Tally)> {
        let batch = self.run.batch(subjects)?;
        let (hits, mut tally) = self.run.screen(&batch)?;
        if self.is_first {
            tally.merge(batch.tally());
        }
        Ok((hits, tally))
    }
}

//! `screen`: files in, files out. Lists are read whole, subjects chunk by chunk; outputs appear
//! together, the manifest last, or not at all.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::error::{Problem, Result};
use crate::hits::{Hit, rank};
use crate::keys::{Secret, recipe_digest};
use crate::read::{self, ListSettings, SubjectSettings};
use crate::record::{ListInfo, hex};
use crate::report::{
    self, HITS_SCHEMA, HitSettings, HitWriter, InputFile, ListEdition, MANIFEST_SCHEMA, Manifest,
    OutputFile, Stage,
};
use crate::run::{Run, Settings};
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
    /// Runs the job. `progress` hears how many subjects have been screened so far.
    ///
    /// # Errors
    /// An unreadable list or subject file, every row refused, more refusals than allowed, or an
    /// output that cannot be written. Outputs of earlier runs stand untouched then.
    pub fn run(self, progress: &dyn Fn(u64)) -> Result<Summary> {
        let as_of = self.settings.as_of;
        let mut lists = Vec::new();
        let mut editions = Vec::new();
        let mut infos = Vec::new();
        for (path, number) in self.lists.iter().zip(1_u32..) {
            let (list, tally) =
                read::read_list(std::slice::from_ref(path), &ListSettings::default())
                    .map_err(|e| e.in_list(number))?;
            editions.push(ListEdition::new(&list.info, as_of, &tally));
            let age = list.info.date.map(|d| i64::from((as_of - d).get_days()));
            infos.push((list.info.clone(), age));
            lists.push(list);
        }
        let mut manifest = Manifest::new("screen", as_of);
        manifest.lists = editions;
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

        let run = Run::new(lists, self.secret, self.settings)?;
        let (hits, intake, stages) = collect(
            &run,
            &self.subjects,
            &self.subject_settings,
            self.max_refused,
            progress,
        )?;
        let by_uid: BTreeMap<String, usize> = run
            .notices()
            .iter()
            .enumerate()
            .map(|(i, n)| (n.notice.uid(), i))
            .collect();
        let ranked = rank(hits, self.top, |hit| {
            by_uid
                .get(&hit.notice_uid)
                .map(|i| Run::links(&run.notices()[*i]))
                .unwrap_or_default()
        });
        let mut outcome = Tally::new();
        outcome.add("hits_joined_per_subject", ranked.joined);
        outcome.add("hits_cut_by_top", ranked.cut);

        let mut writer = HitWriter::create(&self.output, &self.hits)?;
        writer.write(&ranked.hits)?;
        let (hits_file, written) = writer.finish()?;
        outcome.merge(written);
        let refused = report::write_refused(
            &report::beside(&self.output, "refused.csv"),
            intake.refusals(),
        )?;
        manifest.stages = vec![
            Stage::new("lists", run.tally()),
            Stage::new("subjects", &intake),
            Stage::new("matching", &stages),
            Stage::new("hits", &outcome),
        ];
        manifest.outputs = vec![
            OutputFile::new("hits", &hits_file),
            OutputFile::new("refused", &refused),
        ];
        let last = manifest.write(&report::beside(&self.output, "manifest.json"))?;
        report::commit(vec![hits_file, refused, last])?;

        let mut summary = Summary {
            screened: stages.count("subjects_screened"),
            refused: intake.count("rows_refused"),
            hits: outcome.count("hits_written"),
            lists: infos,
            tally: run.tally().clone(),
        };
        for tally in [intake, stages, outcome] {
            summary.tally.merge(tally);
        }
        Ok(summary)
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

/// Screens all subjects chunk by chunk; returns hits, intake tally, matching tally.
fn collect(
    run: &Run,
    subjects: &[PathBuf],
    settings: &SubjectSettings,
    max_refused: Option<u64>,
    progress: &dyn Fn(u64),
) -> Result<(Vec<Hit>, Tally, Tally)> {
    let (mut hits, mut intake, mut stages) = (Vec::new(), Tally::new(), Tally::new());
    let mut chunks = read::read_subjects(subjects, settings)?;
    let mut next = chunks.next();
    while let Some(chunk) = next {
        let (subjects, tally) = chunk?;
        intake.merge(tally);
        let refused = intake.count("rows_refused");
        if let Some(allowed) = max_refused.filter(|max| refused > *max) {
            return Err(Problem::TooManyRefused { refused, allowed }.into());
        }
        // The next chunk is read while this one is screened.
        let (screened, following) = rayon::join(|| run.screen_batch(&subjects), || chunks.next());
        next = following;
        let (some, tally) = screened?;
        hits.extend(some);
        stages.merge(tally);
        progress(stages.count("subjects_screened"));
    }
    let refused = intake.count("rows_refused");
    if stages.count("subjects_screened") == 0 && refused > 0 {
        return Err(Problem::AllRefused { refused }.into());
    }
    Ok((hits, intake, stages))
}

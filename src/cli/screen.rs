//! `veilmatch screen`: the main job.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use crate::cli::{
    Exit, ModelFile, memory, progress::Progress, secret_of, subjects::SubjectOptions,
};
use crate::config::Config;
use crate::error::{Error, Problem};
use crate::keys::Secret;
use crate::report::{HitFormat, HitSettings};
use crate::run::{Memory, ScreenJob, Settings, Summary};
use crate::score::WeakAliases;

/// Screen subjects against lists: the main job.
///
/// Reads subjects (CSV, JSONL, Parquet, XLSX) and lists (imported with `list import`, or as
/// published), and writes possible matches with their evidence. Beside HITS come HITS.refused.csv
/// (what was not screened, and why) and HITS.manifest.json (how the run was made).
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  veilmatch screen customers.csv --list ofac.parquet --list un.parquet -o hits.csv
  veilmatch screen kunden.xlsx --list un.parquet --map birth_date='Geb.-Datum' --date-order dmy -o hits.xlsx

The output depends on the input alone: not on threads, the order of rows, or the secret.")]
pub(super) struct Screen {
    /// Subject files.
    #[arg(required = true, value_name = "SUBJECTS")]
    subjects: Vec<PathBuf>,
    /// A list: imported Parquet, an index of `list index`, or a published list as it is. Repeatable.
    #[arg(short, long = "list", required = true, value_name = "LIST")]
    lists: Vec<PathBuf>,
    /// Where hits go: .csv, .jsonl, .parquet or .xlsx.
    #[arg(short, long, value_name = "HITS")]
    output: PathBuf,
    /// Lowest score of a hit, 0 to 1; 0 keeps every scored candidate [default: 0.5, where
    /// `possible` begins].
    #[arg(long, value_name = "S")]
    threshold: Option<f64>,
    /// Most hits of one subject [default: all].
    #[arg(long, value_name = "K")]
    top: Option<usize>,
    /// What weak aliases of a notice may do.
    #[arg(long, value_enum, value_name = "POLICY")]
    weak_aliases: Option<WeakPolicy>,
    #[command(flatten)]
    reading: SubjectOptions,
    /// The day on which expiry is judged, YYYY-MM-DD [default: today].
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    #[command(flatten)]
    model: ModelFile,
    /// File with the secret of the blind keys [default: a fresh random one, never written].
    #[arg(long, value_name = "F")]
    secret_file: Option<PathBuf>,
    /// Memory to stay within, like 512M or 4G [default: 4G]. Less than the lists need means several
    /// passes over the subjects, never other hits.
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    memory: Option<Memory>,
    /// Stop when more rows than this are refused.
    #[arg(long, value_name = "N")]
    max_refused: Option<u64>,
    /// CSV for Excel: byte order mark and CRLF.
    #[arg(long)]
    excel: bool,
    /// Show names of victims and witnesses, which are masked otherwise.
    #[arg(long)]
    unmask: bool,
    /// TOML file with the same settings; the command line wins.
    #[arg(long, value_name = "F.toml")]
    config: Option<PathBuf>,
    /// Purpose code, recorded in the manifest.
    #[arg(long, value_name = "CODE")]
    purpose: Option<String>,
    /// Code of the legal basis, recorded in the manifest.
    #[arg(long, value_name = "CODE")]
    legal_basis: Option<String>,
    /// Exit with 10 when there are hits.
    #[arg(long)]
    exit_code: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum WeakPolicy {
    /// They support other agreement and never suffice alone.
    Corroborate,
    /// They count like any other name.
    Screen,
    /// They are not compared.
    Ignore,
}

impl From<WeakPolicy> for WeakAliases {
    fn from(policy: WeakPolicy) -> Self {
        match policy {
            WeakPolicy::Corroborate => Self::Corroborate,
            WeakPolicy::Screen => Self::Screen,
            WeakPolicy::Ignore => Self::Ignore,
        }
    }
}

impl Screen {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let config = Config::load(self.config.as_deref())?;
        let as_of = self.as_of.unwrap_or_else(|| jiff::Zoned::now().date());
        let mut settings = Settings::on(as_of);
        settings.model = self.model.or(config.model.as_deref())?;
        if let Some(score) = self.threshold.or(config.threshold) {
            settings.threshold_bits = crate::config::threshold_bits(&settings.model, score)?;
        }
        if let Some(policy) = self
            .weak_aliases
            .map(WeakAliases::from)
            .or(config.weak_aliases()?)
        {
            settings.weak_aliases = policy;
        }
        settings.unmask = self.unmask;
        let stated = config.memory.as_deref().map(memory).transpose();
        let stated = stated.map_err(|wanted| -> Error {
            let (setting, reason) = ("memory", format!("is not {wanted}"));
            Problem::Setting { setting, reason }.into()
        })?;
        let secret = match self.secret_file.as_ref().or(config.secret_file.as_ref()) {
            Some(path) => secret_of(path)?,
            None => Secret::fresh()?,
        };
        let mut hits = HitSettings::new(HitFormat::of(&self.output)?);
        hits.excel = self.excel;
        let job = ScreenJob {
            subjects: self.subjects,
            lists: self.lists,
            output: self.output,
            hits,
            subject_settings: self.reading.settings(&config)?,
            secret,
            settings,
            top: self.top.or(config.top),
            max_refused: self.max_refused.or(config.max_refused),
            purpose: self.purpose.or(config.purpose),
            legal_basis: self.legal_basis.or(config.legal_basis),
            memory: self.memory.or(stated).unwrap_or_default(),
        };
        let progress = Progress::start("subjects screened");
        let summary = job.run(&|n, part| progress.set(n, part))?;
        progress.finish();
        print_summary(&summary);
        Ok(
            match (summary.refused > 0, self.exit_code && summary.hits > 0) {
                (false, false) => Exit::Done,
                (false, true) => Exit::Hits,
                (true, false) => Exit::Warnings,
                (true, true) => Exit::WarningsAndHits,
            },
        )
    }
}

/// Counts on stderr; the last line says what was not screened, if anything.
fn print_summary(summary: &Summary) {
    for (info, age) in &summary.lists {
        let date = info.date.map_or("undated".to_owned(), |d| d.to_string());
        let age = age.map_or(String::new(), |days| format!(", {days} days old"));
        eprintln!("list {}: {date}{age}", info.list_id.as_str());
    }
    let count = |what| summary.tally.count(what);
    eprintln!(
        "notices: {} in, {} screened, {} de-listed, {} expired",
        count("notices_in"),
        count("notices_screened"),
        count("notices_skipped_delisted"),
        count("notices_skipped_expired"),
    );
    eprintln!(
        "subjects: {} screened, {} fields emptied; candidates: {}, big blocks: {}",
        summary.screened,
        count("fields_emptied"),
        count("candidates"),
        count("big_blocks"),
    );
    eprintln!(
        "possible matches: {} (weak aliases held back: {}, joined: {}, cut by --top: {})",
        summary.hits,
        count("weak_aliases_held_back"),
        count("hits_joined_per_subject"),
        count("hits_cut_by_top"),
    );
    if summary.refused > 0 {
        eprintln!(
            "NOT SCREENED: {} of {}",
            summary.refused,
            summary.refused + summary.screened
        );
    }
}

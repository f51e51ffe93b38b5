//! `veilmatch exchange`: the steps between two parties, one verb each.
//!
//! What comes from the other side lies in a folder, what goes to it is written to a folder; how a
//! folder gets from one to the other is theirs to decide.

mod agree;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use jiff::civil::Date;

use crate::cli::keys::Passphrase;
use crate::cli::list::read_lists;
use crate::cli::subjects::SubjectOptions;
use crate::cli::{Exit, ModelFile, code};
use crate::config::Config;
use crate::exchange::agreement::Agreement;
use crate::exchange::identity::Identity;
use crate::exchange::name::Code;
use crate::party::{Asking, Desk, Release, ReleaseState, Scoring, State, pending_csv};
use crate::read::read_all_subjects;
use crate::report::{HitFormat, HitSettings};
use crate::tally::Tally;

/// Find out with another organisation which of one's subjects are on the other's lists.
///
/// The asker has subjects, the holder has notices. Neither hands over its file, and there is no
/// shared secret. In order: agree; index (holder), request (asker), respond (holder), open and ask
/// (asker), release (holder), receive (asker). See docs/tutorial-two-agencies.md.
#[derive(Args, Debug)]
pub(super) struct Exchange {
    #[command(subcommand)]
    verb: ExchangeVerb,
}

#[derive(Debug, Subcommand)]
enum ExchangeVerb {
    Agree(agree::Agree),
    Index(Index),
    Request(Request),
    Respond(Respond),
    Open(Open),
    Ask(Ask),
    Release(ReleaseAsk),
    Receive(Receive),
    Purge(Purge),
}

/// Who works, under which agreement, and where its state lies.
#[derive(Args, Debug)]
pub(super) struct Office {
    /// Your key file.
    #[arg(long, value_name = "F.key")]
    key: PathBuf,
    /// The agreement, signed by both.
    #[arg(long, value_name = "F.toml")]
    agreement: PathBuf,
    /// Folder of your state: what makes every step repeatable, and your log. Never hand it over.
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
    /// The day that decides epoch and validity, YYYY-MM-DD [default: today].
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    #[command(flatten)]
    passphrase: Passphrase,
}

impl Office {
    /// Does a step at the desk of this party.
    pub(super) fn at_desk<T>(
        &self,
        step: impl FnOnce(&mut Desk<'_>) -> crate::error::Result<T>,
    ) -> anyhow::Result<T> {
        let identity: Identity = self.passphrase.identity(&self.key)?;
        let agreement: Agreement = agree::read(&self.agreement)?;
        let state = State {
            folder: self.state.clone(),
            now: now(),
            today: today(self.as_of),
        };
        Ok(step(&mut Desk::open(&identity, &agreement, state)?)?)
    }
}

/// The time of entries of the log: UTC, to the second.
fn now() -> jiff::civil::DateTime {
    let now = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .datetime();
    now.with().subsec_nanosecond(0).build().unwrap_or(now)
}

pub(super) fn today(as_of: Option<Date>) -> Date {
    as_of.unwrap_or_else(|| jiff::Zoned::now().date())
}

/// An agreement from a file, for verbs of other files.
pub(super) fn agreement(path: &Path) -> anyhow::Result<Agreement> {
    agree::read(path)
}

/// Why a step is taken.
#[derive(Args, Debug)]
struct Reason {
    /// Purpose, a code of the agreement [default: the only one].
    #[arg(long, value_name = "CODE", value_parser = code)]
    purpose: Option<Code>,
    /// Legal basis, a code of the agreement [default: the only one].
    #[arg(long, value_name = "CODE", value_parser = code)]
    legal_basis: Option<Code>,
}

/// How opened forms are scored.
#[derive(Args, Debug)]
struct ScoringOptions {
    #[command(flatten)]
    model: ModelFile,
    /// Show names of victims and witnesses, which are masked otherwise.
    #[arg(long)]
    unmask: bool,
}

impl ScoringOptions {
    fn scoring(&self, threshold: Option<f64>) -> anyhow::Result<Scoring> {
        let model = self.model.or(None)?;
        let threshold_bits = match threshold {
            Some(score) => crate::config::threshold_bits(&model, score)?,
            None => 0.0,
        };
        Ok(Scoring {
            model,
            threshold_bits,
            unmask: self.unmask,
        })
    }
}

/// Holder: make the index of your notices for the other side.
///
/// Notices that policy keeps from the asker are not in it. Each run makes a new index, which takes
/// the place of the one before. Writes index and forms, with their manifests.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch exchange index wanted.parquet --key north.key --agreement agreement.toml \\
    --state north-state --to to-south")]
struct Index {
    /// Lists: imported Parquet, or as published.
    #[arg(required = true, value_name = "LIST")]
    lists: Vec<PathBuf>,
    #[command(flatten)]
    office: Office,
    #[command(flatten)]
    reason: Reason,
    /// Folder of what goes to the other side.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

/// Asker: ask about your subjects, blinded.
///
/// The same subjects, index and purpose are the same request: run again, it comes out byte for byte.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch exchange request subjects.csv --key south.key --agreement agreement.toml \\
    --state south-state --from from-north --to to-north")]
struct Request {
    /// Subject files.
    #[arg(required = true, value_name = "SUBJECTS")]
    subjects: Vec<PathBuf>,
    #[command(flatten)]
    reading: SubjectOptions,
    #[command(flatten)]
    office: Office,
    #[command(flatten)]
    reason: Reason,
    #[command(flatten)]
    folders: Folders,
}

/// The two folders of a step.
#[derive(Args, Debug)]
struct Folders {
    /// Folder of what came from the other side.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// Folder of what goes to the other side.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

/// Holder: answer a request, without seeing what it asks.
///
/// What is let in is charged to the caps of the epoch. The same request again gets the stored answer.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch exchange respond --key north.key --agreement agreement.toml \\
    --state north-state --from from-south --to to-south")]
struct Respond {
    #[command(flatten)]
    office: Office,
    #[command(flatten)]
    folders: Folders,
}

/// Asker: open what the response opens, and score it.
///
/// Writes possible matches that name notices by handles alone. A form has names and years only, and
/// what the conjunction that opened it says; so bits may be lower than with the full notice.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch exchange open --key south.key --agreement agreement.toml \\
    --state south-state --from from-north -o hits.csv")]
struct Open {
    #[command(flatten)]
    office: Office,
    /// Folder with index, forms and response.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// Where hits go: .csv, .jsonl, .parquet or .xlsx.
    #[arg(short, long, value_name = "HITS")]
    output: PathBuf,
    /// Lowest score of a hit, 0 to 1; 0 keeps every scored candidate [default: 0.5].
    #[arg(long, value_name = "S")]
    threshold: Option<f64>,
    #[command(flatten)]
    scoring: ScoringOptions,
    /// Exit with 10 when there are hits.
    #[arg(long)]
    exit_code: bool,
}

/// Asker: ask for the notices behind hits.
///
/// Asked for is what reaches the threshold that the agreement has for its type of notice.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch exchange ask --hits hits.csv --key south.key --agreement agreement.toml \\
    --state south-state --from from-north --to to-north")]
struct Ask {
    #[command(flatten)]
    office: Office,
    #[command(flatten)]
    folders: Folders,
    /// Ask only for what is left in this hits file, as `open` wrote it [default: all].
    #[arg(long, value_name = "HITS")]
    hits: Option<PathBuf>,
    #[command(flatten)]
    scoring: ScoringOptions,
}

/// Holder: decide on what is asked for, and release it.
///
/// What policy leaves to the program is decided by it. What waits for people is listed as CSV; fill
/// in `decision` (release, refuse), `by` (a code of the person, no name), and `reason` or `redact`,
/// and give it back. Nothing leaves before everything is decided.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  veilmatch exchange release --list wanted.parquet --list-pending --key north.key \\
    --agreement agreement.toml --state north-state --from from-south --to to-south > pending.csv
  veilmatch exchange release --list wanted.parquet --decisions pending.csv --key north.key \\
    --agreement agreement.toml --state north-state --from from-south --to to-south

Reasons to refuse: decided, handling, threshold, protected, more_needed. Levels of `redact`: none,
years (no days, numbers or places), contact (what kind of notice, and whom to turn to).
A notice that is not in the lists any more, or not in force, is refused as withdrawn.")]
struct ReleaseAsk {
    #[command(flatten)]
    office: Office,
    #[command(flatten)]
    folders: Folders,
    /// A list, as it is today. Repeatable.
    #[arg(long = "list", required = true, value_name = "LIST")]
    lists: Vec<PathBuf>,
    /// CSV of decisions: row, decision, by, reason, redact.
    #[arg(long, value_name = "F.csv")]
    decisions: Option<PathBuf>,
    /// Print what waits for people as CSV, on stdout; if nothing waits, the release leaves.
    #[arg(long)]
    list_pending: bool,
}

/// Asker: open a release.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch exchange receive --key south.key --agreement agreement.toml \\
    --state south-state --from from-north -o released.csv")]
struct Receive {
    #[command(flatten)]
    office: Office,
    /// Folder with the release.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// Where decisions and fields go: .csv or .jsonl.
    #[arg(short, long, value_name = "F")]
    output: PathBuf,
}

/// Both: delete what the agreement says must not stay in your state.
///
/// A holder's keys, stored answers and decisions go when their epoch has ended; an asker's sessions
/// go the agreed number of days after their request. The log stays. Hits and released files lie where
/// you put them and are yours to delete. Meant for every night.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch exchange purge --key south.key --agreement agreement.toml --state south-state")]
struct Purge {
    #[command(flatten)]
    office: Office,
}

impl Exchange {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        match self.verb {
            ExchangeVerb::Agree(verb) => verb.run(),
            ExchangeVerb::Index(verb) => verb.run(),
            ExchangeVerb::Request(verb) => verb.run(),
            ExchangeVerb::Respond(verb) => verb.run(),
            ExchangeVerb::Open(verb) => verb.run(),
            ExchangeVerb::Ask(verb) => verb.run(),
            ExchangeVerb::Release(verb) => verb.run(),
            ExchangeVerb::Receive(verb) => verb.run(),
            ExchangeVerb::Purge(verb) => verb.run(),
        }
    }
}

/// Counts on stderr, a line each.
fn say(tally: &Tally) {
    for (what, n) in tally.counts() {
        eprintln!("{}: {n}", what.replace('_', " "));
    }
}

impl Index {
    fn run(self) -> anyhow::Result<Exit> {
        let lists = read_lists(&self.lists)?;
        let tally = self.office.at_desk(|desk| {
            let deal = desk.deal(false, self.reason.purpose, self.reason.legal_basis)?;
            desk.index(&deal, &lists, &self.to)
        })?;
        say(&tally);
        Ok(Exit::Done)
    }
}

impl Request {
    fn run(self) -> anyhow::Result<Exit> {
        let settings = self.reading.settings(&Config::default())?;
        let (subjects, tally) = read_all_subjects(&self.subjects, &settings)?;
        let refused = tally.count("rows_refused");
        let made = self.office.at_desk(|desk| {
            let deal = desk.deal(true, self.reason.purpose, self.reason.legal_basis)?;
            desk.request(&deal, &subjects, &self.folders.from, &self.folders.to)
        })?;
        say(&made);
        if refused == 0 {
            return Ok(Exit::Done);
        }
        eprintln!(
            "NOT SCREENED: {refused} of {}",
            refused + subjects.len() as u64
        );
        Ok(Exit::Warnings)
    }
}

impl Respond {
    fn run(self) -> anyhow::Result<Exit> {
        let Folders { from, to } = &self.folders;
        say(&self.office.at_desk(|desk| desk.respond(from, to))?);
        Ok(Exit::Done)
    }
}

impl Open {
    fn run(self) -> anyhow::Result<Exit> {
        let scoring = self.scoring.scoring(self.threshold)?;
        let settings = HitSettings::new(HitFormat::of(&self.output)?);
        let tally = self
            .office
            .at_desk(|desk| desk.open_response(&self.from, &self.output, &settings, &scoring))?;
        say(&tally);
        let is_hit = self.exit_code && tally.count("hits_written") > 0;
        Ok(if is_hit { Exit::Hits } else { Exit::Done })
    }
}

impl Purge {
    fn run(self) -> anyhow::Result<Exit> {
        #[allow(
            clippy::redundant_closure_for_method_calls,
            reason = "the method alone is of one lifetime, and a desk has its own"
        )]
        say(&self.office.at_desk(|desk| desk.purge())?);
        Ok(Exit::Done)
    }
}

impl Ask {
    fn run(self) -> anyhow::Result<Exit> {
        // Below the default threshold of hits an agreement may have its own.
        let scoring = self.scoring.scoring(Some(0.0))?;
        let asking = Asking {
            from: &self.folders.from,
            to: &self.folders.to,
            hits: self.hits.as_deref(),
            scoring: &scoring,
        };
        say(&self.office.at_desk(|desk| desk.ask(&asking))?);
        Ok(Exit::Done)
    }
}

impl ReleaseAsk {
    fn run(self) -> anyhow::Result<Exit> {
        let lists = read_lists(&self.lists)?;
        let release = Release {
            from: &self.folders.from,
            to: &self.folders.to,
            lists: &lists,
            decisions: self.decisions.as_deref(),
        };
        match self.office.at_desk(|desk| desk.release(&release))? {
            ReleaseState::Left(tally) => {
                say(&tally);
                Ok(Exit::Done)
            }
            ReleaseState::Pending(pending) => {
                if self.list_pending {
                    write!(std::io::stdout().lock(), "{}", pending_csv(&pending)?)?;
                }
                eprintln!(
                    "waiting for people: {}; nothing was released",
                    pending.len()
                );
                Ok(if self.list_pending {
                    Exit::Done
                } else {
                    Exit::Warnings
                })
            }
        }
    }
}

impl Receive {
    fn run(self) -> anyhow::Result<Exit> {
        say(&self
            .office
            .at_desk(|desk| desk.receive(&self.from, &self.output))?);
        Ok(Exit::Done)
    }
}

//! `veilmatch audit`: the log of a party, proofs about it, and rows of a request for an auditor.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{ArgGroup, Args, Subcommand};
use jiff::civil::Date;

use crate::audit::{Entry, Log, Proof};
use crate::cli::Exit;
use crate::cli::exchange::{Office, agreement, today};
use crate::cli::keys::party;
use crate::error::Problem;
use crate::exchange::name::Code;
use crate::party::{LOG_FILE, check_sample, draw_rows, read_rows, write_rows};
use crate::record::hex;
use crate::report::{Output, table};

/// Check the log of exchanges, show it, prove parts of it; and audit what a request asked.
#[derive(Args, Debug)]
pub(super) struct Audit {
    #[command(subcommand)]
    verb: AuditVerb,
}

#[derive(Debug, Subcommand)]
enum AuditVerb {
    Verify(Verify),
    Show(Show),
    Prove(Prove),
    Check(Check),
    Draw(Draw),
    OpenSample(OpenSample),
    CheckSample(CheckSample),
}

/// Whose log, and where.
#[derive(Args, Debug)]
pub(super) struct LogOf {
    /// Folder of a party's state.
    #[arg(value_name = "STATE")]
    state: PathBuf,
    /// Public identity of the party.
    #[arg(long, value_name = "F.pub")]
    by: PathBuf,
}

impl LogOf {
    pub(super) fn read(&self) -> anyhow::Result<Log> {
        Ok(Log::verify(&self.state.join(LOG_FILE), &party(&self.by)?)?)
    }
}

/// Check that a log is whole, and as its signed checkpoint says. Exit code 5 if not.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch audit verify north-state --by north.pub")]
struct Verify {
    #[command(flatten)]
    log: LogOf,
}

/// Show the entries of a log: acts, codes, counts and digests. There are no names in it.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch audit show north-state --by north.pub")]
struct Show {
    #[command(flatten)]
    log: LogOf,
}

/// Write a proof for somebody who has checkpoints of the log, and not the log.
#[derive(Args, Debug)]
#[command(
    group = ArgGroup::new("what").required(true),
    after_help = "Examples:
  veilmatch audit prove north-state --by north.pub --entry 3 -o entry3.proof
  veilmatch audit prove north-state --by north.pub --since 2 -o since2.proof

Beside the log lies party.checkpoint: hand it over with the proof."
)]
struct Prove {
    #[command(flatten)]
    log: LogOf,
    /// That this entry is in the log; entries count from 1.
    #[arg(long, value_name = "N", group = "what")]
    entry: Option<u64>,
    /// That the log begins with what it was when it had so many entries.
    #[arg(long, value_name = "N", group = "what")]
    since: Option<u64>,
    /// Where the proof goes.
    #[arg(short, long, value_name = "PROOF")]
    output: PathBuf,
}

/// Check a proof. Exit code 5 if it does not hold.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  veilmatch audit check entry3.proof --checkpoint party.checkpoint --by north.pub
  veilmatch audit check since2.proof --checkpoint new.checkpoint --older old.checkpoint \\
    --by north.pub")]
struct Check {
    /// The proof.
    #[arg(value_name = "PROOF")]
    proof: PathBuf,
    /// The checkpoint that it leads to.
    #[arg(long, value_name = "F")]
    checkpoint: PathBuf,
    /// The earlier checkpoint, for a proof that a log only grew.
    #[arg(long, value_name = "F")]
    older: Option<PathBuf>,
    /// Public identity of the party whose log it is.
    #[arg(long, value_name = "F.pub")]
    by: PathBuf,
}

/// A request that is audited.
#[derive(Args, Debug)]
struct Audited {
    /// The agreement.
    #[arg(long, value_name = "F.toml")]
    agreement: PathBuf,
    /// Folder with the request, as it was sent.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// A day of the request's epoch, YYYY-MM-DD [default: today].
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
}

/// Auditor: draw random rows of a request.
///
/// If a share f of the rows asks about nobody who is a subject, k rows show it with 1 - (1 - f)^k.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch audit draw --agreement agreement.toml --from from-south --rows 45 -o rows.txt")]
struct Draw {
    #[command(flatten)]
    request: Audited,
    /// How many.
    #[arg(long, value_name = "K", default_value_t = 45)]
    rows: u64,
    /// Where the row numbers go.
    #[arg(short, long, value_name = "ROWS")]
    output: PathBuf,
}

/// Asker: open the rows that an auditor has drawn.
///
/// The sample shows these subjects in clear. It is for the auditor, and never for the holder.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch audit open-sample --rows rows.txt --key south.key --agreement agreement.toml \\
    --state south-state --from to-north -o sample")]
struct OpenSample {
    /// Row numbers, as `audit draw` writes them.
    #[arg(long, value_name = "ROWS")]
    rows: PathBuf,
    #[command(flatten)]
    office: Office,
    /// Folder with the request, as it was sent.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// Where the sample goes.
    #[arg(short, long, value_name = "SAMPLE")]
    output: PathBuf,
}

/// Auditor: check that each row that was drawn asks about a subject that was committed to, or about
/// nobody. Exit code 5 if not.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch audit check-sample sample --rows rows.txt --agreement agreement.toml --from from-south")]
struct CheckSample {
    /// The sample.
    #[arg(value_name = "SAMPLE")]
    sample: PathBuf,
    /// Row numbers that were drawn.
    #[arg(long, value_name = "ROWS")]
    rows: PathBuf,
    #[command(flatten)]
    request: Audited,
}

impl Audit {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        match self.verb {
            AuditVerb::Verify(verb) => verb.run(),
            AuditVerb::Show(verb) => verb.run(),
            AuditVerb::Prove(verb) => verb.run(),
            AuditVerb::Check(verb) => verb.run(),
            AuditVerb::Draw(verb) => verb.run(),
            AuditVerb::OpenSample(verb) => verb.run(),
            AuditVerb::CheckSample(verb) => verb.run(),
        }
    }
}

impl Verify {
    fn run(self) -> anyhow::Result<Exit> {
        let (size, root) = self.log.read()?.head();
        writeln!(
            std::io::stdout().lock(),
            "{size} entries, root {}",
            hex(&root)
        )?;
        Ok(Exit::Done)
    }
}

impl Show {
    fn run(self) -> anyhow::Result<Exit> {
        let log = self.log.read()?;
        let rows: Vec<Vec<String>> = (1..).zip(log.entries()).map(|(n, e)| row(n, e)).collect();
        let header = [
            "entry", "time", "act", "purpose", "codes", "counts", "digests",
        ];
        write!(std::io::stdout().lock(), "{}", table(&header, &rows))?;
        Ok(Exit::Done)
    }
}

/// An entry as a row; of digests their beginnings.
fn row(number: u64, entry: &Entry) -> Vec<String> {
    let codes: Vec<&str> = entry.codes.iter().map(Code::as_str).collect();
    let counts: Vec<String> = entry.counts.iter().map(u64::to_string).collect();
    let digests: Vec<String> = entry
        .digests
        .iter()
        .map(|digest| hex(&digest[..6]))
        .collect();
    vec![
        number.to_string(),
        entry.time.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        entry.act.word().to_owned(),
        entry
            .purpose
            .as_ref()
            .map(|code| code.as_str().to_owned())
            .unwrap_or_default(),
        codes.join(" "),
        counts.join(" "),
        digests.join(" "),
    ]
}

impl Prove {
    fn run(self) -> anyhow::Result<Exit> {
        let log = self.log.read()?;
        let proof = match (self.entry, self.since) {
            (Some(entry), _) => entry
                .checked_sub(1)
                .and_then(|entry| log.prove_inclusion(entry)),
            (None, size) => size.and_then(|size| log.prove_consistency(size)),
        };
        let problem = Problem::NotFound { what: "entry" };
        let proof = proof.ok_or_else(|| crate::error::Error::from(problem))?;
        Output::whole(&self.output, proof.encode().as_bytes())?;
        Ok(Exit::Done)
    }
}

impl Check {
    fn run(self) -> anyhow::Result<Exit> {
        let read =
            |path: &Path| std::fs::read(path).context("cannot read the proof or a checkpoint");
        let proof = Proof::decode(&read(&self.proof)?)?;
        let (checkpoint, by) = (read(&self.checkpoint)?, party(&self.by)?);
        match &self.older {
            None => proof.check_inclusion(&checkpoint, &by)?,
            Some(older) => proof.check_consistency(&read(older)?, &checkpoint, &by)?,
        }
        let mut out = std::io::stdout().lock();
        match proof {
            Proof::Inclusion { line, .. } => writeln!(out, "in the log: {line}")?,
            Proof::Consistency { from, .. } => {
                writeln!(out, "the log begins with its first {from} entries")?;
            }
        }
        Ok(Exit::Done)
    }
}

impl Draw {
    fn run(self) -> anyhow::Result<Exit> {
        let agreement = agreement(&self.request.agreement)?;
        let today = today(self.request.as_of);
        let rows = draw_rows(&agreement, today, &self.request.from, self.rows)?;
        write_rows(&self.output, &rows)?;
        Ok(Exit::Done)
    }
}

impl OpenSample {
    fn run(self) -> anyhow::Result<Exit> {
        let rows = read_rows(&self.rows)?;
        self.office
            .at_desk(|desk| desk.open_sample(&self.from, &rows, &self.output))?;
        Ok(Exit::Done)
    }
}

impl CheckSample {
    fn run(self) -> anyhow::Result<Exit> {
        let agreement = agreement(&self.request.agreement)?;
        let today = today(self.request.as_of);
        let rows = read_rows(&self.rows)?;
        let tally = check_sample(&agreement, today, &self.request.from, &rows, &self.sample)?;
        let mut out = std::io::stdout().lock();
        writeln!(
            out,
            "{} rows ask about subjects that were committed to, {} ask nothing",
            tally.subjects, tally.paddings
        )?;
        Ok(Exit::Done)
    }
}

//! `veilmatch link`: two parties that share a secret, and a neutral unit without it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use rayon::prelude::*;
use zeroize::Zeroizing;

use crate::cli::keys::party;
use crate::cli::list::read_lists;
use crate::cli::subjects::SubjectOptions;
use crate::cli::{Exit, code, conjunctions, secret_of};
use crate::config::Config;
use crate::error::{Error, Problem, Result};
use crate::exchange::identity::{Identity, Party};
use crate::exchange::linked::{Book, LinkedFile, LinkedRecord, Meeting, Paper, join, protect};
use crate::exchange::name::Code;
use crate::exchange::table::Kind;
use crate::keys::conjunctions::{List, of_notice, of_subject};
use crate::keys::{Prepared, Side};
use crate::read::read_all_subjects;
use crate::record::hex;
use crate::report::Output;

/// Match through a neutral unit: two parties with a shared secret that the unit does not have.
///
/// Each party turns its records into keys (`protect`) and gives them to the unit, which pairs equal
/// keys (`join`) and gives the pairs to both. Each party strikes pairs that are nobody's and tells the
/// other (`strike`), and folds the rest to records (`open`). The unit must never get the secret: with
/// it, and with the keys, it could try a phone book. docs/protocol.md, section "Linked".
#[derive(Args, Debug)]
pub(super) struct Link {
    #[command(subcommand)]
    verb: LinkVerb,
}

#[derive(Debug, Subcommand)]
enum LinkVerb {
    Secret(NewSecret),
    Protect(Protect),
    Join(Join),
    Strike(Strike),
    Open(Open),
}

/// Make a fresh secret for two parties, mode 0600. Hand it over on a way that the unit cannot see.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch link secret -o shared.secret")]
struct NewSecret {
    /// The file. One that exists is never overwritten.
    #[arg(short, long, value_name = "F")]
    output: PathBuf,
}

/// Turn subjects or notices into keys for the unit, and keep a book that leads back.
///
/// De-listed and expired notices take no part.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  veilmatch link protect --subjects customers.csv --secret-file shared.secret --session 2026-11 --book own.book -o subjects.keys
  veilmatch link protect --list un.parquet --secret-file shared.secret --session 2026-11 --book own.book -o notices.keys")]
struct Protect {
    /// Subject files: this party's side is the subjects.
    #[arg(long, value_name = "SUBJECTS", required_unless_present = "lists")]
    subjects: Vec<PathBuf>,
    /// Lists: this party's side is the notices. Repeatable.
    #[arg(long = "list", value_name = "LIST", conflicts_with = "subjects")]
    lists: Vec<PathBuf>,
    #[command(flatten)]
    reading: SubjectOptions,
    /// File with the secret that both parties have.
    #[arg(long, value_name = "F")]
    secret_file: PathBuf,
    /// Code of the session, the same for both; another one for every run.
    #[arg(long, value_name = "CODE", value_parser = code)]
    session: Code,
    /// Which conjunctions, the same for both: narrow or wide.
    #[arg(long, value_name = "CODE", default_value = "wide",
        value_parser = conjunctions)]
    conjunctions: List,
    /// Blocks of equal keys are filled up to powers of this.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pad: u32,
    /// Where the book goes; it must not leave.
    #[arg(long, value_name = "BOOK")]
    book: PathBuf,
    #[command(flatten)]
    identity: OwnIdentity,
    /// Keys for the unit; the paper goes beside it, as KEYS.paper.
    #[arg(short, long, value_name = "KEYS")]
    output: PathBuf,
}

/// For the unit: pair the rows of both parties that have one key.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch link join subjects.keys notices.keys -o pairs")]
struct Join {
    /// Keys of the subjects.
    subjects: PathBuf,
    /// Keys of the notices.
    notices: PathBuf,
    /// Stop when there are more pairs than this.
    #[arg(long, value_name = "N", default_value_t = 100_000_000)]
    most: u64,
    /// Public identities of both parties, subjects first: their signatures are asked for.
    #[arg(long, value_name = "PUBLIC", num_args = 2)]
    from: Vec<PathBuf>,
    #[command(flatten)]
    identity: OwnIdentity,
    /// Pairs for both parties; the paper goes beside it, as PAIRS.paper.
    #[arg(short, long, value_name = "PAIRS")]
    output: PathBuf,
}

/// Strike the pairs that are nobody's, and tell the other party. Not for the unit, which could not
/// read it.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch link strike pairs --book own.book -o own.marks")]
struct Strike {
    /// Pairs from the unit.
    pairs: PathBuf,
    /// The book of `link protect`.
    #[arg(long, value_name = "BOOK")]
    book: PathBuf,
    /// Public identity of the unit: its signature is asked for.
    #[arg(long, value_name = "PUBLIC")]
    unit: Option<PathBuf>,
    #[command(flatten)]
    identity: OwnIdentity,
    /// Marks for the other party; the paper goes beside it, as MARKS.paper.
    #[arg(short, long, value_name = "MARKS")]
    output: PathBuf,
}

/// Fold what neither party struck to records: own id, and the name of the other party's record.
///
/// That name says nothing; the other party finds its record by it with `link open --names`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  veilmatch link open pairs peer.marks --book own.book -o met.csv
  veilmatch link open --names --book own.book -o names.csv")]
struct Open {
    /// Pairs from the unit.
    #[arg(required_unless_present = "names")]
    pairs: Option<PathBuf>,
    /// Marks of the other party.
    #[arg(required_unless_present = "names")]
    marks: Option<PathBuf>,
    /// The book of `link protect`.
    #[arg(long, value_name = "BOOK")]
    book: PathBuf,
    /// Write under which name the other party sees each own record, and nothing else.
    #[arg(long, conflicts_with_all = ["pairs", "marks"])]
    names: bool,
    /// Public identity of the unit: its signature is asked for.
    #[arg(long, value_name = "PUBLIC")]
    unit: Option<PathBuf>,
    /// Public identity of the other party: its signature is asked for.
    #[arg(long, value_name = "PUBLIC")]
    peer: Option<PathBuf>,
    /// CSV: `record_id,peer`.
    #[arg(short, long, value_name = "F.csv")]
    output: PathBuf,
}

/// The identity to sign with.
#[derive(Args, Debug)]
struct OwnIdentity {
    /// Key file to sign the paper with; without one it holds a digest only.
    #[arg(long, value_name = "KEYS")]
    identity: Option<PathBuf>,
}

impl OwnIdentity {
    fn read(&self) -> Result<Option<Identity>> {
        self.identity
            .as_deref()
            .map(|path| Identity::read(path, None))
            .transpose()
    }
}

impl Link {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        match self.verb {
            LinkVerb::Secret(verb) => verb.run(),
            LinkVerb::Protect(verb) => verb.run(),
            LinkVerb::Join(verb) => verb.run(),
            LinkVerb::Strike(verb) => verb.run(),
            LinkVerb::Open(verb) => verb.run(),
        }
    }
}

impl NewSecret {
    fn run(self) -> anyhow::Result<Exit> {
        if self.output.exists() {
            let reason = "exists; secrets are never overwritten".into();
            return Err(Error::from(Problem::Setting {
                setting: "--output",
                reason,
            })
            .into());
        }
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut()).context("no system randomness")?;
        let text = Zeroizing::new(hex(bytes.as_ref()));
        Output::whole(&self.output, text.as_bytes())?;
        Ok(Exit::Done)
    }
}

impl Protect {
    fn run(self) -> anyhow::Result<Exit> {
        let secret = secret_of(&self.secret_file)?;
        let meeting = Meeting::new(&secret, &self.conjunctions.digest(), &self.session);
        let identity = self.identity.read()?;
        let list = self.conjunctions;
        let (side, records, refused) = if self.lists.is_empty() {
            let settings = self.reading.settings(&Config::default())?;
            let (subjects, intake) = read_all_subjects(&self.subjects, &settings)?;
            let records: Vec<_> = (subjects.par_iter())
                .map(|subject| {
                    let made = of_subject(list, &Prepared::new(&subject.record));
                    (made, subject.record.id.0.clone())
                })
                .collect();
            (Side::Subject, records, intake.count("rows_refused"))
        } else {
            let lists = read_lists(&self.lists)?;
            let today = jiff::Zoned::now().date();
            let notices = lists.par_iter().flat_map(|list| &list.notices);
            let records: Vec<_> = notices
                .filter(|notice| notice.status_on(today).is_live())
                .map(|notice| {
                    let made = of_notice(list, &Prepared::new(&notice.record));
                    (made, notice.uid())
                })
                .collect();
            (Side::Notice, records, 0)
        };
        let truncated: u64 = (records.iter())
            .map(|(made, _)| u64::from(made.truncated))
            .sum();
        let records: Vec<LinkedRecord> = (records.into_iter())
            .map(|(made, id)| LinkedRecord {
                inputs: made.inputs,
                reference: id.into_bytes(),
            })
            .collect();
        let (file, book, tally) = protect(&meeting, side, &records, self.pad, identity.as_ref())?;
        // What leads back must be there before what leaves.
        Output::whole(&self.book, &book.encode())?;
        write_file(&self.output, &file)?;
        eprintln!(
            "{} records, {} rows in {} blocks, {} rows of filling and {} dummies; {} spellings and \
             inputs left out for want of room",
            records.len(),
            tally.rows,
            tally.blocks,
            tally.filling,
            tally.dummies,
            truncated,
        );
        if refused > 0 {
            eprintln!(
                "NOT PROTECTED: {refused} of {}",
                refused + records.len() as u64
            );
            return Ok(Exit::Warnings);
        }
        Ok(Exit::Done)
    }
}

impl Join {
    fn run(self) -> anyhow::Result<Exit> {
        let from = self
            .from
            .iter()
            .map(|path| party(path))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let subjects = take(Kind::LinkedSubjects, &self.subjects, from.first())?;
        let notices = take(Kind::LinkedNotices, &self.notices, from.get(1))?;
        let identity = self.identity.read()?;
        let pairs = join(&subjects, &notices, self.most, identity.as_ref())?;
        write_file(&self.output, &pairs)?;
        Ok(Exit::Done)
    }
}

impl Strike {
    fn run(self) -> anyhow::Result<Exit> {
        let unit = self.unit.as_deref().map(party).transpose()?;
        let pairs = take(Kind::LinkedPairs, &self.pairs, unit.as_ref())?;
        let marks = book(&self.book)?.strike(&pairs, self.identity.read()?.as_ref())?;
        write_file(&self.output, &marks)?;
        Ok(Exit::Done)
    }
}

impl Open {
    fn run(self) -> anyhow::Result<Exit> {
        let book = book(&self.book)?;
        let mut rows: Vec<(String, String)> = Vec::new();
        let row = |reference: &[u8], name: &[u8]| {
            (String::from_utf8_lossy(reference).into_owned(), hex(name))
        };
        if let (Some(pairs), Some(marks)) = (&self.pairs, &self.marks) {
            let unit = self.unit.as_deref().map(party).transpose()?;
            let peer = self.peer.as_deref().map(party).transpose()?;
            let kind = match book.side() {
                Side::Subject => Kind::NoticeMarks,
                Side::Notice => Kind::SubjectMarks,
            };
            let pairs = take(Kind::LinkedPairs, pairs, unit.as_ref())?;
            let marks = take(kind, marks, peer.as_ref())?;
            let met = book.open(&pairs, &marks)?;
            rows.extend(met.iter().map(|met| row(&met.reference, &met.peer.0)));
        } else {
            rows.extend(
                book.names()
                    .map(|(name, reference)| row(reference, &name.0)),
            );
        }
        rows.sort_unstable();
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["record_id", "peer"])?;
        for (reference, peer) in &rows {
            writer.write_record([reference, peer])?;
        }
        Output::whole(&self.output, &writer.into_inner()?)?;
        eprintln!("{} rows", rows.len());
        Ok(Exit::Done)
    }
}

/// The place of a file's paper.
fn paper_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".paper");
    name.into()
}

/// Writes a file, then its paper: a paper that is there vouches for a file that is there.
fn write_file(path: &Path, file: &LinkedFile) -> Result<()> {
    Output::whole(path, &file.envelope)?;
    Output::whole(&paper_of(path), file.paper.as_bytes())
}

fn take(kind: Kind, path: &Path, from: Option<&Party>) -> anyhow::Result<Paper> {
    let envelope = std::fs::read(path).context("cannot read a linked file")?;
    let paper = std::fs::read(paper_of(path)).context("cannot read the paper beside it")?;
    Ok(Paper::receive(kind, &envelope, &paper, from)?)
}

fn book(path: &Path) -> anyhow::Result<Book> {
    let bytes = Zeroizing::new(std::fs::read(path).context("cannot read the book")?);
    Ok(Book::decode(&bytes)?)
}

//! `veilmatch learn`: the shipped tables from their sources.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use flate2::{Compression, write::GzEncoder};

use crate::cli::Exit;
use crate::learn::frequencies::{SOURCES, learn, learn_organizations, read};
use crate::learn::{pairs::read_pairs, sounds, translit, variants};
use crate::record::Script;
use crate::report::Output;

/// Make the shipped tables again from their sources.
#[derive(Args, Debug)]
pub(super) struct Learn {
    #[command(subcommand)]
    verb: LearnVerb,
}

#[derive(Debug, Subcommand)]
enum LearnVerb {
    Frequencies(Frequencies),
    Translit(Translit),
    Variants(Variants),
}

/// How frequent the tokens of names are: `token TAB share`.
///
/// The same sources give the same bytes.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  veilmatch learn frequencies -o persons.tsv.gz
  veilmatch learn frequencies --organizations names.txt -o organizations.tsv")]
struct Frequencies {
    /// Names of people with their shares, gzipped [default: the shipped sources].
    #[arg(long, value_name = "F.tsv.gz")]
    sources: Option<PathBuf>,
    /// Count the words of organisations instead, in this file of names, one a line.
    #[arg(long, value_name = "NAMES.txt", conflicts_with = "sources")]
    organizations: Option<PathBuf>,
    /// Where the table goes; gzipped when the name ends in .gz.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl Learn {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        match self.verb {
            LearnVerb::Frequencies(verb) => verb.run(),
            LearnVerb::Translit(verb) => verb.run(),
            LearnVerb::Variants(verb) => verb.run(),
        }
    }
}

/// How a script is written in Latin letters: one gzipped table.
///
/// Learns from pairs of names; one source name in five is left out, for `evaluate scripts`. The same
/// pairs give the same bytes.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch learn translit --script Cyrl --pairs cyrl.tsv.gz -o cyrl.tsv.gz")]
struct Translit {
    /// The script, four letters of ISO 15924: Cyrl, Arab, Hebr, ...
    #[arg(long, value_name = "SCRIPT", value_parser = script)]
    script: Script,
    /// Gzipped table of pairs with the columns source, latin, tag, type.
    #[arg(long, value_name = "F.tsv.gz")]
    pairs: PathBuf,
    /// Only pairs with this language before the script in their tag: `ja` of `ja-Hani`.
    #[arg(long, value_name = "LANG")]
    language: Option<String>,
    /// Where the table goes, gzipped.
    #[arg(short, long, value_name = "F.tsv.gz")]
    output: PathBuf,
}

/// A script by its ISO 15924 code.
pub(super) fn script(code: &str) -> Result<Script, String> {
    Script::from_short_name(code).ok_or_else(|| "an ISO 15924 code, such as Cyrl or Arab".into())
}

impl Translit {
    fn run(self) -> anyhow::Result<Exit> {
        let mut pairs = read_pairs(File::open(&self.pairs).context("cannot read the pairs")?)?;
        if let Some(language) = &self.language {
            pairs.retain(|p| p.tag.split('-').next() == Some(language));
        }
        let table = translit::learn(self.script, &pairs);
        let mut file = Output::create(&self.output)?;
        let mut gz = GzEncoder::new(&mut file, Compression::best());
        gz.write_all(table.as_bytes())?;
        gz.finish()?;
        file.finish()?.commit()?;
        Ok(Exit::Done)
    }
}

/// Latin spellings of one name: which are forms of one another, or what their changes cost.
///
/// Learns from pairs of names in several scripts; one source name in five is left out. The same pairs
/// give the same bytes.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  veilmatch learn variants latn.tsv.gz cyrl.tsv.gz --origin rigour -o variants.tsv.gz
  veilmatch learn variants latn.tsv.gz cyrl.tsv.gz --origin rigour --costs -o sounds.tsv")]
struct Variants {
    /// Gzipped tables of pairs with the columns source, latin, tag, type, origin.
    #[arg(required = true, value_name = "F.tsv.gz")]
    pairs: Vec<PathBuf>,
    /// Only pairs that this source collected, by the column origin.
    #[arg(long, value_name = "NAME")]
    origin: Option<String>,
    /// What each change of a letter costs, in place of the rows of forms.
    #[arg(long)]
    costs: bool,
    /// Where the table goes; gzipped when the name ends in .gz.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl Variants {
    fn run(self) -> anyhow::Result<Exit> {
        let mut files = Vec::new();
        for path in &self.pairs {
            let mut pairs = read_pairs(File::open(path).context("cannot read the pairs")?)?;
            let wanted = |origin: &str| self.origin.as_ref().is_none_or(|o| o == origin);
            pairs.retain(|p| wanted(&p.origin));
            files.push(pairs);
        }
        let table = if self.costs {
            sounds::learn(&files)
        } else {
            variants::learn(&files)
        };
        write(&self.output, table.as_bytes())
    }
}

/// Writes a table, gzipped when the name ends in .gz.
fn write(path: &Path, table: &[u8]) -> anyhow::Result<Exit> {
    let mut file = Output::create(path)?;
    if path.extension().is_some_and(|e| e == "gz") {
        let mut gz = GzEncoder::new(&mut file, Compression::best());
        gz.write_all(table)?;
        gz.finish()?;
    } else {
        file.write_all(table)?;
    }
    file.finish()?.commit()?;
    Ok(Exit::Done)
}

impl Frequencies {
    fn run(self) -> anyhow::Result<Exit> {
        let mut table = Vec::new();
        if let Some(path) = &self.organizations {
            let names = std::fs::read_to_string(path).context("cannot read the names")?;
            learn_organizations(names.lines(), &mut table)?;
        } else {
            let sources = match &self.sources {
                Some(path) => read(File::open(path).context("cannot read the sources")?)?,
                None => read(SOURCES)?,
            };
            learn(&sources, &mut table)?;
        }
        write(&self.output, &table)
    }
}

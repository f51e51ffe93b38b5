//! `veilmatch learn`: the shipped tables from their sources.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use flate2::{Compression, write::GzEncoder};

use crate::cli::Exit;
use crate::evaluate::aliases_off;
use crate::learn::frequencies::{SOURCES, Source, learn, learn_organizations, read};
use crate::learn::weights::{Labelled, weights};
use crate::learn::{changes, pairs::read_pairs, sounds, strangers, translit, variants};
use crate::read::{ListSettings, SubjectSettings, read_all_subjects, read_list};
use crate::record::{Kind, Notice, Record, Script};
use crate::report::Output;
use crate::score::Model;
use crate::translit::Unit;

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
    Strangers(Strangers),
    Weights(Weights),
}

/// How frequent the tokens of names are: `token TAB share`.
///
/// The same sources give the same bytes.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  veilmatch learn frequencies -o persons.tsv
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
            LearnVerb::Strangers(verb) => verb.run(),
            LearnVerb::Weights(verb) => verb.run(),
        }
    }
}

/// How a script is written in Latin letters: one table.
///
/// Learns from pairs of names; one source name in five is left out, for `evaluate scripts`. A script
/// of India learns from pairs in the others as well, letter for letter. The same pairs give the same
/// bytes.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  veilmatch learn translit --script Cyrl --pairs cyrl.tsv.gz -o cyrl.tsv
  veilmatch learn translit --script Taml --pairs taml.tsv.gz deva.tsv.gz -o taml.tsv
  veilmatch learn translit --script Hang --pairs hang.tsv.gz --syllables -o hang-syllables.tsv")]
struct Translit {
    /// The script, four letters of ISO 15924: Cyrl, Arab, Hebr, ...
    #[arg(long, value_name = "SCRIPT", value_parser = script)]
    script: Script,
    /// Gzipped tables of pairs with the columns source, latin, tag, type.
    #[arg(long, required = true, num_args = 1.., value_name = "F.tsv.gz")]
    pairs: Vec<PathBuf>,
    /// Whole syllables in place of letters: for Hangul, which has a table of either.
    #[arg(long)]
    syllables: bool,
    /// Only pairs with this language before the script in their tag: `ja` of `ja-Hani`.
    #[arg(long, value_name = "LANG")]
    language: Option<String>,
    /// Where the table goes; gzipped when the name ends in .gz.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

/// Invented people with names of realistic frequency, who are on no list.
///
/// The same sources, count and seed give the same bytes; the defaults give the committed file.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  veilmatch learn strangers -o datasets-synthetic/strangers/strangers.csv
  veilmatch learn strangers --seed 7 -o choose.csv      (to choose a threshold with)")]
struct Strangers {
    /// Names of people with their shares, gzipped [default: the shipped sources].
    #[arg(long, value_name = "F.tsv.gz")]
    sources: Option<PathBuf>,
    /// How many people.
    #[arg(long, value_name = "N", default_value_t = strangers::COUNT)]
    count: u32,
    /// The seed.
    #[arg(long, value_name = "S", default_value_t = strangers::SEED)]
    seed: u64,
    /// Where they go: `id,name,birth_date,country,origin`.
    #[arg(short, long, value_name = "F.csv")]
    output: PathBuf,
}

impl Strangers {
    fn run(self) -> anyhow::Result<Exit> {
        let sources = sources(self.sources.as_deref())?;
        let mut file = Output::create(&self.output)?;
        strangers::write(&sources, self.count, self.seed, &mut file)?;
        file.finish()?.commit()?;
        Ok(Exit::Done)
    }
}

/// What each kind and level of evidence is worth in pairs of known truth, beside what the model ships.
///
/// For whoever changes the model: a table to read and compare, which changes nothing by itself. From
/// synthetic people; with lists also from an alias taken off each notice, against strangers, and from
/// two lists of the same people.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  veilmatch learn weights --list ofac.parquet --strangers s.csv --same un.parquet --same uk.parquet -o weights.tsv")]
struct Weights {
    /// Rows of the synthetic files; 0 leaves them out.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    synthetic: usize,
    /// Seed of the synthetic files.
    #[arg(long, value_name = "S", default_value_t = 2)]
    seed: u64,
    /// A list whose aliases are taken off.
    #[arg(short, long, value_name = "LIST", requires = "strangers")]
    list: Option<PathBuf>,
    /// People who are on no list, by name.
    #[arg(long, value_name = "S.csv", requires = "list")]
    strangers: Option<PathBuf>,
    /// Two lists; the second quotes ids of the first in its remarks.
    #[arg(long, value_name = "LIST", num_args = 1)]
    same: Vec<PathBuf>,
    /// Where the table goes.
    #[arg(short, long, value_name = "F.tsv")]
    output: PathBuf,
}

impl Weights {
    fn run(self) -> anyhow::Result<Exit> {
        let mut known = Vec::new();
        if self.synthetic > 0 {
            known.push(Labelled::synthetic(self.synthetic, self.seed));
        }
        if let (Some(list), Some(strangers)) = (&self.list, &self.strangers) {
            let (mut subjects, notices, truth) = aliases_off(&notices(list)?);
            let strangers = std::slice::from_ref(strangers);
            let (people, _) = read_all_subjects(strangers, &SubjectSettings::default())?;
            subjects.extend(people.into_iter().map(|person| Record {
                kind: Kind::Person,
                names: person.record.names,
                ..Record::default()
            }));
            known.push(Labelled {
                source: "aliases",
                subjects,
                notices,
                truth,
            });
        }
        match self.same.as_slice() {
            [] => {}
            [quoted, quoting] => {
                known.push(Labelled::quoting(notices(quoted)?, notices(quoting)?));
            }
            _ => bail!("--same takes two lists"),
        }
        let table = weights(&Model::default(), known)?;
        write(&self.output, table.as_bytes(), false)
    }
}

fn notices(list: &PathBuf) -> anyhow::Result<Vec<Notice>> {
    let (list, _) = read_list(std::slice::from_ref(list), &ListSettings::default())?;
    Ok(list.notices)
}

/// The sources of a file, or those that are shipped.
fn sources(path: Option<&Path>) -> anyhow::Result<Vec<Source>> {
    Ok(match path {
        Some(path) => read(File::open(path).context("cannot read the sources")?)?,
        None => read(SOURCES)?,
    })
}

/// A script by its ISO 15924 code.
pub(super) fn script(code: &str) -> Result<Script, String> {
    Script::from_short_name(code).ok_or_else(|| "an ISO 15924 code, such as Cyrl or Arab".into())
}

impl Translit {
    fn run(self) -> anyhow::Result<Exit> {
        let mut pairs = Vec::new();
        for path in &self.pairs {
            let file = File::open(path).context("cannot read the pairs")?;
            pairs.extend(read_pairs(file)?);
        }
        if let Some(language) = &self.language {
            pairs.retain(|p| p.tag.split('-').next() == Some(language));
        }
        let unit = if self.syllables {
            Unit::Syllable
        } else {
            Unit::Letter
        };
        let table = translit::learn(self.script, unit, &pairs);
        write(&self.output, table.as_bytes(), is_gz(&self.output))
    }
}

/// Latin spellings of one name: which are forms of one another, or what their changes cost.
///
/// Learns from pairs of names in several scripts; one source name in five is left out. The same pairs
/// give the same bytes.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  veilmatch learn variants latn.tsv.gz cyrl.tsv.gz --origin rigour -o variants.tsv
  veilmatch learn variants latn.tsv.gz cyrl.tsv.gz --origin rigour --costs -o sounds.tsv
  veilmatch learn variants latn.tsv.gz cyrl.tsv.gz --changes -o changes.tsv")]
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
    /// What each change of a letter says of two names that are both known, in their place.
    #[arg(long, conflicts_with = "costs")]
    changes: bool,
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
        } else if self.changes {
            changes::learn(&files)
        } else {
            variants::learn(&files)
        };
        write(&self.output, table.as_bytes(), is_gz(&self.output))
    }
}

fn is_gz(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "gz")
}

fn write(path: &Path, table: &[u8], gzipped: bool) -> anyhow::Result<Exit> {
    if gzipped {
        let mut gz = GzEncoder::new(Vec::new(), Compression::best());
        gz.write_all(table)?;
        Output::whole(path, &gz.finish()?)?;
    } else {
        Output::whole(path, table)?;
    }
    Ok(Exit::Done)
}

impl Frequencies {
    fn run(self) -> anyhow::Result<Exit> {
        let mut table = Vec::new();
        if let Some(path) = &self.organizations {
            let names = std::fs::read_to_string(path).context("cannot read the names")?;
            learn_organizations(names.lines(), &mut table)?;
        } else {
            learn(&sources(self.sources.as_deref())?, &mut table)?;
        }
        write(&self.output, &table, is_gz(&self.output))
    }
}

//! `veilmatch learn`: the shipped tables from their sources.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use flate2::{Compression, write::GzEncoder};

use crate::cli::Exit;
use crate::learn::frequencies::{SOURCES, learn, learn_organizations, read};
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
        let LearnVerb::Frequencies(verb) = self.verb;
        verb.run()
    }
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
        let mut file = Output::create(&self.output)?;
        if self.output.extension().is_some_and(|e| e == "gz") {
            let mut gz = GzEncoder::new(&mut file, Compression::best());
            gz.write_all(&table)?;
            gz.finish()?;
        } else {
            file.write_all(&table)?;
        }
        file.finish()?.commit()?;
        Ok(Exit::Done)
    }
}

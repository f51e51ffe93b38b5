//! The command line: one file per verb, each thin.
//!
//! Results go to stdout or to the named files; progress and warnings go to stderr. Names, ids and
//! paths of a person's file never do.

mod attack;
mod audit;
mod compare;
mod demo;
mod evaluate;
mod exchange;
mod exit_code;
mod explain;
mod keys;
mod leak;
mod learn;
mod link;
mod list;
mod progress;
mod report;
mod screen;
mod subjects;
mod synth;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use zeroize::Zeroizing;

use crate::exchange::name::Code;
use crate::keys::Secret;
use crate::keys::conjunctions::List;
use crate::run::Memory;
use crate::score::Model;

pub use exit_code::Exit;

/// Find who is on both of two lists, while each side exposes only hashed blocking keys.
///
/// What comes out are possible matches. A person decides.
#[derive(Debug, Parser)]
#[command(name = "veilmatch", version, max_term_width = 100, after_help = exit_code::HELP)]
struct Cli {
    /// Worker threads; the output does not depend on it [default: one per core].
    #[arg(long, global = true, value_name = "T")]
    threads: Option<usize>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Demo(demo::Demo),
    Screen(screen::Screen),
    Compare(compare::Compare),
    Explain(explain::Explain),
    List(list::ListCommand),
    Subjects(subjects::Subjects),
    Synth(synth::Synth),
    Evaluate(evaluate::Evaluate),
    Learn(learn::Learn),
    Link(link::Link),
    Keys(keys::Keys),
    Exchange(exchange::Exchange),
    Audit(audit::Audit),
    Report(report::Report),
    Leak(leak::Leak),
    Attack(attack::Attack),
}

// The figures of the score, for every verb that scores. No doc comment: it would stand as the help
// text of those verbs.
#[derive(Args, Debug)]
struct ModelFile {
    /// TOML file with figures of the score in place of the shipped ones (docs/cli.md).
    #[arg(long, value_name = "F.toml")]
    model: Option<PathBuf>,
}

impl ModelFile {
    /// The model of the file; where none was named, of the other one, or the shipped one.
    fn or(&self, other: Option<&Path>) -> crate::error::Result<Model> {
        crate::config::model(self.model.as_deref().or(other))
    }
}

/// A secret from a file; the error does not say which.
fn secret_of(path: &Path) -> anyhow::Result<Secret> {
    let material = std::fs::read(path).context("cannot read the secret file")?;
    Ok(Secret::from_material(&Zeroizing::new(material))?)
}

/// The list of conjunctions of a code.
fn conjunctions(code: &str) -> Result<List, String> {
    List::of_code(code).ok_or_else(|| "narrow or wide".to_owned())
}

/// A size of memory.
fn memory(text: &str) -> Result<Memory, String> {
    Memory::parse(text).ok_or_else(|| "a size like 512M or 4G".into())
}

/// A code of an agreement.
fn code(text: &str) -> Result<Code, String> {
    Code::new(text).ok_or_else(|| "1 to 64 of letters, digits, `.`, `_`, `:` and `-`".into())
}

/// Runs the program and returns its documented exit code.
pub fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| without_values(error).exit());
    match run(cli) {
        Ok(exit) => exit.into(),
        Err(error) => exit_code::report(&error).into(),
    }
}

/// The same usage error without the word that was one too many: it may be a name or a path.
fn without_values(mut error: clap::Error) -> clap::Error {
    use clap::error::{ContextKind, ContextValue, ErrorKind};
    let excess = [ErrorKind::UnknownArgument, ErrorKind::TooManyValues];
    if excess.contains(&error.kind()) {
        for kind in [ContextKind::InvalidArg, ContextKind::InvalidValue] {
            let is_option = |text: &str| text.starts_with('-') || text.starts_with('[');
            let value = error.get(kind).and_then(|value| match value {
                ContextValue::String(text) if !is_option(text) => Some("..."),
                _ => None,
            });
            if let Some(value) = value {
                error.insert(kind, ContextValue::String(value.to_owned()));
            }
        }
        // A tip that repeats the word.
        error.remove(ContextKind::Suggested);
    }
    error
}

fn run(cli: Cli) -> anyhow::Result<Exit> {
    if let Some(threads) = cli.threads {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build_global()?;
    }
    match cli.verb {
        Verb::Demo(verb) => verb.run(),
        Verb::Screen(verb) => verb.run(),
        Verb::Compare(verb) => verb.run(),
        Verb::Explain(verb) => verb.run(),
        Verb::List(verb) => verb.run(),
        Verb::Subjects(verb) => verb.run(),
        Verb::Synth(verb) => verb.run(),
        Verb::Evaluate(verb) => verb.run(),
        Verb::Learn(verb) => verb.run(),
        Verb::Link(verb) => verb.run(),
        Verb::Keys(verb) => verb.run(),
        Verb::Exchange(verb) => verb.run(),
        Verb::Audit(verb) => verb.run(),
        Verb::Report(verb) => verb.run(),
        Verb::Leak(verb) => verb.run(),
        Verb::Attack(verb) => verb.run(),
    }
}

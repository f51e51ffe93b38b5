//! Exit codes, and the one place that prints errors.

use std::process::ExitCode;

use crate::error::Error;

/// Exit codes of the program. Part of its contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Done, and there are hits (`screen --exit-code`).
    Hits = 10,
    /// Done with warnings: some rows were not screened, or a list is incomplete.
    Warnings = 20,
    /// Done with warnings, and there are hits.
    WarningsAndHits = 30,
    /// Usage or configuration.
    Usage = 2,
    /// An input was refused.
    Input = 3,
    /// A list guard tripped.
    Guard = 4,
    /// Integrity failure.
    Integrity = 5,
    /// A defect in veilmatch, or an output that cannot be written.
    Internal = 70,
}

/// Shown below `--help`.
pub(super) const HELP: &str = "Exit codes: 0 done · 10 done, hits (with --exit-code) · 20 done \
with warnings (some rows not screened) · 30 warnings and hits · 2 usage · 3 input refused · \
4 list guard tripped · 5 integrity failure · 70 internal";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Prints an error with its advice to stderr and returns its exit code. A closed pipe downstream
/// (`veilmatch ... | head`) is no error.
pub(super) fn report(error: &anyhow::Error) -> Exit {
    if let Some(io) = error.downcast_ref::<std::io::Error>()
        && io.kind() == std::io::ErrorKind::BrokenPipe
    {
        return Exit::Done;
    }
    eprintln!("veilmatch: {error:#}");
    let Some(own) = error.chain().find_map(|e| e.downcast_ref::<Error>()) else {
        return Exit::Usage;
    };
    eprintln!("  {}", own.help());
    match own {
        e if e.is_usage() => Exit::Usage,
        e if e.is_input() => Exit::Input,
        e if e.is_guard() => Exit::Guard,
        e if e.is_integrity() => Exit::Integrity,
        _ => Exit::Internal,
    }
}

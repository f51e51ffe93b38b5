//! One party of an exchange at its desk: records in clear on one side, sealed files on the other.
//!
//! In: notices or subjects, an agreement, an identity, files of the other party. Out: files for the
//! other party, and on the asker's side hits and released fields. The steps themselves are
//! `exchange::sealed`, which never learns what a record says; this room encodes records for it, keeps
//! a folder of state that makes every step repeatable, applies policy, and writes the log.
//!
//! **Order of writing.** State is durable before the file that rests on it leaves, and the log holds
//! an entry before the file that it is about. A step that was killed is run again.
//!
//! No clock: the caller states the time. Nothing is printed.

mod asker;
mod decisions;
mod desk;
mod holder;
mod opened;
mod policy;
mod retention;
mod sample;

pub use asker::Asking;
pub use decisions::{Pending, pending_csv};
pub use desk::{Desk, LOG_FILE, State, file_stem};
pub use holder::{Release, ReleaseState};
pub use opened::Scoring;
pub use policy::sensitivity;
pub use sample::{check_sample, draw_rows, read_rows, write_rows};

use crate::error::{Problem, Result};
use crate::exchange::agreement::Agreement;
use crate::keys::conjunctions::List;

/// The list of conjunctions that an agreement names.
///
/// # Errors
/// Integrity: this version of the program has no list of that digest.
pub fn conjunctions_of(agreement: &Agreement) -> Result<List> {
    let digest = &agreement.terms().recipe_digest;
    List::of_digest(digest).ok_or_else(|| Problem::RecipeDigest.into())
}

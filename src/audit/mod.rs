//! The log of what left and what came, as a tree that only grows.
//!
//! In: what happened, as [`Entry`] values that have no place for a name: acts, codes, counts and
//! digests. Out: a text file of one line an entry, a signed [`Checkpoint`] over all of them, and
//! proofs that an entry is in the log, and that a later log begins with an earlier one. Peers hold
//! each other's checkpoints, so a log that was cut or written anew does not fit what they hold.
//!
//! The tree is that of RFC 6962 over the lines; a checkpoint is a C2SP `tlog-checkpoint`.
#![cfg_attr(
    not(test),
    warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

mod checkpoint;
mod entry;
mod log;
mod oversight;
mod proof;

pub use checkpoint::Checkpoint;
pub use entry::{Act, Entry};
pub use log::{Log, LogFile};
pub use oversight::{OversightRow, Period, oversight};
pub use proof::Proof;

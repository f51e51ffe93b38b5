//! What files reveal, and how far attacks get with that.
//!
//! In: the bytes of files as they lie on disk. Out: [`leak`] says what a file shows to whoever has
//! it, recomputed from its bytes, and where that is more than `docs/protocol.md` allows. Nothing
//! here knows a key that the file's reader would not have.
#![cfg_attr(
    not(test),
    warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

mod classes;
mod container;
mod kinds;
pub mod leak;

pub use leak::{Leakage, leak};

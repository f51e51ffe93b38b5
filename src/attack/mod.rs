//! What files reveal, and how far attacks get with that.
//!
//! In: the bytes of files as they lie on disk. Out: [`leak()`] says what a file shows to whoever has
//! it, recomputed from its bytes, and where that is more than `docs/protocol.md` allows. A [`View`]
//! is what an onlooker sees of a file's rows; the attacks of [`guesses`] set it against what the
//! onlooker knows, and a [`Score`] says how much of what they claim is true.
#![cfg_attr(
    not(test),
    warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

mod classes;
mod container;
pub mod guesses;
pub mod home;
mod kinds;
pub mod leak;
mod view;

pub use leak::{Leakage, leak};
pub use view::{Claims, Score, Truth, View};

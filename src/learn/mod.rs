//! Offline training of the shipped tables.
//!
//! In: flat source files, or records of which it is known who is who. Out: the tables that `rarity`,
//! `translit`, `keys` and `score` ship, and the one that the weights of `score` are read against.
//! Nothing here runs while lists are screened; the same sources give the same bytes.

pub mod changes;
pub mod frequencies;
pub mod pairs;
pub mod sounds;
pub mod strangers;
pub mod translit;
pub mod variants;
pub mod weights;

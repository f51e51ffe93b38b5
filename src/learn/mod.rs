//! Offline training of the shipped tables.
//!
//! In: flat source files. Out: the tables that `rarity`, `translit`, `keys` and `score` ship.
//! Nothing here runs while lists are screened; the same sources give the same bytes.

pub mod frequencies;
pub mod pairs;
pub mod sounds;
pub mod strangers;
pub mod translit;
pub mod variants;

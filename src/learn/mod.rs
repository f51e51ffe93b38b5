//! Offline training of the shipped tables.
//!
//! In: flat source files. Out: the tables that `rarity` ships. Nothing here runs while lists are
//! screened; the same sources give the same bytes.

pub mod frequencies;
pub mod strangers;

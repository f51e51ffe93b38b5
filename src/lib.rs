//! # veilmatch
//!
//! Finds the people, organisations, vessels and aircraft that are on both of two lists, while each
//! side exposes only hashed blocking keys.
//!
//! The rooms below stand in the order of the data; a room uses only rooms before it.

// -- words -----------------------------------------------------------------------------
pub mod error;
pub mod record;
pub mod tally;

// -- clear side: may see names -----------------------------------------------------------
pub mod read;

pub mod normalize;

pub mod translit;

pub mod rarity;

// -- after the wall ----------------------------------------------------------------------
pub mod hits;
pub mod score;

// -- above all ---------------------------------------------------------------------------
pub mod learn;

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

pub mod keys;

// -- the wall ------------------------------------------------------------------------------
pub mod oprf;

pub mod merkle;

pub mod exchange;

// -- after the wall ------------------------------------------------------------------------
pub mod candidates;

pub mod score;

pub mod hits;

pub mod report;

pub mod index;

pub mod audit;

pub mod party;

// -- above all -----------------------------------------------------------------------------
#[cfg(feature = "cli")]
pub mod config;

pub mod run;

#[cfg(feature = "synth")]
pub mod synth;

pub mod learn;

pub mod evaluate;

pub mod attack;

#[cfg(all(feature = "cli", feature = "synth"))]
pub mod cli;

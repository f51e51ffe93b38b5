//! Integration tests, one module per user story.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
#![allow(
    clippy::too_many_lines,
    clippy::format_collect,
    reason = "a story is told in one piece, and its texts are short"
)]

#[cfg(feature = "cli")]
mod analyst_batch;
#[cfg(feature = "synth")]
mod attack;
mod cases;
#[cfg(feature = "cli")]
mod commands;
#[cfg(feature = "synth")]
mod datasets;
mod documents;
#[cfg(feature = "cli")]
mod doors;
mod hostile;
mod layers;
#[cfg(feature = "cli")]
mod leak;
#[cfg(feature = "cli")]
mod licences;
mod parties;
mod properties;
#[cfg(feature = "cli")]
mod real_lists;
mod reference;
#[cfg(feature = "cli")]
mod refusals;
#[cfg(all(feature = "cli", feature = "synth"))]
mod scale;
#[cfg(feature = "cli")]
mod support;
#[cfg(all(feature = "cli", feature = "synth"))]
mod two_agencies;
#[cfg(all(feature = "cli", feature = "synth"))]
mod two_parties_linked;
#[cfg(feature = "synth")]
mod variation;

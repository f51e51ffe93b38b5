//! Integration tests, one module per user story.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

#[cfg(feature = "cli")]
mod analyst_batch;
#[cfg(feature = "cli")]
mod commands;
#[cfg(feature = "synth")]
mod datasets;
mod documents;
mod layers;
#[cfg(feature = "cli")]
mod licences;
#[cfg(feature = "cli")]
mod real_lists;
#[cfg(feature = "cli")]
mod refusals;
#[cfg(feature = "cli")]
mod support;

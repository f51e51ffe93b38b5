//! Integration tests, one module per user story.

#[cfg(feature = "synth")]
mod datasets;

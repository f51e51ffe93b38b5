//! Integration tests, one module per user story.

mod cases;
#[cfg(feature = "synth")]
mod datasets;
mod properties;
mod reference;

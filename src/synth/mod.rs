//! Labelled synthetic data.
mod corrupt;
mod draw;
mod person;
mod pool;

pub use corrupt::{Corruption, CorruptionKind, DateCorruption, corrupt};
pub use draw::Draw;

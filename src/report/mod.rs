//! Files out: lists, hits and what lies beside them.

pub mod ftm;
pub mod notices;

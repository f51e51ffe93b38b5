//! Files out: lists, hits and what lies beside them.

pub mod notices;

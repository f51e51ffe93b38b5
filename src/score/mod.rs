//! Evidence in bits for and against two records being about the same subject.

mod evidence;

pub use evidence::{Evidence, EvidenceKind, Scored};

//! Subjects: the people and things a holder wants to look up.

use std::collections::BTreeMap;

use crate::record::{Record, Role};

/// One subject of a subject file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subject {
    /// What is compared. `record.id` is the holder's own id.
    pub record: Record,
    /// Role in the holder's case. Victims and witnesses are masked in outputs unless asked for.
    pub role: Role,
    /// Columns that have no place in the schema.
    pub extra: BTreeMap<String, String>,
}

impl Subject {
    /// Whether names of this subject are masked in outputs by default.
    pub fn is_protected(&self) -> bool {
        matches!(self.role, Role::Victim | Role::Witness)
    }
}

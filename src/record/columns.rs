//! The one column table: canonical names of flat columns, with the synonyms that subject files and
//! generic notice files use. `read` finds columns with it, `report` names them with it.

/// A flat column of subject and generic notice files.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Canonical name.
    pub name: &'static str,
    /// Other headers that mean the same, lower case, words separated by one space.
    pub synonyms: &'static [&'static str],
}

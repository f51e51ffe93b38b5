//! Arabic script: short vowels are not written and have to be guessed.

use crate::record::Script;
use crate::translit::tables;

/// Names whose usual spellings no rule finds.
pub(super) const NAMES: &str = include_str!("arabic-names.tsv");

pub(super) fn forms(token: &str) -> Vec<String> {
    tables::of(Script::Arabic).spell(token)
}

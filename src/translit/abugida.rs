//! Devanagari and Bengali: consonants with an inherent vowel that is often silent.

use crate::record::Script;
use crate::translit::tables;

pub(super) fn forms(token: &str, script: Script) -> Vec<String> {
    tables::of(script).spell(token)
}

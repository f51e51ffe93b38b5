//! Devanagari, Bengali and Sinhala: consonants with an inherent vowel that is often silent.

use crate::record::Script;
use crate::translit::{tables, vowels};

pub(super) fn forms(token: &str, script: Script) -> Vec<String> {
    let mut forms = Vec::new();
    for marked in tables::of(script).spell(token) {
        let (full, dropped) = vowels::inherent(&marked, 'a');
        forms.push(dropped);
        forms.push(full);
        if script == Script::Bengali {
            forms.push(vowels::inherent(&marked, 'o').0);
        }
    }
    forms
}

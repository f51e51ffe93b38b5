//! Hangul: syllables taken apart by arithmetic, and the conventional spellings of surnames.

use crate::translit::rules;

pub(super) const SURNAMES: &str = include_str!("hangul-surnames.tsv");

pub(super) fn forms(token: &str) -> Vec<String> {
    vec![rules::ascii(token)]
}

//! Han characters: Mandarin readings, and the other readings of surnames.

use crate::translit::rules;

pub(super) const SURNAMES: &str = include_str!("han-surnames.tsv");

pub(super) fn forms(token: &str) -> Vec<String> {
    vec![rules::ascii(token)]
}

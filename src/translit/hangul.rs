//! Hangul: syllables taken apart into jamo, and the conventional spellings of surnames.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization as _;

use crate::record::Script;
use crate::translit::{rules, tables};

pub(super) const SURNAMES: &str = include_str!("hangul-surnames.tsv");

pub(super) fn forms(token: &str) -> Vec<String> {
    static INDEX: OnceLock<FxHashMap<&'static str, Vec<String>>> = OnceLock::new();
    let index = INDEX.get_or_init(|| rules::lexicon(SURNAMES));
    let mut forms = index.get(token).cloned().unwrap_or_default();
    let jamo: String = token.nfd().collect();
    forms.extend(tables::of(Script::Hangul).spell(&jamo));
    forms
}

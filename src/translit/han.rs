//! Han characters: Mandarin readings in Pinyin and Wade-Giles, and more spellings of surnames.
//!
//! Readings of Japanese names are not here: they cannot be told from the characters alone.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::translit::rules;

pub(super) const SURNAMES: &str = include_str!("han-surnames.tsv");
pub(super) const WADE_GILES: &str = include_str!("wade-giles.tsv");

pub(super) fn forms(token: &str) -> Vec<String> {
    static INDEX: OnceLock<FxHashMap<&'static str, Vec<String>>> = OnceLock::new();
    let index = INDEX.get_or_init(|| rules::lexicon(SURNAMES));
    let mut forms = index.get(token).cloned().unwrap_or_default();
    let syllables: Vec<String> = token
        .chars()
        .map(|c| rules::ascii(c.encode_utf8(&mut [0; 4])))
        .collect();
    forms.push(syllables.concat());
    forms.push(syllables.iter().map(|s| wade_giles(s)).collect());
    forms
}

/// A Pinyin syllable in Wade-Giles.
fn wade_giles(syllable: &str) -> String {
    let (mut head, mut tail) = ("", "");
    let (mut new_head, mut new_tail) = ("", "");
    for line in WADE_GILES.lines().filter(|l| !l.starts_with('#')) {
        let Some((from, to)) = line.split_once('\t') else {
            continue;
        };
        match (from.strip_prefix('^'), from.strip_suffix('$')) {
            (Some(whole), Some(_)) if whole.strip_suffix('$') == Some(syllable) => {
                return to.to_owned();
            }
            (Some(start), None) if start.len() > head.len() && syllable.starts_with(start) => {
                (head, new_head) = (start, to);
            }
            (None, Some(end)) if end.len() > tail.len() && syllable.ends_with(end) => {
                (tail, new_tail) = (end, to);
            }
            _ => {}
        }
    }
    let body_end = syllable.len().saturating_sub(tail.len());
    if head.len() > body_end {
        return syllable.to_owned();
    }
    format!("{new_head}{}{new_tail}", &syllable[head.len()..body_end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_are_respelled() {
        for (pinyin, expected) in [
            ("bian", "pien"),
            ("shui", "shui"),
            ("xiao", "hsiao"),
            ("zi", "tzu"),
        ] {
            assert_eq!(wade_giles(pinyin), expected);
        }
    }

    #[test]
    fn surnames_have_the_spellings_of_several_languages() {
        assert!(forms("陳").contains(&"tran".to_owned()));
        assert_eq!(forms("近平")[..2], ["jinping", "chinping"]);
    }
}

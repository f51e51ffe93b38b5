//! What one changed letter says of two names that are both known: whether they are spellings of one.
//!
//! Luis and Luiz are, Maria and Mario are not, and both differ by a letter. Of all known names whose
//! sound forms are one letter apart, each change of letters has its share of pairs that stand under one
//! source name. Lists of spellings have gaps, the more the rarer the name, so the share of bits that
//! two such names keep does not fall as fast: by a fifth where the share of pairs halves.

#![allow(
    clippy::cast_precision_loss,
    reason = "counts of pairs of names: far below 2^52"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::keys::{Form, sound_form};
use crate::learn::pairs::ScriptPair;
use crate::learn::variants::forms;
use crate::rarity::{self, Share};
use crate::score::LEAST_SHARE;

/// Fewest letters of a sound form. Shorter ones have a neighbour whatever they are.
const LETTERS: usize = 4;

/// Pairs that each change is taken to have had, and how many of them of one name.
const PRIOR: (f64, f64) = (12.0, 0.5);

/// Share of its bits that a name keeps if all pairs were of one name, and what each halving takes.
const KEPT: (f64, f64) = (1.15, 0.2);

/// Most that a name keeps: less than one that sounds the same.
const MOST: f64 = 0.8;

/// Stands for no letter, behind all letters.
const NONE: u8 = b'~';

const HEADER: &str = "\
# Share of its bits that a known name keeps where one change of a letter makes another known name of it:
# letter, letter or \"-\" for none, of their sound forms (see sounds.tsv), share. What is not listed: 0.02.
# Source: Wikidata name items (CC0) by way of the rigour package (MIT), Wikidata names of Merhav and Ash (COLING
# 2018; CC0), names of src/rarity/persons.tsv: `veilmatch learn variants --changes`.
";

/// Pairs of names that a change tells apart, and how many of them are of one name.
type Counts = BTreeMap<(u8, u8), (u32, u32)>;

/// Learns the rows `letter TAB letter or - TAB share`, the greatest shares first; pairs that are held out
/// and names of several parts are left out. The same pairs give the same text.
pub fn learn(files: &[Vec<ScriptPair>]) -> String {
    let mut known: BTreeSet<Form> = BTreeSet::new();
    rarity::for_each_share(|token, share| {
        let is_word = token.bytes().all(|b| b.is_ascii_lowercase());
        if matches!(share, Share::Person(_)) && is_word {
            known.insert(sound_form(&Form::new(token)));
        }
    });
    known.retain(|form| form.len() >= LETTERS);
    let counts = count(&known, &of_one_name(files, &known));
    let share = |(pairs, same): (u32, u32)| {
        let odds = (f64::from(same) + PRIOR.1) / (f64::from(pairs) + PRIOR.0);
        (KEPT.0 + KEPT.1 * odds.log2()).min(MOST)
    };
    let rows = counts
        .into_iter()
        .map(|(change, count)| ((share(count) * 100.0).round() / 100.0, change));
    let mut rows: Vec<(f64, (u8, u8))> = rows
        .filter(|(share, _)| *share > f64::from(LEAST_SHARE))
        .collect();
    rows.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
    let mut text = String::from(HEADER);
    for (share, (a, b)) in rows {
        let b = if b == NONE { '-' } else { char::from(b) };
        let _ = writeln!(text, "{}\t{b}\t{share:.2}", char::from(a));
    }
    text
}

/// Known names that stand under one source name, the lesser first.
fn of_one_name(files: &[Vec<ScriptPair>], known: &BTreeSet<Form>) -> BTreeSet<(Form, Form)> {
    let mut pairs = BTreeSet::new();
    for file in files {
        for forms in forms(file).values() {
            let forms: Vec<&Form> = forms.intersection(known).collect();
            for (i, a) in forms.iter().enumerate() {
                pairs.extend(forms[i + 1..].iter().map(|b| (**a, **b)));
            }
        }
    }
    pairs
}

/// Counts the pairs of known names one letter apart.
fn count(known: &BTreeSet<Form>, of_one_name: &BTreeSet<(Form, Form)>) -> Counts {
    let mut counts = Counts::new();
    let mut see = |change: (u8, u8), a: Form, b: Form| {
        let (pairs, same) = counts
            .entry((change.0.min(change.1), change.0.max(change.1)))
            .or_default();
        *pairs += 1;
        *same += u32::from(of_one_name.contains(&(a.min(b), a.max(b))));
    };
    // Forms that are alike but for the letter at a place.
    let mut but_one: BTreeMap<(usize, Form), Vec<Form>> = BTreeMap::new();
    for form in known {
        let letters = form.as_bytes();
        for at in 0..letters.len() {
            let rest = Form::of(&[&letters[..at], &letters[at + 1..]].concat());
            if known.contains(&rest) {
                see((letters[at], NONE), *form, rest);
            }
            but_one.entry((at, rest)).or_default().push(*form);
        }
    }
    for ((at, _), forms) in &but_one {
        for (i, a) in forms.iter().enumerate() {
            for b in &forms[i + 1..] {
                see((a.as_bytes()[*at], b.as_bytes()[*at]), *a, *b);
            }
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every other pair of known names that s and z tell apart is said to be one name.
    #[test]
    fn a_change_between_spellings_leaves_more() {
        let mut known: BTreeSet<String> = BTreeSet::new();
        rarity::for_each_share(|token, _| {
            known.insert(token.to_owned());
        });
        let pair = |source: &str, latin: &str| ScriptPair {
            source: source.into(),
            latin: latin.into(),
            is_full: false,
            tag: "und-Cyrl".into(),
            origin: String::new(),
        };
        let both = known.iter().map(|name| (name, name.replacen('s', "z", 1)));
        let both = both.filter(|(name, other)| *name != other && known.contains(other));
        // Source names that are not held out.
        let sources = (0..).map(|i| format!("имя{i}"));
        let sources = sources.filter(|s| !pair(s, "").is_held_out());
        let file = both.step_by(2).zip(sources);
        let file = file.flat_map(|((a, b), source)| [pair(&source, a), pair(&source, &b)]);
        let text = learn(&[file.collect()]);
        assert!(
            text.contains("\ns\tz\t0.") && !text.contains("\na\to\t"),
            "{text}"
        );
    }
}

//! Which spellings in Latin letters are forms of one name, from pairs of names.
//!
//! Forms that stand under one source name may be forms of one name, or mistakes. Two forms that stand
//! together under two source names at least, of whatever script, are taken to be tied. A
//! source name whose forms are tied to each other becomes a row; rows that add most ties come first,
//! and what adds none is left out.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use rustc_hash::FxHashMap;

use crate::keys::{Form, sound_form};
use crate::learn::pairs::ScriptPair;
use crate::normalize::normalize;
use crate::rarity;
use crate::record::Kind;
use crate::translit;

/// Source names that two forms must share.
const SHARED: u32 = 2;

/// Fewest letters of a sound form. Shorter syllables stand for too many names.
const LETTERS: usize = 4;

/// Fewest groups of vowels in a sound form, for the same reason.
const SYLLABLES: usize = 2;

/// Most forms of a source name; what has more is no name.
const FORMS: usize = 60;

/// Share of a row's other forms that a form is tied to at least. Unit: percent.
const TIED: usize = 40;

/// A form by its place among all sound forms, which are in alphabetical order.
type Place = u32;

const HEADER: &str = "\
# Spellings that are forms of one name, a name a row, the usual one first: `veilmatch learn variants`.
# Source: Wikidata name items (CC0) by way of the rigour package (MIT).
";

type Ties = FxHashMap<(Place, Place), u32>;

/// Learns the rows of forms, names of several scripts together; pairs that are held out and names
/// of several parts are left out. The same pairs in the same order give the same text.
pub fn learn(files: &[Vec<ScriptPair>]) -> String {
    let mut usual: BTreeMap<Form, String> = BTreeMap::new();
    let mut names: Vec<BTreeSet<Form>> = Vec::new();
    for file in files {
        let mut forms: BTreeMap<&str, BTreeSet<Form>> = BTreeMap::new();
        for pair in file.iter().filter(|p| !p.is_held_out() && !p.is_full) {
            for written in words(pair) {
                let sound = sound_form(&Form::new(&written));
                if sound.len() < LETTERS || syllables(&sound) < SYLLABLES {
                    continue;
                }
                forms.entry(&pair.source).or_default().insert(sound);
                let rank = |w: &String| (rarity::bits(w), w.len());
                let known = usual.entry(sound).or_insert_with(|| written.clone());
                if rank(&written) < rank(known)
                    || (rank(&written) == rank(known) && written < *known)
                {
                    *known = written;
                }
            }
        }
        names.extend(
            forms
                .into_values()
                .filter(|f| (2..=FORMS).contains(&f.len())),
        );
    }
    let places: BTreeMap<Form, Place> = usual.keys().copied().zip(0..).collect();
    let written: Vec<&String> = usual.values().collect();
    let names: Vec<Vec<Place>> = names
        .iter()
        .map(|forms| forms.iter().map(|f| places[f]).collect())
        .collect();
    let mut text = String::from(HEADER);
    for row in cover(&names) {
        let mut forms: Vec<&str> = row
            .iter()
            .map(|at| written[*at as usize].as_str())
            .collect();
        forms.sort_by(|a, b| rarity::bits(a).total_cmp(&rarity::bits(b)).then(a.cmp(b)));
        text.push_str(&forms.join(" "));
        text.push('\n');
    }
    text
}

fn syllables(sound: &Form) -> usize {
    let is_vowel = |b: &u8| matches!(b, b'a' | b'e' | b'i' | b'o' | b'u');
    let groups = sound.as_bytes().split(|b| !is_vowel(b));
    groups.filter(|vowels| !vowels.is_empty()).count()
}

/// The sound forms of each source name of a file; pairs that are held out and names of several parts are
/// left out.
pub(super) fn forms(file: &[ScriptPair]) -> BTreeMap<&str, BTreeSet<Form>> {
    let mut names: BTreeMap<&str, BTreeSet<Form>> = BTreeMap::new();
    for pair in file.iter().filter(|p| !p.is_held_out() && !p.is_full) {
        let forms = words(pair).map(|word| sound_form(&Form::new(&word)));
        names.entry(&pair.source).or_default().extend(forms);
    }
    names
}

/// The names of a pair that are written in Latin letters and are one word.
fn words(pair: &ScriptPair) -> impl Iterator<Item = String> + '_ {
    let ours = pair.tag.ends_with("-Latn").then_some(&pair.source);
    let written = ours.into_iter().chain([&pair.latin]);
    written.filter_map(|name| word(name))
}

/// A name that is one word, in Latin letters; parts that are joined by a hyphen as one.
fn word(name: &str) -> Option<String> {
    if name.contains(char::is_whitespace) {
        return None;
    }
    let latin = translit::latinize(&normalize(name, Kind::Person));
    let word: String = latin.tokens.iter().map(|t| t.forms[0].as_str()).collect();
    let is_word = !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    is_word.then_some(word)
}

fn pairs(forms: &[Place]) -> impl Iterator<Item = (Place, Place)> + '_ {
    let each = forms.iter().enumerate();
    each.flat_map(|(i, a)| forms[i + 1..].iter().map(|b| (*a, *b)))
}

/// Rows of tied forms that hold every tie.
fn cover(names: &[Vec<Place>]) -> Vec<Vec<Place>> {
    let mut ties = Ties::default();
    for name in names {
        for pair in pairs(name) {
            *ties.entry(pair).or_default() += 1;
        }
    }
    ties.retain(|_, shared| *shared >= SHARED);
    let rows: BTreeSet<Vec<Place>> = names.iter().map(|name| tied(name, &ties)).collect();
    let fresh = |row: &[Place], ties: &Ties| pairs(row).filter(|p| ties.contains_key(p)).count();
    let mut heap: BinaryHeap<(usize, std::cmp::Reverse<Vec<Place>>)> = rows
        .into_iter()
        .map(|row| (fresh(&row, &ties), std::cmp::Reverse(row)))
        .collect();
    let mut chosen = Vec::new();
    while let Some((promised, std::cmp::Reverse(row))) = heap.pop() {
        let left = fresh(&row, &ties);
        if left == 0 {
            continue;
        }
        if left < promised {
            heap.push((left, std::cmp::Reverse(row)));
            continue;
        }
        for pair in pairs(&row) {
            ties.remove(&pair);
        }
        chosen.push(row);
    }
    chosen
}

/// The forms of a name that are tied to enough of the others.
fn tied(name: &[Place], ties: &Ties) -> Vec<Place> {
    let mut row = name.to_vec();
    while row.len() > 1 {
        let degree = |a: Place| {
            let others = row.iter().filter(|b| **b != a);
            others
                .filter(|b| ties.contains_key(&(a.min(**b), a.max(**b))))
                .count()
        };
        let least = row.iter().copied().min_by_key(|a| (degree(*a), *a));
        let Some(least) = least.filter(|a| degree(*a) * 100 < TIED * (row.len() - 1)) else {
            break;
        };
        row.retain(|a| *a != least);
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(source: &str, latin: &str) -> ScriptPair {
        ScriptPair {
            source: source.into(),
            latin: latin.into(),
            is_full: false,
            tag: "und-Cyrl".into(),
            origin: String::new(),
        }
    }

    #[test]
    fn forms_that_stand_together_twice_make_a_row() {
        // Source names that are not held out.
        let sources: Vec<String> = (0..40).map(|i| format!("имя{i}")).collect();
        let mut sources = sources.iter().filter(|s| !pair(s, "").is_held_out());
        let mut next = || sources.next().expect("some are left");
        let (a, b, c) = (next(), next(), next());
        let file = vec![
            pair(a, "Tarakin"),
            pair(a, "Tharaquine"),
            pair(a, "Mistake"),
            pair(b, "Tarakin"),
            pair(b, "Tharaquine"),
            pair(c, "Mistake"),
            pair(c, "Another"),
        ];
        assert_eq!(learn(&[file]), format!("{HEADER}tarakin tharaquine\n"));
    }
}

//! What one edit between sound forms costs, from the Latin spellings of names.
//!
//! Two spellings of one name are taken to come from one source that now and then changes, drops or
//! adds a letter. The share of each change is estimated by expectation maximisation over all ways
//! to line the two up (Ristad and Yianilos, "Learning string-edit distance", IEEE Transactions
//! on Pattern Analysis and Machine Intelligence 20, 1998). A change costs what it is rarer than the
//! letters staying as they are, in bits, divided by a number that puts it on the scale of the score.
//! The pairs come from some languages more than from others, so the mean of that and of an
//! estimate by hand is taken.

#![allow(
    clippy::cast_precision_loss,
    reason = "counts of letters: far below 2^52"
)]

use std::fmt::Write as _;

use crate::keys::Form;
use crate::learn::pairs::ScriptPair;
use crate::learn::variants::forms;
use crate::score::osa_distance;

/// Rounds of expectation maximisation.
const ROUNDS: usize = 8;

/// Pairs of forms that one name gives at most: names of many forms would speak for all.
const PAIRS: usize = 4;

/// Most letters that one form is longer. What adds more is another name: endings of families.
const LONGER: usize = 2;

/// Bits of a change that cost as much as a whole consonant.
const SCALE: f64 = 9.0;

/// Least cost of a change: seen by chance, no letter would be free.
const LEAST: f64 = 0.15;

/// What costs more is not written: it counts as 1.
const MOST: f64 = 0.97;

/// Occurrences that each change is taken to have had.
const PRIOR: f64 = 0.2;

/// Letters, and no letter.
const SYMBOLS: usize = 27;
const NONE: usize = 26;

/// Shares or counts of changes, of all that a pair of forms is made of.
type Changes = [[f64; SYMBOLS]; SYMBOLS];

const BY_HAND: &str = include_str!("sounds-by-hand.tsv");

const HEADER: &str = "\
# Cost of one edit between sound forms (see keys/sound.rs): letter, letter or \"-\" for a gap, cost.
# What is not listed costs 1. Letters c w x y stand for the sounds ch, sh, kh, zh.
# Source: Wikidata name items (CC0) by way of the rigour package (MIT), and estimates from romanisation
# tables (ICAO Doc 9303, BGN/PCGN, ISO 9, ISO 233): `veilmatch learn variants --costs`.
";

/// Learns the rows `letter TAB letter or - TAB cost`, the cheap ones first; pairs that are held out
/// and names of several parts are left out. The same pairs in the same order give the same text.
pub fn learn(files: &[Vec<ScriptPair>]) -> String {
    let pairs = spellings(files);
    let mut shares: Changes = [[4e-4; SYMBOLS]; SYMBOLS];
    for (letter, row) in shares.iter_mut().enumerate() {
        row[letter] = 0.03;
    }
    shares[NONE][NONE] = 0.0;
    for _ in 0..ROUNDS {
        let mut counts: Changes = [[0.0; SYMBOLS]; SYMBOLS];
        for (a, b) in &pairs {
            count(a, b, &shares, &mut counts);
        }
        shares = normalized(&counts);
    }
    let by_hand = by_hand();
    let changes = (0..NONE).flat_map(|a| (a + 1..SYMBOLS).map(move |b| (a, b)));
    let costs = changes.map(|(a, b)| {
        let stays = if b == NONE {
            shares[a][a]
        } else {
            (shares[a][a] * shares[b][b]).sqrt()
        };
        let learned = ((stays / shares[a][b]).log2() / SCALE).max(LEAST);
        let learned = if learned < MOST { learned } else { 1.0 };
        let cost = f64::midpoint(learned, by_hand[a][b]);
        ((cost * 100.0).round() / 100.0, a, b)
    });
    let mut rows: Vec<(f64, usize, usize)> = costs.filter(|(cost, ..)| *cost < MOST).collect();
    rows.sort_by(|x, y| x.0.total_cmp(&y.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    let letter = |at: usize| char::from(b"abcdefghijklmnopqrstuvwxyz-"[at]);
    rows.iter()
        .fold(String::from(HEADER), |mut text, (cost, a, b)| {
            let _ = writeln!(text, "{}\t{}\t{cost:.2}", letter(*a), letter(*b));
            text
        })
}

/// The costs by hand; 1 for what is not listed.
fn by_hand() -> Changes {
    let number = |letter: u8| usize::from(letter.wrapping_sub(b'a')).min(NONE);
    let mut costs: Changes = [[1.0; SYMBOLS]; SYMBOLS];
    for line in BY_HAND.lines().filter(|l| !l.starts_with('#')) {
        let mut cells = line.split('\t');
        let (Some(letters), Some(others)) = (cells.next(), cells.next()) else {
            continue;
        };
        let cost = cells.next().and_then(|c| c.parse().ok()).unwrap_or(1.0);
        for a in letters.bytes().map(number) {
            for b in others.bytes().map(number) {
                costs[a][b] = cost;
                costs[b][a] = cost;
            }
        }
    }
    costs
}

/// Pairs of forms of one name, as numbers of letters.
fn spellings(files: &[Vec<ScriptPair>]) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut pairs = Vec::new();
    for file in files {
        for forms in forms(file).into_values() {
            let forms: Vec<Form> = forms.into_iter().collect();
            let mut own: Vec<([u8; 32], Form, Form)> = Vec::new();
            for (i, a) in forms.iter().enumerate() {
                for b in &forms[i + 1..] {
                    if a.len().abs_diff(b.len()) <= LONGER && is_close(a, b) {
                        let digest =
                            blake3::hash(format!("{} {}", a.as_str(), b.as_str()).as_bytes());
                        own.push((*digest.as_bytes(), *a, *b));
                    }
                }
            }
            own.sort_unstable();
            pairs.extend(
                own.iter()
                    .take(PAIRS)
                    .map(|(_, a, b)| (numbers(a), numbers(b))),
            );
        }
    }
    pairs
}

/// Whether two forms may be spellings of one another: half of their letters stay.
fn is_close(a: &Form, b: &Form) -> bool {
    let edits = osa_distance(a.as_bytes(), b.as_bytes()) as usize;
    edits * 20 < 11 * (a.len() + b.len()).div_ceil(2).max(3)
}

fn numbers(form: &Form) -> Vec<usize> {
    form.as_bytes()
        .iter()
        .map(|b| usize::from(b.wrapping_sub(b'a')) % NONE)
        .collect()
}

/// Adds the expected changes of one pair.
#[allow(
    clippy::many_single_char_names,
    reason = "a and b are forms; i and j their letters"
)]
fn count(a: &[usize], b: &[usize], shares: &Changes, counts: &mut Changes) {
    let (rows, columns) = (a.len() + 1, b.len() + 1);
    let at = |i: usize, j: usize| i * columns + j;
    let mut before = vec![0.0; rows * columns];
    let mut behind = vec![0.0; rows * columns];
    before[0] = 1.0;
    behind[at(a.len(), b.len())] = 1.0;
    for i in 0..rows {
        for j in 0..columns {
            let mut sum = before[at(i, j)];
            if i > 0 {
                sum += before[at(i - 1, j)] * shares[a[i - 1]][NONE];
            }
            if j > 0 {
                sum += before[at(i, j - 1)] * shares[NONE][b[j - 1]];
            }
            if i > 0 && j > 0 {
                sum += before[at(i - 1, j - 1)] * shares[a[i - 1]][b[j - 1]];
            }
            before[at(i, j)] = sum;
        }
    }
    let all = before[at(a.len(), b.len())];
    if all <= 0.0 {
        return;
    }
    for i in (0..rows).rev() {
        for j in (0..columns).rev() {
            let here = before[at(i, j)] / all;
            let mut sum = behind[at(i, j)];
            let mut step = |from: usize, to: usize, rest: f64| {
                let share = shares[from][to] * rest;
                counts[from][to] += here * share;
                sum += share;
            };
            if i < a.len() {
                step(a[i], NONE, behind[at(i + 1, j)]);
            }
            if j < b.len() {
                step(NONE, b[j], behind[at(i, j + 1)]);
            }
            if i < a.len() && j < b.len() {
                step(a[i], b[j], behind[at(i + 1, j + 1)]);
            }
            behind[at(i, j)] = sum;
        }
    }
}

/// Counts as shares, the same in both directions.
fn normalized(counts: &Changes) -> Changes {
    let both = |a: usize, b: usize| f64::midpoint(counts[a][b], counts[b][a]) + PRIOR;
    let shares: Changes = std::array::from_fn(|a| {
        std::array::from_fn(|b| {
            if (a, b) == (NONE, NONE) {
                0.0
            } else {
                both(a, b)
            }
        })
    });
    let all: f64 = shares.iter().flatten().sum();
    shares.map(|row| row.map(|n| n / all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_change_often_cost_less() {
        let letters = || "bdfgklmnprst".chars();
        let names = letters().flat_map(|a| letters().map(move |b| format!("{a}ara{b}o")));
        let file: Vec<ScriptPair> = names
            .map(|source| ScriptPair {
                latin: source.replace("rado", "rato").replace("rapo", "ragao"),
                source,
                is_full: false,
                tag: "und-Latn".into(),
                origin: String::new(),
            })
            .filter(|p| !p.is_held_out())
            .collect();
        let text = learn(&[file]);
        let cost = |row: &str| {
            let rest = text.lines().find_map(|l| l.strip_prefix(row));
            rest.map_or(1.0, |cost| cost.trim().parse().expect("a cost"))
        };
        assert!(cost("d\tt\t") < cost("g\tk\t"), "{text}");
        assert!(cost("g\tp\t") < cost("b\tm\t"), "{text}");
    }
}

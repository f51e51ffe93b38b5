//! Learning how a script is written in Latin letters, from pairs of names.
//!
//! Each character is taken to emit one chunk of Latin letters, perhaps none. P(chunk | character)
//! is estimated by expectation maximisation over all ways to cut the Latin side (forward and
//! backward sums); then the likeliest cut of every pair is taken and what followed which is
//! counted. Joint-sequence models of this kind are long known (Bisani and Ney, "Joint-sequence
//! models for grapheme-to-phoneme conversion", Speech Communication 50, 2008); this one is small
//! enough to be read.

#![allow(
    clippy::cast_precision_loss,
    reason = "words are short: lengths far below 2^52"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use rustc_hash::FxHashMap;

use crate::learn::pairs::ScriptPair;
use crate::record::Script;
use crate::translit::{EDGE, Unit};

/// Rounds of expectation maximisation.
const ROUNDS: usize = 7;

/// Chunks below this share of their character are dropped.
const LEAST_SHARE: f64 = 3e-4;

/// Chunks kept for a character.
const CHUNKS: usize = 100;

/// Contexts seen less often are dropped.
const LEAST_COUNT: f64 = 2.0;

/// What a word in another script of India counts, against one in the script that is learned.
const AKIN: f64 = 0.1;

/// A word in its own script and in Latin letters.
struct Word {
    source: Vec<char>,
    latin: Vec<u8>,
    /// As how many words it counts.
    weight: f64,
}

/// Longest chunk of Latin letters that one character emits.
fn longest(script: Script, unit: Unit) -> usize {
    match (script, unit) {
        (Script::Han, _) | (_, Unit::Syllable) => 6,
        (Script::Katakana | Script::Hiragana, _) => 4,
        _ => 3,
    }
}

/// Scripts of India and where their blocks begin. The Unicode standard lays these out alike (chapter
/// 12, after the Indian standard ISCII of 1988): in the same place stands the same letter.
const INDIC: [(Script, u32); 9] = [
    (Script::Devanagari, 0x900),
    (Script::Bengali, 0x980),
    (Script::Gurmukhi, 0xa00),
    (Script::Gujarati, 0xa80),
    (Script::Oriya, 0xb00),
    (Script::Tamil, 0xb80),
    (Script::Telugu, 0xc00),
    (Script::Kannada, 0xc80),
    (Script::Malayalam, 0xd00),
];

/// Length of such a block.
const BLOCK: u32 = 0x80;

/// Where the block of a character of an Indic script begins.
fn indic_block(character: char) -> Option<u32> {
    let begins = INDIC.iter().map(|(_, begin)| *begin);
    begins
        .into_iter()
        .find(|b| (*b..b + BLOCK).contains(&u32::from(character)))
}

/// A word of one Indic script in the letters of another one; `None` where it has none for it. Where
/// a script writes one letter for the stops of a row (Tamil), the first letter of the row stands for
/// all of them.
fn respelled(word: &[char], block: u32, known: &BTreeSet<char>) -> Option<Vec<char>> {
    let letter = |c: &char| {
        let place = u32::from(*c) - indic_block(*c)?;
        let row = match place {
            0x15..=0x18 => 0x15,
            0x1a..=0x1b => 0x1a,
            0x1c..=0x1d => 0x1c,
            0x1f..=0x22 => 0x1f,
            0x24..=0x27 => 0x24,
            0x2a..=0x2d => 0x2a,
            place => place,
        };
        let letters = [place, row].into_iter();
        let mut letters = letters.filter_map(|place| char::from_u32(block + place));
        letters.find(|c| known.contains(c))
    };
    word.iter().map(letter).collect()
}

/// Brings words of other Indic scripts into the script that is learned, behind its own.
fn akin(words: Vec<Word>, script: Script) -> Vec<Word> {
    let Some((_, block)) = INDIC.iter().find(|(s, _)| *s == script) else {
        return words;
    };
    let is_own = |word: &Word| {
        let mut blocks = word.source.iter().filter_map(|c| indic_block(*c));
        blocks.all(|b| b == *block)
    };
    let (mut own, others): (Vec<Word>, Vec<Word>) = words.into_iter().partition(is_own);
    let known: BTreeSet<char> = own.iter().flat_map(|w| &w.source).copied().collect();
    own.extend(others.into_iter().filter_map(|word| {
        Some(Word {
            source: respelled(&word.source, *block, &known)?,
            weight: AKIN,
            ..word
        })
    }));
    own
}

/// Learns the table of a script; pairs that are held out are left out. Pairs in other scripts of India
/// help a script of India. The text is what `translit::Transducer` reads. The same pairs in the same
/// order give the same text.
pub fn learn(script: Script, unit: Unit, pairs: &[ScriptPair]) -> String {
    let longest = longest(script, unit);
    let words: Vec<Word> = pairs
        .iter()
        .filter(|p| !p.is_held_out())
        // Full Korean names stand family name first in Hangul and often last in Latin letters.
        .filter(|p| script != Script::Hangul || !p.is_full)
        .flat_map(|p| p.words(script, unit))
        .filter(|(source, latin)| {
            let fits = |n: usize| (1..=40).contains(&n);
            let letters = latin.iter().all(u8::is_ascii_lowercase);
            let foreign = source.iter().all(|c| !c.is_ascii());
            fits(source.len())
                && fits(latin.len())
                && letters
                && foreign
                && latin.len() <= source.len() * longest
        })
        .map(|(source, latin)| Word {
            source,
            latin,
            weight: 1.0,
        })
        .collect();
    let words = akin(words, script);
    let mut table = Table::even(&words, longest);
    for _ in 0..ROUNDS {
        table = table.improved(&words);
    }
    table.prune();
    write(&table, &words)
}

/// P(chunk | character).
struct Table {
    longest: usize,
    shares: FxHashMap<(char, u64), f64>,
}

/// Up to six letters as one number, the length in it.
fn pack(chunk: &[u8]) -> u64 {
    chunk.iter().fold(1, |n, b| n << 8 | u64::from(*b))
}

fn unpack(mut packed: u64) -> String {
    let mut letters = Vec::new();
    while packed > 1 {
        letters.push(char::from(packed.to_le_bytes()[0]));
        packed >>= 8;
    }
    letters.iter().rev().collect()
}

impl Table {
    /// Every chunk near the diagonal counts the same.
    fn even(words: &[Word], longest: usize) -> Self {
        let mut counts: FxHashMap<(char, u64), f64> = FxHashMap::default();
        for word in words {
            let (source, latin) = (&word.source, &word.latin);
            let slope = latin.len() as f64 / source.len() as f64;
            for (i, c) in source.iter().enumerate() {
                for j in 0..=latin.len() {
                    for len in 0..=longest.min(latin.len() - j) {
                        let off = (j as f64 + len as f64 / 2.0) - (i as f64 + 0.5) * slope;
                        if off.abs() <= 1.0 + 0.25 * latin.len() as f64 {
                            let usual = (len as f64 - slope).abs();
                            *counts.entry((*c, pack(&latin[j..j + len]))).or_default() +=
                                word.weight * (-usual).exp();
                        }
                    }
                }
            }
        }
        Self::normal(counts, longest)
    }

    fn normal(counts: FxHashMap<(char, u64), f64>, longest: usize) -> Self {
        // In order, so that sums are the same on every run.
        let mut counts: Vec<((char, u64), f64)> = counts.into_iter().collect();
        counts.sort_unstable_by_key(|(key, _)| *key);
        let mut shares = FxHashMap::default();
        for row in counts.chunk_by(|a, b| a.0.0 == b.0.0) {
            let total: f64 = row.iter().map(|(_, n)| n).sum();
            shares.extend(row.iter().map(|(key, n)| (*key, n / total.max(1e-12))));
        }
        Self { longest, shares }
    }

    fn share(&self, c: char, chunk: &[u8]) -> f64 {
        self.shares.get(&(c, pack(chunk))).copied().unwrap_or(0.0)
    }

    /// One round of expectation maximisation.
    fn improved(&self, words: &[Word]) -> Self {
        let mut counts: FxHashMap<(char, u64), f64> = FxHashMap::default();
        for word in words {
            let (source, latin) = (&word.source, &word.latin);
            let (n, m) = (source.len(), latin.len());
            let width = m + 1;
            let mut forward = vec![0.0; (n + 1) * width];
            let mut backward = vec![0.0; (n + 1) * width];
            forward[0] = 1.0;
            for i in 0..n {
                for j in 0..=m {
                    let here = forward[i * width + j];
                    if here > 0.0 {
                        for len in 0..=self.longest.min(m - j) {
                            let p = self.share(source[i], &latin[j..j + len]);
                            forward[(i + 1) * width + j + len] += here * p;
                        }
                    }
                }
            }
            let total = forward[n * width + m];
            if total <= 0.0 {
                continue;
            }
            backward[n * width + m] = 1.0;
            for i in (0..n).rev() {
                for j in 0..=m {
                    let mut sum = 0.0;
                    for len in 0..=self.longest.min(m - j) {
                        let behind = backward[(i + 1) * width + j + len];
                        if behind > 0.0 {
                            let chunk = &latin[j..j + len];
                            let p = self.share(source[i], chunk) * behind;
                            sum += p;
                            let expected = forward[i * width + j] * p / total;
                            if expected > 1e-6 {
                                *counts.entry((source[i], pack(chunk))).or_default() +=
                                    word.weight * expected;
                            }
                        }
                    }
                    backward[i * width + j] = sum;
                }
            }
        }
        Self::normal(counts, self.longest)
    }

    /// The likeliest cut of a pair: the length of each chunk.
    fn cut(&self, Word { source, latin, .. }: &Word) -> Option<Vec<usize>> {
        let (n, m) = (source.len(), latin.len());
        let width = m + 1;
        let mut best = vec![(f64::NEG_INFINITY, 0_usize); (n + 1) * width];
        best[0].0 = 0.0;
        for i in 0..n {
            for j in 0..=m {
                let here = best[i * width + j].0;
                if here == f64::NEG_INFINITY {
                    continue;
                }
                for len in 0..=self.longest.min(m - j) {
                    let p = self.share(source[i], &latin[j..j + len]);
                    let there = &mut best[(i + 1) * width + j + len];
                    let log = here + p.ln();
                    if p > 0.0 && log > there.0 {
                        *there = (log, len);
                    }
                }
            }
        }
        let log = best[n * width + m].0;
        let mut lens = vec![0; n];
        let mut j = m;
        for i in (0..n).rev() {
            lens[i] = best[(i + 1) * width + j].1;
            j -= lens[i];
        }
        (log > f64::NEG_INFINITY).then_some(lens)
    }

    /// The chunks of each character, the likeliest first.
    fn rows(&self) -> BTreeMap<char, Vec<(u64, f64)>> {
        let mut cells: Vec<((char, u64), f64)> = self
            .shares
            .iter()
            .map(|(key, share)| (*key, *share))
            .collect();
        cells.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut rows: BTreeMap<char, Vec<(u64, f64)>> = BTreeMap::new();
        for ((c, chunk), share) in cells {
            rows.entry(c).or_default().push((chunk, share));
        }
        rows
    }

    fn prune(&mut self) {
        let rows = self.rows();
        self.shares.clear();
        for (c, row) in rows {
            let kept = row
                .into_iter()
                .take(CHUNKS)
                .filter(|(_, share)| *share >= LEAST_SHARE);
            self.shares
                .extend(kept.map(|(chunk, share)| ((c, chunk), share)));
        }
    }
}

/// What every table begins with.
const HEADER: &str = "\
// How a script is written in Latin letters, by `veilmatch learn translit`: counts of letters, no names.
// Sources and licences of the pairs: src/translit/learned/README.md.
";

/// The table and what followed which in the likeliest cuts, as text.
fn write(table: &Table, words: &[Word]) -> String {
    let mut rows: BTreeMap<(u8, String), BTreeMap<String, f64>> = BTreeMap::new();
    for word in words {
        let Some(lens) = table.cut(word) else {
            continue;
        };
        let (source, latin) = (&word.source, &word.latin);
        let (mut j, mut before) = (0, (EDGE, String::from("-")));
        for (i, len) in lens.into_iter().enumerate() {
            let chunk = match &latin[j..j + len] {
                [] => "-".to_owned(),
                letters => String::from_utf8_lossy(letters).into_owned(),
            };
            j += len;
            let here = source[i];
            let next = source.get(i + 1).copied().unwrap_or(EDGE);
            let contexts = [
                (1, format!("{here} {next}")),
                (2, format!("{} {} {here}", before.0, before.1)),
            ];
            for context in contexts {
                *rows
                    .entry(context)
                    .or_default()
                    .entry(chunk.clone())
                    .or_default() += word.weight;
            }
            before = (here, chunk);
        }
    }
    let mut text = String::from(HEADER);
    for (c, row) in table.rows() {
        let _ = write!(text, "a\t{c}\t");
        for (i, (chunk, share)) in row.iter().enumerate() {
            let chunk = unpack(*chunk);
            let chunk = if chunk.is_empty() { "-" } else { &chunk };
            let space = if i == 0 { "" } else { " " };
            let _ = write!(text, "{space}{chunk}:{share:.5}");
        }
        text.push('\n');
    }
    for ((kind, context), counts) in rows {
        if counts.values().sum::<f64>() < LEAST_COUNT {
            continue;
        }
        let kind = if kind == 1 { 'n' } else { 'b' };
        let tenths = |n: &f64| (n * 10.0).round() / 10.0;
        let values = counts.iter().map(|(c, n)| format!("{c}:{}", tenths(n)));
        let values: Vec<String> = values.collect();
        let _ = writeln!(text, "{kind}\t{context}\t{}", values.join(" "));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::path::Path;

    use super::*;
    use crate::learn::pairs::read_pairs;
    use crate::translit::Transducer;

    fn pairs(rows: &[(&str, &str)]) -> Vec<ScriptPair> {
        let pair = |(source, latin): &(&str, &str)| ScriptPair {
            source: (*source).to_owned(),
            latin: (*latin).to_owned(),
            is_full: false,
            tag: String::new(),
            origin: String::new(),
        };
        rows.iter().map(pair).filter(|p| !p.is_held_out()).collect()
    }

    /// Letters are told apart although no pair says which stands for which.
    #[test]
    fn chunks_are_found_without_being_shown() {
        let rows = [
            ("шура", "shura"),
            ("маша", "masha"),
            ("рома", "roma"),
            ("мара", "mara"),
            ("шама", "shama"),
            ("рамш", "ramsh"),
            ("ума", "uma"),
            ("аура", "aura"),
            ("мура", "mura"),
            ("ошма", "oshma"),
            ("рашо", "rasho"),
            ("умаш", "umash"),
        ];
        let text = learn(Script::Cyrillic, Unit::Letter, &pairs(&rows));
        let table = Transducer::new(text.clone());
        let word: Vec<char> = "шума".chars().collect();
        assert_eq!(table.spell(&word)[0].1, "shuma");
        assert_eq!(
            text,
            learn(Script::Cyrillic, Unit::Letter, &pairs(&rows)),
            "the same bytes"
        );
    }

    /// What changes how names are cut into words changes the tables: they are to be made again. Asked of
    /// the smaller ones, where the pairs are at hand.
    #[test]
    fn the_shipped_tables_are_what_the_pairs_give() {
        let Some(folder) = crate::read::testing::shared("data/names") else {
            return;
        };
        for (script, unit, file, table) in [
            (Script::Greek, Unit::Letter, "grek", "grek"),
            (Script::Hebrew, Unit::Letter, "hebr", "hebr"),
            (Script::Hangul, Unit::Syllable, "hang", "hang-syllables"),
        ] {
            let file = File::open(folder.join(format!("{file}.tsv.gz"))).expect("pairs");
            let text = learn(script, unit, &read_pairs(file).expect("pairs"));
            let shipped = format!("src/translit/learned/{table}.tsv");
            let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join(shipped);
            assert!(
                text == std::fs::read_to_string(shipped).expect("a shipped table"),
                "`veilmatch learn translit` gives another {table}.tsv: look at the difference"
            );
        }
    }

    /// A syllable may stand for what none of its letters does.
    #[test]
    fn hangul_is_learned_by_syllables_as_well() {
        let rows = [
            ("옥", "yu"),
            ("연", "yan"),
            ("정", "zheng"),
            ("옥정", "yuzheng"),
        ];
        let text = learn(Script::Hangul, Unit::Syllable, &pairs(&rows));
        assert!(text.contains("\na\t옥\tyu:"), "{text}");
        assert!(!text.contains("\na\tᄋ\t"), "{text}");
    }

    /// A letter that no pair of its own script shows is learned from the other script.
    #[test]
    fn scripts_of_india_learn_from_each_other() {
        let own = [("மாலா", "mala"), ("லாமா", "lama"), ("மகா", "maka")];
        let others = [
            ("माला", "mala"),
            ("गाम", "gama"),
            ("लाग", "laga"),
            ("गाला", "gala"),
        ];
        let text = learn(
            Script::Tamil,
            Unit::Letter,
            &pairs(&[&own[..], &others[..]].concat()),
        );
        assert!(text.contains("\na\tக\t") && !text.contains('ग'), "{text}");
        let known = BTreeSet::from(['க', 'ம']);
        let respelled = |word: &str| respelled(&word.chars().collect::<Vec<_>>(), 0xb80, &known);
        assert_eq!(respelled("गम"), Some(vec!['க', 'ம']));
        assert_eq!(respelled("गल"), None);
    }

    #[test]
    fn packed_chunks_come_back() {
        for chunk in ["", "a", "shch", "zhuang"] {
            assert_eq!(unpack(pack(chunk.as_bytes())), chunk);
        }
    }
}

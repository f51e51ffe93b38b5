//! How well names in one script are told from the names of others in Latin letters.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::evaluate::{share, wilson};
use crate::keys::{ClassKey, Prepared};
use crate::learn::pairs::ScriptPair;
use crate::record::{Kind, Name, Record, Script};
use crate::score::{Model, Scorer, WeakAliases, nearness, whole_spelling};

/// Strangers that each name is compared with.
const STRANGERS: usize = 20;

/// Most Latin names that a name is searched among.
const POOL: usize = 50_000;

/// Most pairs that are measured.
const PAIRS: usize = 5_000;

/// One held-out pair of names.
struct Pair<'a> {
    written: &'a ScriptPair,
    ours: Prepared,
    theirs: Prepared,
    plain: (Plain, Plain),
    /// All Latin forms that the file has for our name.
    forms: &'a BTreeSet<&'a str>,
}

/// Which pairs of a name that has several Latin forms are measured.
#[derive(Clone, Copy)]
enum Sample {
    /// One of each name, chosen by hash: as others measure, and as one meets the names.
    OneEach,
    /// Every pair, so that names with many rare spellings weigh more.
    Every,
}

/// A Markdown table with rows for single words and for full names: recall of held-out pairs where
/// 1 % and 0.1 % of random other names of the file reach as much; then, among all Latin names of
/// the file, how many rank above all others, and the share whose nearest other name passes at 0.1 %;
/// then how often names share a class key, with the own name and with a stranger's.
///
/// By spelling: bits that the spelling says for a name, for words alone; between spellings in Latin
/// letters, how near they sound. By score: bits of the whole score by names, where a common name is
/// worth less than a rare one. The others are plain string similarities of the letters that
/// `any_ascii` makes, as written and with sorted words.
///
/// `see_miss` is shown the pairs that 0.1 % of strangers reach.
pub fn scripts(
    model: &Model,
    pairs: &[ScriptPair],
    script: Script,
    mut see_miss: impl FnMut(Miss<'_>),
) -> String {
    let mut forms: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for pair in pairs {
        forms.entry(&pair.source).or_default().insert(&pair.latin);
    }
    let mut text = String::from(
        "| script | names | pairs | n | measure | 1 % of strangers | 0.1 % | of Latin names \
         | found and first | nearest passes | keys | keys of strangers |\n\
         | --- | --- | --- | --: | --- | --- | --- | --: | --- | --: | --: | --: |\n",
    );
    for (what, is_full) in [("words", false), ("full", true)] {
        let pool = Pool::new(pairs.iter().filter(|p| p.is_full == is_full));
        for (which, sample) in [("one a name", Sample::OneEach), ("all", Sample::Every)] {
            let names = sampled(pairs, is_full, sample, &forms);
            let measures = if is_full {
                &MEASURES[1..]
            } else {
                &MEASURES[..4]
            };
            if !names.is_empty() {
                let outcomes = outcomes(model, &names, &pool, sample);
                for row in rows(&outcomes, pool.names.len(), measures) {
                    let _ = writeln!(text, "| {} | {what} | {which} | {row}", script.full_name());
                }
                for &(measure, by) in measures.iter().filter(|(_, by)| *by < OURS) {
                    let limit = limit(&outcomes, by, 1_000);
                    let each = names.iter().map(|n| n.written).zip(&outcomes);
                    for (pair, outcome) in each.filter(|(_, o)| o.own[by] <= limit) {
                        see_miss(Miss {
                            sample: [what, which, measure],
                            pair,
                            bits: outcome.own[by],
                            limit,
                        });
                    }
                }
            }
        }
    }
    text
}

/// A held-out pair that is not told from strangers.
#[derive(Clone, Copy, Debug)]
pub struct Miss<'a> {
    /// Words or full names, which pairs, and by which measure, as in the table.
    pub sample: [&'static str; 3],
    /// The two names.
    pub pair: &'a ScriptPair,
    /// What it brings.
    pub bits: f64,
    /// What 0.1 % of strangers reach.
    pub limit: f64,
}

/// Held-out pairs, at most [`PAIRS`], in step with the file.
fn sampled<'a>(
    pairs: &'a [ScriptPair],
    is_full: bool,
    sample: Sample,
    forms: &'a BTreeMap<&str, BTreeSet<&'a str>>,
) -> Vec<Pair<'a>> {
    let mut held_out: Vec<&ScriptPair> = pairs
        .iter()
        .filter(|p| p.is_held_out() && p.is_full == is_full)
        .collect();
    if matches!(sample, Sample::OneEach) {
        let mut one: BTreeMap<&str, &ScriptPair> = BTreeMap::new();
        for pair in held_out {
            let kept = one.entry(&pair.source).or_insert(pair);
            if hash(pair) < hash(kept) {
                *kept = pair;
            }
        }
        held_out = one.into_values().collect();
    }
    let step = held_out.len().div_ceil(PAIRS).max(1);
    held_out
        .into_par_iter()
        .step_by(step)
        .filter_map(|p| {
            let (ours, theirs) = (prepared(&p.source), prepared(&p.latin));
            let is_named = !ours.names.is_empty() && !theirs.names.is_empty();
            Some(Pair {
                written: p,
                ours,
                theirs,
                plain: (Plain::new(&p.source), Plain::new(&p.latin)),
                forms: forms.get(p.source.as_str()).filter(|_| is_named)?,
            })
        })
        .collect()
}

fn hash(pair: &ScriptPair) -> [u8; 32] {
    *blake3::hash(pair.latin.as_bytes()).as_bytes()
}

/// A name in the letters of `any_ascii`, as written and with sorted words.
struct Plain([String; 2]);

impl Plain {
    fn new(name: &str) -> Self {
        let letters = any_ascii::any_ascii(name).to_lowercase();
        let mut words: Vec<&str> = letters
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '\'' && c != '`')
            .filter(|w| !w.is_empty())
            .collect();
        let written = words.join(" ");
        words.sort_unstable();
        Self([written, words.join(" ")])
    }

    /// The similarities from the third of [`MEASURES`] on.
    fn alike(&self, other: &Self) -> [f64; 4] {
        let [x, y] = &self.0;
        let [v, w] = &other.0;
        [
            strsim::normalized_levenshtein(x, v),
            strsim::jaro_winkler(x, v),
            strsim::normalized_levenshtein(y, w),
            strsim::jaro_winkler(y, w),
        ]
    }
}

fn prepared(name: &str) -> Prepared {
    Prepared::new(&Record {
        kind: Kind::Person,
        names: vec![Name::primary(name)],
        ..Record::default()
    })
}

/// Latin names to be told from each other, found by their class keys.
struct Pool<'a> {
    names: Vec<(&'a str, Prepared)>,
    by_key: FxHashMap<ClassKey, Vec<u32>>,
}

impl<'a> Pool<'a> {
    fn new(pairs: impl Iterator<Item = &'a ScriptPair>) -> Self {
        let distinct: BTreeSet<&str> = pairs.map(|p| p.latin.as_str()).collect();
        let step = distinct.len().div_ceil(POOL).max(1);
        let distinct: Vec<&str> = distinct.into_iter().step_by(step).collect();
        let names: Vec<(&str, Prepared)> =
            distinct.into_par_iter().map(|n| (n, prepared(n))).collect();
        let mut by_key: FxHashMap<ClassKey, Vec<u32>> = FxHashMap::default();
        for ((_, name), i) in names.iter().zip(0_u32..) {
            for key in keys(name) {
                by_key.entry(key).or_default().push(i);
            }
        }
        Self { names, by_key }
    }

    /// Names that share a key with another one, but for its own forms.
    fn near(&self, pair: &Pair<'_>) -> impl Iterator<Item = &Prepared> {
        let found = keys(&pair.ours).into_iter();
        let found: BTreeSet<u32> = found
            .filter_map(|k| self.by_key.get(&k))
            .flatten()
            .copied()
            .collect();
        let found = found.into_iter().map(|i| &self.names[i as usize]);
        found
            .filter(|(name, _)| !pair.forms.contains(name))
            .map(|(_, prepared)| prepared)
    }
}

/// Measures, and where they stand in [`Bits`].
const MEASURES: [(&str, usize); 6] = [
    ("spelling", 0),
    ("score", 1),
    ("Levenshtein", 2),
    ("Jaro-Winkler", 3),
    ("Levenshtein, sorted", 4),
    ("Jaro-Winkler, sorted", 5),
];

/// The first so many of the measures are those of veilmatch.
const OURS: usize = 2;

/// What a pair of names brings, by each measure.
type Bits = [f64; MEASURES.len()];

const NOTHING: Bits = [f64::NEG_INFINITY; MEASURES.len()];

/// What was measured for one name.
struct Outcome {
    own: Bits,
    shares_key: bool,
    /// The most that a right spelling brings that shares a key.
    found: Bits,
    /// Random others, and whether they share a key.
    others: Vec<(Bits, bool)>,
    /// The most that any of the pool brings.
    nearest: Bits,
}

fn most(a: Bits, b: Bits) -> Bits {
    std::array::from_fn(|i| a[i].max(b[i]))
}

fn outcomes(model: &Model, names: &[Pair<'_>], pool: &Pool<'_>, sample: Sample) -> Vec<Outcome> {
    names
        .par_iter()
        .enumerate()
        .map_init(
            || Scorer::new(model, WeakAliases::Screen),
            |scorer, (i, pair)| outcome(model, scorer, names, pool, sample, i, pair),
        )
        .collect()
}

/// What one in so many strangers reaches by a measure.
fn limit(outcomes: &[Outcome], by: usize, one_in: usize) -> f64 {
    let strangers = outcomes.iter().flat_map(|o| &o.others);
    highest(strangers.map(|(bits, _)| bits[by]).collect(), one_in)
}

fn rows(outcomes: &[Outcome], pool: usize, measures: &[(&str, usize)]) -> Vec<String> {
    let n = outcomes.len() as u64;
    let count = |holds: &dyn Fn(&Outcome) -> bool| outcomes.iter().filter(|o| holds(o)).count();
    let with_interval = |found: usize| {
        let interval = wilson(found as u64, n);
        let share = share(found as u64, n);
        format!("{share:.3} ({:.3}–{:.3})", interval.low, interval.high)
    };
    let strangers = || outcomes.iter().flat_map(|o| &o.others);
    let shared = strangers().filter(|(_, shares_key)| *shares_key).count();
    let keys = share(count(&|o| o.shares_key) as u64, n);
    let stranger_keys = share(shared as u64, strangers().count() as u64);
    measures
        .iter()
        .map(|&(what, by)| {
            let (one, tenth) = (limit(outcomes, by, 100), limit(outcomes, by, 1_000));
            let found = |limit| with_interval(count(&|o| o.own[by] > limit));
            let row = format!("{n} | {what} | {} | {} |", found(one), found(tenth));
            if by >= OURS {
                return format!("{row} | | | | |");
            }
            let first = with_interval(count(&|o| o.found[by] > o.nearest[by]));
            let passing = share(count(&|o| o.nearest[by] > tenth) as u64, n);
            format!("{row} {pool} | {first} | {passing:.3} | {keys:.3} | {stranger_keys:.4} |")
        })
        .collect()
}

fn outcome(
    model: &Model,
    scorer: &mut Scorer<'_>,
    names: &[Pair<'_>],
    pool: &Pool<'_>,
    sample: Sample,
    at: usize,
    pair: &Pair<'_>,
) -> Outcome {
    let mut ours = |theirs: &Prepared| -> Bits {
        let score = scorer.score(&pair.ours, theirs).map(|o| o.bits);
        let mut bits = NOTHING;
        bits[0] = spelling(model, &pair.ours, theirs).unwrap_or(f64::NEG_INFINITY);
        bits[1] = score.unwrap_or(f64::NEG_INFINITY);
        bits
    };
    let mut all = |other: &Pair<'_>| {
        let mut bits = ours(&other.theirs);
        bits[OURS..].copy_from_slice(&pair.plain.0.alike(&other.plain.1));
        bits
    };
    let strangers = (0..STRANGERS).map(|k| &names[stranger(at, k) % names.len()]);
    let strangers = strangers.filter(|other| other.forms.is_disjoint(pair.forms));
    let others = strangers.map(|o| (all(o), share_key(&pair.ours, &o.theirs)));
    let others = others.collect();
    let own = all(pair);
    let shares_key = share_key(&pair.ours, &pair.theirs);
    let found = match sample {
        Sample::Every if shares_key => own,
        Sample::Every => NOTHING,
        Sample::OneEach => pair
            .forms
            .iter()
            .map(|f| prepared(f))
            .filter(|f| share_key(&pair.ours, f))
            .map(|f| ours(&f))
            .fold(NOTHING, most),
    };
    Outcome {
        own,
        shares_key,
        found,
        others,
        nearest: pool.near(pair).map(&mut ours).fold(NOTHING, most),
    }
}

/// A number that neighbours in the file do not share: files are in the order of their names.
fn stranger(name: usize, draw: usize) -> usize {
    let seed = [name.to_le_bytes(), draw.to_le_bytes()].concat();
    let [a, b, c, d, ..] = *blake3::hash(&seed).as_bytes();
    u32::from_le_bytes([a, b, c, d]) as usize
}

/// What one in so many reaches.
fn highest(mut bits: Vec<f64>, one_in: usize) -> f64 {
    bits.sort_by(|a, b| b.total_cmp(a));
    let at = bits.get(bits.len() / one_in);
    at.copied().unwrap_or(f64::NEG_INFINITY)
}

/// What the spelling alone says for two names being the same.
fn spelling(model: &Model, a: &Prepared, b: &Prepared) -> Option<f64> {
    let (a, b) = (a.names.first()?, b.names.first()?);
    whole_spelling(model, a, b).or_else(|| nearness(a, b))
}

/// Class keys of all tokens that carry identity, and of names that are written in one run.
fn keys(record: &Prepared) -> BTreeSet<ClassKey> {
    let names = || record.names.iter();
    let tokens = names().flat_map(|n| n.tokens.iter().filter(|t| t.is_core()));
    let runs = names().flat_map(|n| n.run.iter().map(|f| ClassKey::of(f.as_bytes())));
    tokens.flat_map(|t| t.class_keys()).chain(runs).collect()
}

fn share_key(a: &Prepared, b: &Prepared) -> bool {
    !keys(a).is_disjoint(&keys(b))
}

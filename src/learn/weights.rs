//! What evidence is worth, from pairs of records of which it is known whether they are one.
//!
//! In: [`Labelled`] records. Out: a table for the people who change `score/model.rs`. Of each kind and
//! level of evidence: how often it stands between records of one person (m) and between records of two
//! (u), `log2 m/u`, and what the model ships. Evidence of names is not independent of the keys that
//! made a pair a candidate, nor of other evidence of names, so that has a fitted weight as well, by
//! logistic regression over the candidates. No table changes a weight by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use rayon::prelude::*;

use crate::error::Result;
use crate::keys::{BlindKey, KeyMaker, Prepared, Recipe, Secret, Side};
use crate::record::{Kind, Notice, Record, Sex};
use crate::score::{EvidenceKind, Model, Scorer, WeakAliases};

/// Records of two files and who is who.
#[derive(Clone, Debug, Default)]
pub struct Labelled {
    /// Where they come from, as the table shows it.
    pub source: &'static str,
    /// One file.
    pub subjects: Vec<Record>,
    /// The other one.
    pub notices: Vec<Notice>,
    /// Positions of the true pairs: subject, notice. At most one notice a subject.
    pub truth: Vec<(usize, usize)>,
}

impl Labelled {
    /// Invented people; what happened to their names and dates is an assumption, so weights that rest
    /// on these alone say what was assumed.
    #[cfg(feature = "synth")]
    pub fn synthetic(size: usize, seed: u64) -> Self {
        let world = crate::synth::generate(&crate::synth::Settings::sized(size, size, seed));
        let subjects: Vec<Record> = world.subjects.into_iter().map(|s| s.record).collect();
        let subject_at: BTreeMap<_, _> = subjects.iter().map(|r| &r.id).zip(0..).collect();
        let ids = world.notices.iter().map(|n| &n.record.id);
        let notice_at: BTreeMap<_, usize> = ids.zip(0..).collect();
        let truth = world.truth.iter().filter_map(|t| {
            let subject = subject_at.get(&t.subject_id)?;
            Some((*subject, *notice_at.get(&t.source_id)?))
        });
        Self {
            source: "synthetic",
            truth: truth.collect(),
            subjects,
            notices: world.notices,
        }
    }

    /// People of two real lists, the second of which quotes the ids of the first in its remarks.
    /// What quotes none, or several, is left out.
    pub fn quoting(quoted: Vec<Notice>, quoting: Vec<Notice>) -> Self {
        let ids = quoted.iter().map(|n| n.record.id.0.as_str());
        let at: BTreeMap<&str, usize> = ids.zip(0..).collect();
        let mut subjects = Vec::new();
        let mut truth = Vec::new();
        for notice in quoting {
            let words = notice
                .remarks
                .split(|c: char| !c.is_alphanumeric() && c != '.');
            let found: BTreeSet<usize> = words
                .filter_map(|w| at.get(w.trim_end_matches('.')).copied())
                .collect();
            if let (1, Some(one)) = (found.len(), found.first()) {
                truth.push((subjects.len(), *one));
                subjects.push(notice.record);
            }
        }
        Self {
            source: "two lists",
            subjects,
            notices: quoted,
            truth,
        }
    }
}

/// Evidence between two records of people: kind, words of the level, bits in the model.
type Evidence = Vec<(EvidenceKind, &'static str, f64)>;

/// A pair, whether it is one person, and what was seen.
struct Seen {
    is_match: bool,
    evidence: Evidence,
    /// Fields that both records state.
    stated: Vec<EvidenceKind>,
}

/// Fields outside the name.
const FIELDS: [EvidenceKind; 5] = [
    EvidenceKind::Date,
    EvidenceKind::Country,
    EvidenceKind::Sex,
    EvidenceKind::Place,
    EvidenceKind::Identifier,
];

/// Evidence of names.
const NAMES: [EvidenceKind; 4] = [
    EvidenceKind::NameToken,
    EvidenceKind::ExtraSubjectToken,
    EvidenceKind::ExtraNoticeToken,
    EvidenceKind::NameForm,
];

/// The table: a line of headings and a row for each source, kind and level, tab-separated.
///
/// People only. Fields are observed on the true pairs and on random other pairs; names on the
/// candidates that share a key. Pairs of two people are those of subjects without a true pair; where
/// these are few, the other pairs of all subjects.
///
/// **Cost**: about 10 µs a candidate. The same records give the same bytes.
///
/// # Errors
/// The blind keys of the candidates cannot be made.
pub fn weights(model: &Model, sources: Vec<Labelled>) -> Result<String> {
    let mut text = String::from(
        "# What evidence is worth in bits, by `veilmatch learn weights`: m and u are the shares of pairs of one and of\n\
         # two people that have it, bits = log2 m/u, fitted = by logistic regression beside all other evidence of names.\n\
         source\tkind\tlevel\tmatches\tof\tnon_matches\tof\tm\tu\tbits\tfitted\tshipped\n",
    );
    for mut labelled in sources {
        labelled.keep_people();
        let prepared = |r: &Record| Prepared::new(r);
        let subjects: Vec<Prepared> = labelled.subjects.par_iter().map(prepared).collect();
        let records = labelled.notices.par_iter();
        let notices: Vec<Prepared> = records.map(|n| prepared(&n.record)).collect();
        let truth: BTreeMap<usize, usize> = labelled.truth.iter().copied().collect();
        let strangers = (subjects.len() - truth.len()) > truth.len();
        let label = |&(subject, notice): &(usize, usize)| match truth.get(&subject) {
            Some(own) if *own == notice => Some(true),
            Some(_) if strangers => None,
            _ => Some(false),
        };
        let see = |pairs: Vec<(usize, usize)>| -> Vec<Seen> {
            let known = pairs.par_iter().filter_map(|p| Some((p, label(p)?)));
            known
                .map_init(
                    || Scorer::new(model, WeakAliases::Screen),
                    |scorer, (pair, is_match)| {
                        let (a, b) = (&subjects[pair.0], &notices[pair.1]);
                        Some(Seen {
                            is_match,
                            evidence: scorer.score(a, b)?.evidence().collect(),
                            stated: stated(a, b),
                        })
                    },
                )
                .flatten()
                .collect()
        };
        let mut fields = labelled.truth.clone();
        fields.extend(random_pairs(subjects.len(), notices.len()));
        field_rows(labelled.source, &see(fields), &mut text);
        let candidates = candidates(&subjects, &notices)?;
        name_rows(labelled.source, &see(candidates), &mut text);
    }
    Ok(text)
}

impl Labelled {
    fn keep_people(&mut self) {
        fn places(keep: impl Iterator<Item = bool>) -> Vec<Option<usize>> {
            let mut next = 0..;
            keep.map(|k| k.then(|| next.next()).flatten()).collect()
        }
        let is_person = |r: &Record| r.kind == Kind::Person;
        let subject_at = places(self.subjects.iter().map(is_person));
        let notice_at = places(self.notices.iter().map(|n| is_person(&n.record)));
        self.subjects.retain(is_person);
        self.notices.retain(|n| is_person(&n.record));
        let moved = |&(s, n): &(usize, usize)| Some((subject_at[s]?, notice_at[n]?));
        self.truth = self.truth.iter().filter_map(moved).collect();
    }
}

fn stated(a: &Prepared, b: &Prepared) -> Vec<EvidenceKind> {
    let has = |p: &Prepared, kind| match kind {
        EvidenceKind::Date => !p.dates.is_empty(),
        EvidenceKind::Country => !p.countries.is_empty(),
        EvidenceKind::Sex => matches!(p.sex, Sex::Male | Sex::Female),
        EvidenceKind::Place => !p.birth_places.is_empty(),
        _ => !p.ids.is_empty(),
    };
    let both = |kind: &EvidenceKind| has(a, *kind) && has(b, *kind);
    FIELDS.into_iter().filter(both).collect()
}

/// Random pairs of records a subject.
const RANDOM: usize = 20;

/// Each subject with some notices, spread evenly and without a random state.
fn random_pairs(subjects: usize, notices: usize) -> impl Iterator<Item = (usize, usize)> {
    /// A prime far above the size of any list: steps that visit all notices in no visible order.
    const STEP: usize = 1_000_003;
    let place = move |subject: usize, n: usize| (subject * RANDOM + n + 1) * STEP % notices.max(1);
    let some = if notices == 0 { 0 } else { subjects };
    (0..some).flat_map(move |s| (0..RANDOM).map(move |n| (s, place(s, n))))
}

/// All pairs that share a blind key.
fn candidates(subjects: &[Prepared], notices: &[Prepared]) -> Result<Vec<(usize, usize)>> {
    let keys = KeyMaker::new(&Secret::fresh()?);
    let blind = |records: &[Prepared], side| {
        let mut all: Vec<(Recipe, BlindKey, u32)> = (0_u32..u32::MAX)
            .zip(records)
            .par_bridge()
            .flat_map_iter(|record| {
                let mut own = Vec::new();
                keys.blind([record], side, |row, recipe, key| {
                    own.push((recipe, key, row));
                });
                own
            })
            .collect();
        all.par_sort_unstable();
        all.dedup();
        all
    };
    let ours = blind(subjects, Side::Subject);
    let theirs = blind(notices, Side::Notice);
    let mut pairs: Vec<(usize, usize)> = ours
        .par_iter()
        .flat_map_iter(|(recipe, key, subject)| {
            let start = theirs.partition_point(|t| (t.0, t.1) < (*recipe, *key));
            let same = theirs[start..].iter();
            let same = same.take_while(move |t| (t.0, t.1) == (*recipe, *key));
            same.map(|t| (*subject as usize, t.2 as usize))
        })
        .collect();
    pairs.par_sort_unstable();
    pairs.dedup();
    Ok(pairs)
}

/// How often something was seen, in pairs of one person and of two.
#[derive(Clone, Copy, Default)]
struct Counts {
    matches: u32,
    others: u32,
}

impl Counts {
    fn add(&mut self, is_match: bool) {
        self.matches += u32::from(is_match);
        self.others += u32::from(!is_match);
    }
}

/// Occurrences and the sum of their bits in the model.
type Levels = BTreeMap<(EvidenceKind, &'static str), (Counts, f64, u32)>;

fn levels(seen: &[Seen], kinds: &[EvidenceKind]) -> Levels {
    let mut levels = Levels::new();
    for pair in seen {
        let own = pair.evidence.iter().filter(|e| kinds.contains(&e.0));
        let mut before: Vec<(EvidenceKind, &str)> = Vec::new();
        for (kind, level, bits) in own {
            let row = levels.entry((*kind, *level)).or_default();
            // A pair counts once, however many tokens of it agree.
            if !before.contains(&(*kind, *level)) {
                row.0.add(pair.is_match);
                before.push((*kind, *level));
            }
            row.1 += bits;
            row.2 += 1;
        }
    }
    levels
}

fn field_rows(source: &str, seen: &[Seen], text: &mut String) {
    let levels = levels(seen, &FIELDS);
    for kind in FIELDS {
        let mut all = Counts::default();
        for pair in seen.iter().filter(|p| p.stated.contains(&kind)) {
            all.add(pair.is_match);
        }
        let mut rest = all;
        for ((_, level), (counts, bits, times)) in levels.iter().filter(|(l, _)| l.0 == kind) {
            rest.matches = rest.matches.saturating_sub(counts.matches);
            rest.others = rest.others.saturating_sub(counts.others);
            row(
                source,
                (kind, level),
                (*counts, all),
                None,
                bits / f64::from(*times),
                text,
            );
        }
        if rest.matches + rest.others > 0 {
            row(
                source,
                (kind, "nothing agrees"),
                (rest, all),
                None,
                0.0,
                text,
            );
        }
    }
}

fn name_rows(source: &str, seen: &[Seen], text: &mut String) {
    let levels = levels(seen, &NAMES);
    let mut all = Counts::default();
    for pair in seen {
        all.add(pair.is_match);
    }
    let usual: Vec<(EvidenceKind, &str)> = levels
        .iter()
        .filter(|(_, (counts, ..))| counts.matches.min(counts.others) >= LEAST)
        .map(|(level, _)| *level)
        .collect();
    let slopes = fit(seen, &usual);
    for ((kind, level), (counts, bits, times)) in &levels {
        let mean = bits / f64::from(*times);
        let place = usual.iter().position(|l| l == &(*kind, *level));
        let fitted = place.map(|p| slopes[p] * mean);
        row(source, (*kind, level), (*counts, all), fitted, mean, text);
    }
}

/// Evidence that fewer pairs of one kind have is not fitted.
const LEAST: u32 = 20;

fn row(
    source: &str,
    (kind, level): (EvidenceKind, &str),
    (counts, all): (Counts, Counts),
    fitted: Option<f64>,
    shipped: f64,
    text: &mut String,
) {
    // Half a pair more on each side, so that what was never seen is not worth infinity.
    let share = |n: u32, of: u32| (f64::from(n) + 0.5) / (f64::from(of) + 1.0);
    let m = share(counts.matches, all.matches);
    let u = share(counts.others, all.others);
    let fitted = fitted.map_or(String::new(), |f| format!("{f:.1}"));
    let _ = writeln!(
        text,
        "{source}\t{}\t{level}\t{}\t{}\t{}\t{}\t{m:.4}\t{u:.5}\t{:.1}\t{fitted}\t{shipped:.1}",
        kind.code(),
        counts.matches,
        all.matches,
        counts.others,
        all.others,
        (m / u).log2(),
    );
}

/// How much of its bits in the model each level of evidence of names is worth, 1 for all of them,
/// where the pairs are told apart best. Logistic regression by Newton's method; a slope is held near
/// 1 as if by one pair that says so. What is not fitted counts in full.
fn fit(seen: &[Seen], levels: &[(EvidenceKind, &'static str)]) -> Vec<f64> {
    let rows: Vec<(bool, f64, Vec<f64>)> = seen
        .iter()
        .map(|pair| {
            let mut sums = vec![0.0; levels.len() + 1];
            sums[levels.len()] = 1.0;
            let mut fixed = 0.0;
            for (kind, level, bits) in pair.evidence.iter().filter(|e| NAMES.contains(&e.0)) {
                match levels.iter().position(|l| l == &(*kind, *level)) {
                    Some(at) => sums[at] += bits,
                    None => fixed += bits,
                }
            }
            (pair.is_match, fixed, sums)
        })
        .collect();
    let n = levels.len() + 1;
    let mut slopes = vec![1.0; n];
    slopes[n - 1] = -10.0;
    let mut best = likelihood(&rows, &slopes);
    for _ in 0..ROUNDS {
        let step = newton(&rows, &slopes);
        let mut length = 1.0;
        let next = loop {
            let next: Vec<f64> = slopes
                .iter()
                .zip(&step)
                .map(|(s, d)| s + length * d)
                .collect();
            let reached = likelihood(&rows, &next);
            if reached >= best || length < 1e-4 {
                break (next, reached);
            }
            length /= 2.0;
        };
        let gain = next.1 - best;
        if gain > 0.0 {
            (slopes, best) = next;
        }
        if gain < 1e-6 {
            break;
        }
    }
    slopes
}

/// Most steps; some ten are usual.
const ROUNDS: usize = 60;

fn logit(fixed: f64, sums: &[f64], slopes: &[f64]) -> f64 {
    let bits: f64 = sums.iter().zip(slopes).map(|(x, s)| x * s).sum();
    std::f64::consts::LN_2 * (fixed + bits)
}

fn likelihood(rows: &[(bool, f64, Vec<f64>)], slopes: &[f64]) -> f64 {
    let log_of = |x: f64| -((-x.abs()).exp().ln_1p() - x.min(0.0));
    let pairs: f64 = rows
        .iter()
        .map(|(is_match, fixed, sums)| {
            let x = logit(*fixed, sums, slopes);
            log_of(if *is_match { x } else { -x })
        })
        .sum();
    let held = slopes.split_last().map_or(&[][..], |(_, held)| held);
    pairs - held.iter().map(|s| (s - 1.0).powi(2) / 2.0).sum::<f64>()
}

/// The step that Newton's method takes next.
fn newton(rows: &[(bool, f64, Vec<f64>)], slopes: &[f64]) -> Vec<f64> {
    let n = slopes.len();
    // The second derivatives, and the first in the last column.
    let mut matrix = vec![vec![0.0; n + 1]; n];
    for (is_match, fixed, sums) in rows {
        let p = 1.0 / (1.0 + (-logit(*fixed, sums, slopes)).exp());
        let error = f64::from(u8::from(*is_match)) - p;
        let weight = std::f64::consts::LN_2.powi(2) * p * (1.0 - p);
        let here = sums.iter().enumerate().filter(|(_, x)| **x != 0.0);
        for (i, x) in here.clone() {
            for (j, y) in here.clone() {
                matrix[i][j] += weight * x * y;
            }
            matrix[i][n] += std::f64::consts::LN_2 * error * x;
        }
    }
    for (i, line) in matrix.iter_mut().enumerate() {
        line[i] += if i + 1 < n { 1.0 } else { 1e-9 };
        line[n] -= if i + 1 < n { slopes[i] - 1.0 } else { 0.0 };
    }
    solve(matrix)
}

/// Gaussian elimination; the matrix is positive definite, so no rows change places.
fn solve(mut matrix: Vec<Vec<f64>>) -> Vec<f64> {
    let n = matrix.len();
    for i in 0..n {
        let pivot = matrix[i].clone();
        for line in &mut matrix[i + 1..] {
            let factor = line[i] / pivot[i];
            for (x, p) in line.iter_mut().zip(&pivot) {
                *x -= factor * p;
            }
        }
    }
    let mut found = vec![0.0; n];
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|j| matrix[i][j] * found[j]).sum();
        found[i] = (matrix[i][n] - known) / matrix[i][i];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Name, PartialDate, RecordId};

    fn person(id: usize, name: &str, birth: &str) -> Record {
        Record {
            id: RecordId(format!("QDe.{id:03}")),
            kind: Kind::Person,
            names: vec![Name::primary(name)],
            dates: PartialDate::parse(birth, None).into_iter().collect(),
            ..Record::default()
        }
    }

    fn notice(record: Record, remarks: &str) -> Notice {
        Notice {
            record,
            remarks: remarks.to_owned(),
            ..Notice::default()
        }
    }

    #[test]
    fn a_list_that_quotes_another_is_joined_to_it() {
        let first = (0..3).map(|i| notice(person(i, "Ada Example", "1970"), ""));
        let second = ["see UN Ref QDe.002. More.", "QDe.000 and QDe.001", "none"];
        let second = second.map(|r| notice(person(7, "A Example", "1970"), r));
        let labelled = Labelled::quoting(first.collect(), second.to_vec());
        assert_eq!((labelled.subjects.len(), labelled.truth), (1, vec![(0, 2)]));
    }

    #[test]
    fn equal_days_speak_for_and_other_years_against() {
        let names = [
            "Odalric Brandvold",
            "Zenobia Quist",
            "Ivar Tamm",
            "Ulla Pihl",
        ];
        let of = |i: usize| {
            person(
                i,
                names[i % 4],
                &format!("{}-05-{:02}", 1940 + i, 1 + i % 28),
            )
        };
        let labelled = Labelled {
            source: "test",
            subjects: (0..40).map(of).collect(),
            notices: (0..40).map(|i| notice(of(i), "")).collect(),
            truth: (0..40).map(|i| (i, i)).collect(),
        };
        let table = weights(&Model::default(), vec![labelled]).expect("randomness");
        let bits = |level: &str| -> f64 {
            let row = table.lines().find(|l| l.contains(level)).expect(level);
            row.split('\t')
                .nth(9)
                .and_then(|b| b.parse().ok())
                .expect("a number")
        };
        assert!(bits("same day") > 4.0, "{table}");
        assert!(bits("the years are far apart") < -4.0, "{table}");
    }

    #[test]
    fn equations_are_solved() {
        let found = solve(vec![vec![2.0, 1.0, 5.0], vec![1.0, 3.0, 10.0]]);
        assert!((found[0] - 1.0).abs() < 1e-9 && (found[1] - 3.0).abs() < 1e-9);
    }
}

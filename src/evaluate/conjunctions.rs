//! Conjunctions beside each other: which true pairs they find, how many unrelated notices they open,
//! and how many open to somebody who has no subjects and guesses.

use std::fmt::Write as _;
use std::sync::Mutex;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::evaluate::share;
use crate::keys::conjunctions::dictionary::{ONE_WORD_BITS, date_guesses, name_guesses, steps};
use crate::keys::conjunctions::{Conjunctions, DatePart, List, each, of_notice, of_subject, parse};
use crate::keys::{Prepared, Side};
use crate::record::{Kind, PartialDate};

/// What is known of the birth dates of a true pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dates {
    /// Complete on both sides.
    Complete,
    /// Not complete on a side, and no side lacks it.
    Partial,
    /// A side lacks it.
    Missing,
    /// No person.
    NoPerson,
}

impl Dates {
    fn of(subject: &Prepared, notice: &Prepared) -> Self {
        let known = |record: &Prepared| {
            let dates = || record.dates.iter().filter(|d| d.is_compared());
            let complete = dates().any(PartialDate::is_complete);
            (dates().next().is_some(), complete)
        };
        match (notice.kind, known(subject), known(notice)) {
            (Kind::Person, (_, true), (_, true)) => Self::Complete,
            (Kind::Person, (true, _), (true, _)) => Self::Partial,
            (Kind::Person, ..) => Self::Missing,
            _ => Self::NoPerson,
        }
    }
}

/// A list of conjunctions on records of known truth.
#[derive(Debug)]
pub struct ConjunctionTrial {
    rules: Vec<Row>,
    pairs: Vec<Dates>,
    subjects: u64,
    notices: u64,
    /// Notices that are nobody's.
    unrelated: u64,
    /// Distinct pairs that meet and are not true.
    false_pairs: u64,
    truncated: [u64; 2],
    most: [u64; 2],
    /// Distinct inputs of all subjects: what a request holds, padding aside.
    request: u64,
    /// For each unrelated notice its likeliest input, in steps of a quarter of a bit.
    likeliest: Vec<Option<usize>>,
    /// How many guesses there are of each number of steps.
    guesses: Vec<f64>,
}

/// A rule, or several together.
#[derive(Clone, Debug, Default)]
struct Row {
    code: String,
    /// One entry a true pair.
    found: Vec<bool>,
    /// One entry an unrelated notice.
    opened: Vec<bool>,
    false_pairs: u64,
    /// Inputs of all subjects, and of all notices.
    inputs: [u64; 2],
}

/// Runs a list over records whose true pairs are known. `truth` holds positions: (subject, notice).
///
/// **Cost**: some 100 bytes an input.
pub fn conjunction_trial(
    list: List,
    subjects: &[Prepared],
    notices: &[Prepared],
    truth: &[(usize, usize)],
) -> ConjunctionTrial {
    let of_subjects = Inputs::of(list, subjects, of_subject);
    let of_notices = Inputs::of(list, notices, of_notice);
    let related: FxHashSet<u32> = truth.iter().map(|(_, n)| number(*n)).collect();
    let unrelated: Vec<u32> = (0..number(notices.len()))
        .filter(|n| !related.contains(n))
        .collect();
    let place: FxHashMap<u32, usize> = unrelated.iter().copied().zip(0..).collect();
    let pair_at: FxHashMap<(u32, u32), usize> = truth
        .iter()
        .map(|(s, n)| (number(*s), number(*n)))
        .zip(0..)
        .collect();
    let mut rules: Vec<Row> = (list.rules().iter().enumerate())
        .map(|(at, rule)| Row {
            code: rule.code(),
            found: vec![false; truth.len()],
            opened: vec![false; unrelated.len()],
            false_pairs: 0,
            inputs: [&of_subjects, &of_notices].map(|side| side.of_rule(at)),
        })
        .collect();
    let mut met: Vec<(u32, u32, u8)> = Vec::new();
    let mut rest = of_notices.rows.as_slice();
    for block in of_subjects.rows.chunk_by(|a, b| a.input == b.input) {
        rest = &rest[rest.partition_point(|row| row.input < block[0].input)..];
        let same = &rest[..rest.partition_point(|row| row.input == block[0].input)];
        for subject in block {
            met.extend(
                same.iter()
                    .map(|row| (subject.record, row.record, row.rule)),
            );
        }
    }
    met.par_sort_unstable();
    met.dedup();
    let mut false_pairs = 0;
    for pair in met.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let ids = (pair[0].0, pair[0].1);
        let true_pair = pair_at.get(&ids);
        let is_false = u64::from(true_pair.is_none());
        false_pairs += is_false;
        for (_, notice, rule) in pair {
            let rule = &mut rules[usize::from(*rule)];
            rule.false_pairs += is_false;
            if let Some(at) = true_pair {
                rule.found[*at] = true;
            }
            if let Some(at) = place.get(notice) {
                rule.opened[*at] = true;
            }
        }
    }
    let likeliest = unrelated
        .par_iter()
        .map(|n| likeliest(list, &notices[*n as usize]))
        .collect();
    ConjunctionTrial {
        rules,
        pairs: truth
            .iter()
            .map(|(s, n)| Dates::of(&subjects[*s], &notices[*n]))
            .collect(),
        subjects: subjects.len() as u64,
        notices: notices.len() as u64,
        unrelated: unrelated.len() as u64,
        false_pairs,
        truncated: [of_subjects.truncated, of_notices.truncated],
        most: [of_subjects.most, of_notices.most],
        request: of_subjects.rows.chunk_by(|a, b| a.input == b.input).count() as u64,
        likeliest,
        guesses: guesses(list),
    }
}

/// An input in some record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct InputOf {
    /// Eight bytes of a hash: among a hundred million inputs two are the same with one in 4,000.
    input: u64,
    record: u32,
    rule: u8,
}

/// All inputs of the records of one side.
struct Inputs {
    /// Sorted.
    rows: Vec<InputOf>,
    truncated: u64,
    most: u64,
}

impl Inputs {
    fn of(list: List, records: &[Prepared], inputs: fn(List, &Prepared) -> Conjunctions) -> Self {
        let row = |record: u32, input: &[u8]| {
            let parsed = parse(input)?;
            let mut rules = list.rules().iter();
            let rule = rules.position(|r| (r.name, r.date) == (parsed.name, parsed.date))?;
            let hash = blake3::hash(input);
            let input = u64::from_le_bytes(*hash.as_bytes().first_chunk()?);
            Some(InputOf {
                input,
                record,
                rule: u8::try_from(rule).ok()?,
            })
        };
        let counts = Mutex::new((0, 0));
        let mut rows: Vec<InputOf> = (records.par_iter().zip(0..u32::MAX))
            .flat_map_iter(|(record, number)| {
                let made = inputs(list, record);
                if let Ok(mut counts) = counts.lock() {
                    counts.0 += u64::from(made.truncated);
                    counts.1 = made.inputs.len().max(counts.1);
                }
                let rows: Vec<InputOf> = made
                    .inputs
                    .iter()
                    .filter_map(|input| row(number, input))
                    .collect();
                rows
            })
            .collect();
        rows.par_sort_unstable();
        let (truncated, most) = counts.into_inner().unwrap_or_default();
        Self {
            rows,
            truncated,
            most: most as u64,
        }
    }

    fn of_rule(&self, rule: usize) -> u64 {
        self.rows
            .par_iter()
            .filter(|row| usize::from(row.rule) == rule)
            .count() as u64
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Steps of the likeliest input of a notice: those of its name part, and of the dates that have to be
/// guessed with it.
fn likeliest(list: List, notice: &Prepared) -> Option<usize> {
    let one_word: Vec<bool> = (notice.names.iter())
        .map(|name| name.tokens.iter().filter(|t| t.is_core()).count() < 2)
        .collect();
    let mut least: Option<usize> = None;
    each(list.rules(), notice, Side::Notice, |name, rule, bits, _| {
        let rule = &list.rules()[rule];
        if let Some(name) = name {
            let more = if one_word[name] { ONE_WORD_BITS } else { 0.0 };
            let all = steps(bits + more) + date_steps(rule.date);
            least = Some(least.map_or(all, |least| least.min(all)));
        }
    });
    least
}

fn date_steps(part: DatePart) -> usize {
    steps(narrow(date_guesses(part).log2()))
}

#[allow(clippy::cast_possible_truncation, reason = "some 15 bits")]
fn narrow(bits: f64) -> f32 {
    bits as f32
}

/// How many inputs of each number of steps there are to guess.
fn guesses(list: List) -> Vec<f64> {
    let mut all: Vec<f64> = Vec::new();
    for rule in list.rules() {
        let dates = date_steps(rule.date);
        for (step, names) in name_guesses(rule.name).iter().enumerate() {
            if step >= steps(rule.least_bits) {
                let at = step + dates;
                all.resize(all.len().max(at + 1), 0.0);
                all[at] += names * date_guesses(rule.date);
            }
        }
    }
    all
}

impl ConjunctionTrial {
    /// Recall, opened notices and cost, rule by rule and for all together; then the same as rules are
    /// added one after the other; then what guessing opens. As Markdown, which also reads well on a
    /// terminal.
    pub fn table(&self) -> String {
        let mut out = String::new();
        let count = |dates| self.pairs.iter().filter(|p| **p == dates).count();
        let _ = writeln!(
            out,
            "{} subjects, {} notices, of which {} are nobody's. {} true pairs: {} of people with \
             complete birth dates on both sides, {} with a date that is not complete, {} with one \
             that is missing, {} of others.\n",
            self.subjects,
            self.notices,
            self.unrelated,
            self.pairs.len(),
            count(Dates::Complete),
            count(Dates::Partial),
            count(Dates::Missing),
            count(Dates::NoPerson),
        );
        heading(&mut out, "conjunction");
        for rule in &self.rules {
            self.line(&mut out, rule);
        }
        let mut together = Row {
            false_pairs: self.false_pairs,
            ..self.together(&self.rules.iter().collect::<Vec<_>>())
        };
        "all together".clone_into(&mut together.code);
        self.line(&mut out, &together);
        let _ = writeln!(
            out,
            "\nMost inputs of a subject {}, of a notice {}; left out for want of room {} and {}.",
            self.most[0], self.most[1], self.truncated[0], self.truncated[1]
        );
        let found = together.found.iter().filter(|is_found| **is_found).count() as u64;
        let each = share(self.false_pairs, self.subjects);
        let _ = writeln!(
            out,
            "{} candidates, {} of them false: {each:.3} a subject. As many fall on {:.2} % of the \
             notices where chance spreads them evenly, 1 - exp(-subjects x {each:.3} / notices).\n",
            found + self.false_pairs,
            self.false_pairs,
            100.0 * -(-each * ratio(self.subjects, self.notices)).exp_m1(),
        );
        out.push_str(
            "Added one after the other, the one next that finds most for what it opens:\n\n",
        );
        heading(&mut out, "and with");
        for row in self.greedy() {
            self.line(&mut out, &row);
        }
        self.guessing(&mut out);
        out
    }

    fn line(&self, out: &mut String, row: &Row) {
        let recall = |dates: Option<Dates>| {
            let of = |p: &Dates| dates.is_none_or(|d| d == *p);
            let found = self
                .pairs
                .iter()
                .zip(&row.found)
                .filter(|(p, f)| of(p) && **f);
            let all = self.pairs.iter().filter(|p| of(p)).count();
            share(found.count() as u64, all as u64)
        };
        let opened = row.opened.iter().filter(|o| **o).count() as u64;
        let _ = writeln!(
            out,
            "| {} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} % | {:.3} | {:.1} | {:.1} |",
            row.code,
            recall(None),
            recall(Some(Dates::Complete)),
            recall(Some(Dates::Partial)),
            recall(Some(Dates::Missing)),
            recall(Some(Dates::NoPerson)),
            100.0 * share(opened, self.unrelated),
            share(row.false_pairs, self.subjects),
            share(row.inputs[0], self.subjects),
            share(row.inputs[1], self.notices),
        );
    }

    /// Some rules as one row. False pairs are added up, so those of several rules count twice.
    fn together(&self, rules: &[&Row]) -> Row {
        let mut all = Row {
            code: String::new(),
            found: vec![false; self.pairs.len()],
            opened: vec![false; self.likeliest.len()],
            false_pairs: 0,
            inputs: [0; 2],
        };
        for rule in rules {
            all.add(rule);
        }
        all
    }

    /// The rules in the order in which each next one finds most new pairs for each notice that it
    /// newly opens, with what all so far do.
    fn greedy(&self) -> Vec<Row> {
        let mut rest: Vec<&Row> = self.rules.iter().collect();
        let mut so_far = self.together(&[]);
        let mut rows = Vec::new();
        let worth = |so_far: &Row, rule: &Row| {
            let new = |have: &[bool], more: &[bool]| {
                have.iter().zip(more).filter(|(h, m)| !**h && **m).count() as u64
            };
            let opened = new(&so_far.opened, &rule.opened) + 1;
            ratio(new(&so_far.found, &rule.found), opened)
        };
        while let Some(next) = (0..rest.len()).max_by(|a, b| {
            let worths = [*a, *b].map(|at| worth(&so_far, rest[at]));
            worths[0].total_cmp(&worths[1]).then(b.cmp(a))
        }) {
            let next = rest.remove(next);
            so_far.add(next);
            next.code.clone_into(&mut so_far.code);
            rows.push(so_far.clone());
        }
        rows
    }

    /// What an asker opens that has no subjects and asks for the likeliest inputs.
    fn guessing(&self, out: &mut String) {
        let _ = writeln!(
            out,
            "\nAn honest request has {} rows and opens {:.3} % of the notices that are nobody's. \
             Opened by as many rows of the likeliest inputs, without any subject:\n\n\
             | rows | opened |\n| --: | --: |",
            self.request,
            100.0 * share(self.opened_by_all(), self.unrelated)
        );
        let mut caps = [1e4, 1e5, 1e6, 1e7, 1e8, ratio(self.request, 1)];
        caps.sort_by(f64::total_cmp);
        for rows in caps {
            let _ = writeln!(out, "| {rows:.0} | {:.3} % |", 100.0 * self.guessed(rows));
        }
    }

    fn opened_by_all(&self) -> u64 {
        let all = self.together(&self.rules.iter().collect::<Vec<_>>());
        all.opened.iter().filter(|o| **o).count() as u64
    }

    /// Share of the unrelated notices that so many guesses open. Of guesses that are equally likely
    /// but too many, as large a share of their notices as there is room for.
    fn guessed(&self, rows: f64) -> f64 {
        let mut left = rows;
        let mut opened = 0.0;
        for (step, count) in self.guesses.iter().enumerate() {
            let here = self.likeliest.iter().filter(|l| **l == Some(step)).count() as u64;
            let part = if *count > left { left / count } else { 1.0 };
            opened += part * ratio(here, self.unrelated);
            left -= part * count;
            if left <= 0.0 {
                break;
            }
        }
        opened
    }
}

fn heading(out: &mut String, first: &str) {
    let _ = writeln!(
        out,
        "| {first} | recall | complete | not complete | missing | others | opened | false a \
         subject | inputs a subject | a notice |\n\
         | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |"
    );
}

impl Row {
    fn add(&mut self, other: &Self) {
        let or = |a: &mut Vec<bool>, b: &[bool]| {
            a.iter_mut().zip(b).for_each(|(a, b)| *a |= *b);
        };
        or(&mut self.found, &other.found);
        or(&mut self.opened, &other.opened);
        self.false_pairs += other.false_pairs;
        self.inputs[0] += other.inputs[0];
        self.inputs[1] += other.inputs[1];
    }
}

/// A quotient of counts.
#[allow(clippy::cast_precision_loss, reason = "counts below 2^53")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Name, Record};

    fn person(name: &str, date: &str) -> Prepared {
        Prepared::new(&Record {
            kind: Kind::Person,
            names: vec![Name::primary(name)],
            dates: PartialDate::parse(date, None).into_iter().collect(),
            ..Record::default()
        })
    }

    fn trial() -> ConjunctionTrial {
        let subjects = [
            person("Sergei Mikhailov", "1968-04-09"),
            person("Ingrid Solveig Aune", "1990-01-31"),
            person("Maria Garcia", ""),
        ];
        let notices = [
            person("Mikhailov, Sergey", "1968-04-09"),
            person("Ingrid Solveig Aune", "1990-01-31"),
            person("Oleg Popescu", "1971-12-30"),
            person("Mario Garcia", "1960"),
        ];
        conjunction_trial(List::Wide, &subjects, &notices, &[(0, 0), (2, 3)])
    }

    #[test]
    fn pairs_that_meet_are_found_and_strangers_that_meet_are_opened() {
        let trial = trial();
        let all = trial.together(&trial.rules.iter().collect::<Vec<_>>());
        assert_eq!(all.found, [true, false]);
        assert_eq!(all.opened, [true, false]);
        assert_eq!((trial.false_pairs, trial.unrelated), (1, 2));
        assert_eq!(trial.pairs, [Dates::Complete, Dates::Missing]);
        let last = trial.greedy().pop().expect("rules");
        assert_eq!((last.found, last.opened), (all.found, all.opened));
    }

    #[test]
    fn more_guesses_open_more_and_none_open_nothing() {
        let trial = trial();
        let opened = [0.0, 1e6, 1e12, 1e30].map(|rows| trial.guessed(rows));
        assert!(
            opened.is_sorted() && opened[0] <= 0.0 && opened[1] < opened[2],
            "{opened:?}"
        );
        assert!((opened[3] - 1.0).abs() < 1e-9, "{opened:?}");
        assert!(
            trial.table().contains("| all together | 0.500 | 1.000 |"),
            "{}",
            trial.table()
        );
    }
}

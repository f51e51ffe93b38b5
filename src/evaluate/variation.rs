//! One figure per family of evasion and error: invented people, their names changed in one way.

use std::fmt::Write as _;

use jiff::civil::date;

use crate::error::Result;
use crate::evaluate::{share, wilson};
use crate::hits::rank;
use crate::keys::Secret;
use crate::read::List;
use crate::record::Subject;
use crate::run::{Run, Settings};
use crate::score::Model;
use crate::synth::{CorruptionKind, NearRule, Variation, plain_subject};

/// What the whole way answered to one name.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The subject asked.
    pub id: String,
    /// Bits of the best candidate; minus infinity where there is none.
    pub best: f64,
    /// The listed person whom a copy was made of shares a key with it.
    pub shares_key: bool,
    /// That person is ranked first.
    pub is_first: bool,
}

/// Copies and near misses, screened by name only, keys included.
#[derive(Clone, Debug)]
pub struct VariationResult {
    /// One for each copy, in the order of the copies.
    pub copies: Vec<Answer>,
    /// One for each near miss.
    pub near: Vec<Answer>,
}

/// Screens the copies and near misses of a synthetic list; every candidate is kept.
///
/// # Errors
/// When the system has no randomness for the run's secret.
pub fn variation(model: &Model, world: &Variation) -> Result<VariationResult> {
    let list = List {
        notices: world.notices(),
        ..List::default()
    };
    let uids: Vec<String> = list
        .notices
        .iter()
        .map(crate::record::Notice::uid)
        .collect();
    let mut settings = Settings::on(date(2026, 1, 1));
    settings.model = model.clone();
    settings.threshold_bits = f64::NEG_INFINITY;
    let run = Run::new(vec![list], Secret::fresh()?, settings)?;
    let ask = |names: Vec<(&str, &str, usize)>| -> Result<Vec<Answer>> {
        let subjects: Vec<Subject> = names.iter().map(|n| plain_subject(n.0, n.1)).collect();
        let hits = rank(run.screen_batch(&subjects)?.0, None).hits;
        let answer = |(id, _, listed): &(&str, &str, usize)| {
            let start = hits.partition_point(|h| h.subject_id.as_str() < *id);
            let own = hits[start..].iter().take_while(|h| h.subject_id == *id);
            let uid = &uids[*listed];
            Answer {
                id: (*id).to_owned(),
                best: own.clone().next().map_or(f64::NEG_INFINITY, |h| h.bits),
                shares_key: own.clone().any(|h| h.notice_uid == *uid),
                is_first: own.clone().next().is_some_and(|h| h.notice_uid == *uid),
            }
        };
        Ok(names.iter().map(answer).collect())
    };
    let copies = world.copies.iter();
    let near = world.near.iter();
    Ok(VariationResult {
        copies: ask(copies
            .map(|c| (c.id.as_str(), c.name.as_str(), c.listed))
            .collect())?,
        near: ask(near
            .map(|n| (n.id.as_str(), n.name.as_str(), n.listed))
            .collect())?,
    })
}

/// What became of the copies of a family.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figure {
    /// Copies.
    pub copies: u64,
    /// Of these, those that share a key with the person they were made of.
    pub share_key: u64,
    /// Those whose person is ranked first, above the limit.
    pub first: u64,
    /// The same at the default threshold.
    pub at_default: u64,
}

impl Figure {
    fn add(&mut self, answer: &Answer, limit: f64) {
        self.copies += 1;
        self.share_key += u64::from(answer.shares_key);
        self.first += u64::from(answer.is_first && answer.best > limit);
        self.at_default += u64::from(answer.is_first && answer.best >= 0.0);
    }
}

/// Share of near misses that may alert where the threshold is set.
const NEAR_SHARE: f64 = 0.05;

impl VariationResult {
    /// The bits above which at most 5 of 100 near misses have a candidate.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a twentieth of a count of names"
    )]
    pub fn limit(&self) -> f64 {
        let mut bits: Vec<f64> = self.near.iter().map(|a| a.best).collect();
        bits.sort_by(|a, b| b.total_cmp(a));
        let at = (NEAR_SHARE * bits.len() as f64).floor() as usize;
        bits.get(at).copied().unwrap_or(f64::NEG_INFINITY)
    }

    /// The figures of each family that has copies, in the order of the families, and over all.
    pub fn figures(&self, world: &Variation) -> (Vec<(CorruptionKind, Figure)>, Figure) {
        let limit = self.limit();
        let (mut of, mut all) = (Vec::new(), Figure::default());
        let rows: Vec<_> = world.copies.iter().zip(&self.copies).collect();
        for group in rows.chunk_by(|a, b| a.0.family == b.0.family) {
            let mut figure = Figure::default();
            for (_, answer) in group {
                figure.add(answer, limit);
                all.add(answer, limit);
            }
            of.extend(group.first().map(|(copy, _)| (copy.family, figure)));
        }
        (of, all)
    }

    /// Markdown: a row a family and one over all, then the near misses by rule.
    pub fn table(&self, world: &Variation) -> String {
        let limit = self.limit();
        let mut text = String::from(
            "| family | manner | copies | share a key | first and above the limit | 95 % interval \
             | first at the default threshold |\n| --- | --- | --: | --: | --: | --: | --: |\n",
        );
        let (families, all) = self.figures(world);
        let rows = families
            .iter()
            .map(|(f, figure)| (f.code(), f.manner().code(), figure));
        for (family, manner, figure) in rows.chain([("all", "", &all)]) {
            let interval = wilson(figure.first, figure.copies);
            let _ = writeln!(
                text,
                "| {family} | {manner} | {} | {:.3} | {:.3} | {:.3}–{:.3} | {:.3} |",
                figure.copies,
                share(figure.share_key, figure.copies),
                share(figure.first, figure.copies),
                interval.low,
                interval.high,
                share(figure.at_default, figure.copies),
            );
        }
        let _ = writeln!(
            text,
            "\nLimit: {limit:.2} bits, above which {:.1} % of {} near misses alert.\n\n\
             | near misses | n | above the limit | at the default threshold |\n\
             | --- | --: | --: | --: |",
            100.0 * alerting(&self.near, |a| a.best > limit),
            self.near.len(),
        );
        for rule in NearRule::ALL {
            let of = world.near.iter().zip(&self.near);
            let of: Vec<Answer> = of
                .filter(|(n, _)| n.rule == *rule)
                .map(|(_, a)| a.clone())
                .collect();
            let _ = writeln!(
                text,
                "| {} | {} | {:.3} | {:.3} |",
                rule.code(),
                of.len(),
                alerting(&of, |a| a.best > limit),
                alerting(&of, |a| a.best >= 0.0),
            );
        }
        text
    }
}

fn alerting(answers: &[Answer], alerts: impl Fn(&Answer) -> bool) -> f64 {
    let alert = answers.iter().filter(|a| alerts(a)).count();
    share(alert as u64, answers.len() as u64)
}

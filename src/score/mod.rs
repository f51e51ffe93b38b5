//! Evidence in bits for and against two records being about the same subject.
//!
//! In: two prepared records. Out: the sum of the evidence, and the evidence itself in words for the
//! pairs that are shown. One path: what is explained is what was summed. No clock, no file, no
//! count of the data at hand comes in here.

mod bound;
mod evidence;
mod fields;
mod form;
mod joined;
mod kernels;
mod meet;
mod memo;
mod model;
mod names;
mod partners;
mod words;

use crate::keys::{Prepared, PreparedName};
use crate::record::{Kind, Record};

pub use evidence::{Evidence, EvidenceKind, Scored};
pub use form::ScoringForm;
pub(crate) use kernels::LEAST_SHARE;
pub use kernels::{osa_distance, sound_distance};
pub use model::Model;
pub(crate) use words::{nearness, whole_spelling};

use evidence::{Level, Part, thousandths};
use meet::Scratch;

/// What weak aliases of a notice may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WeakAliases {
    /// They add bits when another name, a date or an identifier agrees, and never suffice alone.
    #[default]
    Corroborate,
    /// They count like any other name.
    Screen,
    /// They are not compared.
    Ignore,
}

/// A subject and its clear record, as the score needs them.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The record.
    pub record: &'a Record,
    /// The same, prepared.
    pub prepared: &'a Prepared,
}

/// The sum for one pair of records and where it comes from.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Sum of the evidence in bits, the prior included.
    pub bits: f64,
    /// Position of the best name pair in the prepared names: subject, notice.
    pub names: (usize, usize),
    /// How many other names of the notice reach 0 bits as well.
    pub other_names: u32,
    /// A weak alias alone was held below the threshold.
    pub is_held_back: bool,
    parts: Vec<Part>,
}

impl Outcome {
    /// Kinds of evidence that speak against, in the order of the evidence.
    pub fn conflicts(&self) -> impl Iterator<Item = EvidenceKind> + '_ {
        let tokens = |p: &Part| p.kind == EvidenceKind::NameToken && p.level == Level::Differ;
        let fields = |p: &Part| {
            p.bits < 0.0
                && matches!(
                    p.kind,
                    EvidenceKind::Date
                        | EvidenceKind::Sex
                        | EvidenceKind::Country
                        | EvidenceKind::Kind
                        | EvidenceKind::Identifier
                )
        };
        self.parts
            .iter()
            .filter(move |p| tokens(p) || fields(p))
            .map(|p| p.kind)
    }

    /// Kind, words and bits of each piece of evidence, the prior included.
    pub fn evidence(&self) -> impl Iterator<Item = (EvidenceKind, &'static str, f64)> + '_ {
        self.parts.iter().map(|p| (p.kind, p.level.words(), p.bits))
    }

    /// Position of the agreeing identifier in the notice's prepared identifiers.
    pub fn matched_id(&self) -> Option<usize> {
        self.parts
            .iter()
            .find(|p| p.kind == EvidenceKind::Identifier && p.bits > 0.0)
            .map(|p| usize::from(p.b.0))
    }
}

/// Scores pairs of prepared records. Cheap to make; keeps buffers between pairs.
#[derive(Debug)]
pub struct Scorer<'a> {
    model: &'a Model,
    weak: WeakAliases,
    floor: f64,
    scratch: Scratch,
    fields: Vec<Part>,
    name: Vec<Part>,
}

/// The best pair of names, the sum of its evidence, and how many names of the notice reach 0 bits.
#[derive(Debug, Default)]
struct BestName {
    sum: f64,
    at: (usize, usize),
    reaching: u32,
    parts: Vec<Part>,
}

/// How far below the threshold a weak alias is held, in bits.
const HELD_BY: f64 = 1.0;

/// Name evidence from which on another name corroborates a weak alias, in bits.
const CORROBORATING_NAME: f64 = 3.0;

impl<'a> Scorer<'a> {
    /// A scorer with a model and a policy for weak aliases.
    pub fn new(model: &'a Model, weak: WeakAliases) -> Self {
        Self {
            model,
            weak,
            floor: f64::NEG_INFINITY,
            scratch: Scratch::new(model),
            fields: Vec::new(),
            name: Vec::new(),
        }
    }

    /// The same scorer, free to pass over pairs that stay below `bits`. What reaches them is scored
    /// as before; above 0 there is nothing more to gain.
    #[must_use]
    pub fn from_bits(mut self, bits: f64) -> Self {
        self.floor = bits.min(0.0);
        self
    }

    /// Scores a pair on its best pair of names; `None` where no names can be compared, or none can
    /// reach the floor of [`Scorer::from_bits`].
    ///
    /// **Cost**: about a microsecond a pair of names.
    pub fn score(&mut self, subject: &Prepared, notice: &Prepared) -> Option<Outcome> {
        let model = self.model;
        let is_person = |p: &Prepared| matches!(p.kind, Kind::Person | Kind::Unknown);
        let prior = if is_person(subject) && is_person(notice) {
            model.prior.0
        } else {
            model.prior.1
        };
        let policy = self.weak;
        let held_floor = self.floor.min(-HELD_BY);
        let most = prior + fields::most(model, &subject.gist, &notice.gist);
        let first = self.may_reach(subject, notice, held_floor - most)?;
        self.fields.clear();
        self.fields
            .push(Part::new(EvidenceKind::Prior, Level::Model, prior));
        let base = prior + fields::compare_fields(model, subject, notice, &mut self.fields);
        let has_strong = notice.names.iter().any(|n| !n.is_weak);
        let is_apart = |n: &PreparedName| n.is_weak && has_strong && policy != WeakAliases::Screen;
        let weak = (policy == WeakAliases::Corroborate)
            .then(|| self.best_name(subject, notice, first, (base, held_floor), is_apart))
            .flatten();
        // A weak alias asks how far the other names agree, so none is passed over beside it.
        let (first, floor) = if weak.is_some() {
            (0, f64::NEG_INFINITY)
        } else {
            (first, self.floor)
        };
        let strong = self.best_name(subject, notice, first, (base, floor), |n| !is_apart(n));
        let strong_sum = strong.as_ref().map_or(f64::NEG_INFINITY, |b| b.sum);
        let reaching = strong.as_ref().map_or(0, |b| b.reaching);
        let mut is_held_back = false;
        let weak = weak.filter(|w| w.sum > strong_sum).map(|mut w| {
            if let Some(part) = self.hold_back(base + w.sum, strong_sum) {
                is_held_back = true;
                w.sum += part.bits;
                w.parts.push(part);
            }
            w
        });
        let best = weak.filter(|w| w.sum > strong_sum).or(strong)?;
        let mut parts = best.parts;
        parts.extend_from_slice(&self.fields);
        let bits: f64 = parts.iter().map(|p| p.bits).sum();
        let bits = thousandths(bits);
        if bits < self.floor && !is_held_back {
            self.name = parts;
            return None;
        }
        let is_own = bits >= 0.0 && reaching > 0;
        Some(Outcome {
            bits,
            names: best.at,
            other_names: reaching.saturating_sub(u32::from(is_own)),
            is_held_back,
            parts,
        })
    }

    /// The bits of [`Scorer::score`] alone. Cheaper: the evidence is not kept.
    pub fn bits(&mut self, subject: &Prepared, notice: &Prepared) -> Option<f64> {
        let outcome = self.score(subject, notice)?;
        self.name = outcome.parts;
        Some(outcome.bits)
    }

    /// The first name of the notice that may bring so many bits with one of the subject. Looks at
    /// outlines alone, and at words that have not met before.
    fn may_reach(&mut self, subject: &Prepared, notice: &Prepared, bits: f64) -> Option<usize> {
        if bits == f64::NEG_INFINITY {
            return Some(0);
        }
        (0..notice.names.len()).find(|j| {
            let theirs = notice.view(*j);
            let mut ours = (0..subject.names.len()).map(|i| subject.view(i));
            ours.any(|ours| self.scratch.meet(self.model, ours, theirs, bits))
        })
    }

    /// The best pair of names, of those of the notice from a place on that are wanted; names that
    /// cannot lift `base` to `floor` are passed over.
    fn best_name(
        &mut self,
        subject: &Prepared,
        notice: &Prepared,
        first: usize,
        (base, floor): (f64, f64),
        is_wanted: impl Fn(&PreparedName) -> bool,
    ) -> Option<BestName> {
        let mut best: Option<BestName> = None;
        let mut reaching = 0;
        let wanted = notice.names.iter().enumerate().skip(first);
        for (j, _) in wanted.filter(|(_, n)| is_wanted(n)) {
            let mut reaches = false;
            let theirs = notice.view(j);
            for i in 0..subject.names.len() {
                let ours = subject.view(i);
                if !self.scratch.meet(self.model, ours, theirs, floor - base) {
                    continue;
                }
                self.name.clear();
                let sum = names::compare_names(
                    self.model,
                    ours,
                    theirs,
                    &mut self.scratch,
                    &mut self.name,
                );
                reaches |= base + sum >= 0.0;
                if best.as_ref().is_none_or(|b| b.sum < sum) {
                    let kept = best.get_or_insert_default();
                    (kept.sum, kept.at) = (sum, (i, j));
                    std::mem::swap(&mut kept.parts, &mut self.name);
                }
            }
            reaching += u32::from(reaches);
        }
        best.map(|b| BestName { reaching, ..b })
    }

    /// What keeps an uncorroborated weak alias one bit below the threshold, if it must be kept.
    fn hold_back(&self, total: f64, strong_sum: f64) -> Option<Part> {
        let field_agrees = self.fields.iter().any(|p| {
            p.bits > 0.0 && matches!(p.kind, EvidenceKind::Date | EvidenceKind::Identifier)
        });
        let is_corroborated = field_agrees || strong_sum >= CORROBORATING_NAME;
        let excess = total + HELD_BY;
        (!is_corroborated && excess > 0.0)
            .then(|| Part::new(EvidenceKind::WeakAlias, Level::WeakAlone, -excess))
    }

    /// The evidence of an outcome in words, with the clear values.
    pub fn explain(&self, outcome: &Outcome, subject: Side<'_>, notice: Side<'_>) -> Scored {
        let evidence = outcome
            .parts
            .iter()
            .map(|p| words(p, outcome.names, subject, notice))
            .collect();
        Scored {
            bits: outcome.bits,
            score: self.model.score(outcome.bits),
            evidence,
        }
    }
}

fn words(part: &Part, names: (usize, usize), subject: Side<'_>, notice: Side<'_>) -> Evidence {
    let (a, b) = match part.kind {
        EvidenceKind::NameToken
        | EvidenceKind::ExtraSubjectToken
        | EvidenceKind::ExtraNoticeToken
        | EvidenceKind::NameForm => (
            tokens(&subject.prepared.names[names.0], part.a),
            tokens(&notice.prepared.names[names.1], part.b),
        ),
        EvidenceKind::Date => {
            let text = |s: Side<'_>, at: (u8, u8)| {
                s.prepared
                    .dates
                    .get(usize::from(at.0))
                    .map(crate::record::PartialDate::to_text)
                    .unwrap_or_default()
            };
            (text(subject, part.a), text(notice, part.b))
        }
        EvidenceKind::Identifier => {
            let text = |s: Side<'_>, at: (u8, u8)| {
                s.prepared
                    .ids
                    .get(usize::from(at.0))
                    .map(|i| i.norm.clone())
                    .unwrap_or_default()
            };
            (text(subject, part.a), text(notice, part.b))
        }
        EvidenceKind::Country => (
            country_codes(subject.prepared),
            country_codes(notice.prepared),
        ),
        EvidenceKind::Sex => (
            subject.prepared.sex.code().to_owned(),
            notice.prepared.sex.code().to_owned(),
        ),
        EvidenceKind::Kind => (
            subject.prepared.kind.code().to_owned(),
            notice.prepared.kind.code().to_owned(),
        ),
        EvidenceKind::Place => (birth_places(subject.record), birth_places(notice.record)),
        EvidenceKind::WeakAlias | EvidenceKind::Prior => (String::new(), String::new()),
    };
    Evidence {
        kind: part.kind,
        bits: part.bits,
        subject: a,
        notice: b,
        note: part.level.words().to_owned(),
    }
}

fn tokens(name: &PreparedName, (start, len): (u8, u8)) -> String {
    let span = usize::from(start)..usize::from(start) + usize::from(len);
    let tokens = name.tokens.get(span).unwrap_or_default();
    tokens
        .iter()
        .map(|t| t.form().as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

/// ISO codes of a record, sorted, each once, `;`-joined.
pub(crate) fn country_codes(prepared: &Prepared) -> String {
    let mut codes: Vec<&str> = prepared.countries.iter().map(|c| c.iso2.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes.join(";")
}

/// Places of birth as published, `;`-joined.
pub(crate) fn birth_places(record: &Record) -> String {
    let births = record
        .places
        .iter()
        .filter(|p| p.kind == crate::record::PlaceKind::Birth);
    let text = |p: &crate::record::Location| {
        if p.city.is_empty() {
            p.text.clone()
        } else {
            p.city.clone()
        }
    };
    births.map(text).collect::<Vec<_>>().join(";")
}

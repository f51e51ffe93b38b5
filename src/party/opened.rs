//! From opened forms to hits: what met whom, whether it fits, and the one scoring path.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::exchange::name::PartyName;
use crate::exchange::sealed::{Opened, Opening, Question};
use crate::hits::{Hit, LiveNotice, make_hit};
use crate::keys::conjunctions::{List, parse};
use crate::keys::{Prepared, PreparedId};
use crate::record::{IdKind, ListId, Notice, PartialDate, Status, Subject};
use crate::report::mask;
use crate::score::{Model, Scorer, ScoringForm, WeakAliases};
use crate::tally::Tally;

/// How opened forms are scored.
#[derive(Clone, Debug)]
pub struct Scoring {
    /// The figures.
    pub model: Model,
    /// Lowest bits of a hit; minus infinity keeps every scored candidate.
    pub threshold_bits: f64,
    /// Show names of victims and witnesses among the subjects.
    pub unmask: bool,
}

/// Hits on what opened, in no stated order, and counts of what opened and what did not fit.
///
/// A label whose form cannot have the conjunction that opened it is refused: the pair is none. What
/// the conjunctions say beyond the form (a day, a number) is taken as known of the notice.
pub(super) fn hits(
    list: List,
    holder: &PartyName,
    question: &Question<'_>,
    opening: &Opening,
    subjects: &[(&Subject, &Prepared)],
    scoring: &Scoring,
) -> (Vec<Hit>, Tally) {
    let mut tally = Tally::new();
    let counts = &opening.tally;
    for (what, n) in [
        ("notices_opened", opening.records.len() as u64),
        ("labels_opened", counts.labels),
        ("labels_damaged", counts.bad_labels),
        ("labels_without_form", counts.missing_forms),
        ("forms_damaged", counts.bad_forms),
    ] {
        tally.add(what, n);
    }
    let scored: Vec<(Vec<Hit>, Tally)> = opening
        .records
        .par_iter()
        .map_init(
            || Scorer::new(&scoring.model, WeakAliases::Corroborate),
            |scorer, record| {
                let mut tally = Tally::new();
                let Ok(form) = ScoringForm::decode(&record.form) else {
                    tally.add("forms_damaged", 1);
                    return (Vec::new(), tally);
                };
                let met = met(list, question, record, &form, &mut tally);
                let pairs = met.into_iter().filter_map(|(subject, met)| {
                    let pair = subjects.get(subject as usize)?;
                    Some((*pair, live(holder, record, &form, met)))
                });
                let mut hits = Vec::new();
                for ((subject, prepared), live) in pairs {
                    tally.add("candidates", 1);
                    let Some(outcome) = scorer.score(prepared, &live.prepared) else {
                        continue;
                    };
                    if outcome.bits < scoring.threshold_bits {
                        continue;
                    }
                    let pair = (subject, prepared);
                    let hit = make_hit(&scoring.model, scorer, &outcome, pair, &live);
                    let is_shown = scoring.unmask || !subject.is_protected();
                    hits.push(if is_shown { hit } else { mask(hit) });
                }
                (hits, tally)
            },
        )
        .collect();
    let mut hits = Vec::new();
    for (mut some, counts) in scored {
        hits.append(&mut some);
        tally.merge(counts);
    }
    (hits, tally)
}

/// What conjunctions say of a notice beyond its form.
#[derive(Default)]
struct Met {
    dates: Vec<PartialDate>,
    ids: Vec<PreparedId>,
}

/// The subjects that an opened record met, by their numbers.
fn met(
    list: List,
    question: &Question<'_>,
    record: &Opened,
    form: &ScoringForm,
    tally: &mut Tally,
) -> BTreeMap<u32, Met> {
    let known = form.prepared(form.dates().to_vec(), Vec::new());
    let mut all: BTreeMap<u32, Met> = BTreeMap::new();
    for number in &record.inputs {
        let Some(input) = question.input(*number) else {
            continue;
        };
        let Some(conjunction) = parse(input) else {
            continue;
        };
        if !conjunction.fits(list, input, &known) {
            // Names that were left out of the form may have it.
            if form.left_out == 0 {
                tally.add("labels_refused", 1);
                continue;
            }
            tally.add("labels_unchecked", 1);
        }
        for subject in question.subjects_with(*number) {
            let met = all.entry(*subject).or_default();
            met.dates.extend(conjunction.dates(form.dates()));
            met.ids
                .extend(conjunction.identifier().map(|norm| PreparedId {
                    kind: IdKind::Other,
                    norm: norm.to_owned(),
                    country: String::new(),
                }));
        }
    }
    all
}

/// The opened notice as the score sees it.
fn live(holder: &PartyName, record: &Opened, form: &ScoringForm, mut met: Met) -> LiveNotice {
    met.dates.sort_unstable();
    met.dates.dedup();
    met.ids.sort_unstable_by(|a, b| a.norm.cmp(&b.norm));
    met.ids.dedup();
    // A year whose day is known is the same date.
    let days = met.dates;
    let is_bare = |date: &&PartialDate| !days.iter().any(|day| day.year == date.year);
    let bare: Vec<PartialDate> = form.dates().iter().filter(is_bare).cloned().collect();
    let dates: Vec<PartialDate> = days.into_iter().chain(bare).collect();
    let mut shown = form.record(&record.handle.to_string());
    shown.dates.clone_from(&dates);
    let notice = Notice {
        record: shown,
        // The name of a party is the id of a list.
        list_id: ListId::parse(holder.as_str()).unwrap_or_default(),
        notice_type: form.notice_type,
        ..Notice::default()
    };
    let prepared = form.prepared(dates, met.ids);
    LiveNotice::with(&notice, prepared, Status::Active, None)
}

//! One figure per family of evasion and error: invented people, their names changed in one way.

use std::fmt::Write as _;

use jiff::civil::date;

use crate::error::Result;
use crate::evaluate::wilson;
use crate::hits::{Hit, rank};
use crate::keys::Secret;
use crate::read::List;
use crate::record::{Kind, Name, RecordId, Subject};
use crate::run::{Run, Settings};
use crate::score::Model;
use crate::synth::{CorruptionKind, Draw, corrupt};

/// Changes `each` primary names of a synthetic list in every way there is, screens the copies by
/// name only, and returns a Markdown table: family, copies, share found at the default threshold,
/// share whose first hit is the right one.
///
/// # Errors
/// When the system has no randomness for the run's secret.
pub fn variation(model: &Model, notices: usize, each: usize, seed: u64) -> Result<String> {
    let world = crate::synth::generate(&crate::synth::Settings::sized(0, notices, seed));
    let list = List {
        notices: world.notices,
        ..List::default()
    };
    let people: Vec<(String, String)> = list
        .notices
        .iter()
        .filter(|n| n.record.kind == Kind::Person)
        .filter_map(|n| Some((n.uid(), n.record.primary_name()?.full.clone())))
        .collect();
    let mut run_settings = Settings::on(date(2026, 1, 1));
    run_settings.model = model.clone();
    let run = Run::new(vec![list], Secret::fresh()?, run_settings)?;
    let mut text = String::from(
        "| family | copies | found | 95 % interval | first |\n| --- | --: | --: | --: | --: |\n",
    );
    for (family, stream) in CorruptionKind::all().zip(0..) {
        let mut draw = Draw::new(seed, stream);
        let copies: Vec<(String, Subject)> = people
            .iter()
            .filter_map(|(uid, name)| Some((uid.clone(), corrupt(name, family, &mut draw)?)))
            .take(each)
            .zip(0..)
            .map(|((uid, name), i)| {
                let mut subject = Subject::default();
                subject.record.id = RecordId(format!("{i:09}"));
                subject.record.kind = Kind::Person;
                subject.record.names = vec![Name::primary(name)];
                (uid, subject)
            })
            .collect();
        if copies.is_empty() {
            continue;
        }
        let subjects: Vec<Subject> = copies.iter().map(|(_, s)| s.clone()).collect();
        let hits = rank(run.screen_batch(&subjects)?.0, None, |_| Vec::new()).hits;
        let (mut found, mut first) = (0, 0);
        for (uid, subject) in &copies {
            let id = &subject.record.id.0;
            let start = hits.partition_point(|h| h.subject_id < *id);
            let own: Vec<&Hit> = hits[start..]
                .iter()
                .take_while(|h| h.subject_id == *id)
                .collect();
            found += u64::from(own.iter().any(|h| h.notice_uid == *uid));
            first += u64::from(own.first().is_some_and(|h| h.notice_uid == *uid));
        }
        let n = copies.len() as u64;
        let interval = wilson(found, n);
        let _ = writeln!(
            text,
            "| {} | {n} | {:.3} | {:.3}–{:.3} | {:.3} |",
            family.code(),
            share(found, n),
            interval.low,
            interval.high,
            share(first, n),
        );
    }
    Ok(text)
}

#[allow(
    clippy::cast_precision_loss,
    reason = "counts of copies, far below 2^52"
)]
fn share(part: u64, of: u64) -> f64 {
    part as f64 / of as f64
}

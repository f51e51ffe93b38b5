//! Invented subjects: corrupted copies of notices, namesakes, and strangers.

use crate::record::{
    Country, CountryKind, IdKind, Identifier, Kind, Name, PartialDate, Record, RecordId, Sex,
    Subject,
};
use crate::synth::corrupt::{apply, corrupt_date};
use crate::synth::notice::Identity;
use crate::synth::person::{Person, Wording};
use crate::synth::things::{self, Thing};
use crate::synth::{CorruptionKind, DateCorruption, Draw, Settings, Truth};

/// A stranger: a person in 96 of 100 rows, else an organisation or a vessel.
pub(super) fn stranger(settings: &Settings, number: usize, draw: &mut Draw) -> Subject {
    let profile = &settings.profile;
    match draw.below(100) {
        0..3 => {
            let firm = things::firm(&profile.origins, draw);
            of_thing(settings, firm, Kind::Organization, number, draw)
        }
        3 => of_thing(settings, things::vessel(draw), Kind::Vessel, number, draw),
        _ => {
            let person = Person::draw(&profile.origins, profile.births, draw);
            of_person(settings, &person, number, draw)
        }
    }
}

/// Somebody else who bears the name of a notice: another birth date, any country of the origin.
pub(super) fn namesake(
    settings: &Settings,
    identity: &Identity,
    number: usize,
    draw: &mut Draw,
) -> Subject {
    let mut person = Person::draw(&settings.profile.origins, settings.profile.births, draw);
    if let (Kind::Person, Some(name)) = (identity.notice.record.kind, identity.names.first()) {
        person.name = name.clone();
        person.sex = identity.sex;
        person.country = identity.country;
        if identity
            .birth
            .as_ref()
            .is_some_and(|b| b.year == person.birth.year)
        {
            let year = person.birth.year - 7;
            person.birth = PartialDate::from_ymd(year, 0, 0).unwrap_or_default();
        }
    }
    of_person(settings, &person, number, draw)
}

fn of_person(settings: &Settings, person: &Person, number: usize, draw: &mut Draw) -> Subject {
    let text = person.name.native().filter(|_| draw.percent(6));
    let dates = if draw.percent(94) {
        vec![person.birth.clone()]
    } else {
        Vec::new()
    };
    let mut subject = subject(
        number,
        Kind::Person,
        text.unwrap_or_else(|| person.name.latin()),
    );
    subject.role = draw.weighted(&settings.profile.roles).unwrap_or_default();
    subject.record.dates = dates;
    fill(&mut subject.record, person.sex, person.country, draw);
    if draw.percent(30) {
        let passport = Identifier::new(IdKind::Passport, &person.passport, person.country);
        subject.record.ids.push(passport);
    }
    subject
}

fn of_thing(
    settings: &Settings,
    thing: Thing,
    kind: Kind,
    number: usize,
    draw: &mut Draw,
) -> Subject {
    let mut subject = subject(number, kind, thing.name.latin());
    subject.role = draw.weighted(&settings.profile.roles).unwrap_or_default();
    subject.record.ids = thing.ids.into_iter().take(1).collect();
    if kind == Kind::Organization && draw.percent(60) {
        subject.record.countries = vec![nation(CountryKind::Jurisdiction, thing.country)];
    }
    subject
}

fn subject(number: usize, kind: Kind, full: String) -> Subject {
    Subject {
        record: Record {
            id: RecordId(format!("S{number:07}")),
            kind,
            names: vec![Name::primary(full)],
            ..Record::default()
        },
        ..Subject::default()
    }
}

fn nation(kind: CountryKind, iso2: &str) -> Country {
    Country {
        kind,
        iso2: iso2.to_owned(),
        raw: iso2.to_owned(),
    }
}

fn fill(record: &mut Record, sex: Sex, country: &'static str, draw: &mut Draw) {
    if draw.percent(80) {
        record.sex = sex;
    }
    if draw.percent(75) {
        record.countries = vec![nation(CountryKind::Nationality, country)];
    }
}

/// A corrupted copy of a notice, and the truth about it.
pub(super) fn copy(
    settings: &Settings,
    identity: &Identity,
    number: usize,
    draw: &mut Draw,
) -> (Subject, Truth) {
    let kind = identity.notice.record.kind;
    let (text, corruption) = name(settings, identity, draw);
    let mut subject = subject(number, kind, text);
    subject.role = draw.weighted(&settings.profile.roles).unwrap_or_default();
    let mut date_kind = DateCorruption::Exact;
    if let Some(birth) = &identity.birth {
        let (dates, kind) = birth_dates(settings, birth, draw);
        subject.record.dates = dates;
        date_kind = kind;
        fill(&mut subject.record, identity.sex, identity.country, draw);
    } else if kind == Kind::Organization && draw.percent(60) {
        subject.record.countries = vec![nation(CountryKind::Jurisdiction, identity.country)];
    }
    let share = if kind == Kind::Person { 45 } else { 65 };
    let known = draw.pick(&identity.notice.record.ids);
    subject
        .record
        .ids
        .extend(known.filter(|_| draw.percent(share)).cloned());
    let truth = Truth {
        subject_id: subject.record.id.clone(),
        list_id: identity.notice.list_id.clone(),
        source_id: identity.notice.record.id.clone(),
        kind: corruption,
        date_kind,
        origin: identity.names.first().map_or("", Wording::origin_code),
    };
    (subject, truth)
}

/// The name of a copy: of the primary name in 70 of 100, else of an alias.
fn name(settings: &Settings, identity: &Identity, draw: &mut Draw) -> (String, CorruptionKind) {
    const TRIES: usize = 24;
    let primary = identity.names.first().cloned().unwrap_or_default();
    let base = match draw.pick(&identity.names) {
        Some(any) if draw.percent(30) => any.clone(),
        _ => primary,
    };
    for _ in 0..TRIES {
        let kind = draw
            .weighted(&settings.corruption.kinds)
            .unwrap_or_default();
        if let Some(text) = apply(&base, kind, draw) {
            return (text, kind);
        }
    }
    (base.latin(), CorruptionKind::Exact)
}

fn birth_dates(
    settings: &Settings,
    birth: &PartialDate,
    draw: &mut Draw,
) -> (Vec<PartialDate>, DateCorruption) {
    const TRIES: usize = 8;
    for _ in 0..TRIES {
        let kind = draw
            .weighted(&settings.corruption.dates)
            .unwrap_or_default();
        if let Some(dates) = corrupt_date(birth, kind, draw) {
            return (dates, kind);
        }
    }
    (vec![birth.clone()], DateCorruption::Exact)
}

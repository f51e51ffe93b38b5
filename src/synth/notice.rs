//! Invented notices: an identity with its names, dates, documents.

use jiff::civil::Date;

use crate::record::{
    Country, CountryKind, DateKind, IdKind, Identifier, Kind, ListId, Location, Name, NameKind,
    Notice, NoticeType, PartKind, PartialDate, PlaceKind, Record, RecordId, Sex, Strength,
};
use crate::synth::corrupt::{apply, spell};
use crate::synth::person::{Person, Wording, digits, name as name_of};
use crate::synth::things::{self, Thing};
use crate::synth::{CorruptionKind, Draw, Profile};

/// Number of aliases beside the primary name, in percent: about 2.7, which the native form and weak
/// names bring to about 3 (UN list 2026: 2.93 per person, 23 % without; OFAC 2021: 1.33).
const ALIASES: [(usize, u32); 7] = [(0, 10), (1, 17), (2, 22), (3, 20), (4, 14), (5, 9), (6, 8)];

/// Somebody or something that a notice is about, with the truth behind it.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    /// Strong Latin names; the primary one first.
    pub names: Vec<Wording>,
    /// True day of birth, of persons.
    pub birth: Option<PartialDate>,
    /// Sex.
    pub sex: Sex,
    /// Nationality, jurisdiction or flag.
    pub country: &'static str,
    /// The notice as published.
    pub notice: Notice,
}

/// A notice of a profile.
pub(super) fn identity(profile: &Profile, number: usize, draw: &mut Draw) -> Identity {
    let kind = draw.weighted(&profile.kinds).unwrap_or(Kind::Person);
    let mut identity = match kind {
        Kind::Organization => of_thing(things::firm(&profile.origins, draw), kind, draw),
        Kind::Vessel => of_thing(things::vessel(draw), kind, draw),
        Kind::Aircraft => of_thing(things::aircraft(draw), kind, draw),
        _ => of_person(profile, draw),
    };
    let notice = &mut identity.notice;
    notice.record.id = RecordId(format!("N{number:07}"));
    notice.list_id = ListId::parse(&profile.list_id).unwrap_or_default();
    let (notice_type, action) = draw.weighted(&profile.types).unwrap_or_default();
    notice.notice_type = notice_type;
    notice.action_requested = action;
    if draw.percent(20) {
        let year = 2045 + i16::try_from(draw.below(10)).unwrap_or(0);
        notice.valid_to = Date::new(year, 12, 31).ok();
    }
    if matches!(kind, Kind::Person | Kind::Organization) && draw.percent(profile.accounts) {
        let iban = things::iban(identity.country, draw);
        let iban = Identifier::new(IdKind::Iban, &iban, identity.country);
        notice.record.ids.push(iban);
    }
    notice.record.settle();
    identity
}

fn of_person(profile: &Profile, draw: &mut Draw) -> Identity {
    let person = Person::draw(&profile.origins, profile.births, draw);
    let mut names = vec![person.name.clone()];
    let mut published = vec![strong(person.name.latin(), NameKind::Primary)];
    for _ in 0..draw.weighted(&ALIASES).unwrap_or(0) {
        let fresh = (0..4)
            .map(|_| alias(&person, draw))
            .find(|(_, text)| published.iter().all(|n| n.full != *text));
        if let Some((wording, text)) = fresh {
            published.push(strong(text, NameKind::Alias));
            names.extend(wording);
        }
    }
    if let Some(native) = person.name.native().filter(|_| draw.percent(55)) {
        published.push(strong(native, NameKind::OriginalScript));
    }
    if draw.percent(22)
        && let Some(nick) = weak_name(&person.name, draw)
    {
        published.push(Name::alias(nick, Strength::Weak));
    }
    if draw.percent(profile.handles) {
        published.push(Name::alias(things::handle(draw), Strength::Weak));
    }
    let mut record = Record {
        kind: Kind::Person,
        names: published,
        dates: published_birth(&person.birth, draw),
        sex: if draw.percent(85) {
            person.sex
        } else {
            Sex::Unknown
        },
        ..Record::default()
    };
    if draw.percent(75) {
        record.countries = vec![country(CountryKind::Nationality, person.country)];
    }
    if draw.percent(28) {
        let passport = Identifier::new(IdKind::Passport, &person.passport, person.country);
        record.ids.push(passport);
    }
    if draw.percent(15) {
        let number = Identifier::new(IdKind::NationalId, &digits(11, draw), person.country);
        record.ids.push(number);
    }
    if draw.percent(profile.wallets) {
        let wallet = Identifier::new(IdKind::Wallet, &things::wallet(draw), "");
        record.ids.push(wallet);
    }
    let city = things::city(person.country);
    if !city.is_empty() && draw.percent(45) {
        record.places.push(Location {
            kind: PlaceKind::Birth,
            text: city.to_owned(),
            country: person.country.to_owned(),
            ..Location::default()
        });
    }
    Identity {
        names,
        birth: Some(person.birth),
        sex: person.sex,
        country: person.country,
        notice: Notice {
            record,
            ..Notice::default()
        },
    }
}

fn strong(full: String, kind: NameKind) -> Name {
    Name {
        full,
        kind,
        strength: Strength::Strong,
        ..Name::default()
    }
}

fn country(kind: CountryKind, iso2: &str) -> Country {
    Country {
        kind,
        iso2: iso2.to_owned(),
        raw: iso2.to_owned(),
    }
}

/// An alias: mostly the same name spelt or worded otherwise, now and then another name.
fn alias(person: &Person, draw: &mut Draw) -> (Option<Wording>, String) {
    let mut other = person.name.clone();
    if draw.percent(12)
        && let Some(origin) = person.name.origin
    {
        other = name_of(origin, person.sex, draw);
        return (Some(other.clone()), other.latin());
    }
    for kind in [
        CorruptionKind::Order,
        CorruptionKind::DroppedToken,
        CorruptionKind::Patronymic,
        CorruptionKind::Particles,
    ] {
        if draw.percent(12)
            && let Some(text) = apply(&person.name, kind, draw)
        {
            return (None, text);
        }
    }
    let origin = person.name.origin_code();
    for part in &mut other.parts {
        if part.kind != PartKind::Other
            && draw.percent(60)
            && let Some(spelt) = spell(part, origin, draw)
        {
            part.latin = spelt;
        }
    }
    if other.parts.len() > 3 && draw.percent(30) {
        other.parts.remove(1);
    }
    let text = other.latin();
    (Some(other), text)
}

/// A nickname, or one part of the name alone.
fn weak_name(name: &Wording, draw: &mut Draw) -> Option<String> {
    let nick = apply(name, CorruptionKind::Nickname, draw);
    nick.filter(|_| draw.percent(50))
        .or_else(|| draw.pick(&name.parts).map(|p| p.latin.clone()))
        .filter(|n| n.chars().count() > 2)
}

/// The birth date as a list has it: often incomplete, sometimes with an alternative.
fn published_birth(birth: &PartialDate, draw: &mut Draw) -> Vec<PartialDate> {
    let year = PartialDate::from_ymd(birth.year, 0, 0);
    match draw.below(100) {
        0..4 => Vec::new(),
        4..17 => year.into_iter().collect(),
        17..20 => year.map(PartialDate::about).into_iter().collect(),
        20..22 => PartialDate::from_years(birth.year - 1, birth.year + 1)
            .into_iter()
            .collect(),
        22..28 => {
            let month = birth.month.unwrap_or(0);
            let other = PartialDate::from_ymd(birth.year + 1, month, 1);
            std::iter::once(birth.clone()).chain(other).collect()
        }
        _ => vec![birth.clone()],
    }
}

fn of_thing(thing: Thing, kind: Kind, draw: &mut Draw) -> Identity {
    let mut names = vec![thing.name.clone()];
    let mut published = vec![strong(thing.name.latin(), NameKind::Primary)];
    if kind == Kind::Organization {
        if let Some(native) = thing.name.native().filter(|_| draw.percent(70)) {
            published.push(strong(native, NameKind::OriginalScript));
        }
        if draw.percent(40)
            && let Some(text) = apply(&thing.name, CorruptionKind::LegalForm, draw)
        {
            published.push(strong(text, NameKind::Alias));
        }
    }
    if kind == Kind::Vessel && draw.percent(45) {
        let former = things::vessel(draw).name;
        published.push(strong(former.latin(), NameKind::Former));
        names.push(former);
    }
    let mut record = Record {
        kind,
        names: published,
        ids: thing.ids,
        ..Record::default()
    };
    let (part, share) = match kind {
        Kind::Organization => (CountryKind::Jurisdiction, 80),
        _ => (CountryKind::Flag, 90),
    };
    if draw.percent(share) {
        record.countries = vec![country(part, thing.country)];
    }
    if kind == Kind::Organization && draw.percent(30) {
        let year = 1975 + i16::try_from(draw.below(48)).unwrap_or(0);
        let founded = PartialDate::from_ymd(year, 0, 0);
        record.dates = founded
            .map(|d| d.with_kind(DateKind::Incorporation))
            .into_iter()
            .collect();
    }
    Identity {
        names,
        birth: None,
        sex: Sex::Unknown,
        country: thing.country,
        notice: Notice {
            record,
            notice_type: NoticeType::Other,
            ..Notice::default()
        },
    }
}

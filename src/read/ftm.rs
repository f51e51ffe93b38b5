//! `FollowTheMoney`: `entities.ftm.json`, alone or followed by delta files.
//!
//! In: entities. Out: one notice per person, organisation, vessel or aircraft, joined with its
//! sanctions, documents and addresses; other schemata are counted. Name parts are not tied to one
//! name in this format: they are kept in `extra` and given to the names that hold them.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::draft::{Draft, iso_day};
use super::ftm_entity::{Entity, load};
use super::{Input, Intake, ListSettings, id_types};
use crate::error::Result;
use crate::record::ftm::{Meaning, meaning, pack};
use crate::record::{
    Action, IdKind, Kind, Location, Name, NameKind, NamePart, NoticeType, PartKind, PartialDate,
    PlaceKind, Program, Sex,
};

const TOPICS: &str = include_str!("ftm_topics.tsv");

/// Beginnings of referents that are ids of another publisher, and the scheme of what follows.
const REFERENTS: &[(&str, &str)] = &[
    ("ofac-", "ofac_uid"),
    ("gb-hmt-", "ofsi_group"),
    ("ch-seco-", "seco_ssid"),
];

pub(crate) fn read(inputs: &[Input], _settings: &ListSettings) -> Result<Intake> {
    let mut intake = Intake::default();
    let entities = load(inputs, &mut intake.tally)?;
    let joined = Joined::new(&entities);
    for entity in &entities {
        match kind_of(&entity.schema) {
            Some(kind) => notice(entity, kind, &joined, &mut intake),
            None if is_joined(&entity.schema) => intake.tally.add("entities_joined", 1),
            None => intake.tally.add("other_schemata", 1),
        }
    }
    Ok(intake)
}

/// The kind of a schema that can be screened. A `LegalEntity` may be a person or a firm.
pub(super) fn kind_of(schema: &str) -> Option<Kind> {
    Some(match schema {
        "Person" => Kind::Person,
        "Organization" | "Company" | "PublicBody" => Kind::Organization,
        "LegalEntity" => Kind::Unknown,
        "Vessel" => Kind::Vessel,
        "Airplane" => Kind::Aircraft,
        _ => return None,
    })
}

/// Schemata whose entities say something about another entity.
fn is_joined(schema: &str) -> bool {
    matches!(
        schema,
        "Sanction" | "Passport" | "Identification" | "Address"
    )
}

/// Entities by the id of the entity they speak about; addresses by their own id.
struct Joined<'a> {
    by_owner: FxHashMap<&'a str, Vec<&'a Entity>>,
    addresses: FxHashMap<&'a str, &'a Entity>,
}

impl<'a> Joined<'a> {
    fn new(entities: &'a [Entity]) -> Self {
        let mut by_owner: FxHashMap<&str, Vec<&Entity>> = FxHashMap::default();
        let mut addresses = FxHashMap::default();
        for entity in entities {
            let owner = match entity.schema.as_str() {
                "Sanction" => "entity",
                "Passport" | "Identification" => "holder",
                "Address" => {
                    addresses.insert(entity.id.as_str(), entity);
                    continue;
                }
                _ => continue,
            };
            for id in entity.all(owner) {
                by_owner.entry(id).or_default().push(entity);
            }
        }
        Self {
            by_owner,
            addresses,
        }
    }
}

fn notice(entity: &Entity, kind: Kind, joined: &Joined<'_>, intake: &mut Intake) {
    let file = entity.place.file.unwrap_or(0);
    let row = entity.place.row.unwrap_or(0);
    let mut draft = Draft::new(&mut intake.tally, file, row, kind);
    let topics = entity.all("topics");
    (draft.notice.notice_type, draft.notice.action_requested) = type_of(&topics);
    draft.extra("ftm_schema", &entity.schema);
    for (key, value) in entity.facts() {
        draft.extra(key, &value);
    }
    for referent in &entity.referents {
        referent_of(referent, &mut draft);
    }
    if is_wikidata(&entity.id) {
        draft.reference("wikidata", &entity.id);
    }
    names(entity, &mut draft);
    for (property, values) in entity.properties() {
        property_of(property, &values, joined, &mut draft);
    }
    for other in joined
        .by_owner
        .get(entity.id.as_str())
        .into_iter()
        .flatten()
    {
        match other.schema.as_str() {
            "Sanction" => sanction(other, &mut draft),
            _ => document(other, &mut draft),
        }
    }
    // In force as long as one sanction is.
    let ends: Vec<_> = draft.notice.programs.iter().map(|p| p.ends_on).collect();
    if !ends.is_empty() && ends.iter().all(Option::is_some) {
        draft.notice.valid_to = ends.into_iter().flatten().max();
    }
    draft.finish(&entity.id, &mut intake.notices);
}

/// The kind of notice that the topics make: the first row of the table that fits.
fn type_of(topics: &[&str]) -> (NoticeType, Action) {
    static ROWS: OnceLock<Vec<(&str, NoticeType, Action)>> = OnceLock::new();
    let rows = ROWS.get_or_init(|| {
        TOPICS
            .lines()
            .filter(|l| !l.starts_with('#'))
            .filter_map(|line| {
                let mut cells = line.split('\t');
                let topic = cells.next()?;
                let kind = NoticeType::from_code(cells.next()?)?;
                Some((topic, kind, Action::from_code(cells.next()?)?))
            })
            .collect()
    });
    let covers = |row: &str, topic: &str| {
        topic
            .strip_prefix(row)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    // The most exact row of a topic stands for it.
    let row_of = |topic: &str| {
        rows.iter()
            .enumerate()
            .filter(|(_, (row, _, _))| covers(row, topic))
            .max_by_key(|(_, (row, _, _))| row.len())
    };
    topics
        .iter()
        .filter_map(|topic| row_of(topic))
        .min_by_key(|(order, _)| *order)
        .map_or((NoticeType::Other, Action::None), |(_, row)| (row.1, row.2))
}

fn is_wikidata(id: &str) -> bool {
    id.strip_prefix('Q')
        .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

fn referent_of(referent: &str, draft: &mut Draft<'_>) {
    draft.reference("ftm_referent", referent);
    if is_wikidata(referent) {
        draft.reference("wikidata", referent);
    }
    for (prefix, scheme) in REFERENTS {
        let number = referent.strip_prefix(prefix).unwrap_or_default();
        if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) {
            draft.reference(scheme, number);
        }
    }
}

/// The caption is the primary name where it is one of the names; further values of `name` are
/// variants of it.
fn names(entity: &Entity, draft: &mut Draft<'_>) {
    let parts: Vec<(PartKind, &str)> = entity
        .properties()
        .filter_map(|(property, values)| match meaning(property) {
            Some(Meaning::Part(kind)) => Some((kind, values)),
            _ => None,
        })
        .flat_map(|(kind, values)| values.into_iter().map(move |v| (kind, v)))
        .collect();
    let has_caption = entity.all("name").contains(&entity.caption.as_str());
    for (property, values) in entity.properties() {
        let Some(Meaning::Name(kind, strength)) = meaning(property) else {
            continue;
        };
        for (at, value) in values.into_iter().enumerate() {
            let is_first = if has_caption {
                value == entity.caption
            } else {
                at == 0
            };
            let kind = if kind == NameKind::Primary && !is_first {
                NameKind::Variant
            } else {
                kind
            };
            draft.name(Name {
                full: value.to_owned(),
                kind,
                strength,
                parts: parts_in(value, &parts),
                ..Name::default()
            });
        }
    }
}

/// The words of a name with the kinds that the entity's name parts give them; empty unless a family
/// name is found among them.
fn parts_in(full: &str, parts: &[(PartKind, &str)]) -> Vec<NamePart> {
    let words: Vec<&str> = full.split_whitespace().collect();
    let fold = |text: &str| text.to_lowercase();
    let mut found: Vec<NamePart> = Vec::new();
    let mut rest = words.as_slice();
    while let Some((word, after)) = rest.split_first() {
        // The longest part that the name goes on with.
        let longest = parts
            .iter()
            .filter_map(|(kind, value)| {
                let length = value.split_whitespace().count();
                let run = rest.get(..length).filter(|_| length > 0)?;
                let fits = value
                    .split_whitespace()
                    .zip(run)
                    .all(|(a, b)| fold(a) == fold(b));
                fits.then_some((length, *kind))
            })
            .max_by_key(|(length, _)| *length);
        let (value, kind) = if let Some((length, kind)) = longest {
            let (run, after) = rest.split_at(length);
            rest = after;
            (run.join(" "), kind)
        } else {
            rest = after;
            ((*word).to_owned(), PartKind::Other)
        };
        found.push(NamePart { kind, value });
    }
    if found.iter().any(|p| p.kind == PartKind::Family) {
        found
    } else {
        Vec::new()
    }
}

fn property_of(property: &str, values: &[&str], joined: &Joined<'_>, draft: &mut Draft<'_>) {
    match meaning(property) {
        Some(Meaning::Name(..)) => {}
        Some(Meaning::Date(kind)) => values.iter().for_each(|v| draft.date(kind, v, None)),
        Some(Meaning::Country(kind)) => {
            for value in values {
                draft.country(kind, &value.to_uppercase());
            }
        }
        Some(Meaning::Id(kind)) => {
            for value in values {
                if let Some(id) =
                    draft.id(kind_in(property, kind, draft.notice.record.kind), value, "")
                {
                    property.clone_into(&mut id.raw);
                }
            }
        }
        Some(Meaning::Place(kind)) => {
            for value in values {
                let place = Location {
                    kind,
                    text: (*value).to_owned(),
                    ..Location::default()
                };
                draft.place(place, "");
            }
        }
        Some(Meaning::Position) => values.iter().for_each(|v| draft.position(v)),
        Some(Meaning::Sex) => values.iter().for_each(|v| draft.sex(v)),
        Some(Meaning::Remark) => values.iter().for_each(|v| draft.remark(v)),
        None if property == "addressEntity" => addresses(values, joined, draft),
        Some(Meaning::Part(_)) | None => {
            if property == "wikidataId" {
                for value in values {
                    draft.reference("wikidata", value);
                }
            }
            draft.extra(property, &pack(values));
        }
    }
    if property == "gender" && draft.notice.record.sex == Sex::Unknown {
        draft.extra(property, &pack(values));
    }
}

/// The registration number of an aeroplane is its mark, that of a ship is its register entry.
fn kind_in(property: &str, kind: IdKind, of: Kind) -> IdKind {
    match (property, of) {
        ("registrationNumber", Kind::Aircraft) => IdKind::AircraftRegistration,
        ("registrationNumber", Kind::Vessel) => IdKind::Other,
        _ => kind,
    }
}

/// Addresses that lie in the file as entities; ids of others are kept as they are.
fn addresses(ids: &[&str], joined: &Joined<'_>, draft: &mut Draft<'_>) {
    let mut missing: Vec<&str> = Vec::new();
    for id in ids {
        let Some(address) = joined.addresses.get(id) else {
            missing.push(id);
            continue;
        };
        let place = Location {
            kind: PlaceKind::Address,
            text: match address.get("full") {
                "" => address.get("street").to_owned(),
                full => full.to_owned(),
            },
            city: address.get("city").to_owned(),
            region: address.get("region").to_owned(),
            postal: address.get("postalCode").to_owned(),
            ..Location::default()
        };
        draft.location(place, &address.get("country").to_uppercase());
    }
    draft.extra("addressEntity", &pack(&missing));
}

fn document(entity: &Entity, draft: &mut Draft<'_>) {
    let label = entity.get("type");
    let kind = if entity.schema == "Passport" {
        IdKind::Passport
    } else {
        id_types::kind(label)
    };
    let [issued, expires] =
        ["startDate", "endDate"].map(|p| PartialDate::parse(entity.get(p), None).ok());
    for number in entity.all("number") {
        if let Some(id) = draft.id(kind, number, &entity.get("country").to_uppercase()) {
            id.issued.clone_from(&issued);
            id.expires.clone_from(&expires);
            id.raw = [entity.schema.as_str(), label].join(": ");
        }
    }
}

fn sanction(entity: &Entity, draft: &mut Draft<'_>) {
    let day = |property| entity.all(property).into_iter().filter_map(iso_day).max();
    let text = |property| entity.all(property).join("; ");
    draft.program(Program {
        code: text("programId"),
        title: text("program"),
        authority: text("authority"),
        legal_basis: text("reason"),
        measures: entity
            .all("provisions")
            .into_iter()
            .map(str::to_owned)
            .collect(),
        listed_on: day("listingDate").or(day("startDate")),
        updated_on: day("modifiedAt"),
        ends_on: day("endDate"),
        reason: text("summary"),
    });
    for value in entity.all("unscId") {
        draft.reference("un_ref", value);
    }
    for property in ["status", "recordId", "sourceUrl", "duration"] {
        draft.extra(&format!("sanction_{property}"), &text(property));
    }
}

#[cfg(test)]
#[path = "ftm_tests.rs"]
mod tests;

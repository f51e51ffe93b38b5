//! Notices as `FollowTheMoney` entities, one JSON document a line.
//!
//! In: notices. Out: for each a Person, Organization, Vessel or Airplane, followed by what belongs
//! to it: Sanction, Passport, Identification and Address entities.
//!
//! What came from `FollowTheMoney` keeps its id, schema, name values, dates, countries and
//! identifiers; an entity without a `name` gets its first alias as one. **Lost**, because the format has no place for it: approximate dates (written
//! without the mark), ranges (written as their first and last year), dates of other calendars,
//! strength of names beyond `weakAlias`, language and script of a value, flags of documents, birth
//! names and names in original script (written as `alias`), relations, charges, physical
//! description, and handling codes. None of these is put into `notes`.

use std::io::Write;

use serde_json::{Map, Value, json};

use crate::error::{Problem, Result};
use crate::record::ftm::{Meaning, meaning, property, unpack};
use crate::record::{
    Calendar, DateKind, IdKind, Identifier, Kind, Location, Name, NameKind, Notice, NoticeType,
    PartKind, PartialDate, PlaceKind, Program, Sex, Strength, hex,
};

/// Keys of `extra` that the importer made of facts about the entity, not of properties.
const FACTS: &[&str] = &[
    "ftm_schema",
    "datasets",
    "dataset",
    "first_seen",
    "last_seen",
    "last_change",
    "target",
];

/// Writes every notice, in the order given.
///
/// **Shape**: one line an entity; the entities of a notice follow it. Ids of the entities that
/// belong to a notice are digests of what they say, so the same notices give the same bytes.
///
/// # Errors
/// The output cannot be written.
pub fn write_ftm(notices: &[Notice], out: &mut dyn Write) -> Result<()> {
    for notice in notices {
        for entity in entities(notice) {
            writeln!(out, "{entity}").map_err(Problem::Write)?;
        }
    }
    Ok(())
}

/// Properties of one entity: each value once, in the order of first mention.
#[derive(Default)]
struct Properties(Map<String, Value>);

impl Properties {
    fn add(&mut self, property: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        let values = self.0.entry(property).or_insert_with(|| json!([]));
        if let Value::Array(values) = values {
            let value = Value::from(value);
            if !values.contains(&value) {
                values.push(value);
            }
        }
    }

    /// An entity of its own, named after the notice it belongs to and what it says.
    fn into_entity(self, schema: &str, prefix: &str, owner: &str) -> Option<(String, Value)> {
        // The property that points to the owner alone says nothing.
        if self
            .0
            .keys()
            .all(|k| matches!(k.as_str(), "entity" | "holder"))
        {
            return None;
        }
        let mut hasher = blake3::Hasher::new_derive_key("veilmatch 2026-11 ftm entity id v1");
        for part in [schema, owner, &Value::Object(self.0.clone()).to_string()] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let digest = hex(hasher.finalize().as_bytes());
        let id = format!("{prefix}-{}", digest.get(..40).unwrap_or_default());
        let entity = json!({
            "id": id, "caption": schema, "schema": schema, "properties": self.0,
            "referents": [], "datasets": [], "target": false,
        });
        Some((id, entity))
    }
}

fn entities(notice: &Notice) -> Vec<Value> {
    let record = &notice.record;
    let owner = record.id.0.as_str();
    let mut properties = Properties::default();
    let mut others: Vec<Value> = Vec::new();
    let schema = notice.extra.get("ftm_schema");
    // What came from this format has its name parts, untied to names, in `extra`.
    let has_parts = record.kind == Kind::Person && schema.is_none();
    for name in &record.names {
        add_name(name, has_parts, &mut properties);
    }
    for date in &record.dates {
        add_date(date, &mut properties);
    }
    for country in &record.countries {
        let code = if country.iso2.is_empty() {
            &country.raw
        } else {
            &country.iso2
        };
        if let Some(property) = property(Meaning::Country(country.kind)) {
            properties.add(property, &code.to_lowercase());
        }
    }
    for id in &record.ids {
        others.extend(add_identifier(id, owner, &mut properties));
    }
    for place in &record.places {
        others.extend(add_place(place, owner, &mut properties));
    }
    for program in &notice.programs {
        others.extend(sanction(program, owner));
    }
    match record.sex {
        Sex::Male => properties.add("gender", "male"),
        Sex::Female => properties.add("gender", "female"),
        Sex::Other => properties.add("gender", "other"),
        _ => {}
    }
    for position in &notice.positions {
        properties.add("position", position);
    }
    properties.add("notes", &notice.remarks);
    for reference in notice.refs.iter().filter(|r| r.scheme == "wikidata") {
        if reference.value != owner {
            properties.add("wikidataId", &reference.value);
        }
    }
    if schema.is_some() {
        add_extra(notice, &mut properties);
    } else {
        properties.add("topics", topic(notice.notice_type));
    }
    let schema = schema.map_or_else(|| schema_of(record.kind), String::as_str);
    let caption = record.primary_name().map_or("", |n| n.full.as_str());
    let fact = |key| notice.extra.get(key).map_or("", String::as_str);
    let referents: Vec<&str> = notice
        .refs
        .iter()
        .filter(|r| r.scheme == "ftm_referent")
        .map(|r| r.value.as_str())
        .collect();
    let datasets = match fact("datasets") {
        "" => vec![notice.list_id.as_str().to_owned()],
        packed => unpack(packed),
    };
    let mut entity = json!({
        "id": owner, "caption": caption, "schema": schema, "properties": properties.0,
        "referents": referents, "datasets": datasets,
    });
    for key in ["first_seen", "last_seen", "last_change"] {
        if !fact(key).is_empty() {
            entity[key] = json!(fact(key));
        }
    }
    entity["target"] = json!(fact("target") != "false");
    others.insert(0, entity);
    others
}

fn schema_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Person => "Person",
        Kind::Organization => "Organization",
        Kind::Vessel => "Vessel",
        Kind::Aircraft => "Airplane",
        Kind::Object => "Asset",
        _ => "LegalEntity",
    }
}

fn topic(kind: NoticeType) -> &'static str {
    match kind {
        NoticeType::Sanction => "sanction",
        NoticeType::Wanted | NoticeType::Red => "wanted",
        NoticeType::Debarment => "debarment",
        NoticeType::ExportControl => "export.control",
        NoticeType::Crime => "crime",
        NoticeType::Regulatory => "reg.action",
        NoticeType::PersonOfInterest => "poi",
        _ => "",
    }
}

fn add_name(name: &Name, has_parts: bool, properties: &mut Properties) {
    let to = match (name.kind, name.strength) {
        (NameKind::Primary | NameKind::Variant, _) => "name",
        (_, Strength::Weak) => "weakAlias",
        (NameKind::Former, _) => "previousName",
        (NameKind::Abbreviation, _) => "abbreviation",
        _ => "alias",
    };
    properties.add(to, &name.full);
    for part in name.parts.iter().filter(|_| has_parts) {
        if part.kind != PartKind::Other
            && let Some(property) = property(Meaning::Part(part.kind))
        {
            properties.add(property, &part.value);
        }
    }
}

fn add_date(date: &PartialDate, properties: &mut Properties) {
    let Some(property) = property(Meaning::Date(date.kind)) else {
        return;
    };
    if date.calendar != Calendar::Gregorian {
        return;
    }
    let plain = PartialDate {
        circa: false,
        year_to: None,
        ..date.clone()
    };
    properties.add(property, &plain.to_text());
    if let Some(last) = date.year_to {
        properties.add(property, &last.to_string());
    }
}

/// A number alone is a property; with a country, dates or a label of its own it is a document.
fn add_identifier(id: &Identifier, owner: &str, properties: &mut Properties) -> Option<Value> {
    let label = ["Passport: ", "Identification: "]
        .iter()
        .find_map(|schema| id.raw.strip_prefix(schema));
    let is_document =
        label.is_some() || !id.country.is_empty() || id.issued.is_some() || id.expires.is_some();
    let to = match meaning(&id.raw) {
        Some(Meaning::Id(_)) => Some(id.raw.as_str()),
        _ if id.kind == IdKind::AircraftRegistration => Some("registrationNumber"),
        _ if id.kind == IdKind::Other => None,
        _ => property(Meaning::Id(id.kind)),
    };
    if let (false, Some(to)) = (is_document, to) {
        properties.add(to, &id.value);
        return None;
    }
    let is_label = id.raw.len() <= 60 && !id.raw.bytes().any(|b| b.is_ascii_digit());
    let label = label.unwrap_or(if is_label && !id.raw.is_empty() {
        &id.raw
    } else {
        id.kind.code()
    });
    let schema = if id.kind == IdKind::Passport {
        "Passport"
    } else {
        "Identification"
    };
    let mut document = Properties::default();
    document.add("holder", owner);
    document.add("number", &id.value);
    document.add("type", label);
    document.add("country", &id.country.to_lowercase());
    let day =
        |date: &Option<PartialDate>| date.as_ref().map(PartialDate::to_text).unwrap_or_default();
    document.add("startDate", &day(&id.issued));
    document.add("endDate", &day(&id.expires));
    let entity = document.into_entity(schema, "id", owner)?;
    Some(entity.1)
}

/// A place of birth and an address without parts are one line; other addresses are entities.
fn add_place(place: &Location, owner: &str, properties: &mut Properties) -> Option<Value> {
    if place.kind == PlaceKind::Birth {
        properties.add("birthPlace", &place.text);
        return None;
    }
    let parts = [&place.city, &place.region, &place.postal, &place.country];
    if parts.iter().all(|p| p.is_empty()) {
        properties.add("address", &place.text);
        return None;
    }
    let mut address = Properties::default();
    address.add("full", &place.text);
    address.add("city", &place.city);
    address.add("region", &place.region);
    address.add("postalCode", &place.postal);
    address.add("country", &place.country.to_lowercase());
    let (id, mut entity) = address.into_entity("Address", "addr", owner)?;
    entity["caption"] = json!(place.text);
    properties.add("addressEntity", &id);
    Some(entity)
}

fn sanction(program: &Program, owner: &str) -> Option<Value> {
    let mut sanction = Properties::default();
    sanction.add("entity", owner);
    sanction.add("programId", &program.code);
    sanction.add("program", &program.title);
    sanction.add("authority", &program.authority);
    sanction.add("reason", &program.legal_basis);
    sanction.add("summary", &program.reason);
    for measure in &program.measures {
        sanction.add("provisions", measure);
    }
    for (property, day) in [
        ("listingDate", program.listed_on),
        ("modifiedAt", program.updated_on),
        ("endDate", program.ends_on),
    ] {
        sanction.add(property, &day.map(|d| d.to_string()).unwrap_or_default());
    }
    let entity = sanction.into_entity("Sanction", "sanction", owner)?;
    Some(entity.1)
}

/// Gives back the properties that the importer kept as they were.
fn add_extra(notice: &Notice, properties: &mut Properties) {
    let is_date = |key: &str| ["birth_date", "date"].contains(&key);
    for (key, packed) in &notice.extra {
        if FACTS.contains(&key.as_str()) || key.starts_with("sanction_") {
            continue;
        }
        let to = match key.as_str() {
            // A date that could not be read goes back to where it stood.
            key if is_date(key) => property(Meaning::Date(DateKind::Birth)).unwrap_or(key),
            "sex" => "gender",
            key => key,
        };
        for value in unpack(packed) {
            properties.add(to, &value);
        }
    }
}

#[cfg(test)]
#[path = "ftm_tests.rs"]
mod tests;

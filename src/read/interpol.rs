//! INTERPOL public notices, JSON: red, yellow and UN notices, list items and details.
//!
//! In: what the public API answers with, as files: a list (`_embedded.notices`), one detail, an
//! array of either, one object per line, or an object that holds them. Out: one notice per entity
//! id; a detail completes its list item. A wanted person is accused, not convicted.

use std::io::Read as _;

use rustc_hash::FxHashMap;
use serde_json::{Map, Value};

use crate::error::{Place, Problem, Result};
use crate::read::draft::{Draft, is_placeholder};
use crate::read::{Input, Intake, ListSettings, text};
use crate::record::{
    Action, Charge, CountryKind, DateKind, Kind, Location, Name, NameKind, NamePart, NoticeType,
    PartKind, PlaceKind, country,
};
use crate::tally::Tally;

/// Deepest nesting that is looked into; answers of the API have four levels.
const DEPTH: usize = 8;

/// Fields that have a place in the schema, and those of the envelope.
const KNOWN: &[&str] = &[
    "entity_id",
    "forename",
    "name",
    "family_name_at_birth",
    "date_of_birth",
    "sex_id",
    "nationalities",
    "country_of_birth_id",
    "place_of_birth",
    "languages_spoken_ids",
    "eyes_colors_id",
    "hairs_id",
    "height",
    "weight",
    "distinguishing_marks",
    "arrest_warrants",
    "issuing_country_id",
    "date_of_event",
    "missing_since",
    "date_of_last_known_location",
    "place_of_last_known_location",
    "place",
    "country",
    "countries_of_visit_ids",
    "case",
    "un_reference",
    "_embedded",
    "_links",
];

/// Reads answers of the API.
pub(super) fn read(inputs: &[Input], _settings: &ListSettings) -> Result<Intake> {
    let mut intake = Intake::default();
    let mut merged = Merged::default();
    for input in inputs {
        for document in documents(input, &mut intake.tally)? {
            collect(document, NoticeType::Other, DEPTH, input.file, &mut merged);
        }
    }
    let mut row = 0_u64;
    for (file, notice_type, fields) in merged.entries {
        row = row.saturating_add(1);
        notice(&fields, notice_type, (file, row), &mut intake);
    }
    Ok(intake)
}

/// The JSON values of a file, one after the other.
fn documents(input: &Input, tally: &mut Tally) -> Result<Vec<Value>> {
    let mut content = String::new();
    text::open_text(input, None, tally)?
        .read_to_string(&mut content)
        .map_err(|e| Problem::Read(e).at(input.place()))?;
    serde_json::Deserializer::from_str(&content)
        .into_iter()
        .map(|value| {
            value.map_err(|e| {
                let line = u64::try_from(e.line()).unwrap_or(0);
                let column = u64::try_from(e.column()).unwrap_or(0);
                Problem::Malformed {
                    format: "JSON",
                    why: "the document is cut short or no JSON",
                }
                .at(Place::at(input.file, line, column))
            })
        })
        .collect()
}

/// Entries by id, in the order of first mention.
#[derive(Default)]
struct Merged {
    entries: Vec<(u32, NoticeType, Map<String, Value>)>,
    by_id: FxHashMap<String, usize>,
}

impl Merged {
    fn add(&mut self, file: u32, notice_type: NoticeType, fields: Map<String, Value>) {
        let id = text_of(fields.get("entity_id")).replace('-', "/");
        let next = self.entries.len();
        let at = *self.by_id.entry(id).or_insert(next);
        match self.entries.get_mut(at) {
            Some((_, known_type, known)) => {
                if *known_type == NoticeType::Other {
                    *known_type = notice_type;
                }
                for (key, value) in fields {
                    let said = known.get(&key).is_some_and(|v| !is_empty(v));
                    if !said {
                        known.insert(key, value);
                    }
                }
            }
            None => self.entries.push((file, notice_type, fields)),
        }
    }
}

/// Walks through envelopes down to whatever has an `entity_id`.
fn collect(value: Value, hint: NoticeType, depth: usize, file: u32, merged: &mut Merged) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    match value {
        Value::Array(values) => {
            for value in values {
                collect(value, hint, depth, file, merged);
            }
        }
        Value::Object(fields) if fields.contains_key("entity_id") => {
            let found = type_of(&fields);
            let notice_type = if found == NoticeType::Other {
                hint
            } else {
                found
            };
            merged.add(file, notice_type, fields);
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                // A file put together from answers says the type in its keys: "red_detail".
                let hint = type_in(&key).unwrap_or(hint);
                collect(value, hint, depth, file, merged);
            }
        }
        _ => {}
    }
}

fn type_in(text: &str) -> Option<NoticeType> {
    let words = |c: char| !c.is_ascii_alphanumeric();
    text.to_lowercase()
        .split(words)
        .find_map(|word| match word {
            "red" => Some(NoticeType::Red),
            "yellow" => Some(NoticeType::Yellow),
            "un" => Some(NoticeType::UnSpecial),
            _ => None,
        })
}

/// The type of a notice: the address of the notice itself says it, else its fields.
fn type_of(fields: &Map<String, Value>) -> NoticeType {
    let address = fields
        .get("_links")
        .and_then(|l| l.get("self"))
        .and_then(|s| s.get("href"))
        .and_then(Value::as_str)
        .and_then(|href| href.split("/notices/").nth(1))
        .and_then(type_in);
    let has = |key: &str| fields.get(key).is_some_and(|v| !is_empty(v));
    match address {
        Some(found) => found,
        None if has("arrest_warrants") => NoticeType::Red,
        None if has("missing_since")
            || has("date_of_event")
            || has("date_of_last_known_location") =>
        {
            NoticeType::Yellow
        }
        None if has("un_reference") => NoticeType::UnSpecial,
        None => NoticeType::Other,
    }
}

fn notice(
    fields: &Map<String, Value>,
    notice_type: NoticeType,
    (file, row): (u32, u64),
    intake: &mut Intake,
) {
    let get = |key: &str| text_of(fields.get(key));
    let has_first_name = !is_placeholder(&get("forename"));
    let is_person = notice_type != NoticeType::UnSpecial
        || has_first_name
        || fields.contains_key("sex_id")
        || !is_placeholder(&get("date_of_birth"));
    let kind = if is_person {
        Kind::Person
    } else {
        Kind::Unknown
    };
    let mut draft = Draft::new(&mut intake.tally, file, row, kind);
    draft.notice.notice_type = notice_type;
    draft.notice.action_requested = match notice_type {
        NoticeType::Red => Action::Arrest,
        NoticeType::Yellow => Action::Locate,
        NoticeType::UnSpecial => Action::Freeze,
        _ => Action::Check,
    };
    name(
        &get("forename"),
        &get("name"),
        NameKind::Primary,
        &mut draft,
    );
    name(
        &get("forename"),
        &get("family_name_at_birth"),
        NameKind::Birth,
        &mut draft,
    );
    date(DateKind::Birth, &get("date_of_birth"), &mut draft);
    for key in [
        "missing_since",
        "date_of_event",
        "date_of_last_known_location",
    ] {
        date(DateKind::Missing, &get(key), &mut draft);
    }
    draft.sex(&get("sex_id"));
    for code in texts(fields.get("nationalities")) {
        draft.country(CountryKind::Nationality, known_country(&code));
    }
    places(fields, &mut draft);
    draft.notice.languages = texts(fields.get("languages_spoken_ids"));
    physical(fields, &mut draft);
    for warrant in fields
        .get("arrest_warrants")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        charge(warrant, &mut draft);
    }
    let issuer = get("issuing_country_id");
    if !is_placeholder(&issuer) {
        draft.notice.issuing_country = draft.iso2(&issuer);
    }
    for key in ["summary", "circumstances"] {
        draft.remark(&text_of(fields.get("case").and_then(|c| c.get(key))));
    }
    draft.reference("un_ref", &get("un_reference"));
    let id = get("entity_id").replace('-', "/");
    draft.reference("interpol_entity", &id);
    for (key, value) in fields {
        if !KNOWN.contains(&key.as_str()) {
            draft.extra(key, &texts(Some(value)).join("; "));
        }
    }
    draft.finish(&id, &mut intake.notices);
}

/// `-` and null are "not known".
fn name(forename: &str, family: &str, kind: NameKind, draft: &mut Draft<'_>) {
    if is_placeholder(family) && (kind != NameKind::Primary || is_placeholder(forename)) {
        return;
    }
    let parts: Vec<NamePart> = [(PartKind::Given, forename), (PartKind::Family, family)]
        .into_iter()
        .filter(|(_, value)| !is_placeholder(value))
        .map(|(kind, value)| NamePart {
            kind,
            value: value.to_owned(),
        })
        .collect();
    let full: Vec<&str> = parts.iter().map(|p| p.value.as_str()).collect();
    draft.name(Name {
        full: full.join(" "),
        // One word alone may be either.
        parts: if parts.len() > 1 { parts } else { Vec::new() },
        kind,
        ..Name::default()
    });
}

fn date(kind: DateKind, text: &str, draft: &mut Draft<'_>) {
    if !is_placeholder(text) {
        draft.date(kind, text, Some(crate::record::DateOrder::YearMonthDay));
    }
}

/// Codes of three digits (914, 922) stand for "not known"; "XX" does in examples.
fn known_country(code: &str) -> &str {
    let is_number = !code.is_empty() && code.bytes().all(|b| b.is_ascii_digit());
    if is_number && country::iso2(code).is_none() {
        ""
    } else {
        code
    }
}

fn places(fields: &Map<String, Value>, draft: &mut Draft<'_>) {
    let get = |key: &str| text_of(fields.get(key));
    let place = |kind, text: String| Location {
        kind,
        text,
        ..Location::default()
    };
    let birth_country = get("country_of_birth_id");
    let birth = place(PlaceKind::Birth, get("place_of_birth"));
    draft.place(birth, known_country(&birth_country));
    for key in ["place_of_last_known_location", "place"] {
        let seen = place(PlaceKind::LastSeen, get(key));
        let country = if key == "place" {
            get("country")
        } else {
            String::new()
        };
        draft.place(seen, known_country(&country));
    }
    for code in texts(fields.get("countries_of_visit_ids")) {
        draft.place(
            place(PlaceKind::LastSeen, String::new()),
            known_country(&code),
        );
    }
}

/// Zero is "not known"; red notices give metres, yellow ones centimetres.
fn physical(fields: &Map<String, Value>, draft: &mut Draft<'_>) {
    let number = |key: &str| {
        let value = fields
            .get(key)
            .and_then(Value::as_f64)
            .filter(|v| *v > 0.0 && *v < 1000.0)?;
        let centimetres = key == "height" && value < 3.0;
        let value = if centimetres {
            (value * 100.0).round()
        } else {
            value
        };
        value.to_string().parse::<f32>().ok()
    };
    let physical = &mut draft.notice.physical;
    physical.height_cm = number("height");
    physical.weight_kg = number("weight");
    physical.eyes = texts(fields.get("eyes_colors_id"));
    physical.hair = texts(fields.get("hairs_id"));
    physical.marks = text_of(fields.get("distinguishing_marks"));
}

fn charge(warrant: &Value, draft: &mut Draft<'_>) {
    let get = |key: &str| text_of(warrant.get(key));
    let issuer = get("issuing_country_id");
    let country = if is_placeholder(&issuer) {
        String::new()
    } else {
        draft.iso2(known_country(&issuer))
    };
    if draft.notice.issuing_country.is_empty() {
        draft.notice.issuing_country.clone_from(&country);
    }
    let charge = Charge {
        country,
        text: get("charge").replace("\r\n", "\n"),
        translation: get("charge_translation").replace("\r\n", "\n"),
        ..Charge::default()
    };
    if charge != Charge::default() {
        draft.notice.charges.push(charge);
    }
}

/// A text, or a number as text; empty for null and everything else.
fn text_of(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(truth)) => truth.to_string(),
        _ => String::new(),
    }
}

/// The texts of an array, or of a single value.
fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(values)) => values
            .iter()
            .map(|v| text_of(Some(v)))
            .filter(|t| !is_placeholder(t))
            .collect(),
        other => {
            let text = text_of(other);
            if is_placeholder(&text) {
                Vec::new()
            } else {
                vec![text]
            }
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => is_placeholder(text),
        Value::Array(values) => values.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests;

//! Canada, special economic measures (SEMA) and justice for victims (JVCFOR), XML.
//!
//! In: flat `record` elements. Out: one notice each. The list has no id: country, schedule and item
//! make one. Where several names stand under one such id, each gets a digest of its name behind the
//! id, in any order of the records, so that two people never become one. Aliases are joined by
//! commas and are often only another spelling of the given or the family name.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::{Draft, name_from_parts, squeeze};
use super::un_alias::without_acronym;
use super::xml::{Element, read_elements};
use super::{Input, Intake, ListSettings};
use crate::error::Result;
use crate::record::{DateKind, Kind, Name, NameKind, PartKind, Program, Strength, hex};

/// Elements that are read; others are kept in `extra`.
const KNOWN: &[&str] = &[
    "Country",
    "Entity",
    "LastName",
    "GivenName",
    "Title",
    "DateOfBirth",
    "Aliases",
    "Schedule",
    "Item",
];

/// Words that belong to the name of a firm although a comma stands before them.
const FORMS: &[&str] = &[
    "ltd", "limited", "inc", "co", "company", "corp", "llc", "plc", "gmbh", "sa", "sarl", "ag",
    "pjs", "pjsc", "jsc", "ojsc", "cjsc", "zao", "ooo", "oao",
];

pub(super) fn read(inputs: &[Input], _settings: &ListSettings) -> Result<Intake> {
    let mut intake = Intake::default();
    let mut records: Vec<(u32, Element)> = Vec::new();
    for input in inputs {
        read_elements(input, 1, &mut |_, element| {
            if element.name == "record" {
                records.push((input.file, element));
            } else {
                intake.tally.add("elements_ignored", 1);
            }
            Ok(())
        })?;
    }
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, element) in &records {
        let key = key_of(element);
        names.entry(key).or_default().insert(label(element));
    }
    for (file, element) in &records {
        let key = key_of(element);
        let is_shared = names.get(&key).is_some_and(|n| n.len() > 1);
        let id = if is_shared {
            intake.tally.add("ids_shared_by_names", 1);
            let digest = hex(blake3::hash(label(element).as_bytes()).as_bytes());
            format!("{key}~{}", digest.get(..8).unwrap_or_default())
        } else {
            key
        };
        record(element, &id, *file, &mut intake);
    }
    Ok(intake)
}

/// Country, schedule and item as one id: `syria:1-part-2:12`. Empty without a country or item.
fn key_of(element: &Element) -> String {
    let country = element.get("Country").split('/').next().unwrap_or_default();
    let [country, schedule, item] =
        [country, element.get("Schedule"), element.get("Item")].map(slug);
    if country.is_empty() || item.is_empty() {
        return String::new();
    }
    let schedule = if schedule == "n-a" { "" } else { &schedule };
    format!("{country}:{schedule}:{item}")
}

/// Lower-case letters and digits, other runs as one hyphen.
fn slug(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    words.join("-").to_lowercase()
}

/// The name as published, folded: tells records under one id apart.
fn label(element: &Element) -> String {
    squeeze(&element.join(&["Entity", "LastName", "GivenName"], " ")).to_lowercase()
}

fn record(element: &Element, id: &str, file: u32, intake: &mut Intake) {
    let is_entity = !element.get("Entity").is_empty();
    let kind = if is_entity {
        Kind::Organization
    } else {
        Kind::Person
    };
    let mut draft = Draft::sanction(&mut intake.tally, file, element.row, kind);
    if is_entity {
        for (at, text) in languages(element.get("Entity")).into_iter().enumerate() {
            let kind = if at == 0 {
                NameKind::Primary
            } else {
                NameKind::Variant
            };
            let (name, acronym) = without_acronym(text);
            draft.plain_name(name, kind, Strength::Unknown);
            let acronym = acronym.unwrap_or_default();
            draft.plain_name(acronym, NameKind::Abbreviation, Strength::Unknown);
        }
        for alias in firm_aliases(element.get("Aliases")) {
            draft.plain_name(&alias, NameKind::Alias, Strength::Unknown);
        }
    } else {
        let (given, family) = (element.get("GivenName"), element.get("LastName"));
        draft.name(person(given, family));
        for alias in element.get("Aliases").split([',', ';']) {
            person_alias(alias, given, family, &mut draft);
        }
    }
    for date in element.get("DateOfBirth").split(" or ") {
        draft.date(DateKind::Birth, date, None);
    }
    draft.position(element.get("Title"));
    draft.program(Program {
        code: element.get("Country").to_owned(),
        authority: "Canada".to_owned(),
        legal_basis: element.get("Schedule").to_owned(),
        ..Program::default()
    });
    for leaf in &element.children {
        if !KNOWN.contains(&leaf.name.as_str()) {
            draft.extra(&leaf.name, leaf.value());
        }
    }
    draft.finish(id, &mut intake.notices);
}

fn person(given: &str, family: &str) -> Name {
    name_from_parts(vec![
        (PartKind::Given, given.to_owned()),
        (PartKind::Family, family.to_owned()),
    ])
}

/// Another spelling of one half of the name stands for the whole name; any other single word is a
/// nickname and weak.
fn person_alias(alias: &str, given: &str, family: &str, draft: &mut Draft<'_>) {
    let alias = squeeze(alias.trim_matches(['(', ')', ' ']));
    if alias.contains(' ') {
        draft.plain_name(&alias, NameKind::Alias, Strength::Unknown);
        return;
    }
    let first = given.split_whitespace().next().unwrap_or_default();
    let is_like = |other: &str| {
        !other.is_empty()
            && strsim::normalized_damerau_levenshtein(&alias.to_lowercase(), &other.to_lowercase())
                >= 0.5
    };
    let mut name = if is_like(family.trim()) {
        person(given, &alias)
    } else if is_like(first) {
        person(&alias, family)
    } else {
        draft.plain_name(&alias, NameKind::Alias, Strength::Weak);
        return;
    };
    name.kind = NameKind::Variant;
    name.raw = alias;
    draft.name(name);
}

/// An English and a French name with a slash between them, outside brackets; a slash between single
/// words belongs to the name.
fn languages(text: &str) -> Vec<&str> {
    let mut depth = 0_u32;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth = depth.saturating_add(1),
            ')' => depth = depth.saturating_sub(1),
            '/' if depth == 0 => {
                let (first, second) = text.split_at(at);
                let second = second.trim_start_matches('/').trim();
                if first.trim().contains(' ') && second.contains(' ') {
                    return vec![first.trim(), second];
                }
            }
            _ => {}
        }
    }
    vec![text]
}

/// Aliases between commas; a legal form behind a comma belongs to the name before it.
fn firm_aliases(text: &str) -> Vec<String> {
    let mut aliases: Vec<String> = Vec::new();
    for piece in text.split([',', ';']).map(squeeze) {
        let bare = piece.replace('.', "").to_lowercase();
        match aliases.last_mut() {
            Some(last) if FORMS.contains(&bare.as_str()) => {
                last.push_str(", ");
                last.push_str(&piece);
            }
            _ => aliases.push(piece),
        }
    }
    aliases.retain(|a| !a.is_empty());
    aliases
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::testing::{input_of, real_lists};

    fn read_records(body: &str) -> Intake {
        let text = format!("<?xml version='1.0' encoding='UTF-8'?><data-set>{body}</data-set>");
        let (_keep, input) = input_of(text.as_bytes());
        read(&[input], &ListSettings::default()).unwrap()
    }

    #[test]
    fn records_get_an_id_from_country_schedule_and_item() {
        let intake = read_records(
            "<record><Country>Testland / Testlande</Country><LastName>EXAMPLE </LastName>\
             <GivenName>Andrey</GivenName><Aliases>Andrei, EKSAMPLE, Batya, Other Name</Aliases>\
             <DateOfBirth>1970-01-02 or 1971-01-02</DateOfBirth><Schedule>1, Part 2</Schedule>\
             <Item>7</Item></record><record><Country>Testland</Country>\
             <Entity>Example Trade (EXT)/Commerce Exemple</Entity>\
             <Aliases>Trade One, Ltd., Trade Two</Aliases><Schedule>N/A</Schedule><Item>8</Item></record>",
        );
        let first = &intake.notices[0].record;
        assert_eq!(first.id.0, "testland:1-part-2:7");
        let names: Vec<(&str, Strength)> = first
            .names
            .iter()
            .map(|n| (n.full.as_str(), n.strength))
            .collect();
        assert_eq!(
            names,
            [
                ("Andrey EXAMPLE", Strength::Unknown),
                ("Andrei EXAMPLE", Strength::Unknown),
                ("Andrey EKSAMPLE", Strength::Unknown),
                ("Batya", Strength::Weak),
                ("Other Name", Strength::Unknown),
            ]
        );
        assert_eq!(first.dates.len(), 2);
        let second = &intake.notices[1].record;
        assert_eq!(second.id.0, "testland::8");
        let names: Vec<&str> = second.names.iter().map(|n| n.full.as_str()).collect();
        assert_eq!(
            names,
            [
                "Example Trade",
                "EXT",
                "Commerce Exemple",
                "Trade One, Ltd.",
                "Trade Two"
            ]
        );
    }

    #[test]
    fn two_people_under_one_id_stay_two() {
        let record = |name: &str| {
            format!(
                "<record><Country>T</Country><LastName>{name}</LastName><Item>1</Item></record>"
            )
        };
        let (ada, bob) = (record("Ada"), record("Bob"));
        let ids = |body: &str| -> Vec<String> {
            let mut ids: Vec<String> = read_records(body)
                .notices
                .iter()
                .map(|n| n.record.id.0.clone())
                .collect();
            ids.sort();
            ids
        };
        let both = ids(&format!("{ada}{bob}"));
        assert_ne!(both[0], both[1]);
        assert_eq!(both, ids(&format!("{bob}{ada}")));
        // The same person twice is one id, which the door merges.
        assert_eq!(ids(&format!("{ada}{ada}")), ["t::1", "t::1"]);
    }

    #[test]
    fn the_real_list_gives_its_records() {
        let Some(inputs) = real_lists(&["ca-sema/sema-lmes-2020-04.xml.gz"]) else {
            return;
        };
        let intake = read(&inputs, &ListSettings::default()).unwrap();
        eprintln!("sema: {:?}", intake.tally.counts().collect::<Vec<_>>());
        assert_eq!(intake.notices.len(), 1369);
        let ids: BTreeSet<&str> = intake
            .notices
            .iter()
            .map(|n| n.record.id.0.as_str())
            .collect();
        assert_eq!(ids.len(), 1369);
    }
}

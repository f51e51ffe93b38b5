//! UN Security Council consolidated list, XML.
//!
//! In: the published `consolidated.xml`. Out: one notice per `INDIVIDUAL` and `ENTITY`. Empty
//! placeholder elements say nothing and are skipped; `VERSIONNUM` is not used for anything, because
//! publishers change records without raising it. The file states no record count.

use super::draft::{Draft, iso_day, name_from_parts};
use super::id_types::{self, IdMeaning};
use super::xml::{Element, read_elements};
use super::{Input, Intake, ListSettings, un_alias};
use crate::error::Result;
use crate::record::{
    Calendar, CountryKind, DateKind, DateOrder, IdKind, Kind, Location, NameKind, PartKind,
    PartialDate, PlaceKind, Program, Strength, country,
};

/// Elements that are read; others are kept in `extra`.
const KNOWN: &[&str] = &[
    "DATAID",
    "VERSIONNUM",
    "FIRST_NAME",
    "SECOND_NAME",
    "THIRD_NAME",
    "FOURTH_NAME",
    "UN_LIST_TYPE",
    "REFERENCE_NUMBER",
    "LISTED_ON",
    "GENDER",
    "NAME_ORIGINAL_SCRIPT",
    "COMMENTS1",
    "SORT_KEY",
    "SORT_KEY_LAST_MOD",
];

pub(super) fn read(inputs: &[Input], _settings: &ListSettings) -> Result<Intake> {
    let mut intake = Intake::default();
    for input in inputs {
        let root = read_elements(input, 2, &mut |_, element| {
            match element.name.as_str() {
                "INDIVIDUAL" => entry(&element, Kind::Person, input.file, &mut intake),
                "ENTITY" => entry(&element, Kind::Organization, input.file, &mut intake),
                _ => intake.tally.add("elements_ignored", 1),
            }
            Ok(())
        })?;
        root.attr("dateGenerated").clone_into(&mut intake.version);
        intake.date = intake.date.max(iso_day(root.attr("dateGenerated")));
    }
    Ok(intake)
}

fn entry(entry: &Element, kind: Kind, file: u32, intake: &mut Intake) {
    let is_person = kind == Kind::Person;
    let prefix = if is_person { "INDIVIDUAL" } else { "ENTITY" };
    let group = |name: &str| format!("{prefix}_{name}");
    let mut draft = Draft::sanction(&mut intake.tally, file, entry.row, kind);
    primary_name(entry, is_person, &mut draft);
    let original = entry.get("NAME_ORIGINAL_SCRIPT");
    add_names(
        original,
        NameKind::OriginalScript,
        Strength::Unknown,
        is_person,
        &mut draft,
    );
    for alias in entry.all(&group("ALIAS")) {
        read_alias(alias, is_person, &mut draft);
    }
    for birth in entry.all(&group("DATE_OF_BIRTH")) {
        birth_date(birth, &mut draft);
    }
    for place in entry.all(&group("PLACE_OF_BIRTH")) {
        read_place(place, PlaceKind::Birth, &mut draft);
    }
    for place in entry.all(&group("ADDRESS")) {
        read_place(place, PlaceKind::Address, &mut draft);
    }
    for document in entry.all(&group("DOCUMENT")) {
        read_document(document, &mut draft);
    }
    for nationality in entry.list("NATIONALITY", "VALUE") {
        draft.country(CountryKind::Nationality, nationality.value());
    }
    for list in ["DESIGNATION", "TITLE"] {
        for value in entry.list(list, "VALUE") {
            draft.position(value.value());
        }
    }
    draft.sex(entry.get("GENDER"));
    draft.remark(entry.get("COMMENTS1"));
    draft.program(Program {
        code: entry.get("UN_LIST_TYPE").to_owned(),
        authority: "UN Security Council".to_owned(),
        listed_on: iso_day(entry.get("LISTED_ON")),
        updated_on: entry
            .list("LAST_DAY_UPDATED", "VALUE")
            .filter_map(|v| iso_day(v.value()))
            .max(),
        ..Program::default()
    });
    draft.reference("un_ref", entry.get("REFERENCE_NUMBER"));
    draft.reference("un_dataid", entry.get("DATAID"));
    for leaf in &entry.children {
        if leaf.children.is_empty() && !KNOWN.contains(&leaf.name.as_str()) {
            draft.extra(&leaf.name.to_lowercase(), leaf.value());
        }
    }
    draft.finish(entry.get("REFERENCE_NUMBER"), &mut intake.notices);
}

/// `FIRST_NAME` to `FOURTH_NAME` stand in the order in which the name is said; which of them is a
/// family name depends on where the person comes from, so the parts carry no kind.
fn primary_name(entry: &Element, is_person: bool, draft: &mut Draft<'_>) {
    let fields = ["FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"];
    let parts = fields.map(|f| (PartKind::Other, entry.get(f).to_owned()));
    let mut name = name_from_parts(parts.into());
    if !is_person {
        name.parts.clear();
    }
    draft.name(name);
}

fn add_names(
    text: &str,
    kind: NameKind,
    strength: Strength,
    is_person: bool,
    draft: &mut Draft<'_>,
) {
    let (names, notes) = un_alias::split(text, kind, strength, is_person);
    for name in names {
        draft.name(name);
    }
    for note in notes {
        draft.extra("alias_note", &note);
    }
}

fn read_alias(alias: &Element, is_person: bool, draft: &mut Draft<'_>) {
    let (kind, strength) = match alias.get("QUALITY").to_lowercase().as_str() {
        "good" => (NameKind::Alias, Strength::Strong),
        "low" => (NameKind::Alias, Strength::Weak),
        "f.k.a." => (NameKind::Former, Strength::Unknown),
        _ => (NameKind::Alias, Strength::Unknown),
    };
    add_names(alias.get("ALIAS_NAME"), kind, strength, is_person, draft);
    draft.date(DateKind::Birth, alias.get("DATE_OF_BIRTH"), None);
    let place = Location {
        kind: PlaceKind::Birth,
        city: alias.get("CITY_OF_BIRTH").to_owned(),
        ..Location::default()
    };
    draft.place(place, alias.get("COUNTRY_OF_BIRTH"));
    draft.extra("alias_note", alias.get("NOTE"));
}

fn birth_date(birth: &Element, draft: &mut Draft<'_>) {
    let note = birth.get("NOTE");
    let stated = birth.join(&["DATE", "YEAR", "FROM_YEAR", "TO_YEAR"], " ");
    if stated.is_empty() && note.is_empty() {
        return;
    }
    let number = |field| birth.get(field).parse::<i16>().ok();
    let range = number("FROM_YEAR")
        .zip(number("TO_YEAR"))
        .and_then(|(from, to)| PartialDate::from_years(from, to));
    let date = iso_day(birth.get("DATE"))
        .and_then(|d| PartialDate::parse(&d.to_string(), None).ok())
        .or(range)
        .or_else(|| from_note(note, birth.get("YEAR")))
        .or_else(|| PartialDate::parse(birth.get("YEAR"), None).ok());
    let is_about = birth
        .get("TYPE_OF_DATE")
        .eq_ignore_ascii_case("APPROXIMATELY")
        || note.to_lowercase().starts_with("approx");
    let date = date.map(|mut date| {
        date.circa |= is_about;
        note.clone_into(&mut date.raw);
        date
    });
    let text = if stated.is_empty() { note } else { &stated };
    draft.date_of(DateKind::Birth, date, text);
}

/// Month-only dates hide in the note: "Nov. 1973", or "Sep." beside the year.
fn from_note(note: &str, year: &str) -> Option<PartialDate> {
    if let Some((day, _)) = note.split_once("(Hijri") {
        let mut date = PartialDate::parse(day, Some(DateOrder::DayMonthYear)).ok()?;
        date.calendar = Calendar::Islamic;
        return Some(date);
    }
    PartialDate::parse(note, None)
        .ok()
        .filter(|d| year.is_empty() || d.to_text().starts_with(year))
        .or_else(|| PartialDate::parse(&format!("{note} {year}"), None).ok())
        .or_else(|| {
            let last = note.rsplit(' ').next().filter(|_| year.is_empty())?;
            PartialDate::parse(last, None).ok().map(PartialDate::about)
        })
}

fn read_place(place: &Element, kind: PlaceKind, draft: &mut Draft<'_>) {
    let location = Location {
        kind,
        text: place.join(&["STREET", "NOTE"], ", "),
        city: place.get("CITY").to_owned(),
        region: place.get("STATE_PROVINCE").to_owned(),
        postal: place.get("ZIP_CODE").to_owned(),
        ..Location::default()
    };
    draft.place(location, place.get("COUNTRY"));
}

/// Number, type and note of a document are mixed: "Libyan Passport No. 96/1" as a number, the
/// number in the second type or in the note. The type is told in several languages.
fn read_document(document: &Element, draft: &mut Draft<'_>) {
    let labels = ["TYPE_OF_DOCUMENT2", "TYPE_OF_DOCUMENT"].map(|f| document.get(f));
    let note = document.get("NOTE");
    let texts = [document.get("NUMBER"), labels[0], note];
    let Some((number, words)) = texts.iter().find_map(|t| number_in(t)) else {
        draft.extra(
            "document",
            &document.join(&["TYPE_OF_DOCUMENT", "NOTE"], ": "),
        );
        return;
    };
    let kind = [labels[0], labels[1], words.as_str()]
        .iter()
        .find_map(|label| match id_types::meaning(label) {
            IdMeaning::Id(kind) => Some(kind),
            _ => None,
        })
        .unwrap_or(IdKind::Other);
    let stated = ["ISSUING_COUNTRY", "COUNTRY_OF_ISSUE"]
        .map(|f| document.get(f))
        .into_iter()
        .find(|c| !c.is_empty());
    let adjective = words
        .split(' ')
        .next()
        .filter(|w| country::iso2(w).is_some());
    let issued = PartialDate::parse(document.get("DATE_OF_ISSUE"), None).ok();
    let raw = document.join(
        &[
            "TYPE_OF_DOCUMENT",
            "TYPE_OF_DOCUMENT2",
            "NUMBER",
            "CITY_OF_ISSUE",
            "NOTE",
        ],
        "; ",
    );
    let country = stated.or(adjective).unwrap_or_default().to_owned();
    if let Some(id) = draft.id(kind, &number, &country) {
        id.issued = issued;
        id.raw = raw;
    }
}

/// The number in a text and the words before it; `None` where there is no digit.
fn number_in(text: &str) -> Option<(String, String)> {
    let end = [" issued", " expire", " under name", " (", ","]
        .iter()
        .filter_map(|stop| text.find(stop))
        .filter(|at| text.get(..*at).is_some_and(has_digit))
        .min()
        .unwrap_or(text.len());
    let tokens: Vec<&str> = text.get(..end)?.split_whitespace().collect();
    let first = tokens.iter().position(|t| has_digit(t))?;
    let is_series = |t: &&str| t.len() <= 3 && t.chars().all(|c| c.is_ascii_uppercase());
    let start = match first.checked_sub(1) {
        Some(before) if tokens.get(before).is_some_and(is_series) => before,
        _ => first,
    };
    let number: Vec<&str> = tokens
        .iter()
        .skip(start)
        .map(|t| t.trim_start_matches("No.").trim_start_matches("No"))
        .filter(|t| !t.is_empty())
        .collect();
    let words: Vec<&str> = tokens.iter().take(start).copied().collect();
    Some((number.join(" "), words.join(" ")))
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit())
}

#[cfg(test)]
#[path = "un_tests.rs"]
mod tests;

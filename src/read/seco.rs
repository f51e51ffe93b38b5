//! Swiss sanctions list (SECO), XML.
//!
//! In: `swiss-sanctions-list` with programmes, places and targets. Out: one notice per target.
//! De-listed targets stay in the file and repeat their old content inside `modification`: only what
//! stands in the target itself is read, and the newest modification decides the status, so that
//! history never becomes a live notice. Spelling variants are given part by part and are put
//! together again per language and script (see `seco_name.rs`).
//!
//! Two passes, because targets refer to programmes and places anywhere in the file.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::draft::{Draft, iso_day};
use super::xml::{Element, read_elements};
use super::{Input, Intake, ListSettings, id_types, seco_name};
use crate::error::Result;
use crate::record::{
    Calendar, CountryKind, DateKind, IdKind, Kind, Location, PartialDate, PlaceKind, Program,
    Relation, Status,
};

/// What targets refer to.
#[derive(Default)]
struct Shared {
    /// Code and title by the id of a sanctions set.
    programs: BTreeMap<String, Program>,
    places: BTreeMap<String, Element>,
}

pub(super) fn read(inputs: &[Input], _settings: &ListSettings) -> Result<Intake> {
    let mut intake = Intake::default();
    for input in inputs {
        let mut shared = Shared::default();
        read_elements(input, 1, &mut |_, element| {
            match element.name.as_str() {
                "sanctions-program" => program(&element, &mut shared),
                "place" => {
                    shared
                        .places
                        .insert(element.attr("ssid").to_owned(), element);
                }
                "target" => {}
                _ => intake.tally.add("elements_ignored", 1),
            }
            Ok(())
        })?;
        let root = read_elements(input, 1, &mut |_, element| {
            if element.name == "target" {
                target(&element, &shared, input.file, &mut intake);
            }
            Ok(())
        })?;
        root.attr("date").clone_into(&mut intake.version);
        intake.date = intake.date.max(iso_day(root.attr("date")));
    }
    Ok(intake)
}

/// The text in English where there is one, else the first.
fn english<'a>(element: &'a Element, name: &'a str) -> &'a str {
    element
        .all(name)
        .find(|e| e.attr("lang") == "eng")
        .map_or_else(|| element.get(name), Element::value)
}

fn program(element: &Element, shared: &mut Shared) {
    for set in element.all("sanctions-set") {
        shared.programs.insert(
            set.attr("ssid").to_owned(),
            Program {
                code: english(element, "program-key").to_owned(),
                title: english(element, "program-name").to_owned(),
                authority: "SECO".to_owned(),
                legal_basis: element.get("origin").to_owned(),
                ..Program::default()
            },
        );
    }
}

/// What the modifications of a target say.
#[derive(Default)]
struct History {
    status: Status,
    listed_on: Option<Date>,
    updated_on: Option<Date>,
}

fn history(target: &Element) -> History {
    let day_of = |m: &Element| {
        ["effective-date", "publication-date", "enactment-date"]
            .into_iter()
            .find_map(|field| iso_day(m.attr(field)))
    };
    // The newest one; the first in the file where none or several have that date.
    let newest = target.all("modification").rev_max_by(|m| day_of(m));
    let listed = |m: &&Element| m.attr("modification-type") == "listed";
    History {
        status: match newest.map_or("", |m| m.attr("modification-type")) {
            "de-listed" => Status::Delisted,
            "amended" => Status::Amended,
            _ => Status::Active,
        },
        listed_on: target
            .all("modification")
            .filter(listed)
            .filter_map(day_of)
            .min(),
        updated_on: newest.and_then(day_of),
    }
}

/// The first of the largest, where `Iterator::max_by_key` gives the last.
trait FirstMax<'a>: Iterator<Item = &'a Element> + Sized {
    fn rev_max_by(self, key: impl Fn(&Element) -> Option<Date>) -> Option<&'a Element> {
        self.fold(None, |best: Option<&Element>, next| match best {
            Some(best) if key(best) >= key(next) => Some(best),
            _ => Some(next),
        })
    }
}

impl<'a, I: Iterator<Item = &'a Element>> FirstMax<'a> for I {}

fn target(target: &Element, shared: &Shared, file: u32, intake: &mut Intake) {
    let history = history(target);
    let content = ["individual", "entity", "object"]
        .into_iter()
        .find_map(|name| target.child(name));
    let mut draft = Draft::sanction(&mut intake.tally, file, target.row, kind_of(content));
    draft.notice.status = history.status;
    if history.status == Status::Delisted {
        draft.count("delisted");
        draft.notice.valid_to = history.updated_on;
    }
    if let Some(content) = content {
        subject(content, shared, &history, target, &mut draft);
    }
    draft.reference("seco_ssid", target.attr("ssid"));
    draft.reference("foreign_id", target.get("foreign-identifier"));
    draft.finish(target.attr("ssid"), &mut intake.notices);
}

fn kind_of(content: Option<&Element>) -> Kind {
    let Some(content) = content else {
        return Kind::Unknown;
    };
    match (content.name.as_str(), content.attr("object-type")) {
        ("individual", _) => Kind::Person,
        ("entity", _) => Kind::Organization,
        (_, "vessel") => Kind::Vessel,
        (_, "aircraft" | "airplane") => Kind::Aircraft,
        _ => Kind::Object,
    }
}

fn subject(
    content: &Element,
    shared: &Shared,
    history: &History,
    target: &Element,
    draft: &mut Draft<'_>,
) {
    for identity in content.all("identity") {
        read_identity(identity, shared, draft);
    }
    draft.sex(content.attr("sex"));
    let reasons: Vec<&str> = content.all("justification").map(Element::value).collect();
    let reason = reasons.join("\n");
    for set in target.all("sanctions-set-id") {
        let known = shared.programs.get(set.value()).cloned();
        draft.program(Program {
            listed_on: history.listed_on,
            updated_on: history.updated_on,
            reason: reason.clone(),
            ..known.unwrap_or_else(|| Program {
                code: set.value().to_owned(),
                authority: "SECO".to_owned(),
                ..Program::default()
            })
        });
    }
    for information in content.all("other-information") {
        draft.remark(information.value());
        if let Some(number) = imo_in(information.value()) {
            draft.id(IdKind::Imo, number, "");
        }
    }
    for relation in content.all("relation") {
        draft.notice.relations.push(Relation {
            to_uid: relation.attr("target-id").to_owned(),
            kind: relation.attr("relation-type").to_owned(),
            text: relation.get("remark").to_owned(),
        });
    }
    for attribute in content.all("generic-attribute") {
        draft.extra(attribute.attr("name"), attribute.value());
    }
}

fn read_identity(identity: &Element, shared: &Shared, draft: &mut Draft<'_>) {
    let is_main = identity.attr("main") != "false";
    for name in identity.all("name") {
        for name in seco_name::names(name, is_main) {
            draft.name(name);
        }
    }
    for nationality in identity.list("nationality", "country") {
        draft.country(
            CountryKind::Nationality,
            country_of(nationality, "iso-code"),
        );
    }
    for date in identity.all("day-month-year") {
        birth_date(date, draft);
    }
    for (field, kind) in [
        ("place-of-birth", PlaceKind::Birth),
        ("address", PlaceKind::Address),
    ] {
        for reference in identity.all(field) {
            read_place(reference, kind, shared, draft);
        }
    }
    for document in identity.all("identification-document") {
        let issuer = document.child("issuer");
        let country = issuer.map_or("", |i| country_of(i, "code"));
        let label = document.attr("document-type");
        let date = |field| PartialDate::parse(document.get(field), None).ok();
        if let Some(id) = draft.id(id_types::kind(label), document.get("number"), country) {
            id.issued = date("date-of-issue");
            id.expires = date("expiry-date");
            id.raw = [label, document.get("remark")].join("; ");
        }
    }
}

/// The code in an attribute, else the name as text.
fn country_of<'a>(element: &'a Element, code: &str) -> &'a str {
    match element.attr(code) {
        "" => element.value(),
        code => code,
    }
}

fn birth_date(element: &Element, draft: &mut Draft<'_>) {
    let small = |field| element.attr(field).parse::<u8>().unwrap_or(0);
    let year = element.attr("year").parse::<i16>().ok();
    let date = year.and_then(|y| PartialDate::from_ymd(y, small("month"), small("day")));
    let date = date.map(|mut date| {
        let calendar = element.attr("calendar");
        if !calendar.is_empty() {
            date.calendar = Calendar::from_code(calendar);
        }
        date.circa = element.attr("quality") == "circa";
        if element.attr("quality") == "low" {
            "quality low".clone_into(&mut date.raw);
        }
        date
    });
    let stated = [
        element.attr("year"),
        element.attr("month"),
        element.attr("day"),
    ]
    .join("-");
    draft.date_of(DateKind::Birth, date, &stated);
}

/// An address refers to a place, and may say more beside it.
fn read_place(reference: &Element, kind: PlaceKind, shared: &Shared, draft: &mut Draft<'_>) {
    let place = shared.places.get(reference.attr("place-id"));
    let field = |name| place.map_or("", |p| p.get(name));
    let lines = ["address-details", "p-o-box", "c-o", "remark"];
    let location = Location {
        kind,
        text: reference.join(&lines, ", "),
        city: field("location").to_owned(),
        region: field("area").to_owned(),
        postal: reference.get("zip-code").to_owned(),
        ..Location::default()
    };
    let country = place
        .and_then(|p| p.child("country"))
        .map_or("", |c| country_of(c, "iso-code"));
    draft.place(location, country);
}

/// Seven digits behind "IMO".
fn imo_in(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("IMO")?;
    let start = rest
        .find(|c: char| c.is_ascii_digit())
        .filter(|at| *at < 20)?;
    let digits = rest.get(start..)?;
    let end = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    digits.get(..end).filter(|d| d.len() == 7)
}

#[cfg(test)]
#[path = "seco_tests.rs"]
mod tests;

//! OFAC Advanced Sanctions List Standard (`sdn_advanced.xml`).
//!
//! In: the cross-referenced XML with original scripts and date ranges. Out: one notice per
//! `DistinctParty`. Two streaming passes: the first gathers what is referred to by number
//! (`advanced_sets.rs`), the second reads the parties one at a time. Numbers mean nothing by
//! themselves: each is looked up in the reference values of the file.

use super::advanced_sets::{Document, Sets};
use super::draft::{Draft, name_from_parts};
use super::id_types::{self, IdMeaning};
use super::xml::{Element, read_elements};
use super::{Input, Intake, ListSettings};
use crate::error::{Problem, Result};
use crate::record::{
    Action, CountryKind, DateKind, Kind, Location, Name, NameKind, NoticeType, PartKind, PlaceKind,
    Strength,
};
use crate::tally::Reason;

/// Types of name parts, what they are, and their place in the reading order of a person's name.
const PARTS: &[(&str, PartKind, u8)] = &[
    ("first name", PartKind::Given, 1),
    ("middle name", PartKind::Middle, 2),
    ("patronymic", PartKind::Patronymic, 3),
    ("last name", PartKind::Family, 4),
    ("matronymic", PartKind::Family, 5),
    ("maiden name", PartKind::Maiden, 6),
];

pub(super) fn read(inputs: &[Input], _settings: &ListSettings) -> Result<Intake> {
    let mut intake = Intake::default();
    for input in inputs {
        let mut sets = Sets::default();
        let root = read_elements(input, 2, &mut |section, element| {
            sets.add(section, element);
            Ok(())
        })?;
        if !root.attr("DeltaBaseVersion").is_empty() {
            let why = "a file of changes is no whole list";
            let format = "OFAC Advanced XML";
            return Err(Problem::Malformed { format, why }.at(input.place()));
        }
        read_elements(input, 2, &mut |section, element| {
            if section == "DistinctParties" {
                party(&element, &sets, input.file, &mut intake);
            }
            Ok(())
        })?;
        root.attr("Version").clone_into(&mut intake.version);
        intake.date = intake.date.max(sets.issued());
    }
    Ok(intake)
}

fn kind_of(profile: &Element, sets: &Sets) -> Kind {
    let [subtype, kind] = sets.party(profile.attr("PartySubTypeID"));
    for text in [subtype, kind] {
        match text.to_lowercase().as_str() {
            "vessel" => return Kind::Vessel,
            "aircraft" => return Kind::Aircraft,
            "individual" => return Kind::Person,
            "entity" => return Kind::Organization,
            _ => {}
        }
    }
    Kind::Unknown
}

fn party(party: &Element, sets: &Sets, file: u32, intake: &mut Intake) {
    let kind = party
        .child("Profile")
        .map_or(Kind::Unknown, |p| kind_of(p, sets));
    let mut draft = Draft::sanction(&mut intake.tally, file, party.row, kind);
    for profile in party.all("Profile") {
        let id = profile.attr("ID");
        for identity in profile.all("Identity") {
            read_identity(identity, kind, sets, &mut draft);
        }
        for element in profile.all("Feature") {
            feature(element, sets, &mut draft);
        }
        for program in sets.programs(id) {
            draft.program(program.clone());
        }
        draft.notice.relations.extend_from_slice(sets.relations(id));
        draft.reference("ofac_profile", id);
    }
    if draft.notice.programs.is_empty() {
        // Known to the list, but under no measure of its own.
        draft.notice.notice_type = NoticeType::Other;
        draft.notice.action_requested = Action::None;
        draft.count("parties_without_entry");
    }
    for comment in party.all("Comment").chain(party.list("Profile", "Comment")) {
        draft.remark(comment.value());
    }
    draft.reference("ofac_uid", party.attr("FixedRef"));
    draft.finish(party.attr("FixedRef"), &mut intake.notices);
}

fn read_identity(identity: &Element, kind: Kind, sets: &Sets, draft: &mut Draft<'_>) {
    let groups: Vec<(&str, String)> = identity
        .list("NamePartGroups", "MasterNamePartGroup")
        .flat_map(|m| m.all("NamePartGroup"))
        .map(|g| {
            (
                g.attr("ID"),
                sets.text("NamePartType", g.attr("NamePartTypeID")),
            )
        })
        .collect();
    if identity.is_set("False") {
        draft.count("false_identities");
    }
    for alias in identity.all("Alias") {
        let is_primary = alias.is_set("Primary") && identity.attr("Primary") != "false";
        let label = sets
            .text("AliasType", alias.attr("AliasTypeID"))
            .to_uppercase();
        let alias_kind = match label.as_str() {
            _ if is_primary => NameKind::Primary,
            "F.K.A." | "N.K.A." => NameKind::Former,
            _ => NameKind::Alias,
        };
        let strength = if alias.is_set("LowQuality") {
            Strength::Weak
        } else {
            Strength::Strong
        };
        let mut has_latin = false;
        for documented in alias.all("DocumentedName") {
            let (mut name, script, is_acronym) = read_name(documented, kind, &groups, sets);
            let is_latin = script.is_empty() || script.eq_ignore_ascii_case("Latn");
            name.kind = if !is_latin {
                NameKind::OriginalScript
            } else if has_latin {
                NameKind::Variant
            } else if is_acronym && alias_kind == NameKind::Alias {
                NameKind::Abbreviation
            } else {
                alias_kind
            };
            has_latin |= is_latin;
            name.strength = strength;
            draft.name(name);
        }
    }
    for document in sets.documents(identity.attr("ID")) {
        add_document(document, draft);
    }
}

/// A name in reading order, the code of its script, and whether it is an acronym.
fn read_name(
    documented: &Element,
    kind: Kind,
    groups: &[(&str, String)],
    sets: &Sets,
) -> (Name, String, bool) {
    let mut parts: Vec<(u8, PartKind, String)> = Vec::new();
    let mut script = String::new();
    let mut is_acronym = false;
    for value in documented.list("DocumentedNamePart", "NamePartValue") {
        let group = value.attr("NamePartGroupID");
        let label = groups
            .iter()
            .find(|(id, _)| *id == group)
            .map_or("", |(_, label)| label.as_str());
        let known = PARTS
            .iter()
            .find(|(name, _, _)| label.eq_ignore_ascii_case(name));
        let (part, rank) = known.map_or((PartKind::Whole, 0), |(_, part, rank)| (*part, *rank));
        parts.push((rank, part, value.value().to_owned()));
        script = sets.script(value.attr("ScriptID"));
        is_acronym |= value.is_set("Acronym");
    }
    let published: Vec<String> = parts.iter().map(|(_, _, text)| text.clone()).collect();
    if kind == Kind::Person {
        parts.sort_by_key(|(rank, _, _)| *rank);
    }
    let mut name = name_from_parts(parts.into_iter().map(|(_, p, text)| (p, text)).collect());
    if name.parts.iter().all(|p| p.kind == PartKind::Whole) {
        name.parts.clear();
    }
    let published = published.join(" ");
    if published != name.full {
        name.raw = published;
    }
    (name, script, is_acronym)
}

fn add_document(document: &Document, draft: &mut Draft<'_>) {
    let kind = id_types::kind(&document.label);
    match draft.id(kind, &document.number, &document.country) {
        Some(id) => {
            id.issued.clone_from(&document.issued);
            id.expires.clone_from(&document.expires);
            id.flags.clone_from(&document.flags);
            id.raw = [document.label.as_str(), &document.about].join("; ");
        }
        None => draft.extra(&document.label, &document.about),
    }
}

/// A feature: a date, a place, a country or a text, told apart by the name of its type.
fn feature(element: &Element, sets: &Sets, draft: &mut Draft<'_>) {
    let label = sets.text("FeatureType", element.attr("FeatureTypeID"));
    for version in element.all("FeatureVersion") {
        let details: Vec<String> = version
            .all("VersionDetail")
            .map(|d| match d.value() {
                "" => sets.text("DetailReference", d.attr("DetailReferenceID")),
                text => text.to_owned(),
            })
            .chain(version.all("Comment").map(|c| c.value().to_owned()))
            .filter(|t| !t.is_empty())
            .collect();
        let places: Vec<&(Location, String)> = version
            .all("VersionLocation")
            .filter_map(|l| sets.place(l.attr("LocationID")))
            .collect();
        let place = |kind: PlaceKind, draft: &mut Draft<'_>| {
            for (location, country) in &places {
                let location = Location {
                    kind,
                    ..location.clone()
                };
                draft.place(location, country);
            }
            for text in &details {
                let location = Location {
                    kind,
                    text: text.clone(),
                    ..Location::default()
                };
                draft.place(location, "");
            }
        };
        let country = |kind: CountryKind, draft: &mut Draft<'_>| {
            for (_, code) in &places {
                draft.country(kind, code);
            }
            for text in &details {
                draft.country(kind, text);
            }
        };
        let date = |kind: DateKind, draft: &mut Draft<'_>| {
            for period in version.all("DatePeriod") {
                draft.date_of(kind, sets.date(period), "unreadable period");
            }
            for text in &details {
                draft.date(kind, text, None);
            }
        };
        match (label.to_lowercase().as_str(), id_types::meaning(&label)) {
            ("birthdate", _) => date(DateKind::Birth, draft),
            ("place of birth", _) => place(PlaceKind::Birth, draft),
            ("location", _) => place(PlaceKind::Address, draft),
            ("nationality country", _) => country(CountryKind::Nationality, draft),
            ("citizenship country", _) => country(CountryKind::Citizenship, draft),
            ("title", _) => details.iter().for_each(|t| draft.position(t)),
            (_, IdMeaning::Flag) => country(CountryKind::Flag, draft),
            (_, IdMeaning::Jurisdiction) => country(CountryKind::Jurisdiction, draft),
            (_, IdMeaning::Founded) => date(DateKind::Incorporation, draft),
            (_, IdMeaning::Built) => date(DateKind::Build, draft),
            (_, IdMeaning::Sex) => details.iter().for_each(|t| draft.sex(t)),
            (_, IdMeaning::Id(kind)) => {
                for text in &details {
                    if let Some(id) = draft.id(kind, text, "") {
                        label.clone_into(&mut id.raw);
                    }
                }
            }
            (_, meaning) => {
                if meaning == IdMeaning::Unknown {
                    draft.refuse("feature", Reason::UnknownCode);
                }
                for text in &details {
                    draft.extra(&label, text);
                }
                for (location, country) in &places {
                    draft.extra(&label, &[location.city.as_str(), country].join(" "));
                }
                for period in version.all("DatePeriod").filter_map(|p| sets.date(p)) {
                    draft.extra(&label, &period.to_text());
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "ofac_advanced_tests.rs"]
mod tests;

//! UK Sanctions List, XML.
//!
//! In: `Designations/Designation`. Out: one notice per designation. Numbered name fields 1 to 5 are
//! given names, 6 is the family name, or the whole name of a firm or ship. Unknown parts of a date
//! stand as `dd` and `mm`. The spelling of name types varies (`Primary name`, `ALias`).

use super::draft::{Draft, iso_day, name_from_parts, slash_day};
use super::id_types;
use super::xml::{Element, read_elements};
use super::{Input, Intake, ListSettings};
use crate::error::Result;
use crate::record::{
    CountryKind, DateKind, DateOrder, IdKind, Kind, Location, Name, NameKind, PartKind, PlaceKind,
    Program, Strength,
};

const DMY: DateOrder = DateOrder::DayMonthYear;

/// Elements of a designation that are read; the texts in others are kept in `extra`.
const KNOWN: &[&str] = &[
    "LastUpdated",
    "DateDesignated",
    "UniqueID",
    "OFSIGroupID",
    "UNReferenceNumber",
    "Names",
    "NonLatinNames",
    "Titles",
    "RegimeName",
    "IndividualEntityShip",
    "DesignationSource",
    "SanctionsImposed",
    "OtherInformation",
    "UKStatementofReasons",
    "Addresses",
    "PhoneNumbers",
    "EmailAddresses",
    "IndividualDetails",
    "EntityDetails",
    "ShipDetails",
    // Repeats SanctionsImposed as one boolean per measure.
    "SanctionsImposedIndicators",
];

pub(super) fn read(inputs: &[Input], _settings: &ListSettings) -> Result<Intake> {
    let mut intake = Intake::default();
    for input in inputs {
        let root = read_elements(input, 1, &mut |_, element| {
            if element.name == "Designation" {
                designation(&element, input.file, &mut intake);
            } else if element.name == "DateGenerated" {
                intake.date = intake.date.max(slash_day(element.value(), DMY));
            } else {
                intake.tally.add("elements_ignored", 1);
            }
            Ok(())
        })?;
        root.attr("dateGenerated").clone_into(&mut intake.version);
        intake.date = intake.date.or(iso_day(root.attr("dateGenerated")));
    }
    Ok(intake)
}

fn designation(entry: &Element, file: u32, intake: &mut Intake) {
    let kind = match entry.get("IndividualEntityShip").to_lowercase().as_str() {
        "individual" => Kind::Person,
        "entity" => Kind::Organization,
        "ship" => Kind::Vessel,
        _ => Kind::Unknown,
    };
    let mut draft = Draft::sanction(&mut intake.tally, file, entry.row, kind);
    for name in entry.list("Names", "Name") {
        draft.name(read_name(name, kind));
    }
    for name in entry.list("NonLatinNames", "NonLatinName") {
        draft.name(Name {
            full: name.get("NameNonLatinScript").to_owned(),
            kind: NameKind::OriginalScript,
            lang: name.get("NonLatinScriptLanguage").to_owned(),
            ..Name::default()
        });
        draft.extra("non_latin_script_type", name.get("NonLatinScriptType"));
    }
    for title in entry.list("Titles", "Title") {
        draft.position(title.value());
    }
    for address in entry.list("Addresses", "Address") {
        read_address(address, &mut draft);
    }
    for (list, item, kind) in [
        ("PhoneNumbers", "PhoneNumber", IdKind::Phone),
        ("EmailAddresses", "EmailAddress", IdKind::Email),
    ] {
        for value in entry.list(list, item) {
            draft.id(kind, value.value(), "");
        }
    }
    for person in entry.list("IndividualDetails", "Individual") {
        individual(person, &mut draft);
    }
    for firm in entry.list("EntityDetails", "Entity") {
        organization(firm, &mut draft);
    }
    for vessel in entry.list("ShipDetails", "Ship") {
        ship(vessel, &mut draft);
    }
    let measures = entry.get("SanctionsImposed").split('|').map(str::trim);
    draft.program(Program {
        title: entry.get("RegimeName").to_owned(),
        authority: entry.get("DesignationSource").to_owned(),
        measures: measures
            .filter(|m| !m.is_empty())
            .map(str::to_owned)
            .collect(),
        listed_on: slash_day(entry.get("DateDesignated"), DMY),
        updated_on: slash_day(entry.get("LastUpdated"), DMY),
        reason: entry.get("UKStatementofReasons").to_owned(),
        ..Program::default()
    });
    draft.remark(entry.get("OtherInformation"));
    draft.reference("uksl_id", entry.get("UniqueID"));
    draft.reference("ofsi_group", entry.get("OFSIGroupID"));
    draft.reference("un_ref", entry.get("UNReferenceNumber"));
    keep_rest(entry, KNOWN, &mut draft);
    draft.finish(entry.get("UniqueID"), &mut intake.notices);
}

fn read_name(name: &Element, kind: Kind) -> Name {
    let fields = ["Name1", "Name2", "Name3", "Name4", "Name5", "Name6"];
    let mut built = if kind == Kind::Person {
        let kinds = [
            PartKind::Given,
            PartKind::Middle,
            PartKind::Middle,
            PartKind::Middle,
            PartKind::Middle,
            PartKind::Family,
        ];
        let parts = fields.iter().zip(kinds);
        name_from_parts(parts.map(|(f, k)| (k, name.get(f).to_owned())).collect())
    } else {
        Name::primary(name.join(&fields, " "))
    };
    let what = name.get("NameType").to_lowercase();
    built.kind = match what.as_str() {
        "primary name" | "primary" => NameKind::Primary,
        "primary name variation" => NameKind::Variant,
        _ if what.contains("formerly") || what == "fka" => NameKind::Former,
        _ => NameKind::Alias,
    };
    let strength = name.get("AliasStrength").to_lowercase();
    built.strength = if strength.starts_with("good") || strength.starts_with("high") {
        Strength::Strong
    } else if strength.starts_with("low") {
        Strength::Weak
    } else {
        Strength::Unknown
    };
    built
}

fn read_address(address: &Element, draft: &mut Draft<'_>) {
    let lines = [1, 2, 3, 4, 5, 6].map(|n| format!("AddressLine{n}"));
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let place = Location {
        kind: PlaceKind::Address,
        text: address.join(&lines, ", "),
        postal: address.join(&["AddressPostalCode", "PostalCode"], " "),
        ..Location::default()
    };
    draft.place(place, address.get("AddressCountry"));
}

fn individual(person: &Element, draft: &mut Draft<'_>) {
    for date in person.list("DOBs", "DOB") {
        let text = date
            .value()
            .to_lowercase()
            .replace("dd", "00")
            .replace("mm", "00");
        draft.date(DateKind::Birth, &text, Some(DMY));
    }
    for nationality in person.list("Nationalities", "Nationality") {
        draft.country(CountryKind::Nationality, nationality.value());
    }
    for (list, item, kind) in [
        ("PassportDetails", "Passport", IdKind::Passport),
        (
            "NationalIdentifierDetails",
            "NationalIdentifier",
            IdKind::NationalId,
        ),
    ] {
        for document in person.list(list, item) {
            let number = document.get(&format!("{item}Number"));
            let about = document.get(&format!("{item}AdditionalInformation"));
            match draft.id(kind, number, "") {
                Some(id) => about.clone_into(&mut id.raw),
                None => draft.extra(&list.to_lowercase(), about),
            }
        }
    }
    for position in person.list("Positions", "Position") {
        draft.position(position.value());
    }
    for place in person.list("BirthDetails", "Location") {
        let town = place.get("TownOfBirth").to_owned();
        let birth = Location {
            kind: PlaceKind::Birth,
            city: town,
            ..Location::default()
        };
        draft.place(birth, place.get("CountryOfBirth"));
    }
    draft.sex(person.get("Gender"));
    for sex in person.list("Genders", "Gender") {
        draft.sex(sex.value());
    }
    let known = [
        "DOBs",
        "Nationalities",
        "PassportDetails",
        "NationalIdentifierDetails",
        "Positions",
        "BirthDetails",
        "Gender",
        "Genders",
    ];
    keep_rest(person, &known, draft);
}

fn organization(firm: &Element, draft: &mut Draft<'_>) {
    for number in firm.list("BusinessRegistrationNumbers", "BusinessRegistrationNumber") {
        draft.id(IdKind::CompanyRegistration, number.value(), "");
    }
    keep_rest(firm, &["BusinessRegistrationNumbers"], draft);
}

fn ship(ship: &Element, draft: &mut Draft<'_>) {
    for number in ship.list("IMONumbers", "IMONumber") {
        draft.id(IdKind::Imo, number.value(), "");
    }
    for flag in ship.list("CurrentBelievedFlagOfShips", "CurrentBelievedFlagOfShip") {
        draft.country(CountryKind::Flag, flag.value());
    }
    for year in ship.list("YearsBuilt", "YearBuilt") {
        draft.date(DateKind::Build, year.value(), Some(DMY));
    }
    for list in ship
        .children
        .iter()
        .filter(|c| c.name.starts_with("HullIdent"))
    {
        for number in &list.children {
            draft.id(id_types::kind("hull"), number.value(), "");
        }
    }
    let known = ["IMONumbers", "CurrentBelievedFlagOfShips", "YearsBuilt"];
    let rest = |name: &str| known.contains(&name) || name.starts_with("HullIdent");
    for element in ship.children.iter().filter(|c| !rest(&c.name)) {
        keep(element, draft);
    }
}

/// Keeps the texts of elements that have no place in the schema.
fn keep_rest(element: &Element, known: &[&str], draft: &mut Draft<'_>) {
    for child in &element.children {
        if !known.contains(&child.name.as_str()) {
            keep(child, draft);
        }
    }
}

/// All texts in an element, under its name.
fn keep(element: &Element, draft: &mut Draft<'_>) {
    let mut open = vec![element];
    while let Some(next) = open.pop() {
        draft.extra(&element.name, next.value());
        open.extend(next.children.iter().rev());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::testing::{input_of, real_lists};
    use crate::record::PartialDate;

    #[test]
    fn a_designation_becomes_a_notice() {
        let (_keep, input) = input_of(
            "<?xml version='1.0' encoding='utf-8'?><Designations><DateGenerated>14/08/2026</DateGenerated>\
             <Designation><LastUpdated>29/04/2026</LastUpdated><DateDesignated>31/01/2001</DateDesignated>\
             <UniqueID>TST0001</UniqueID><OFSIGroupID>7</OFSIGroupID><UNReferenceNumber>TSi.1</UNReferenceNumber>\
             <Names><Name><Name1>ADA</Name1><Name2>MARY</Name2><Name6>EXAMPLE</Name6>\
             <NameType>Primary name</NameType></Name><Name><Name6>Addie</Name6><NameType>ALias</NameType>\
             <AliasStrength>Low quality a.k.a</AliasStrength></Name></Names><NonLatinNames><NonLatinName>\
             <NameNonLatinScript>Ада</NameNonLatinScript></NonLatinName></NonLatinNames>\
             <RegimeName>Test Regulations</RegimeName><IndividualEntityShip>Individual</IndividualEntityShip>\
             <DesignationSource>UN</DesignationSource><SanctionsImposed>Asset freeze|Travel Ban</SanctionsImposed>\
             <Websites><Website>example.org</Website></Websites>\
             <IndividualDetails><Individual><DOBs><DOB>dd/mm/1968</DOB><DOB>12/11/1967</DOB>\
             <DOB>31/02/1967</DOB></DOBs><PassportDetails><Passport><PassportNumber> D1</PassportNumber>\
             <PassportAdditionalInformation>issued in Test</PassportAdditionalInformation></Passport>\
             </PassportDetails></Individual></IndividualDetails></Designation></Designations>"
                .as_bytes(),
        );
        let intake = read(&[input], &ListSettings::default()).unwrap();
        let notice = &intake.notices[0];
        let record = &notice.record;
        assert_eq!(record.names[0].full, "ADA MARY EXAMPLE");
        assert_eq!(record.names[1].kind, NameKind::Alias);
        assert_eq!(record.names[1].strength, Strength::Weak);
        assert_eq!(record.names[2].kind, NameKind::OriginalScript);
        let dates: Vec<String> = record.dates.iter().map(PartialDate::to_text).collect();
        assert_eq!(dates, ["1968", "1967-11-12"]);
        assert_eq!(notice.extra["birth_date"], "31/02/1967");
        assert_eq!(notice.extra["Websites"], "example.org");
        assert_eq!(notice.programs[0].measures, ["Asset freeze", "Travel Ban"]);
        assert_eq!(record.ids[0].norm, "D1");
        assert_eq!(intake.date.unwrap().to_string(), "2026-08-14");
    }

    #[test]
    fn the_real_carve_gives_its_designations() {
        let Some(inputs) = real_lists(&["uk-sanctions-list/uksl-carve-2026-08-14.xml"]) else {
            return;
        };
        let intake = read(&inputs, &ListSettings::default()).unwrap();
        eprintln!("uksl: {:?}", intake.tally.counts().collect::<Vec<_>>());
        assert_eq!(intake.notices.len(), 2);
        assert_eq!(intake.tally.count("fields_emptied"), 0);
        let ship = &intake.notices[1].record;
        assert_eq!((ship.kind, ship.ids[0].kind), (Kind::Vessel, IdKind::Imo));
    }
}

//! OFAC `sdn.xml` and `consolidated.xml`, in the old and the new namespace.
//!
//! In: the "standard" XML of the US Treasury. Out: one notice per `sdnEntry`. The `idList` mixes
//! documents with facts that are none (gender, sanctions risk, websites); `id_types.tsv` says which
//! is which. Remarks are kept as published; in this format they repeat no date or document.

use super::draft::{Draft, slash_day};
use super::id_types::{self, IdMeaning};
use super::xml::{Element, read_elements};
use super::{Input, Intake, ListSettings};
use crate::error::Result;
use crate::record::{
    CountryKind, DateKind, DateOrder, IdKind, Kind, Location, Name, NameKind, NamePart, PartKind,
    PartialDate, PlaceKind, Program, Strength,
};
use crate::tally::{Reason, Tally};

pub(super) fn read(inputs: &[Input], _settings: &ListSettings) -> Result<Intake> {
    let mut intake = Intake::default();
    for input in inputs {
        read_elements(input, 1, &mut |_, element| {
            match element.name.as_str() {
                "publshInformation" => publication(&element, &mut intake),
                "sdnEntry" => entry(&element, input.file, &mut intake),
                _ => intake.tally.add("elements_ignored", 1),
            }
            Ok(())
        })?;
    }
    Ok(intake)
}

fn publication(element: &Element, intake: &mut Intake) {
    let date = slash_day(element.get("Publish_Date"), DateOrder::MonthDayYear);
    intake.date = intake.date.max(date);
    element.get("Publish_Date").clone_into(&mut intake.version);
    if let Ok(count) = element.get("Record_Count").parse::<u64>() {
        let sum = intake.published_count.unwrap_or(0).saturating_add(count);
        intake.published_count = Some(sum);
    }
}

fn kind_of(entry: &Element, tally: &mut Tally) -> Kind {
    match entry.get("sdnType").to_ascii_lowercase().as_str() {
        "individual" => Kind::Person,
        "entity" => Kind::Organization,
        "vessel" => Kind::Vessel,
        "aircraft" => Kind::Aircraft,
        _ => {
            tally.add("unknown_kinds", 1);
            Kind::Unknown
        }
    }
}

fn entry(entry: &Element, file: u32, intake: &mut Intake) {
    let kind = kind_of(entry, &mut intake.tally);
    let mut draft = Draft::sanction(&mut intake.tally, file, entry.row, kind);
    draft.name(name(entry, NameKind::Primary, Strength::Strong));
    for aka in entry.list("akaList", "aka") {
        let kind = match aka.get("type") {
            "f.k.a." | "n.k.a." => NameKind::Former,
            _ => NameKind::Alias,
        };
        let strength = Strength::from_code(aka.get("category")).unwrap_or_default();
        draft.name(name(aka, kind, strength));
    }
    for item in entry.list("dateOfBirthList", "dateOfBirthItem") {
        draft.date(DateKind::Birth, item.get("dateOfBirth"), None);
    }
    for item in entry.list("placeOfBirthList", "placeOfBirthItem") {
        birth_place(item.get("placeOfBirth"), &mut draft);
    }
    for address in entry.list("addressList", "address") {
        let place = Location {
            kind: PlaceKind::Address,
            text: address.join(&["address1", "address2", "address3"], ", "),
            city: address.get("city").to_owned(),
            region: address.get("stateOrProvince").to_owned(),
            postal: address.get("postalCode").to_owned(),
            ..Location::default()
        };
        draft.place(place, address.get("country"));
    }
    for (list, item, kind) in [
        ("nationalityList", "nationality", CountryKind::Nationality),
        ("citizenshipList", "citizenship", CountryKind::Citizenship),
    ] {
        for country in entry.list(list, item) {
            draft.country(kind, country.get("country"));
        }
    }
    for id in entry.list("idList", "id") {
        identifier(id, &mut draft);
    }
    for vessel in entry.all("vesselInfo") {
        vessel_facts(vessel, &mut draft);
    }
    for code in entry.list("programList", "program") {
        draft.program(Program {
            code: code.value().to_owned(),
            authority: "OFAC".to_owned(),
            ..Program::default()
        });
    }
    draft.position(entry.get("title"));
    draft.remark(entry.get("remarks"));
    draft.reference("ofac_uid", entry.get("uid"));
    draft.finish(entry.get("uid"), &mut intake.notices);
}

/// `lastName` and `firstName` in reading order; things and firms have `lastName` alone.
fn name(element: &Element, kind: NameKind, strength: Strength) -> Name {
    let (given, family) = (element.get("firstName"), element.get("lastName"));
    let part = |kind, value: &str| NamePart {
        kind,
        value: value.to_owned(),
    };
    let (full, parts, raw) = if given.is_empty() || family.is_empty() {
        (
            element.join(&["firstName", "lastName"], " "),
            vec![],
            String::new(),
        )
    } else {
        (
            format!("{given} {family}"),
            vec![part(PartKind::Given, given), part(PartKind::Family, family)],
            format!("{family}, {given}"),
        )
    };
    Name {
        full,
        kind,
        strength,
        parts,
        raw,
        ..Name::default()
    }
}

/// "City, Region, Country": what stands last is the country where a table knows it.
pub(super) fn birth_place(text: &str, draft: &mut Draft<'_>) {
    let last = text.rsplit(',').next().unwrap_or_default().trim();
    let is_country = crate::record::country::iso2(last).is_some();
    let (rest, country) = if is_country {
        let cut = text.len().saturating_sub(last.len());
        let rest = text.get(..cut).unwrap_or_default();
        (rest.trim().trim_end_matches(','), last)
    } else {
        (text, "")
    };
    let place = Location {
        kind: PlaceKind::Birth,
        text: rest.to_owned(),
        city: rest.split(',').next().unwrap_or_default().to_owned(),
        ..Location::default()
    };
    draft.place(place, country);
}

fn identifier(id: &Element, draft: &mut Draft<'_>) {
    let (label, number, country) = (id.get("idType"), id.get("idNumber"), id.get("idCountry"));
    match id_types::meaning(label) {
        IdMeaning::Id(kind) => {
            let dates = ["issueDate", "expirationDate"]
                .map(|field| PartialDate::parse(id.get(field), None).ok());
            let [issued, expires] = dates;
            if let Some(identifier) = draft.id(kind, number, country) {
                identifier.issued = issued;
                identifier.expires = expires;
                label.clone_into(&mut identifier.raw);
            }
        }
        IdMeaning::Sex => draft.sex(number),
        IdMeaning::Flag => draft.country(CountryKind::Flag, number),
        IdMeaning::Jurisdiction => draft.country(CountryKind::Jurisdiction, number),
        IdMeaning::Founded => draft.date(DateKind::Incorporation, number, None),
        IdMeaning::Built => draft.date(DateKind::Build, number, None),
        IdMeaning::Note => draft.extra(label.trim_end_matches(':'), number),
        IdMeaning::Unknown => {
            draft.refuse("id_type", Reason::UnknownCode);
            draft.extra(label.trim_end_matches(':'), number);
        }
    }
}

fn vessel_facts(vessel: &Element, draft: &mut Draft<'_>) {
    draft.id(IdKind::CallSign, vessel.get("callSign"), "");
    draft.country(CountryKind::Flag, vessel.get("vesselFlag"));
    for field in [
        "vesselType",
        "vesselOwner",
        "tonnage",
        "grossRegisteredTonnage",
    ] {
        draft.extra(field, vessel.get(field));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::testing::{input_of, real_lists};
    use crate::record::Sex;

    fn read_text(body: &str) -> Intake {
        let text = format!(
            "<?xml version='1.0' standalone='yes'?>\n<sdnList xmlns='any'>{body}</sdnList>"
        );
        let (_keep, input) = input_of(text.as_bytes());
        read(&[input], &ListSettings::default()).unwrap()
    }

    #[test]
    fn one_entry_becomes_one_notice() {
        let intake = read_text(
            "<publshInformation><Publish_Date>03/17/2020</Publish_Date>\
             <Record_Count>1</Record_Count></publshInformation>\
             <sdnEntry><uid>7</uid><firstName>Ada Mary</firstName><lastName>EXAMPLE</lastName>\
             <title>Minister</title><sdnType>Individual</sdnType><remarks>Any words.</remarks>\
             <programList><program>TEST</program></programList>\
             <idList><id><uid>1</uid><idType>Passport</idType><idNumber>X-123</idNumber>\
             <idCountry>France</idCountry><expirationDate>01 Jan 2030</expirationDate></id>\
             <id><idType>Gender</idType><idNumber>Female</idNumber></id>\
             <id><idType>Digital Currency Address - XBT</idType><idNumber>1Abc</idNumber></id>\
             <id><idType>Secondary sanctions risk:</idType><idNumber>Some text</idNumber></id>\
             <id><idType>Odd New Type</idType><idNumber>9</idNumber></id></idList>\
             <akaList><aka><uid>2</uid><type>a.k.a.</type><category>weak</category>\
             <lastName>ADDIE</lastName></aka><aka><uid>3</uid><type>f.k.a.</type>\
             <category>strong</category><lastName>SAMPLE</lastName><firstName>Ada</firstName></aka>\
             </akaList><dateOfBirthList><dateOfBirthItem><dateOfBirth>05 Feb 1970</dateOfBirth>\
             <mainEntry>true</mainEntry></dateOfBirthItem><dateOfBirthItem>\
             <dateOfBirth>circa 1971</dateOfBirth></dateOfBirthItem></dateOfBirthList>\
             <placeOfBirthList><placeOfBirthItem><placeOfBirth>Lyon, France</placeOfBirth>\
             </placeOfBirthItem></placeOfBirthList></sdnEntry>",
        );
        let notice = &intake.notices[0];
        let record = &notice.record;
        assert_eq!(record.names[0].full, "Ada Mary EXAMPLE");
        assert_eq!(record.names[0].raw, "EXAMPLE, Ada Mary");
        assert_eq!(record.names[1].strength, Strength::Weak);
        assert_eq!(record.names[2].kind, NameKind::Former);
        assert_eq!(record.dates[0].to_text(), "1970-02-05");
        assert_eq!(record.dates[1].to_text(), "~1971");
        assert_eq!(record.sex, Sex::Female);
        assert_eq!(record.ids.len(), 2);
        assert_eq!(record.ids[0].country, "FR");
        assert_eq!(record.ids[1].kind, IdKind::Wallet);
        assert_eq!(record.places[0].city, "Lyon");
        assert_eq!(record.places[0].country, "FR");
        assert_eq!(notice.extra["Secondary sanctions risk"], "Some text");
        assert_eq!(notice.extra["Odd New Type"], "9");
        assert_eq!(intake.tally.count("fields_emptied"), 1);
        assert_eq!(intake.published_count, Some(1));
        assert_eq!(intake.date.unwrap().to_string(), "2020-03-17");
    }

    #[test]
    fn a_vessel_keeps_its_call_sign_and_flag() {
        let intake = read_text(
            "<sdnEntry><uid>8</uid><lastName>SEA EXAMPLE</lastName><sdnType>Vessel</sdnType>\
             <vesselInfo><callSign>AB12</callSign><vesselType>Tug</vesselType>\
             <vesselFlag>Cuba</vesselFlag></vesselInfo><idList><id>\
             <idType>Vessel Registration Identification</idType><idNumber>IMO 1234567</idNumber>\
             </id></idList></sdnEntry>",
        );
        let record = &intake.notices[0].record;
        assert_eq!(record.kind, Kind::Vessel);
        assert_eq!(record.countries[0].iso2, "CU");
        assert_eq!(record.ids[0].kind, IdKind::Imo);
        assert_eq!(record.ids[0].norm, "1234567");
        assert_eq!(record.ids[1].kind, IdKind::CallSign);
    }

    #[test]
    fn the_real_lists_give_their_published_counts() {
        for (name, count) in [
            ("ofac-xml/consolidated-2020-03-17.xml.gz", 375),
            ("ofac-xml/sdn-carve-2026-08-07.xml", 2),
        ] {
            let Some(inputs) = real_lists(&[name]) else {
                return;
            };
            let intake = read(&inputs, &ListSettings::default()).unwrap();
            eprintln!("{name}: {:?}", intake.tally.counts().collect::<Vec<_>>());
            assert_eq!(intake.notices.len(), count);
            assert_eq!(intake.published_count, u64::try_from(count).ok());
            assert_eq!(intake.tally.count("rows_refused"), 0);
        }
    }
}

//! EU consolidated financial sanctions list (FSF), XML 1.1.
//!
//! In: `export/sanctionEntity`. Out: one notice per entity. The file flags no primary name: the
//! first one counts as primary. The same name in other languages is a variant. `00` is no country,
//! `-` no city.

use super::draft::{Draft, iso_day};
use super::id_types;
use super::xml::{Element, read_elements};
use super::{Input, Intake, ListSettings};
use crate::error::Result;
use crate::record::{
    Calendar, CountryKind, DateKind, IdFlag, IdKind, Kind, Location, Name, NameKind, NamePart,
    PartKind, PartialDate, PlaceKind, Program, Script, Status, Strength,
};

pub(super) fn read(inputs: &[Input], _settings: &ListSettings) -> Result<Intake> {
    let mut intake = Intake::default();
    for input in inputs {
        let root = read_elements(input, 1, &mut |_, element| {
            if element.name == "sanctionEntity" {
                entity(&element, input.file, &mut intake);
            } else {
                intake.tally.add("elements_ignored", 1);
            }
            Ok(())
        })?;
        root.attr("globalFileId").clone_into(&mut intake.version);
        intake.date = intake.date.max(iso_day(root.attr("generationDate")));
    }
    Ok(intake)
}

fn entity(entity: &Element, file: u32, intake: &mut Intake) {
    let subject = entity.child("subjectType").map_or("", |s| s.attr("code"));
    let class = entity
        .child("subjectType")
        .map_or("", |s| s.attr("classificationCode"));
    let kind = match (subject, class) {
        ("person", _) | (_, "P") => Kind::Person,
        ("enterprise", _) | (_, "E") => Kind::Organization,
        _ => Kind::Unknown,
    };
    let mut draft = Draft::sanction(&mut intake.tally, file, entity.row, kind);
    for (at, name) in entity.all("nameAlias").enumerate() {
        read_name(name, at == 0, &mut draft);
    }
    for birth in entity.all("birthdate") {
        birth_date(birth, &mut draft);
    }
    for citizenship in entity.all("citizenship") {
        draft.country(CountryKind::Citizenship, country_of(citizenship));
    }
    for document in entity.all("identification") {
        identification(document, &mut draft);
    }
    for address in entity.all("address") {
        read_address(address, &mut draft);
    }
    for regulation in entity.all("regulation") {
        draft.program(Program {
            code: regulation.attr("programme").to_owned(),
            authority: "EU".to_owned(),
            legal_basis: regulation.attr("numberTitle").to_owned(),
            listed_on: iso_day(entity.attr("designationDate"))
                .or(iso_day(regulation.attr("entryIntoForceDate"))),
            updated_on: iso_day(regulation.attr("publicationDate")),
            ..Program::default()
        });
    }
    if !entity.attr("delistingDate").is_empty() {
        draft.notice.status = Status::Delisted;
        draft.notice.valid_to = iso_day(entity.attr("delistingDate"));
    }
    draft.remark(entity.attr("designationDetails"));
    for remark in entity.all("remark") {
        draft.remark(remark.value());
    }
    let (reference, logical) = (entity.attr("euReferenceNumber"), entity.attr("logicalId"));
    draft.reference("eu_ref", reference);
    draft.reference("eu_logical", logical);
    draft.reference("un_ref", entity.attr("unitedNationId"));
    let source_id = if reference.is_empty() {
        logical
    } else {
        reference
    };
    draft.finish(source_id, &mut intake.notices);
}

fn read_name(element: &Element, is_first: bool, draft: &mut Draft<'_>) {
    let fields = [
        ("firstName", PartKind::Given),
        ("middleName", PartKind::Middle),
        ("lastName", PartKind::Family),
    ];
    let parts: Vec<NamePart> = fields
        .into_iter()
        .filter(|(field, _)| !element.attr(field).is_empty())
        .map(|(field, kind)| NamePart {
            kind,
            value: element.attr(field).to_owned(),
        })
        .collect();
    let joined: Vec<&str> = parts.iter().map(|p| p.value.as_str()).collect();
    let full = match element.attr("wholeName") {
        "" => joined.join(" "),
        whole => whole.to_owned(),
    };
    let lang = element.attr("nameLanguage").to_owned();
    let mut name = Name {
        full,
        parts,
        strength: match element.attr("strong") {
            "false" => Strength::Weak,
            "true" => Strength::Strong,
            _ => Strength::Unknown,
        },
        ..Name::default()
    };
    // Greek and Cyrillic are also scripts of the Union's own languages.
    let is_union = matches!(lang.as_str(), "EL" | "BG");
    let is_latin = matches!(name.script(), Script::Latin | Script::Common);
    name.kind = if is_first {
        NameKind::Primary
    } else if !is_latin && !is_union {
        NameKind::OriginalScript
    } else if lang.is_empty() {
        NameKind::Alias
    } else {
        NameKind::Variant
    };
    name.lang = lang;
    draft.name(name);
    draft.position(element.attr("title"));
    draft.position(element.attr("function"));
    if element.attr("gender") != "?" {
        draft.sex(element.attr("gender"));
    }
    remarks(element, draft);
}

fn remarks(element: &Element, draft: &mut Draft<'_>) {
    for remark in element.all("remark") {
        draft.remark(remark.value());
    }
}

/// The code, or the description where the code says nothing.
fn country_of(element: &Element) -> &str {
    match element.attr("countryIso2Code") {
        "" => element.attr("countryDescription"),
        code => code,
    }
}

fn birth_date(birth: &Element, draft: &mut Draft<'_>) {
    let number = |field| birth.attr(field).parse::<i16>().ok();
    let small = |field| birth.attr(field).parse::<u8>().unwrap_or(0);
    let day = PartialDate::parse(birth.attr("birthdate"), None).ok();
    let range = number("yearRangeFrom")
        .zip(number("yearRangeTo"))
        .and_then(|(from, to)| PartialDate::from_years(from, to));
    let parts = number("year")
        .and_then(|y| PartialDate::from_ymd(y, small("monthOfYear"), small("dayOfMonth")));
    let stated: Vec<&str> = [
        "birthdate",
        "year",
        "monthOfYear",
        "dayOfMonth",
        "yearRangeFrom",
    ]
    .into_iter()
    .map(|f| birth.attr(f))
    .filter(|v| !v.is_empty())
    .collect();
    if !stated.is_empty() {
        let calendar = Calendar::from_code(birth.attr("calendarType"));
        let date = day.or(parts).or(range).map(|mut date| {
            date.circa |= birth.is_set("circa");
            date.calendar = calendar;
            date
        });
        draft.date_of(DateKind::Birth, date, &stated.join(" "));
    }
    let place = Location {
        kind: PlaceKind::Birth,
        text: birth.attr("place").to_owned(),
        city: birth.attr("city").to_owned(),
        region: birth.attr("region").to_owned(),
        postal: birth.attr("zipCode").to_owned(),
        ..Location::default()
    };
    draft.place(place, country_of(birth));
    remarks(birth, draft);
}

fn read_address(address: &Element, draft: &mut Draft<'_>) {
    let post_box = address.attr("poBox");
    let parts = [address.attr("street"), post_box, address.attr("place")];
    let line: Vec<&str> = parts.into_iter().filter(|p| !p.is_empty()).collect();
    let place = Location {
        kind: PlaceKind::Address,
        text: line.join(", "),
        city: address.attr("city").to_owned(),
        region: address.attr("region").to_owned(),
        postal: address.attr("zipCode").to_owned(),
        as_at: address.is_set("asAtListingTime"),
        ..Location::default()
    };
    draft.place(place, country_of(address));
    for contact in address.all("contactInfo") {
        let (key, value) = (contact.attr("key"), contact.attr("value"));
        match id_types::kind(key) {
            kind @ (IdKind::Phone | IdKind::Email) => {
                draft.id(kind, value, "");
            }
            _ => draft.extra(&format!("contact_{}", key.to_lowercase()), value),
        }
    }
    remarks(address, draft);
}

fn identification(document: &Element, draft: &mut Draft<'_>) {
    let label = match document.attr("identificationTypeDescription") {
        "" => document.attr("identificationTypeCode"),
        description => description,
    };
    let number = match document.attr("number") {
        "" => document.attr("latinNumber"),
        number => number,
    };
    let flags = [
        ("knownFalse", IdFlag::KnownFalse),
        ("reportedLost", IdFlag::Lost),
        ("knownExpired", IdFlag::Expired),
        ("revokedByIssuer", IdFlag::Revoked),
    ];
    let date = |fields: [&str; 2]| {
        fields
            .into_iter()
            .find_map(|f| PartialDate::parse(document.attr(f), None).ok())
    };
    let about: Vec<&str> = ["issuedBy", "nameOnDocument"]
        .into_iter()
        .map(|f| document.attr(f))
        .chain(document.all("remark").map(Element::value))
        .chain([label])
        .filter(|v| !v.is_empty())
        .collect();
    let kind = id_types::kind(label);
    if let Some(id) = draft.id(kind, number, country_of(document)) {
        id.issued = date(["issueDate", "validFrom"]);
        id.expires = date(["validTo", ""]);
        id.flags = flags
            .into_iter()
            .filter(|(field, _)| document.is_set(field))
            .map(|(_, flag)| flag)
            .collect();
        id.raw = about.join("; ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::testing::{input_of, real_lists};

    const SAMPLE: &str = "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\
        <export xmlns='http://example.org/fsd' generationDate='2020-04-15T15:29:22.497+02:00' globalFileId='9'>\
        <sanctionEntity designationDetails='' unitedNationId='TSi.1' euReferenceNumber='EU.1.2' logicalId='13'>\
        <remark>Any words</remark><regulation publicationDate='2003-07-08' entryIntoForceDate='2003-07-07' \
        numberTitle='1/2003' programme='TST' logicalId='3'/><subjectType code='person' classificationCode='P'/>\
        <nameAlias firstName='Ada' middleName='' lastName='Example' wholeName='Ada Example' function='Minister' \
        gender='F' title='' nameLanguage='' strong='true' logicalId='1'><regulationSummary numberTitle='x'/></nameAlias>\
        <nameAlias firstName='' middleName='' lastName='' wholeName='Adèle Example' nameLanguage='FR' strong='true'/>\
        <nameAlias wholeName='Άντα Εξάμπλ' nameLanguage='EL' strong='true'/>\
        <nameAlias wholeName='آدا' nameLanguage='AR' strong='true'/>\
        <nameAlias wholeName='Addie' nameLanguage='' strong='false'/>\
        <citizenship countryIso2Code='00' countryDescription='UNKNOWN'/><citizenship countryIso2Code='IQ'/>\
        <birthdate circa='true' calendarType='GREGORIAN' city='-' year='1965' countryIso2Code='00'/>\
        <birthdate circa='false' calendarType='ISLAMIC' year='1370' monthOfYear='2' dayOfMonth='3'/>\
        <birthdate circa='false' calendarType='GREGORIAN' yearRangeFrom='1960' yearRangeTo='1962'/>\
        <birthdate circa='false' calendarType='GREGORIAN' birthdate='1937-04-28' year='1937' city='Test'/>\
        <identification number='X 1' identificationTypeCode='passport' \
        identificationTypeDescription='National passport' knownFalse='true' reportedLost='false' \
        countryIso2Code='IQ' issueDate='2001-02-03'/>\
        <address street='1 Road' city='Paris' zipCode='75' countryIso2Code='FR' asAtListingTime='true'>\
        <contactInfo key='EMAIL' value='a@example.org'/></address></sanctionEntity>\
        <sanctionEntity euReferenceNumber='' logicalId='14' delistingDate='2020-01-01'>\
        <subjectType code='enterprise' classificationCode='E'/><nameAlias wholeName='Gone Ltd'/></sanctionEntity>\
        </export>";

    #[test]
    fn an_entity_becomes_a_notice() {
        let (_keep, input) = input_of(SAMPLE.as_bytes());
        let intake = read(&[input], &ListSettings::default()).unwrap();
        let notice = &intake.notices[0];
        let record = &notice.record;
        assert_eq!(record.id.0, "EU.1.2");
        let kinds: Vec<NameKind> = record.names.iter().map(|n| n.kind).collect();
        assert_eq!(
            kinds,
            [
                NameKind::Primary,
                NameKind::Variant,
                NameKind::Variant,
                NameKind::OriginalScript,
                NameKind::Alias
            ]
        );
        assert_eq!(record.names[4].strength, Strength::Weak);
        let dates: Vec<String> = record.dates.iter().map(PartialDate::to_text).collect();
        assert_eq!(
            dates,
            ["~1965", "1370-02-03 (islamic)", "1960..1962", "1937-04-28"]
        );
        assert_eq!(record.countries.len(), 1);
        assert_eq!(record.places.len(), 2);
        assert!(record.places[1].as_at);
        assert_eq!(record.ids[0].flags, [IdFlag::KnownFalse]);
        assert_eq!(record.ids[0].kind, IdKind::Passport);
        assert_eq!(record.ids[1].kind, IdKind::Email);
        assert_eq!(intake.tally.count("fields_emptied"), 0);
    }

    #[test]
    fn a_delisted_entity_is_not_live() {
        let (_keep, input) = input_of(SAMPLE.as_bytes());
        let intake = read(&[input], &ListSettings::default()).unwrap();
        assert_eq!(intake.notices[1].status, Status::Delisted);
        assert_eq!(intake.notices[1].record.id.0, "14");
    }

    #[test]
    fn the_real_carve_gives_its_entities() {
        let Some(inputs) = real_lists(&["eu-fsf/fsf-1.1-carve-2020-04-15.xml"]) else {
            return;
        };
        let intake = read(&inputs, &ListSettings::default()).unwrap();
        eprintln!("eu: {:?}", intake.tally.counts().collect::<Vec<_>>());
        assert_eq!(intake.notices.len(), 7);
        let sum = |count: fn(&crate::record::Notice) -> usize| {
            intake.notices.iter().map(count).sum::<usize>()
        };
        // 29 name elements; five repeat the same words in another language.
        assert_eq!(sum(|n| n.record.names.len()), 24);
        // Two of the eleven birth elements hold a place alone.
        assert_eq!(sum(|n| n.record.dates.len()), 9);
        assert_eq!(intake.tally.count("fields_emptied"), 0);
    }
}

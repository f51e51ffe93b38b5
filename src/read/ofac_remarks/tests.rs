use super::*;
use crate::record::{Kind, Notice, Sex};
use crate::tally::Tally;

fn person(remarks: &str) -> (Notice, Tally) {
    let (mut tally, mut notices) = (Tally::new(), Vec::new());
    let mut draft = Draft::sanction(&mut tally, 1, 1, Kind::Person);
    draft.name(Name::primary("Ada Example"));
    read(remarks, &mut draft);
    draft.finish("1", &mut notices);
    (notices.remove(0), tally)
}

#[test]
fn dates_of_birth_are_complete_partial_circa_or_ranges() {
    let (n, _) = person(
        "DOB 03 May 1970; alt. DOB Sep 1971; alt. DOB circa 1972; DOB 1973 to 1975; \
         alt. DOB 01 Jan 1976 to 31 Dec 1977.",
    );
    let dates: Vec<String> = n.record.dates.iter().map(PartialDate::to_text).collect();
    assert_eq!(
        dates,
        ["1970-05-03", "1971-09", "~1972", "1973..1975", "1976..1977"]
    );
    assert_eq!(n.record.dates[4].raw, "01 Jan 1976 to 31 Dec 1977");
}

#[test]
fn documents_have_number_country_and_dates() {
    let (n, _) = person(
        "Passport NO33301/862 (Egypt) issued 17 Oct 1997 expires 01 Oct 2005; \
         alt. Passport Booklet: A6169832 (Pakistan); Cedula No. 16247821 (Colombia); \
         NIT # 800146749-7 (Colombia); Company Number IMO 5055293; \
         Legal Entity Number 851683897 (Netherlands); Passport D000483 (Syria) (Diplomatic); \
         Passport 0310857 (Eritrea) Issue Date 21 Aug 2006 Expire Date 20 Aug 2008; \
         Passport 4117921 issued under the name Bo Example; \
         Passport 55 and Norland ID No. 66.",
    );
    let ids: Vec<_> = n
        .record
        .ids
        .iter()
        .map(|i| (i.kind, i.norm.as_str(), i.country.as_str()))
        .collect();
    assert_eq!(
        ids,
        [
            (IdKind::Passport, "NO33301862", "EG"),
            (IdKind::Passport, "A6169832", "PK"),
            (IdKind::NationalId, "16247821", "CO"),
            (IdKind::Tax, "8001467497", "CO"),
            (IdKind::CompanyRegistration, "IMO5055293", ""),
            (IdKind::CompanyRegistration, "851683897", "NL"),
            (IdKind::Passport, "D000483", "SY"),
            (IdKind::Passport, "0310857", "ER"),
            (IdKind::Passport, "4117921", ""),
            (IdKind::Passport, "55", ""),
        ]
    );
    assert_eq!(n.record.ids[6].raw, "Passport Diplomatic");
    assert_eq!(n.record.ids[8].raw, "Passport under the name Bo Example");
    let passport = &n.record.ids[0];
    let issued = passport.issued.as_ref().map(PartialDate::to_text);
    let expires = passport.expires.as_ref().map(PartialDate::to_text);
    assert_eq!(issued.as_deref(), Some("1997-10-17"));
    assert_eq!(expires.as_deref(), Some("2005-10-01"));
}

#[test]
fn marks_of_ships_and_aircraft_are_identifiers() {
    let (n, _) = person(
        "Vessel Registration Identification IMO 9187629; MMSI 572469210; Aircraft Manufacture \
         Date 1992; Aircraft Construction Number (also called L/N or S/N or F/N) 8401; \
         Aircraft Tail Number EP-MMH; Nationality of Registration Korea, North",
    );
    let kinds: Vec<IdKind> = n.record.ids.iter().map(|i| i.kind).collect();
    assert_eq!(
        kinds,
        [
            IdKind::Imo,
            IdKind::Mmsi,
            IdKind::SerialNumber,
            IdKind::AircraftRegistration
        ]
    );
    assert_eq!(n.record.dates[0].kind, DateKind::Build);
    assert_eq!(n.record.countries[0].iso2, "KP");
}

#[test]
fn quoted_aliases_are_weak_and_lose_their_quotation_marks_only() {
    let (n, tally) = person("a.k.a. 'SAMPLE, Bo'; a.k.a. ''FUPI''; f.k.a. 'OLD NICK'.");
    let names: Vec<_> = n
        .record
        .names
        .iter()
        .skip(1)
        .map(|n| (n.full.as_str(), n.kind, n.strength))
        .collect();
    assert_eq!(
        names,
        [
            ("Bo SAMPLE", NameKind::Alias, Strength::Weak),
            ("'FUPI'", NameKind::Alias, Strength::Weak),
            ("OLD NICK", NameKind::Former, Strength::Weak),
        ]
    );
    assert_eq!(tally.count("weak_aliases"), 3);
}

#[test]
fn places_countries_sex_contacts_and_relations_are_read() {
    let (n, _) = person(
        "POB Smolny, Russia; nationality Palestinian; citizen Egypt; Gender Female; \
         Linked To: EXAMPLE GROUP; Email:ada@example.org; Telephone (357)(22660766); \
         SWIFT/BIC EXAMBE22; Digital Currency Address - XBT 1ExampleAddress",
    );
    assert_eq!(n.record.sex, Sex::Female);
    assert_eq!(n.record.places[0].country, "RU");
    let countries: Vec<&str> = n.record.countries.iter().map(|c| c.iso2.as_str()).collect();
    assert_eq!(countries, ["RU", "PS", "EG"]);
    assert_eq!(n.relations[0].text, "EXAMPLE GROUP");
    let ids: Vec<&str> = n.record.ids.iter().map(|i| i.value.as_str()).collect();
    assert_eq!(
        ids,
        [
            "ada@example.org",
            "(357)(22660766)",
            "EXAMBE22",
            "1ExampleAddress"
        ]
    );
    assert!(n.record.ids[3].raw.ends_with("XBT"));
}

#[test]
fn warnings_are_no_identifiers_and_unknown_pieces_stay() {
    let (n, tally) = person(
        "Secondary sanctions risk: Norland Regulations, section 12; Deputy Minister of Cheese; \
         Passport to be confirmed; DOB soon.",
    );
    assert!(n.record.ids.is_empty());
    assert_eq!(
        n.remarks,
        "Secondary sanctions risk: Norland Regulations, section 12; Deputy Minister of \
         Cheese; Passport to be confirmed; DOB soon"
    );
    assert_eq!(tally.count("remark_pieces_noted"), 1);
    assert_eq!(tally.count("remark_pieces_unparsed"), 3);
}

#[test]
fn every_row_of_the_table_has_a_meaning() {
    for line in TABLE.lines().filter(|l| !l.starts_with('#')) {
        let (_, code) = line.split_once('\t').unwrap();
        assert!(meaning_of(code).is_some(), "{line}");
    }
}

//! A small invented instance written against the schema: no Advanced XML file is at hand.

use super::*;
use crate::read::testing::input_of;
use crate::record::{IdFlag, IdKind, PartialDate, Sex};

const SAMPLE: &str = include_str!("ofac_advanced_sample.xml");

fn read_text(text: &str) -> Result<Intake> {
    let (_keep, input) = input_of(text.as_bytes());
    read(&[input], &ListSettings::default())
}

#[test]
fn parties_are_resolved_through_the_reference_values() {
    let intake = read_text(SAMPLE).unwrap();
    assert_eq!(intake.date.unwrap().to_string(), "2026-08-07");
    let kinds: Vec<(&str, Kind)> = intake
        .notices
        .iter()
        .map(|n| (n.record.id.0.as_str(), n.record.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            ("9001", Kind::Person),
            ("9002", Kind::Vessel),
            ("9003", Kind::Organization)
        ]
    );
    assert_eq!(intake.tally.count("fields_emptied"), 0);
    assert_eq!(intake.tally.count("rows_refused"), 0);
}

#[test]
fn names_have_kind_strength_script_and_reading_order() {
    let intake = read_text(SAMPLE).unwrap();
    let names: Vec<(&str, NameKind, Strength)> = intake.notices[0]
        .record
        .names
        .iter()
        .map(|n| (n.full.as_str(), n.kind, n.strength))
        .collect();
    assert_eq!(
        names,
        [
            ("Ada Mary EXAMPLE", NameKind::Primary, Strength::Strong),
            ("آدا مثال", NameKind::OriginalScript, Strength::Strong),
            ("ADDIE", NameKind::Alias, Strength::Weak),
            ("Ada SAMPLE", NameKind::Former, Strength::Strong),
        ]
    );
    let primary = &intake.notices[0].record.names[0];
    assert_eq!(primary.raw, "EXAMPLE Ada Mary");
    assert_eq!(primary.parts[2].kind, PartKind::Family);
}

#[test]
fn features_documents_and_entries_find_their_party() {
    let intake = read_text(SAMPLE).unwrap();
    let notice = &intake.notices[0];
    let record = &notice.record;
    let dates: Vec<String> = record.dates.iter().map(PartialDate::to_text).collect();
    assert_eq!(dates, ["1970-05-03", "1971", "~1968..1970", "1972-02"]);
    assert_eq!(record.sex, Sex::Female);
    assert_eq!(record.places[0].kind, PlaceKind::Address);
    assert_eq!(record.places[0].city, "Lyon");
    assert_eq!(record.places[0].country, "FR");
    let countries: Vec<(CountryKind, &str)> = record
        .countries
        .iter()
        .map(|c| (c.kind, c.iso2.as_str()))
        .collect();
    assert_eq!(countries, [(CountryKind::Nationality, "FR")]);
    assert_eq!(record.ids[0].kind, IdKind::Passport);
    assert_eq!(record.ids[0].norm, "X123");
    assert_eq!(record.ids[0].country, "FR");
    assert_eq!(record.ids[0].flags, [IdFlag::KnownFalse]);
    let expires = record.ids[0].expires.as_ref().unwrap();
    assert_eq!(expires.to_text(), "2030-01-01");
    assert_eq!(record.ids[1].kind, IdKind::Wallet);
    assert_eq!(notice.extra["Secondary sanctions risk:"], "Some text");
    assert_eq!(notice.programs[0].code, "TEST");
    assert_eq!(notice.programs[0].measures, ["Block"]);
    assert_eq!(
        notice.programs[0].listed_on.unwrap().to_string(),
        "2020-01-02"
    );
    assert_eq!(notice.relations[0].to_uid, "9003");
    assert_eq!(notice.relations[0].kind, "Owned or Controlled By");
    assert_eq!(notice.notice_type, NoticeType::Sanction);
    let ship = &intake.notices[1].record;
    assert_eq!(ship.ids[0].kind, IdKind::Imo);
    assert_eq!(ship.countries[0].kind, CountryKind::Flag);
    // The firm is known to the list but under no measure.
    assert_eq!(intake.notices[2].notice_type, NoticeType::Other);
    assert_eq!(intake.tally.count("parties_without_entry"), 1);
}

#[test]
fn a_file_of_changes_is_refused() {
    let delta = SAMPLE.replace("Version=\"1\"", "Version=\"2\" DeltaBaseVersion=\"1\"");
    assert_ne!(delta, SAMPLE);
    assert!(read_text(&delta).unwrap_err().is_input());
}

#[test]
fn a_file_that_is_cut_short_is_refused_whole() {
    let cut = SAMPLE.split("<SanctionsEntries>").next().unwrap();
    assert!(read_text(cut).unwrap_err().is_input());
}

//! Status logic, spelling variants and shared places on invented targets, and the real carve.

use super::*;
use crate::read::testing::{input_of, real_lists};
use crate::record::{NameKind, Notice, Strength};

fn read_targets(body: &str) -> Vec<Notice> {
    let text = format!(
        "<?xml version='1.0' encoding='UTF-8'?>\n<swiss-sanctions-list list-type='whole-list' \
         date='2026-08-15'><sanctions-program ssid='1'><program-key lang='ger'>TE</program-key>\
         <program-key lang='eng'>TEST</program-key><program-name lang='eng'>Test programme</program-name>\
         <origin>CH</origin><sanctions-set ssid='2' lang='eng'>Article 1</sanctions-set></sanctions-program>\
         {body}<place ssid='9'><location>Lyon</location><area>Rhone</area>\
         <country iso-code='FR'>France</country></place></swiss-sanctions-list>"
    );
    let (_keep, input) = input_of(text.as_bytes());
    let intake = read(&[input], &ListSettings::default()).unwrap();
    assert_eq!(intake.date.unwrap().to_string(), "2026-08-15");
    intake.notices
}

fn person(ssid: &str, given: &str, modifications: &str) -> String {
    format!(
        "<target ssid='{ssid}'><sanctions-set-id>2</sanctions-set-id><individual sex='female'>\
         <identity ssid='5' main='true'><name name-type='primary-name' quality='good' lang='eng'>\
         <name-part order='1' name-part-type='family-name'><value>Example</value>\
         <spelling-variant lang='RUS' script='CYRL'>Эгземпл</spelling-variant>\
         <spelling-variant lang='RUS' script='LATN'>Egzempl</spelling-variant></name-part>\
         <name-part order='2' name-part-type='given-name'><value>{given}</value>\
         <spelling-variant lang='RUS' script='CYRL'>Ада</spelling-variant></name-part>\
         <name-part order='3' name-part-type='maiden-name'><value>Sample</value></name-part></name>\
         <name name-type='alias' quality='low'><name-part order='1' name-part-type='whole-name'>\
         <value>Addie</value></name-part></name><nationality><country iso-code='BY'>Belarus</country>\
         </nationality><day-month-year day='7' month='5' year='1974' calendar='Gregorian'/>\
         <day-month-year year='1975'/><place-of-birth place-id='9'/><address place-id='9'>\
         <address-details>1 Road</address-details><zip-code>69</zip-code></address>\
         <identification-document document-type='id-card'><number>X1</number>\
         <issuer code='BY'>Belarus</issuer></identification-document></identity>\
         <justification>Any reason</justification></individual>{modifications}</target>"
    )
}

#[test]
fn parts_and_variants_make_whole_names_in_reading_order() {
    let notices = read_targets(&person("7", "Ada", ""));
    let record = &notices[0].record;
    let names: Vec<(&str, NameKind)> = record
        .names
        .iter()
        .map(|n| (n.full.as_str(), n.kind))
        .collect();
    assert_eq!(
        names,
        [
            ("Ada Example", NameKind::Primary),
            ("Ada Sample", NameKind::Birth),
            ("Ада Эгземпл", NameKind::OriginalScript),
            ("Ada Egzempl", NameKind::Variant),
            ("Addie", NameKind::Alias),
        ]
    );
    assert_eq!(record.names[4].strength, Strength::Weak);
    let dates: Vec<String> = record.dates.iter().map(PartialDate::to_text).collect();
    assert_eq!(dates, ["1974-05-07", "1975"]);
    assert_eq!(record.places.len(), 2);
    assert_eq!(record.places[1].country, "FR");
    assert_eq!(record.ids[0].kind, IdKind::NationalId);
    assert_eq!(notices[0].programs[0].code, "TEST");
}

#[test]
fn the_newest_modification_decides_the_status() {
    let check = |modifications: &str, expected: Status| {
        let notices = read_targets(&person("7", "Ada", modifications));
        assert_eq!(notices[0].status, expected, "{modifications}");
    };
    let gone = "<modification modification-type='de-listed' effective-date='2013-12-20'/>";
    let amended = "<modification modification-type='amended' effective-date='2012-12-14'/>";
    let listed = "<modification modification-type='listed'/>";
    let again = "<modification modification-type='listed' effective-date='2020-01-01'/>";
    check("", Status::Active);
    check(listed, Status::Active);
    check(&format!("{gone}{amended}{listed}"), Status::Delisted);
    check(&format!("{listed}{amended}{gone}"), Status::Delisted);
    check(&format!("{again}{gone}{listed}"), Status::Active);
    check(&format!("{amended}{listed}"), Status::Amended);
}

#[test]
fn history_never_becomes_a_notice_or_a_name() {
    let old = person("8", "Olga", "");
    let history = format!(
        "<modification modification-type='amended' effective-date='2012-01-01'><removed>{old}</removed>\
         <added>{old}</added></modification>"
    );
    let notices = read_targets(&person("7", "Ada", &history));
    assert_eq!(notices.len(), 1);
    assert!(
        notices[0]
            .record
            .names
            .iter()
            .all(|n| !n.full.contains("Olga"))
    );
}

#[test]
fn the_real_carve_gives_its_targets() {
    let Some(inputs) = real_lists(&["ch-seco/seco-carve-2026-08.xml"]) else {
        return;
    };
    let intake = read(&inputs, &ListSettings::default()).unwrap();
    eprintln!("seco: {:?}", intake.tally.counts().collect::<Vec<_>>());
    assert_eq!(intake.notices.len(), 3);
    let live = intake.notices.iter().filter(|n| n.status.is_live()).count();
    assert_eq!(live, 2);
    assert_eq!(intake.notices[1].record.ids[0].kind, IdKind::Imo);
    assert_eq!(intake.notices[0].record.names.len(), 4);
    assert_eq!(intake.tally.count("fields_emptied"), 0);
}

//! The quirks of the UN list with invented people, and the real files.

use super::*;
use crate::read::testing::{input_of, real_lists};
use crate::record::{Notice, Sex};
use crate::tally::Tally;

fn read_person(body: &str) -> (Notice, Tally) {
    let text = format!(
        "<?xml version='1.0' encoding='UTF-8'?>\n\
         <CONSOLIDATED_LIST dateGenerated='2020-03-20T19:09:21.822-04:00'><INDIVIDUALS>\
         <INDIVIDUAL><DATAID>1</DATAID><VERSIONNUM>1</VERSIONNUM><FIRST_NAME> ALI </FIRST_NAME>\
         <SECOND_NAME>OMAR EXAMPLE</SECOND_NAME><THIRD_NAME/><UN_LIST_TYPE>Test</UN_LIST_TYPE>\
         <REFERENCE_NUMBER>TSi.001 </REFERENCE_NUMBER><LISTED_ON>2011-07-29-04:00</LISTED_ON>\
         {body}</INDIVIDUAL></INDIVIDUALS><ENTITIES/></CONSOLIDATED_LIST>"
    );
    let (_keep, input) = input_of(text.as_bytes());
    let mut intake = read(&[input], &ListSettings::default()).unwrap();
    assert_eq!(intake.date.unwrap().to_string(), "2020-03-20");
    (intake.notices.remove(0), intake.tally)
}

#[test]
fn empty_placeholders_add_nothing() {
    let (notice, tally) = read_person(
        "<COMMENTS1/><GENDER>MALE</GENDER><LAST_DAY_UPDATED><VALUE/></LAST_DAY_UPDATED>\
         <INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS><INDIVIDUAL_ADDRESS><COUNTRY/>\
         </INDIVIDUAL_ADDRESS><INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE/></INDIVIDUAL_DATE_OF_BIRTH>\
         <INDIVIDUAL_PLACE_OF_BIRTH/><INDIVIDUAL_DOCUMENT/><SORT_KEY/>",
    );
    let record = &notice.record;
    assert_eq!(record.id.0, "TSi.001");
    assert_eq!(record.names.len(), 1);
    assert_eq!(record.names[0].full, "ALI OMAR EXAMPLE");
    assert_eq!(record.sex, Sex::Male);
    assert!(record.dates.is_empty() && record.places.is_empty() && record.ids.is_empty());
    assert_eq!(tally.count("fields_emptied"), 0);
    let listed = notice.programs[0].listed_on.unwrap();
    assert_eq!(listed.to_string(), "2011-07-29");
}

#[test]
fn aliases_have_quality_and_may_be_several_in_one() {
    let (notice, _) = read_person(
        "<NAME_ORIGINAL_SCRIPT>علي عمر</NAME_ORIGINAL_SCRIPT>\
         <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Aly Example; Alie Example</ALIAS_NAME>\
         </INDIVIDUAL_ALIAS><INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>The Example</ALIAS_NAME>\
         <DATE_OF_BIRTH>1969</DATE_OF_BIRTH><NOTE>used abroad</NOTE></INDIVIDUAL_ALIAS>",
    );
    let got: Vec<(&str, NameKind, Strength)> = notice
        .record
        .names
        .iter()
        .map(|n| (n.full.as_str(), n.kind, n.strength))
        .collect();
    assert_eq!(
        got,
        [
            ("ALI OMAR EXAMPLE", NameKind::Primary, Strength::Unknown),
            ("علي عمر", NameKind::OriginalScript, Strength::Unknown),
            ("Aly Example", NameKind::Alias, Strength::Strong),
            ("Alie Example", NameKind::Alias, Strength::Strong),
            ("The Example", NameKind::Alias, Strength::Weak),
        ]
    );
    assert_eq!(notice.record.dates[0].to_text(), "1969");
    assert_eq!(notice.extra["alias_note"], "used abroad");
}

#[test]
fn birth_dates_come_in_every_shape() {
    let check = |body: &str, expected: &str| {
        let body = format!("<INDIVIDUAL_DATE_OF_BIRTH>{body}</INDIVIDUAL_DATE_OF_BIRTH>");
        let (notice, _) = read_person(&body);
        let got: Vec<String> = notice
            .record
            .dates
            .iter()
            .map(PartialDate::to_text)
            .collect();
        assert_eq!(got, [expected], "{body}");
    };
    check(
        "<TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1964-07-17</DATE>",
        "1964-07-17",
    );
    check("<DATE>1964-07-17-04:00</DATE>", "1964-07-17");
    check(
        "<TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><YEAR>1970</YEAR>",
        "~1970",
    );
    check(
        "<TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><NOTE>Approximately</NOTE>\
         <FROM_YEAR>1955</FROM_YEAR><TO_YEAR>1958</TO_YEAR>",
        "~1955..1958",
    );
    check(
        "<TYPE_OF_DATE>EXACT</TYPE_OF_DATE><NOTE>Nov. 1973 </NOTE>",
        "1973-11",
    );
    check("<NOTE>Sep.</NOTE><YEAR>1958</YEAR>", "1958-09");
    check("<NOTE>Between Aug. and Sep. 1977</NOTE>", "~1977");
    check(
        "<NOTE>24/06/1402 (Hijri Calendar)</NOTE>",
        "1402-06-24 (islamic)",
    );
}

#[test]
fn an_age_is_no_date_and_is_counted() {
    let (notice, tally) = read_person(
        "<INDIVIDUAL_DATE_OF_BIRTH><NOTE>30-35 years old</NOTE></INDIVIDUAL_DATE_OF_BIRTH>",
    );
    assert!(notice.record.dates.is_empty());
    assert_eq!(notice.extra["birth_date"], "30-35 years old");
    assert_eq!(tally.count("fields_emptied"), 1);
}

#[test]
fn document_numbers_are_found_where_they_hide() {
    let check = |body: &str, kind: IdKind, norm: &str| {
        let body = format!("<INDIVIDUAL_DOCUMENT>{body}</INDIVIDUAL_DOCUMENT>");
        let (notice, _) = read_person(&body);
        let got: Vec<(IdKind, &str)> = notice
            .record
            .ids
            .iter()
            .map(|i| (i.kind, i.norm.as_str()))
            .collect();
        assert_eq!(got, [(kind, norm)], "{body}");
    };
    let passport = "<TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT>";
    check(
        &format!("{passport}<NUMBER> D 000933</NUMBER>"),
        IdKind::Passport,
        "D000933",
    );
    check(
        &format!("{passport}<NUMBER>Testland Passport No. 96/1844</NUMBER>"),
        IdKind::Passport,
        "961844",
    );
    check(
        &format!("{passport}<NOTE>passport number L 1916 issued on 28 Feb. 1996</NOTE>"),
        IdKind::Passport,
        "L1916",
    );
    check(
        "<TYPE_OF_DOCUMENT>Número de pasaporte</TYPE_OF_DOCUMENT><NUMBER>AB1</NUMBER>",
        IdKind::Passport,
        "AB1",
    );
    check(
        "<TYPE_OF_DOCUMENT2>national identification card (tazkira) number 4432</TYPE_OF_DOCUMENT2>",
        IdKind::NationalId,
        "4432",
    );
    check(
        "<TYPE_OF_DOCUMENT>National Identification Number</TYPE_OF_DOCUMENT>\
         <NOTE>Italian Fiscal Code: DAOM74</NOTE>",
        IdKind::NationalId,
        "DAOM74",
    );
}

#[test]
fn the_real_lists_give_the_documented_counts() {
    for (name, persons, entities) in [
        ("un/consolidated-2018-06-07.xml.gz", 693, 405),
        ("un/consolidated-2018-06-21.xml.gz", 695, 405),
        ("un/consolidated-2020-03-20.xml.gz", 709, 305),
    ] {
        let Some(inputs) = real_lists(&[name]) else {
            return;
        };
        let intake = read(&inputs, &ListSettings::default()).unwrap();
        eprintln!("{name}: {:?}", intake.tally.counts().collect::<Vec<_>>());
        let of = |kind| {
            intake
                .notices
                .iter()
                .filter(|n| n.record.kind == kind)
                .count()
        };
        assert_eq!(
            (of(Kind::Person), of(Kind::Organization)),
            (persons, entities)
        );
        assert_eq!(intake.tally.count("rows_refused"), 0);
    }
}

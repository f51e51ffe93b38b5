//! Entities, joins and delta operations on invented entities, and the samples.

use super::*;
use crate::read::testing::{input_of, real_lists};
use crate::record::Strength;

fn read_files(files: &[&str]) -> Intake {
    let (keep, inputs): (Vec<_>, Vec<_>) = files.iter().map(|f| input_of(f.as_bytes())).unzip();
    let intake = read(&inputs, &ListSettings::default()).unwrap();
    drop(keep);
    intake
}

const BASE: &str = r#"{"id":"a","caption":"Ada Mary EXAMPLE","schema":"Person","properties":{"name":["Ada Example","Ada Mary EXAMPLE"],"weakAlias":["Addie"],"firstName":["Ada Mary","Ada"],"lastName":["Example"],"birthDate":["1970-05","1970-02-31"],"nationality":["na"],"topics":["role.pep","sanction"],"addressEntity":["addr-1","addr-2"]},"referents":["ofac-123"],"datasets":["x","y"]}
{"id":"b","caption":"Bond","schema":"Security","properties":{"name":["Bond"]}}
{"id":"addr-1","caption":"-","schema":"Address","properties":{"full":["1 Test Street, Lyon"],"city":["Lyon"],"country":["fr"]}}
{"id":"s","caption":"s","schema":"Sanction","properties":{"entity":["a"],"program":["TEST"],"startDate":["2020-01-02"],"endDate":["2021-01-02"]}}
{"id":"p","caption":"p","schema":"Passport","properties":{"holder":["a"],"number":["X-1"],"country":["fr"]}}
"#;

#[test]
fn an_entity_is_joined_with_what_belongs_to_it() {
    let intake = read_files(&[BASE]);
    assert_eq!(intake.notices.len(), 1);
    assert_eq!(intake.tally.count("other_schemata"), 1);
    assert_eq!(intake.tally.count("entities_joined"), 3);
    let notice = &intake.notices[0];
    let record = &notice.record;
    assert_eq!(record.names[0].full, "Ada Mary EXAMPLE");
    let parts: Vec<(PartKind, &str)> = record.names[0]
        .parts
        .iter()
        .map(|p| (p.kind, p.value.as_str()))
        .collect();
    assert_eq!(
        parts,
        [(PartKind::Given, "Ada Mary"), (PartKind::Family, "EXAMPLE")]
    );
    assert_eq!(record.names[2].strength, Strength::Weak);
    assert_eq!(notice.notice_type, NoticeType::Sanction);
    assert_eq!(record.countries[0].iso2, "NA");
    assert_eq!(record.places[0].city, "Lyon");
    assert_eq!(record.places[0].country, "FR");
    assert_eq!(notice.extra["addressEntity"], "addr-2");
    assert_eq!(notice.extra["birth_date"], "1970-02-31");
    assert_eq!(record.ids[0].norm, "X1");
    assert_eq!(notice.valid_to.unwrap().to_string(), "2021-01-02");
    assert!(
        notice
            .refs
            .iter()
            .any(|r| r.scheme == "ofac_uid" && r.value == "123")
    );
}

#[test]
fn delta_operations_apply_in_order() {
    let delta = r#"{"op":"MOD","entity":{"id":"a","caption":"Eve","schema":"Person","properties":{"name":["Eve"]}}}
{"op":"ADD","entity":{"id":"c","caption":"Cy","schema":"Person","properties":{"name":["Cy"]}}}
{"op":"ADD","entity":{"id":"d","caption":"Di","schema":"Person","properties":{"name":["Di"]}}}
"#;
    let later = r#"{"op":"DEL","entity":{"id":"c"}}
{"op":"DEL","entity":{"id":"never"}}
"#;
    let intake = read_files(&[BASE, delta, "", later]);
    let names: Vec<&str> = intake
        .notices
        .iter()
        .map(|n| n.record.names[0].full.as_str())
        .collect();
    assert_eq!(names, ["Eve", "Di"]);
    assert_eq!(intake.tally.count("entities_deleted"), 1);
    assert_eq!(intake.tally.count("deletions_of_unknown_entities"), 1);
}

#[test]
fn a_file_that_is_cut_short_is_refused_with_its_line() {
    let cut = &BASE[..BASE.len() - 20];
    let (_keep, input) = input_of(cut.as_bytes());
    let error = read(&[input], &ListSettings::default()).unwrap_err();
    assert!(error.is_input());
    assert_eq!(error.place().row, Some(5));
    assert!(!error.to_string().contains("holder"));
}

#[test]
fn an_unknown_operation_is_refused() {
    let (_keep, input) = input_of(br#"{"op":"PUT","entity":{"id":"a"}}"#);
    assert!(read(&[input], &ListSettings::default()).is_err());
}

#[test]
fn the_real_samples_give_their_entities() {
    for (names, count) in [
        (vec!["t1.entities.ftm.json"], 6),
        (vec!["t2.20240527134702-zbn.entities.delta.json"], 0),
        (
            vec![
                "t2.20240527194702-wnk.entities.delta.json",
                "t2.20240528014702-pfh.entities.delta.json",
            ],
            3,
        ),
    ] {
        let paths: Vec<String> = names
            .iter()
            .map(|n| format!("opensanctions-ftm/{n}"))
            .collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let Some(inputs) = real_lists(&paths) else {
            return;
        };
        let intake = read(&inputs, &ListSettings::default()).unwrap();
        eprintln!("{paths:?}: {:?}", intake.tally.counts().collect::<Vec<_>>());
        assert_eq!(intake.notices.len(), count);
    }
}

//! `FollowTheMoney` in and out again, on invented entities and on the samples where at hand.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::read::testing::{input_of, real_lists};
use crate::read::{Input, ListSettings, read_ftm};

/// What must survive, by entity: schema, and the values of each property that matters.
type Facts = BTreeMap<String, (String, BTreeMap<String, BTreeSet<String>>)>;

fn facts(lines: &str) -> Facts {
    let mut facts = Facts::new();
    let mut documents: Vec<(String, String)> = Vec::new();
    for line in lines.lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        let entity = value.get("entity").unwrap_or(&value);
        let schema = entity["schema"].as_str().unwrap();
        let texts = |property: &str| -> Vec<String> {
            let values = entity["properties"][property].as_array().cloned();
            let texts = values.unwrap_or_default();
            texts
                .iter()
                .map(|v| v.as_str().unwrap().to_owned())
                .collect()
        };
        if ["Passport", "Identification"].contains(&schema) {
            for holder in texts("holder") {
                for number in texts("number") {
                    let country = texts("country").join("");
                    documents.push((holder.clone(), format!("{number} {country}")));
                }
            }
        }
        if ["Sanction", "Address", "Passport", "Identification"].contains(&schema) {
            continue;
        }
        let mut kept: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for property in entity["properties"].as_object().unwrap().keys() {
            let matters = matches!(
                meaning(property),
                Some(
                    Meaning::Name(..)
                        | Meaning::Part(_)
                        | Meaning::Date(_)
                        | Meaning::Country(_)
                        | Meaning::Id(_)
                        | Meaning::Position
                        | Meaning::Sex
                )
            );
            if matters || property == "topics" {
                let values = texts(property).into_iter().filter(|v| !v.is_empty());
                kept.insert(property.clone(), values.collect());
            }
        }
        kept.retain(|_, values| !values.is_empty());
        let id = entity["id"].as_str().unwrap().to_owned();
        facts.insert(id, (schema.to_owned(), kept));
    }
    for (holder, document) in documents {
        if let Some((_, kept)) = facts.get_mut(&holder) {
            kept.entry("documents".into()).or_default().insert(document);
        }
    }
    facts
}

fn export(inputs: &[Input]) -> String {
    let intake = read_ftm(inputs, &ListSettings::default()).unwrap();
    let mut out = Vec::new();
    write_ftm(&intake.notices, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn check_round_trip(published: &str) {
    let (_keep, input) = input_of(published.as_bytes());
    let written = export(&[input]);
    let (before, after) = (facts(published), facts(&written));
    for (id, (schema, before)) in &before {
        let (schema_after, after) = &after[id];
        assert_eq!(schema, schema_after);
        let all = |facts: &BTreeMap<String, BTreeSet<String>>| -> BTreeSet<String> {
            let is_name = |p: &str| matches!(meaning(p), Some(Meaning::Name(..)));
            let names = facts.iter().filter(|(p, _)| is_name(p));
            names.flat_map(|(_, values)| values.clone()).collect()
        };
        assert_eq!(all(before), all(after));
        for (property, values) in before {
            // An entity without a name takes its first alias for one.
            let is_unnamed = !before.contains_key("name");
            let moved = is_unnamed && matches!(meaning(property), Some(Meaning::Name(..)));
            assert!(moved || after.get(property) == Some(values), "{property}");
        }
    }
    assert_eq!(before.len(), after.len());
    // A second round changes nothing at all.
    let (_keep, input) = input_of(written.as_bytes());
    assert_eq!(facts(&export(&[input])), after);
}

#[test]
fn what_came_from_follow_the_money_goes_back() {
    check_round_trip(
        r#"{"id":"NK-1","caption":"Ada Mary EXAMPLE","schema":"Person","properties":{"name":["Ada Example","Ada Mary EXAMPLE","Ада Эгземпл"],"alias":["Addie"],"weakAlias":["The Example"],"previousName":["Ada Sample"],"firstName":["Ada"],"lastName":["EXAMPLE"],"birthDate":["1970","1970-05-03"],"nationality":["fr","na"],"country":["by"],"gender":["female"],"passportNumber":["X1"],"innCode":["1234567890"],"taxNumber":["99"],"topics":["sanction","role.pep"],"position":["Minister; of State"]},"referents":["ofac-123"],"datasets":["test"],"target":true}
{"id":"NK-2","caption":"Example Ltd","schema":"Company","properties":{"name":["Example Ltd"],"jurisdiction":["cy"],"ogrnCode":["1027700"],"country":["xx-odd"],"incorporationDate":["1999-01"]},"target":true}
{"id":"NK-3","caption":"SEA EXAMPLE","schema":"Vessel","properties":{"name":["SEA EXAMPLE"],"imoNumber":["IMO1234567"],"flag":["pa"],"buildDate":["1990"],"registrationNumber":["R-1"]},"target":true}
{"id":"NK-4","caption":"TEST-1","schema":"Airplane","properties":{"name":["TEST-1"],"registrationNumber":["TEST-1"],"serialNumber":["55"]},"target":true}
{"id":"NK-5","caption":"Either","schema":"LegalEntity","properties":{"name":["Either"]},"target":false}
{"id":"doc-1","caption":"AB12","schema":"Passport","properties":{"holder":["NK-1"],"number":["AB12"],"country":["fr"],"endDate":["2030-01-01"]}}
{"id":"doc-2","caption":"77","schema":"Identification","properties":{"holder":["NK-1"],"number":["77"],"country":["by"],"type":["National ID"]}}
{"id":"s-1","caption":"EU","schema":"Sanction","properties":{"entity":["NK-1"],"program":["TEST"],"startDate":["2020-01-02"]}}
"#,
    );
}

#[test]
fn other_lists_are_written_with_topics_and_sanctions() {
    let mut notice = Notice::default();
    notice.record.id.0 = "7".to_owned();
    notice.record.kind = Kind::Person;
    notice.record.names = vec![
        Name::primary("Ada Example"),
        Name::alias("Addie", Strength::Weak),
    ];
    notice.record.dates = vec![PartialDate::from_years(1968, 1970).unwrap().about()];
    notice.notice_type = NoticeType::Sanction;
    notice.programs = vec![Program {
        code: "TEST".to_owned(),
        ..Program::default()
    }];
    notice.handling.caveat = "not for the file".to_owned();
    let mut out = Vec::new();
    write_ftm(&[notice], &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert_eq!(lines[0]["properties"]["birthDate"], json!(["1968", "1970"]));
    assert_eq!(lines[0]["properties"]["weakAlias"], json!(["Addie"]));
    assert_eq!(lines[0]["properties"]["topics"], json!(["sanction"]));
    assert_eq!(lines[1]["schema"], "Sanction");
    assert_eq!(lines[1]["properties"]["entity"], json!(["7"]));
    assert!(!text.contains("not for the file"));
}

#[test]
fn the_real_samples_survive_a_round_trip() {
    for name in [
        "opensanctions-ftm/t1.entities.ftm.json",
        "opensanctions-ftm/t2.20240527194702-wnk.entities.delta.json",
        "opensanctions-ftm/t2.20240528014702-pfh.entities.delta.json",
    ] {
        let Some(inputs) = real_lists(&[name]) else {
            return;
        };
        check_round_trip(&std::fs::read_to_string(inputs[0].path()).unwrap());
    }
}

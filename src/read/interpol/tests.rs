use super::*;
use crate::read::testing::{input_of, real_lists, show};

const LIST: &str = r#"{"total": 2, "query": {"page": 1, "resultPerPage": 20},
 "_embedded": {"notices": [
  {"forename": "ADA", "name": "EXAMPLE", "date_of_birth": "1972", "entity_id": "2099/1",
   "nationalities": ["EG"],
   "_links": {"self": {"href": "https://example.org/notices/v1/red/2099-1"}}},
  {"forename": null, "name": "MONONYM", "date_of_birth": "1990/05/15", "entity_id": "2099/2",
   "nationalities": ["SY", "IQ"],
   "_links": {"self": {"href": "https://example.org/notices/v1/yellow/2099-2"}}}
 ]}, "_links": {}}"#;

const DETAIL: &str = r#"{"entity_id": "2099/1", "forename": "ADA", "name": "EXAMPLE",
 "date_of_birth": "1972/03", "sex_id": "F", "country_of_birth_id": "914", "place_of_birth": "Cairo",
 "nationalities": ["EG"], "languages_spoken_ids": ["ENG", "FRE"], "eyes_colors_id": ["BRO"],
 "hairs_id": ["BLA"], "height": 1.68, "weight": 0, "distinguishing_marks": "scar",
 "arrest_warrants": [{"issuing_country_id": "EG", "charge": "line 1\r\nline 2",
  "charge_translation": null}], "something_new": ["a", "b"], "_links": {}}"#;

fn read_text(text: &str) -> Result<Intake> {
    let (_keep, input) = input_of(text.as_bytes());
    read(&[input], &ListSettings::default())
}

#[test]
fn list_items_have_type_names_and_dates_of_any_precision() {
    let got = read_text(LIST).unwrap();
    let red = &got.notices[0];
    assert_eq!(red.record.id.0, "2099/1");
    assert_eq!(red.record.names[0].full, "ADA EXAMPLE");
    assert_eq!(red.record.dates[0].to_text(), "1972");
    assert_eq!(
        (red.notice_type, red.action_requested),
        (NoticeType::Red, Action::Arrest)
    );
    let yellow = &got.notices[1];
    assert_eq!(yellow.record.names[0].full, "MONONYM");
    assert!(yellow.record.names[0].parts.is_empty());
    assert_eq!(yellow.record.dates[0].to_text(), "1990-05-15");
    assert_eq!(yellow.record.countries.len(), 2);
    assert_eq!(
        (yellow.notice_type, yellow.action_requested),
        (NoticeType::Yellow, Action::Locate)
    );
}

#[test]
fn a_detail_has_charges_and_its_unknowns_stay_unknown() {
    let got = read_text(DETAIL).unwrap();
    let n = &got.notices[0];
    assert_eq!(n.notice_type, NoticeType::Red);
    assert_eq!(n.record.dates[0].to_text(), "1972-03");
    assert_eq!(n.record.places[0].text, "Cairo");
    assert_eq!(n.record.places[0].country, "");
    assert_eq!(n.charges[0].text, "line 1\nline 2");
    assert_eq!(n.issuing_country, "EG");
    assert_eq!(n.physical.height_cm, Some(168.0));
    assert_eq!(n.physical.weight_kg, None);
    assert_eq!(n.languages, ["ENG", "FRE"]);
    assert_eq!(n.extra["something_new"], "a; b");
    assert_eq!(got.tally.count("fields_emptied"), 0);
}

#[test]
fn an_item_and_its_detail_are_one_notice_in_any_order() {
    let both = read_text(&format!("{LIST}\n{DETAIL}\n")).unwrap();
    let turned = read_text(&format!("[{DETAIL},{LIST}]")).unwrap();
    for got in [&both, &turned] {
        assert_eq!(got.notices.len(), 2);
        let n = got
            .notices
            .iter()
            .find(|n| n.record.id.0 == "2099/1")
            .unwrap();
        assert_eq!(n.notice_type, NoticeType::Red);
        assert_eq!(n.charges.len(), 1);
    }
}

#[test]
fn a_dash_is_no_name_and_a_notice_without_a_name_is_refused() {
    let dash = DETAIL.replace("\"ADA\"", "\"-\"");
    assert_eq!(
        read_text(&dash).unwrap().notices[0].record.names[0].full,
        "EXAMPLE"
    );
    let none = dash.replace("\"EXAMPLE\"", "null");
    let got = read_text(&none).unwrap();
    assert!(got.notices.is_empty());
    assert_eq!(got.tally.count("rows_refused"), 1);
}

#[test]
fn missing_people_and_un_notices_keep_their_facts() {
    let yellow = r#"{"entity_id": "2099-7", "name": "SAMPLE", "forename": "BO", "height": 172,
        "missing_since": "2020/01/02", "place_of_last_known_location": "Goma",
        "family_name_at_birth": "OLDNAME", "countries_of_visit_ids": ["SD"],
        "case": {"summary": "left home"}}"#;
    let un = r#"{"entity_id": "2099/8", "name": "EXAMPLE GROUP", "un_reference": "NOe.001",
        "_links": {"self": {"href": "https://example.org/notices/v1/un/entities/2099-8"}}}"#;
    let got = read_text(&format!("{yellow}{un}")).unwrap();
    let n = &got.notices[0];
    assert_eq!(n.record.id.0, "2099/7");
    assert_eq!(n.notice_type, NoticeType::Yellow);
    assert_eq!(n.record.dates[0].kind, DateKind::Missing);
    assert_eq!(n.record.names[1].full, "BO OLDNAME");
    assert_eq!(n.physical.height_cm, Some(172.0));
    assert_eq!(n.record.places[0].kind, PlaceKind::LastSeen);
    assert_eq!(n.remarks, "left home");
    let group = &got.notices[1];
    assert_eq!(group.notice_type, NoticeType::UnSpecial);
    assert_eq!(group.record.kind, Kind::Unknown);
    assert_eq!(group.refs[0].value, "NOe.001");
}

#[test]
fn a_file_cut_short_is_refused_whole_with_its_place() {
    let error = read_text(&LIST[..LIST.len() / 2]).unwrap_err();
    assert!(error.is_input() && error.place().row.is_some());
    assert!(!error.to_string().contains("EXAMPLE"));
}

#[test]
fn deep_nesting_does_no_harm() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(read_text(&deep).is_err());
}

#[test]
fn the_fictional_example_of_the_public_layout_is_two_people() {
    let Some(inputs) = real_lists(&["interpol/format-example-FICTIONAL.json"]) else {
        return;
    };
    let got = read(&inputs, &ListSettings::default()).unwrap();
    show("INTERPOL example", &got);
    assert_eq!(got.notices.len(), 2);
    assert!(got.notices.iter().all(|n| n.notice_type == NoticeType::Red));
    assert_eq!(got.notices[0].charges.len(), 1);
}

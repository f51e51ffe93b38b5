use super::*;
use crate::read::testing::{input_of, real_lists, show};
use crate::record::PartialDate;

const SDN: &str = "Specially Designated Nationals (SDN) - Treasury Department";
const DPL: &str = "Denied Persons List (DPL) - Bureau of Industry and Security";

/// A file with the columns of `KNOWN` and one more, each row given as (column, value) pairs.
fn read_rows(rows: &[&[(&str, &str)]]) -> Intake {
    let columns = [KNOWN, &["standard_order"]].concat();
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(&columns).unwrap();
    for row in rows {
        let cell = |c: &&str| row.iter().find(|(k, _)| k == c).map_or("", |(_, v)| *v);
        writer.write_record(columns.iter().map(cell)).unwrap();
    }
    let (_keep, input) = input_of(&writer.into_inner().unwrap());
    read(&[input], &ListSettings::default()).unwrap()
}

#[test]
fn values_inside_cells_come_apart() {
    let got = read_rows(&[&[
        ("_id", "77"),
        ("source", SDN),
        ("entity_number", "77"),
        ("type", "Individual"),
        ("programs", "SYRIA; SDGT"),
        ("name", "EXAMPLE, Ada"),
        ("alt_names", "SAMPLE, Ada; NICK"),
        (
            "addresses",
            "1 Sample Street, Tehran, IR; Alt. Address: Minsk, BY; SY",
        ),
        ("dates_of_birth", "1970-05-03; circa 1971; 1972 to 1973"),
        ("places_of_birth", "Tall Example, Iraq; Burma"),
        ("nationalities", "SY; RU"),
        ("title", "General; Director"),
        ("remarks", "(Linked To: EXAMPLE GROUP); Some words"),
        (
            "ids",
            "JO, 2014-08-30, 2009-08-31, K475336, Passport; Female, Gender; \
             Norland Regulations, section 12, Secondary sanctions risk:; odd words",
        ),
    ]]);
    let n = &got.notices[0];
    assert_eq!(n.record.id.0, format!("{SDN}/77"));
    let names: Vec<&str> = n.record.names.iter().map(|n| n.full.as_str()).collect();
    assert_eq!(names, ["Ada EXAMPLE", "Ada SAMPLE", "NICK"]);
    let dates: Vec<String> = n.record.dates.iter().map(PartialDate::to_text).collect();
    assert_eq!(dates, ["1970-05-03", "~1971", "1972..1973"]);
    let countries: Vec<&str> = n.record.places.iter().map(|p| p.country.as_str()).collect();
    assert_eq!(countries, ["IQ", "MM", "IR", "BY", "SY"]);
    let id = &n.record.ids[0];
    assert_eq!(
        (id.kind, id.norm.as_str(), id.country.as_str()),
        (IdKind::Passport, "K475336", "JO")
    );
    assert_eq!(id.issued.as_ref().unwrap().to_text(), "2009-08-31");
    assert_eq!(id.expires.as_ref().unwrap().to_text(), "2014-08-30");
    assert_eq!(n.record.sex.code(), "f");
    assert_eq!(n.relations[0].text, "EXAMPLE GROUP");
    assert_eq!(n.remarks, "odd words\nSome words");
    assert_eq!(
        n.extra["Secondary sanctions risk"],
        "Norland Regulations, section 12"
    );
    assert_eq!(n.refs[0].scheme, "ofac_uid");
    assert_eq!(n.action_requested, Action::Freeze);
    assert_eq!(n.programs.len(), 2);
    assert_eq!(got.tally.count("remark_pieces_unparsed"), 1);
}

#[test]
fn entries_without_number_or_type_have_a_key_an_end_and_an_unknown_kind() {
    let got = read_rows(&[
        &[
            ("_id", "deb7"),
            ("source", DPL),
            ("name", " I. EXAMPLE"),
            ("start_date", "2003-06-19"),
            ("end_date", "2056-06-29"),
            ("standard_order", "Y"),
        ],
        &[
            ("_id", "0aff"),
            (
                "source",
                "Entity List (EL) - Bureau of Industry and Security",
            ),
            ("name", "Example Plant JSC"),
            (
                "alt_names",
                "JSC Example; and Sample Works (f.k.a., Old Works)",
            ),
            ("license_policy", "Presumption of denial."),
        ],
    ]);
    let denied = &got.notices[0];
    assert_eq!(denied.record.id.0, format!("{DPL}/deb7"));
    assert_eq!(denied.record.kind, Kind::Unknown);
    assert_eq!(denied.record.names[0].full, "I. EXAMPLE");
    assert_eq!(denied.notice_type, NoticeType::ExportControl);
    assert_eq!(denied.valid_to.unwrap().to_string(), "2056-06-29");
    assert_eq!(denied.extra["standard order"], "Y");
    assert!(denied.refs.is_empty());
    let plant = &got.notices[1];
    let names: Vec<_> = plant
        .record
        .names
        .iter()
        .map(|n| (n.full.as_str(), n.kind))
        .collect();
    assert_eq!(
        names,
        [
            ("Example Plant JSC", NameKind::Primary),
            ("JSC Example", NameKind::Alias),
            ("Sample Works", NameKind::Alias),
            ("Old Works", NameKind::Former),
        ]
    );
    assert_eq!(plant.programs[0].measures, ["Presumption of denial."]);
}

#[test]
fn every_source_has_a_type_and_an_action() {
    for line in SOURCES.lines().filter(|l| !l.starts_with('#')) {
        let cells: Vec<&str> = line.split('\t').collect();
        assert!(NoticeType::from_code(cells[1]).is_some(), "{line}");
        assert!(Action::from_code(cells[2]).is_some(), "{line}");
    }
    assert_eq!(
        type_of("New List (NEW)"),
        (NoticeType::Other, Action::Check)
    );
}

#[test]
fn the_real_list_of_2022_has_its_14160_rows_of_13_lists() {
    let Some(inputs) = real_lists(&["us-csl/consolidated-2022-04.csv.gz"]) else {
        return;
    };
    let got = read(&inputs, &ListSettings::default()).unwrap();
    show("CSL 2022", &got);
    assert_eq!(got.notices.len(), 14160);
    assert_eq!(got.tally.count("rows_refused"), 0);
    let unknown = got
        .notices
        .iter()
        .filter(|n| n.record.kind == Kind::Unknown);
    assert_eq!(unknown.count(), 3625);
    assert!(
        got.notices
            .iter()
            .all(|n| n.notice_type != NoticeType::Other)
    );
    let sources: std::collections::BTreeSet<&str> = got
        .notices
        .iter()
        .filter_map(|n| n.record.id.0.split_once('/'))
        .map(|(source, _)| source)
        .collect();
    assert_eq!(sources.len(), 13);
}

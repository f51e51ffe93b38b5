//! UK Sanctions List, CSV (58 columns; the only British list since January 2026).
//!
//! In: a line `Report Date: dd-Mon-yyyy`, a header, one row per name, address and so on. Out: one
//! notice per unique id: people, firms and ships.

use crate::error::Result;
use crate::read::draft::{Draft, civil, slash_day};
use crate::read::grouped::{Columns, Group, Groups, find_header};
use crate::read::table::{Table, TableSettings};
use crate::read::{Input, Intake, ListSettings, habits, uk};
use crate::record::{
    Action, CountryKind, DateKind, DateOrder, IdKind, Kind, Notice, PartialDate, Program, Relation,
};
use crate::tally::Tally;

const ORDER: DateOrder = DateOrder::DayMonthYear;

const NEEDED: &[&str] = &[
    "Unique ID",
    "Name 6",
    "Name type",
    "Regime Name",
    "Designation Type",
];

/// Columns that have a place in the schema.
const KNOWN: &[&str] = &[
    "Last Updated",
    "Unique ID",
    "OFSI Group ID",
    "UN Reference Number",
    "Name 6",
    "Name 1",
    "Name 2",
    "Name 3",
    "Name 4",
    "Name 5",
    "Name type",
    "Alias strength",
    "Name non-latin script",
    "Non-latin script language",
    "Regime Name",
    "Designation Type",
    "Designation source",
    "Sanctions Imposed",
    "Other Information",
    "UK Statement of Reasons",
    "Address Line 1",
    "Address Line 2",
    "Address Line 3",
    "Address Line 4",
    "Address Line 5",
    "Address Line 6",
    "Address Postal Code",
    "Address Country",
    "Phone number",
    "Email address",
    "Date Designated",
    "D.O.B",
    "Nationality(/ies)",
    "National Identifier number",
    "National Identifier additional information",
    "Passport number",
    "Passport additional information",
    "Position",
    "Gender",
    "Town of birth",
    "Country of birth",
    "Subsidiaries",
    "Parent company",
    "Business registration number (s)",
    "IMO number",
    "Current owner/operator (s)",
    "Previous owner/operator (s)",
    "Current believed flag of ship",
    "Previous flags",
    "Year Built",
    "Hull identification number (HIN)",
];

/// Columns that name somebody or something else.
const RELATIONS: &[(&str, &str)] = &[
    ("Subsidiaries", "subsidiary"),
    ("Parent company", "parent_company"),
    ("Current owner/operator (s)", "owner"),
    ("Previous owner/operator (s)", "former_owner"),
];

/// Columns of identifiers, several of them in one cell.
const IDS: &[(&str, IdKind)] = &[
    (
        "Business registration number (s)",
        IdKind::CompanyRegistration,
    ),
    ("IMO number", IdKind::Imo),
    ("Hull identification number (HIN)", IdKind::Other),
    ("Phone number", IdKind::Phone),
    ("Email address", IdKind::Email),
];

/// Reads the list.
pub(super) fn read(inputs: &[Input], _settings: &ListSettings) -> Result<Intake> {
    let mut intake = Intake::default();
    let mut groups = Groups::default();
    let settings = TableSettings {
        delimiter: Some(b','),
        ..TableSettings::default()
    };
    for input in inputs {
        let mut table = Table::open(input, &settings, &mut intake.tally)?;
        let (header, before) = find_header(&mut table, input, NEEDED)?;
        let date = before.iter().find_map(|c| report_date(c));
        intake.date = intake.date.max(date);
        let columns = Columns::new(header, KNOWN, |_| false);
        groups.read(&mut table, &columns, "Unique ID", &mut intake.tally)?;
    }
    for group in groups.into_entries() {
        notice(&group, &mut intake.tally, &mut intake.notices);
    }
    Ok(intake)
}

/// `Report Date: 08-Oct-2026`, in one cell or two.
fn report_date(text: &str) -> Option<jiff::civil::Date> {
    let date = text.rsplit(':').next().unwrap_or_default();
    civil(&PartialDate::parse(date, Some(ORDER)).ok()?)
}

fn notice(group: &Group, tally: &mut Tally, notices: &mut Vec<Notice>) {
    let kind = match group.first("Designation Type").to_lowercase().as_str() {
        "individual" => Kind::Person,
        "ship" => Kind::Vessel,
        _ => Kind::Organization,
    };
    let mut draft = group.sanction(tally, kind);
    uk::names(group, kind, "Name type", "Alias strength", &mut draft);
    let original = ["Name non-latin script", "Non-latin script language"];
    uk::original_names(group, original, &mut draft);
    person(group, &mut draft);
    let address = [
        "Address Line 1",
        "Address Line 2",
        "Address Line 3",
        "Address Line 4",
        "Address Line 5",
        "Address Line 6",
        "Address Postal Code",
        "Address Country",
    ];
    uk::addresses(group, address, &mut draft);
    for (column, kind) in IDS {
        for number in items(group, column) {
            draft.id(*kind, &number, "");
        }
    }
    for column in ["Current believed flag of ship", "Previous flags"] {
        for flag in items(group, column) {
            draft.country(CountryKind::Flag, habits::plain_country(&flag));
        }
    }
    for year in group.distinct("Year Built") {
        draft.date(DateKind::Build, year, Some(ORDER));
    }
    for (column, kind) in RELATIONS {
        for text in items(group, column) {
            draft.notice.relations.push(Relation {
                kind: (*kind).to_owned(),
                text,
                ..Relation::default()
            });
        }
    }
    designation(group, &mut draft);
    group.keep_unknown(&mut draft);
    draft.finish(&group.key, notices);
}

fn items(group: &Group, column: &str) -> Vec<String> {
    let cells = group.distinct(column).into_iter();
    cells.flat_map(habits::numbered_items).collect()
}

fn person(group: &Group, draft: &mut Draft<'_>) {
    for date in items(group, "D.O.B") {
        // "dd/mm/1968": unknown parts are spelled out.
        let digits = date.to_lowercase().replace("dd", "00").replace("mm", "00");
        draft.date(DateKind::Birth, &digits, Some(ORDER));
    }
    uk::birth_places(group, draft);
    for text in group.distinct("Nationality(/ies)") {
        uk::countries(CountryKind::Nationality, text, draft);
    }
    let passport = ["Passport number", "Passport additional information"];
    uk::documents(group, IdKind::Passport, passport, draft);
    let national = [
        "National Identifier number",
        "National Identifier additional information",
    ];
    uk::documents(group, IdKind::NationalId, national, draft);
    for position in items(group, "Position") {
        draft.position(&position);
    }
    for sex in group.distinct("Gender") {
        draft.sex(sex);
    }
}

fn designation(group: &Group, draft: &mut Draft<'_>) {
    let columns = [
        "Regime Name",
        "Designation source",
        "Sanctions Imposed",
        "UK Statement of Reasons",
        "Date Designated",
        "Last Updated",
    ];
    for [regime, source, imposed, reason, listed, updated] in group.combinations(columns) {
        let mut measures: Vec<String> = Vec::new();
        for measure in imposed.split('|').map(str::trim) {
            if !measure.is_empty() && !measures.iter().any(|m| m == measure) {
                measures.push(measure.to_owned());
            }
        }
        draft.notice.action_requested = action(imposed);
        draft.program(Program {
            title: regime.to_owned(),
            authority: if source.is_empty() { "UK" } else { source }.to_owned(),
            measures,
            listed_on: slash_day(listed, ORDER),
            updated_on: slash_day(updated, ORDER),
            reason: reason.to_owned(),
            ..Program::default()
        });
    }
    for (column, scheme) in [
        ("UN Reference Number", "un_ref"),
        ("OFSI Group ID", "ofsi_group"),
    ] {
        for value in group.distinct(column) {
            draft.reference(scheme, value);
        }
    }
    for text in group.distinct("Other Information") {
        draft.remark(text);
    }
}

/// What the measures ask for first: to freeze, else to keep out, else to look.
fn action(imposed: &str) -> Action {
    let imposed = imposed.to_lowercase();
    if imposed.contains("asset freeze") {
        Action::Freeze
    } else if imposed.contains("travel ban") || imposed.contains("shipping") {
        Action::Refuse
    } else {
        Action::Check
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::testing::{input_of, real_lists, show};
    use crate::record::{NameKind, Strength};

    /// A file with the columns of `KNOWN`, each row given as (column, value) pairs.
    fn read_rows(rows: &[&[(&str, &str)]]) -> Intake {
        let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
        writer.write_record(KNOWN).unwrap();
        for row in rows {
            let cell = |c: &&str| row.iter().find(|(k, _)| k == c).map_or("", |(_, v)| *v);
            writer.write_record(KNOWN.iter().map(cell)).unwrap();
        }
        let body = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let text = format!("Report Date: 08-Oct-2026\r\n{body}");
        let (_keep, input) = input_of(text.as_bytes());
        read(&[input], &ListSettings::default()).unwrap()
    }

    #[test]
    fn a_person_is_put_together_from_rows() {
        let common = [
            ("Unique ID", "NOR0001"),
            ("Designation Type", "Individual"),
            ("Regime Name", "The Norland Regulations 2019"),
            ("Sanctions Imposed", "Asset freeze|Travel Ban|Asset freeze"),
            ("Date Designated", "31/07/2024"),
            ("D.O.B", "(1) dd/mm/1968 (2) 03/05/1970"),
            ("Nationality(/ies)", "Russia"),
            ("Gender", "Female"),
            ("UN Reference Number", "NOi.001"),
            ("Passport number", "123456"),
            (
                "Passport additional information",
                "Issued in Russia on 3 May 2007",
            ),
        ];
        let with = |more: &[(&'static str, &'static str)]| [&common[..], more].concat();
        let first = with(&[
            ("Name 1", "Anna"),
            ("Name 6", "Example"),
            ("Name type", "Primary Name"),
        ]);
        let second = with(&[
            ("Name 6", "Nick"),
            ("Name type", "ALias"),
            ("Alias strength", "Low quality a.k.a"),
            ("Name non-latin script", "Анна Пример"),
        ]);
        let got = read_rows(&[&first, &second]);
        assert_eq!(got.date.unwrap().to_string(), "2026-10-08");
        let n = &got.notices[0];
        let names: Vec<_> = n
            .record
            .names
            .iter()
            .map(|n| (n.full.as_str(), n.kind, n.strength))
            .collect();
        assert_eq!(
            names,
            [
                ("Anna Example", NameKind::Primary, Strength::Unknown),
                ("Nick", NameKind::Alias, Strength::Weak),
                ("Анна Пример", NameKind::OriginalScript, Strength::Unknown),
            ]
        );
        let dates: Vec<String> = n.record.dates.iter().map(PartialDate::to_text).collect();
        assert_eq!(dates, ["1968", "1970-05-03"]);
        assert_eq!(n.programs[0].measures, ["Asset freeze", "Travel Ban"]);
        assert_eq!(n.action_requested, Action::Freeze);
        assert_eq!(n.record.ids[0].country, "RU");
        assert_eq!(n.refs[0].scheme, "un_ref");
    }

    #[test]
    fn a_ship_has_its_number_flag_and_owner() {
        let got = read_rows(&[&[
            ("Unique ID", "NOR0002"),
            ("Designation Type", "Ship"),
            ("Name 6", "MAR EXAMPLE"),
            ("Name type", "Primary Name"),
            (
                "Sanctions Imposed",
                "Shipping sanctions: (see 'Other information')",
            ),
            ("IMO number", "IMO9187629"),
            ("Current believed flag of ship", "Gabon"),
            ("Current owner/operator (s)", "Example Lines"),
            ("Year Built", "2019"),
        ]]);
        let n = &got.notices[0];
        assert_eq!(n.record.kind, Kind::Vessel);
        assert_eq!(n.record.ids[0].norm, "9187629");
        assert_eq!(n.record.countries[0].iso2, "GA");
        assert_eq!(n.relations[0].text, "Example Lines");
        assert_eq!(n.record.dates[0].kind, DateKind::Build);
        assert_eq!(n.action_requested, Action::Refuse);
    }

    #[test]
    fn the_real_carve_is_one_ship() {
        let Some(inputs) = real_lists(&["uk-sanctions-list/uksl-carve-2026.csv"]) else {
            return;
        };
        let got = read(&inputs, &ListSettings::default()).unwrap();
        show("UKSL carve", &got);
        assert_eq!(got.notices.len(), 1);
        assert_eq!(got.notices[0].record.kind, Kind::Vessel);
        assert_eq!(got.date.unwrap().to_string(), "2026-10-08");
    }
}

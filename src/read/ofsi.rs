//! UK OFSI consolidated list, CSV (`ConList.csv`, retired in January 2026), in the layout of 29
//! columns and in that of 36 columns used from February 2022.
//!
//! In: `Last Updated,dd/mm/yyyy`, a header, one row per name, birth date and address. Out: one
//! notice per group. References to the UN list hide in the free text.

use crate::error::Result;
use crate::read::draft::slash_day;
use crate::read::grouped::{Columns, Group, Groups, find_header};
use crate::read::table::{Table, TableSettings};
use crate::read::{Input, Intake, ListSettings, habits, uk};
use crate::record::{CountryKind, DateKind, DateOrder, IdKind, Kind, Notice, Program};
use crate::tally::Tally;

const ORDER: DateOrder = DateOrder::DayMonthYear;

const NEEDED: &[&str] = &["Group ID", "Name 6", "Group Type", "Alias Type", "Regime"];

/// Columns that have a place in the schema.
const KNOWN: &[&str] = &[
    "Name 1",
    "Name 2",
    "Name 3",
    "Name 4",
    "Name 5",
    "Name 6",
    "Name Non-Latin Script",
    "Non-Latin Script Language",
    "DOB",
    "Town of Birth",
    "Country of Birth",
    "Nationality",
    "Passport Number",
    "Passport Details",
    "NI Number",
    "National Identification Number",
    "National Identification Details",
    "Position",
    "Address 1",
    "Address 2",
    "Address 3",
    "Address 4",
    "Address 5",
    "Address 6",
    "Post/Zip Code",
    "Country",
    "Other Information",
    "Group Type",
    "Alias Type",
    "Alias Quality",
    "Regime",
    "Listed On",
    "Last Updated",
    "Group ID",
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
        let date = before.iter().find_map(|c| slash_day(c, ORDER));
        intake.date = intake.date.max(date);
        let columns = Columns::new(header, KNOWN, |_| false);
        groups.read(&mut table, &columns, "Group ID", &mut intake.tally)?;
    }
    for group in groups.into_entries() {
        notice(&group, &mut intake.tally, &mut intake.notices);
    }
    Ok(intake)
}

fn notice(group: &Group, tally: &mut Tally, notices: &mut Vec<Notice>) {
    let kind = match group.first("Group Type").to_lowercase().as_str() {
        "individual" => Kind::Person,
        "ship" => Kind::Vessel,
        _ => Kind::Organization,
    };
    let mut draft = group.sanction(tally, kind);
    uk::names(group, kind, "Alias Type", "Alias Quality", &mut draft);
    let original = ["Name Non-Latin Script", "Non-Latin Script Language"];
    uk::original_names(group, original, &mut draft);
    for date in group.distinct("DOB") {
        draft.date(DateKind::Birth, date, Some(ORDER));
    }
    uk::birth_places(group, &mut draft);
    for text in group.distinct("Nationality") {
        uk::countries(CountryKind::Nationality, text, &mut draft);
    }
    let passport = ["Passport Number", "Passport Details"];
    uk::documents(group, IdKind::Passport, passport, &mut draft);
    let national = [
        "National Identification Number",
        "National Identification Details",
    ];
    uk::documents(group, IdKind::NationalId, national, &mut draft);
    uk::documents(group, IdKind::NationalId, ["", "NI Number"], &mut draft);
    for text in group.distinct("Position") {
        for position in habits::numbered_items(text) {
            draft.position(&position);
        }
    }
    let address = [
        "Address 1",
        "Address 2",
        "Address 3",
        "Address 4",
        "Address 5",
        "Address 6",
        "Post/Zip Code",
        "Country",
    ];
    uk::addresses(group, address, &mut draft);
    for [regime, listed, updated] in group.combinations(["Regime", "Listed On", "Last Updated"]) {
        draft.program(Program {
            title: regime.to_owned(),
            authority: "OFSI".to_owned(),
            measures: vec!["Asset freeze".to_owned()],
            listed_on: slash_day(listed, ORDER),
            updated_on: slash_day(updated, ORDER),
            ..Program::default()
        });
    }
    for text in group.distinct("Other Information") {
        for reference in un_references(text) {
            draft.reference("un_ref", reference);
        }
        if kind == Kind::Vessel
            && let Some(number) = imo_number(text)
        {
            draft.id(IdKind::Imo, number, "");
        }
        draft.remark(text);
    }
    draft.reference("ofsi_group", &group.key);
    group.keep_unknown(&mut draft);
    draft.finish(&group.key, notices);
}

/// `UN Ref QDe.004.`, `UN Ref: QDi.422`, `UN REF:QE.A.146.14.` at the start of the text: the number
/// of the entry itself. Later numbers are those of others.
fn un_references(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let at = lower.find("un ref").filter(|at| *at < 60)?;
    let rest = text.get(at.saturating_add("un ref".len())..)?;
    let word = rest
        .split([' ', ',', ';', '(', ')', ':'])
        .find(|w| w.contains('.') && w.contains(|c: char| c.is_ascii_digit()))?;
    Some(word.trim_end_matches('.'))
}

/// Seven digits after "IMO".
fn imo_number(text: &str) -> Option<&str> {
    let at = text.find("IMO")?;
    let rest = text.get(at..)?;
    let start = rest.find(|c: char| c.is_ascii_digit())?;
    rest.get(start..start.saturating_add(7))
        .filter(|n| n.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests;

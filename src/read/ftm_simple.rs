//! `OpenSanctions` `targets.simple.csv`: one row per target, values joined by `;`.
//!
//! In: the CSV with its 15 columns. Out: one notice per row of a kind that can be screened. The
//! file does not say what kind an identifier is, nor what a country is to the target.

use super::draft::Draft;
use super::ftm::kind_of;
use super::table::{Header, Table, TableSettings};
use super::{Input, Intake, ListSettings};
use crate::error::{Problem, Result};
use crate::record::{
    Action, CountryKind, DateKind, IdKind, Location, NameKind, NoticeType, PlaceKind, Program,
    Strength,
};

/// Columns without which the file is another one.
const NEEDED: &[&str] = &["id", "schema", "name", "aliases"];
/// Columns that are kept as they are.
const KEPT: &[&str] = &[
    "schema",
    "dataset",
    "first_seen",
    "last_seen",
    "last_change",
];

pub(super) fn read(inputs: &[Input], _settings: &ListSettings) -> Result<Intake> {
    let mut intake = Intake::default();
    let settings = TableSettings {
        encoding: Some("utf-8"),
        delimiter: Some(b','),
        unquoted: false,
    };
    for input in inputs {
        let mut table = Table::open(input, &settings, &mut intake.tally)?;
        let header = match table.next_row()? {
            Some(row) => Header::new(row.cells()),
            None => Header::default(),
        };
        for column in NEEDED {
            if header.position(column).is_none() {
                let expected = (*column).to_owned();
                return Err(Problem::MissingColumn {
                    field: column,
                    expected,
                }
                .at(input.place()));
            }
        }
        while let Some(row) = table.next_row()? {
            let Some(kind) = kind_of(row.get(&header, "schema")) else {
                intake.tally.add("other_schemata", 1);
                continue;
            };
            let mut draft = Draft::new(&mut intake.tally, input.file, row.number(), kind);
            let all = |column| row.get(&header, column).split(';').map(str::trim);
            let name = row.get(&header, "name");
            draft.plain_name(name, NameKind::Primary, Strength::Unknown);
            for alias in all("aliases") {
                draft.plain_name(alias, NameKind::Alias, Strength::Unknown);
            }
            for date in all("birth_date") {
                draft.date(DateKind::Birth, date, None);
            }
            for code in all("countries") {
                draft.country(CountryKind::Residence, &code.to_uppercase());
            }
            for line in all("addresses") {
                let place = Location {
                    kind: PlaceKind::Address,
                    text: line.to_owned(),
                    ..Location::default()
                };
                draft.place(place, "");
            }
            for (column, kind) in [
                ("identifiers", IdKind::Other),
                ("phones", IdKind::Phone),
                ("emails", IdKind::Email),
            ] {
                for value in all(column) {
                    draft.id(kind, value, "");
                }
            }
            for title in all("sanctions") {
                draft.program(Program {
                    title: title.to_owned(),
                    ..Program::default()
                });
            }
            if !draft.notice.programs.is_empty() {
                draft.notice.notice_type = NoticeType::Sanction;
                draft.notice.action_requested = Action::Freeze;
            }
            draft.extra("ftm_schema", row.get(&header, "schema"));
            for column in KEPT {
                draft.extra(column, row.get(&header, column));
            }
            draft.finish(row.get(&header, "id"), &mut intake.notices);
        }
    }
    Ok(intake)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::testing::{input_of, real_lists};

    #[test]
    fn joined_values_are_taken_apart() {
        let (_keep, input) = input_of(
            b"\"id\",\"schema\",\"name\",\"aliases\",\"birth_date\",\"countries\",\"addresses\",\
            \"identifiers\",\"sanctions\",\"phones\",\"emails\",\"dataset\",\"first_seen\",\
            \"last_seen\",\"last_change\"\n\"x-1\",\"Person\",\"Ada Example\",\"Addie;A. Example\",\
            \"1970-05;1971\",\"fr;na\",\"\",\"X1\",\"Test programme\",\"\",\"\",\"Test\",\"\",\"\",\"\"\n\
            \"x-2\",\"Security\",\"Bond\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"\n",
        );
        let intake = read(&[input], &ListSettings::default()).unwrap();
        assert_eq!(intake.notices.len(), 1);
        assert_eq!(intake.tally.count("other_schemata"), 1);
        let notice = &intake.notices[0];
        assert_eq!(notice.record.names.len(), 3);
        assert_eq!(notice.record.dates[0].to_text(), "1970-05");
        let codes: Vec<&str> = notice
            .record
            .countries
            .iter()
            .map(|c| c.iso2.as_str())
            .collect();
        assert_eq!(codes, ["FR", "NA"]);
        assert_eq!(notice.notice_type, NoticeType::Sanction);
    }

    #[test]
    fn another_csv_is_refused_by_its_missing_columns() {
        let (_keep, input) = input_of(b"Ada,Example\nBob,Example\n");
        let error = read(&[input], &ListSettings::default()).unwrap_err();
        assert!(error.is_input());
        assert!(!error.to_string().contains("Ada"));
    }

    #[test]
    fn the_real_sample_gives_its_rows() {
        let Some(inputs) = real_lists(&["opensanctions-ftm/targets.simple.csv"]) else {
            return;
        };
        let intake = read(&inputs, &ListSettings::default()).unwrap();
        eprintln!(
            "targets.simple: {:?}",
            intake.tally.counts().collect::<Vec<_>>()
        );
        assert_eq!(intake.notices.len(), 5);
    }
}

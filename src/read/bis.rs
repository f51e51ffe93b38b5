//! US BIS Denied Persons List, tab separated.
//!
//! In: one row per order and address; rows have no id. Out: one notice per row whose id is a digest
//! of name, effective date and address, so that the same row keeps its id in the next edition. The
//! list does not say whether a name is that of a person or a firm.

use crate::error::Result;
use crate::read::draft::{Draft, slash_day, squeeze};
use crate::read::grouped::{Columns, find_header};
use crate::read::table::{Row, Table, TableSettings};
use crate::read::{Input, Intake, ListSettings};
use crate::record::{
    Action, DateOrder, Kind, Location, NameKind, Notice, NoticeType, PlaceKind, Program, Strength,
    hex,
};
use crate::tally::{Reason, Refusal, Tally};

const NEEDED: &[&str] = &["Name", "Effective_Date", "Expiration_Date", "FR_Citation"];

/// Columns that have a place in the schema.
const KNOWN: &[&str] = &[
    "Name",
    "Street_Address",
    "City",
    "State",
    "Country",
    "Postal_Code",
    "Effective_Date",
    "Expiration_Date",
    "Action",
    "FR_Citation",
];

/// Columns that make the id.
const IDENTITY: &[&str] = &[
    "Name",
    "Effective_Date",
    "Street_Address",
    "City",
    "State",
    "Country",
    "Postal_Code",
];

/// Reads the list.
pub(super) fn read(inputs: &[Input], _settings: &ListSettings) -> Result<Intake> {
    let mut intake = Intake::default();
    let settings = TableSettings {
        delimiter: Some(b'\t'),
        ..TableSettings::default()
    };
    for input in inputs {
        let mut table = Table::open(input, &settings, &mut intake.tally)?;
        let (header, _) = find_header(&mut table, input, NEEDED)?;
        let columns = Columns::new(header, KNOWN, |_| false);
        let header = &columns.header;
        while let Some(row) = table.next_row()? {
            if header.is_repeated_by(&row) {
                intake.tally.add("header_rows_skipped", 1);
            } else if row.len() == header.names().len() {
                notice(&row, &columns, &mut intake.tally, &mut intake.notices);
            } else {
                intake.tally.refuse(Refusal {
                    file: input.file,
                    row: row.number(),
                    field: "row",
                    reason: Reason::WrongWidth,
                });
            }
        }
    }
    Ok(intake)
}

fn notice(row: &Row<'_>, columns: &Columns, tally: &mut Tally, notices: &mut Vec<Notice>) {
    let header = &columns.header;
    let get = |column: &str| row.get(header, column);
    let file = row.place.file.unwrap_or(0);
    let mut draft = Draft::new(tally, file, row.number(), Kind::Unknown);
    draft.notice.notice_type = NoticeType::ExportControl;
    draft.notice.action_requested = Action::Refuse;
    draft.plain_name(get("Name"), NameKind::Primary, Strength::Unknown);
    let address = Location {
        kind: PlaceKind::Address,
        text: get("Street_Address").to_owned(),
        city: get("City").to_owned(),
        region: get("State").to_owned(),
        postal: get("Postal_Code").to_owned(),
        ..Location::default()
    };
    draft.place(address, get("Country"));
    let from = day("valid_from", get("Effective_Date"), &mut draft);
    let to = day("valid_to", get("Expiration_Date"), &mut draft);
    draft.notice.valid_from = from;
    draft.notice.valid_to = to;
    draft.program(Program {
        authority: "BIS".to_owned(),
        legal_basis: get("FR_Citation").to_owned(),
        measures: vec!["Denial of export privileges".to_owned()],
        listed_on: from,
        ends_on: to,
        ..Program::default()
    });
    draft.remark(get("Action"));
    columns.keep_unknown(row, &mut draft);
    let id = row_digest(&IDENTITY.iter().map(|c| get(c)).collect::<Vec<_>>());
    draft.finish(&id, notices);
}

fn day(field: &'static str, text: &str, draft: &mut Draft<'_>) -> Option<jiff::civil::Date> {
    let day = slash_day(text, DateOrder::MonthDayYear);
    if day.is_none() && !text.is_empty() {
        draft.refuse(field, Reason::BadDate);
        draft.extra(field, text);
    }
    day
}

/// Sixteen bytes of BLAKE3 over the cells, in hex; white space and letter case do not count.
fn row_digest(cells: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("veilmatch 2026-11 BIS row id v1");
    for cell in cells {
        let cell = squeeze(cell).to_uppercase();
        hasher.update(&(cell.len() as u64).to_le_bytes());
        hasher.update(cell.as_bytes());
    }
    let digest = hasher.finalize();
    hex(digest.as_bytes().get(..16).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::testing::{input_of, real_lists, show};

    const HEADER: &str = "\"Name\"\t\"Street_Address\"\t\"City\"\t\"State\"\t\"Country\"\t\
\"Postal_Code\"\t\"Effective_Date\"\t\"Expiration_Date\"\t\"Standard_Order\"\t\"Last_Update\"\t\
\"Action\"\t\"FR_Citation\"\n";
    const ROW: &str = "\" ADA EXAMPLE\"\t\"1 SAMPLE DRIVE\"\t\"TOWN\"\t\"TX\"\t\"US\"\t\"75159\"\t\
\"06/19/2003\"\t\"06/29/2056\"\t\"Y\"\t\"2007-01-31\"\t\"FR NOTICE ADDED\"\t\"68 F.R. 1 1/1/03\"\n";

    fn read_text(text: &str) -> Intake {
        let (_keep, input) = input_of(text.as_bytes());
        read(&[input], &ListSettings::default()).unwrap()
    }

    #[test]
    fn a_row_is_a_notice_with_an_end() {
        let got = read_text(&format!("{HEADER}{ROW}"));
        let n = &got.notices[0];
        assert_eq!(n.record.names[0].full, "ADA EXAMPLE");
        assert_eq!(n.record.kind, Kind::Unknown);
        assert_eq!(n.record.places[0].country, "US");
        assert_eq!(n.valid_from.unwrap().to_string(), "2003-06-19");
        assert_eq!(n.valid_to.unwrap().to_string(), "2056-06-29");
        assert_eq!(n.notice_type, NoticeType::ExportControl);
        assert_eq!(n.extra["last update"], "2007-01-31");
    }

    #[test]
    fn the_id_is_made_of_name_date_and_address_alone() {
        let id = |text: &str| {
            read_text(&format!("{HEADER}{text}")).notices[0]
                .record
                .id
                .0
                .clone()
        };
        let known = id(ROW);
        assert_eq!(known.len(), 32);
        assert_eq!(known, id(&ROW.replace("2007-01-31", "2009-01-31")));
        assert_eq!(known, id(&ROW.replace(" ADA  EXAMPLE", "Ada Example")));
        assert_ne!(known, id(&ROW.replace("06/19/2003", "06/20/2003")));
        assert_ne!(known, id(&ROW.replace("1 SAMPLE", "2 SAMPLE")));
    }

    #[test]
    fn an_impossible_day_is_emptied_and_a_second_header_skipped() {
        let bad = ROW.replace("06/29/2056", "02/31/2056");
        let got = read_text(&format!("{HEADER}{bad}{HEADER}SHORT\tROW\n"));
        assert_eq!(got.notices[0].valid_to, None);
        assert_eq!(got.notices[0].extra["valid_to"], "02/31/2056");
        assert_eq!(got.tally.count("header_rows_skipped"), 1);
        assert_eq!(got.tally.count("rows_refused"), 1);
    }

    #[test]
    fn the_real_list_of_2019_is_read_whole() {
        let Some(inputs) = real_lists(&["us-bis-dpl/dpl-2019-07.txt.gz"]) else {
            return;
        };
        let got = read(&inputs, &ListSettings::default()).unwrap();
        show("BIS 2019", &got);
        assert_eq!(got.notices.len(), 546);
        assert_eq!(got.tally.count("rows_refused"), 0);
        let newest = got.notices.iter().filter_map(|n| n.valid_from).max();
        assert_eq!(newest.unwrap().to_string(), "2019-06-05");
    }
}

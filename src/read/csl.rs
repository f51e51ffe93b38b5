//! US Consolidated Screening List, CSV (29 columns): thirteen lists of three departments.
//!
//! In: one row per entry and list, `; ` between the values of a cell. Out: one notice per row with
//! the id `source/entity_number`, or `source/_id` where there is no number, because numbers repeat
//! across the thirteen lists. Entries of OFAC carry `ofac_uid`, so that they meet the OFAC lists.

use crate::error::Result;
use crate::read::draft::{Draft, is_placeholder, iso_day};
use crate::read::grouped::{Columns, find_header};
use crate::read::table::{Header, Row, Table, TableSettings};
use crate::read::{Input, Intake, ListSettings, habits, ofac_remarks};
use crate::record::{
    Action, CountryKind, DateKind, IdKind, Kind, Name, NameKind, Notice, NoticeType, PlaceKind,
    Program, Relation, country,
};
use crate::tally::{Reason, Refusal, Tally};

const SOURCES: &str = include_str!("csl.tsv");

const NEEDED: &[&str] = &["source", "entity_number", "name", "alt_names", "_id"];

/// Columns that have a place in the schema.
const KNOWN: &[&str] = &[
    "_id",
    "source",
    "entity_number",
    "type",
    "programs",
    "name",
    "title",
    "addresses",
    "federal_register_notice",
    "start_date",
    "end_date",
    "license_requirement",
    "license_policy",
    "call_sign",
    "vessel_flag",
    "vessel_owner",
    "remarks",
    "alt_names",
    "citizenships",
    "dates_of_birth",
    "nationalities",
    "places_of_birth",
    "ids",
];

/// Reads the list.
pub(super) fn read(inputs: &[Input], _settings: &ListSettings) -> Result<Intake> {
    let mut intake = Intake::default();
    let settings = TableSettings {
        delimiter: Some(b','),
        ..TableSettings::default()
    };
    for input in inputs {
        let mut table = Table::open(input, &settings, &mut intake.tally)?;
        let (header, _) = find_header(&mut table, input, NEEDED)?;
        let columns = Columns::new(header, KNOWN, |_| false);
        let header = &columns.header;
        let width = header.names().len();
        while let Some(row) = table.next_row()? {
            if header.is_repeated_by(&row) {
                intake.tally.add("header_rows_skipped", 1);
            } else if row.len() == width {
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
    let kind = match get("type").to_lowercase().as_str() {
        "individual" => Kind::Person,
        "entity" => Kind::Organization,
        "vessel" => Kind::Vessel,
        "aircraft" => Kind::Aircraft,
        _ => Kind::Unknown,
    };
    let file = row.place.file.unwrap_or(0);
    let mut draft = Draft::new(tally, file, row.number(), kind);
    let source = get("source");
    (draft.notice.notice_type, draft.notice.action_requested) = type_of(source);
    draft.name(Name {
        kind: NameKind::Primary,
        ..habits::family_first(get("name"), kind)
    });
    for alias in values(get("alt_names")) {
        aliases(alias, kind, &mut draft);
    }
    for date in values(get("dates_of_birth")) {
        habits::date_or_range(DateKind::Birth, date, None, &mut draft);
    }
    for place in values(get("places_of_birth")) {
        habits::place_line(PlaceKind::Birth, place, &mut draft);
    }
    for address in values(get("addresses")) {
        let address = ["Alt. Address:", "Alt. Location:"]
            .iter()
            .fold(address, |text, label| {
                text.strip_prefix(label).unwrap_or(text)
            });
        habits::place_line(PlaceKind::Address, address, &mut draft);
    }
    for (column, kind) in [
        ("nationalities", CountryKind::Nationality),
        ("citizenships", CountryKind::Citizenship),
        ("vessel_flag", CountryKind::Flag),
    ] {
        for country in values(get(column)).filter(|c| *c != "None Identified") {
            draft.country(kind, country);
        }
    }
    for piece in values(get("ids")) {
        identifier(piece, &mut draft);
    }
    draft.id(IdKind::CallSign, get("call_sign"), "");
    if kind == Kind::Aircraft {
        // Aircraft stand under their mark.
        draft.id(IdKind::AircraftRegistration, get("name"), "");
    }
    relation("owner", get("vessel_owner"), &mut draft);
    for title in values(get("title")) {
        draft.position(title);
    }
    for remark in values(get("remarks")) {
        match remark
            .strip_prefix("(Linked To: ")
            .and_then(|r| r.strip_suffix(')'))
        {
            Some(name) => relation("linked_to", name, &mut draft),
            None => draft.remark(remark),
        }
    }
    programs(row, header, &mut draft);
    if source.contains("Treasury") {
        draft.reference("ofac_uid", get("entity_number"));
    }
    columns.keep_unknown(row, &mut draft);
    let number = [get("entity_number"), get("_id")]
        .into_iter()
        .find(|n| !n.is_empty());
    let id = number.map_or(String::new(), |number| format!("{source}/{number}"));
    draft.finish(&id, notices);
}

/// What a source list is, by the code in its brackets.
fn type_of(source: &str) -> (NoticeType, Action) {
    let code = source
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'))
        .map_or("", |(code, _)| code);
    let row = SOURCES
        .lines()
        .filter(|l| !l.starts_with('#'))
        .map(|l| l.split('\t').collect::<Vec<_>>())
        .find(|cells| cells.first() == Some(&code));
    match row.as_deref() {
        Some([_, notice_type, action]) => (
            NoticeType::from_code(notice_type).unwrap_or_default(),
            Action::from_code(action).unwrap_or_default(),
        ),
        _ => (NoticeType::Other, Action::Check),
    }
}

/// The values of a cell.
fn values(cell: &str) -> impl Iterator<Item = &str> {
    cell.split("; ")
        .map(str::trim)
        .filter(|v| !is_placeholder(v))
}

/// `and X (f.k.a., Y)`: two names.
fn aliases(text: &str, kind: Kind, draft: &mut Draft<'_>) {
    let text = text.strip_prefix("and ").unwrap_or(text);
    let former = text
        .strip_suffix(')')
        .and_then(|t| t.split_once(" (f.k.a."));
    let (current, former) = former.unwrap_or((text, ""));
    for (what, name) in [(NameKind::Alias, current), (NameKind::Former, former)] {
        let name = name.trim_start_matches([',', ' ']);
        draft.name(Name {
            kind: what,
            ..habits::family_first(name, kind)
        });
    }
}

/// `QA, 2014-08-30, 2009-08-31, K475336, Passport`: country, expiry, issue, number, label; all but
/// the last two may be missing.
fn identifier(piece: &str, draft: &mut Draft<'_>) {
    let cut = piece.rsplit_once(", ");
    let Some((values, label)) = cut else {
        return ofac_remarks::read(piece, draft);
    };
    let mut parts: Vec<&str> = values.split(", ").collect();
    let is_code = |p: &&str| p.len() == 2 && country::iso2(p).is_some();
    let country = match parts.first() {
        Some(first) if parts.len() > 1 && is_code(first) => parts.remove(0),
        _ => "",
    };
    let dates: Vec<&str> = parts
        .iter()
        .take(parts.len().saturating_sub(1))
        .copied()
        .take_while(|p| p.len() == 10 && iso_day(p).is_some())
        .collect();
    let number = parts.get(dates.len()..).unwrap_or_default().join(", ");
    let value = match dates.as_slice() {
        [expires, issued] => format!("{number} issued {issued} expires {expires}"),
        [] => number,
        // One date may be either.
        _ => format!("{number} (date {})", dates.join(", ")),
    };
    if ofac_remarks::read_labelled(label, &value, country, draft) {
        draft.count("remark_pieces_read");
    } else {
        ofac_remarks::read(piece, draft);
    }
}

fn relation(kind: &str, name: &str, draft: &mut Draft<'_>) {
    if !is_placeholder(name) {
        draft.notice.relations.push(Relation {
            kind: kind.to_owned(),
            text: name.to_owned(),
            ..Relation::default()
        });
    }
}

fn programs(row: &Row<'_>, header: &Header, draft: &mut Draft<'_>) {
    let get = |column: &str| row.get(header, column);
    let (start, end) = (iso_day(get("start_date")), iso_day(get("end_date")));
    draft.notice.valid_from = start;
    draft.notice.valid_to = end;
    let measures = [get("license_requirement"), get("license_policy")];
    let measures: Vec<String> = measures
        .into_iter()
        .filter(|m| !m.is_empty())
        .map(str::to_owned)
        .collect();
    let codes: Vec<&str> = values(get("programs")).collect();
    for code in if codes.is_empty() { vec![""] } else { codes } {
        draft.program(Program {
            code: code.to_owned(),
            authority: get("source").to_owned(),
            legal_basis: get("federal_register_notice").to_owned(),
            measures: measures.clone(),
            listed_on: start,
            ends_on: end,
            ..Program::default()
        });
    }
}

#[cfg(test)]
mod tests;

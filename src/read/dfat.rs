//! Australian DFAT consolidated list, XLSX.
//!
//! In: a sheet with one row per name; `101` is an entry, `101a` another name of it. Out: one notice
//! per number. Cells hold lists `a) X b) Y`, and `_x000D_` where a line break was lost.

use crate::error::{Problem, Result};
use crate::read::draft::Draft;
use crate::read::grouped::{Columns, Group, Groups};
use crate::read::rows::{Container, Rows};
use crate::read::table::{Header, TableSettings};
use crate::read::{Input, Intake, ListSettings, documents, habits};
use crate::record::{
    Action, CountryKind, DateKind, DateOrder, IdKind, Kind, Name, NameKind, Notice, PartialDate,
    PlaceKind, Program, Strength,
};
use crate::tally::Tally;

const ORDER: DateOrder = DateOrder::DayMonthYear;

/// The column that groups rows. Its cells are cut down to the number.
const KEY: &str = "Reference";

const NEEDED: &[&str] = &[KEY, "Name of Individual or Entity", "Type", "Name Type"];

/// Columns that have a place in the schema.
const KNOWN: &[&str] = &[
    KEY,
    "Name of Individual or Entity",
    "Type",
    "Name Type",
    "Alias Strength",
    "Date of Birth",
    "Place of Birth",
    "Citizenship",
    "Address",
    "Additional Information",
    "Listing Information",
    "IMO Number",
    "Committees",
    "Control Date",
    "Instrument of Designation",
    "Targeted Financial Sanction",
    "Travel Ban",
    "Arms Embargo",
    "Maritime Restriction",
];

const MEASURES: &[&str] = &[
    "Targeted Financial Sanction",
    "Travel Ban",
    "Arms Embargo",
    "Maritime Restriction",
];

/// Reads the list.
pub(super) fn read(inputs: &[Input], _settings: &ListSettings) -> Result<Intake> {
    let mut intake = Intake::default();
    let mut groups = Groups::default();
    for input in inputs {
        read_rows(input, &mut groups, &mut intake.tally)?;
    }
    for group in groups.into_entries() {
        notice(&group, &mut intake.tally, &mut intake.notices);
    }
    Ok(intake)
}

fn read_rows(input: &Input, groups: &mut Groups, tally: &mut Tally) -> Result<()> {
    let mut rows = Rows::open(input, Container::Xlsx, &TableSettings::default(), tally)?;
    let header = Header::new(rows.header().iter().map(String::as_str));
    if NEEDED.iter().any(|c| header.position(c).is_none()) {
        return Err(Problem::MissingColumn {
            field: KEY,
            expected: NEEDED.join(", "),
        }
        .at(input.place()));
    }
    let key = header.position(KEY);
    let columns = Columns::new(header, KNOWN, |_| false);
    while rows.advance()? {
        let row = rows.row();
        let cells = row.cells().enumerate().map(|(position, cell)| {
            let cell = cell.replace("_x000D_", " ");
            match key {
                Some(key) if key == position && number_of(&cell).is_some() => {
                    number_of(&cell).unwrap_or_default().to_owned()
                }
                _ => cell.trim().to_owned(),
            }
        });
        groups.add(cells.collect(), row.place, &columns, KEY, tally);
    }
    Ok(())
}

/// `101` of `101`, `101a` and `101.0`.
fn number_of(reference: &str) -> Option<&str> {
    let reference = reference.trim();
    let end = reference
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(reference.len());
    reference.get(..end).filter(|n| !n.is_empty())
}

fn notice(group: &Group, tally: &mut Tally, notices: &mut Vec<Notice>) {
    let kind = match group.first("Type").to_lowercase().as_str() {
        "individual" => Kind::Person,
        "vessel" => Kind::Vessel,
        _ => Kind::Organization,
    };
    let mut draft = group.sanction(tally, kind);
    names(group, &mut draft);
    for text in items(group, "Date of Birth") {
        birth_date(&text, &mut draft);
    }
    for text in items(group, "Place of Birth") {
        habits::place_line(PlaceKind::Birth, &text, &mut draft);
    }
    for text in items(group, "Citizenship") {
        for country in countries(&text) {
            draft.country(CountryKind::Citizenship, habits::plain_country(country));
        }
    }
    for text in items(group, "Address") {
        habits::place_line(PlaceKind::Address, &text, &mut draft);
    }
    for number in group.distinct("IMO Number") {
        draft.id(IdKind::Imo, number, "");
    }
    for text in group.distinct("Additional Information") {
        information(text, &mut draft);
    }
    programs(group, &mut draft);
    draft.reference("dfat", &group.key);
    group.keep_unknown(&mut draft);
    draft.finish(&group.key, notices);
}

fn items(group: &Group, column: &str) -> Vec<String> {
    let cells = group.distinct(column).into_iter();
    cells.flat_map(habits::numbered_items).collect()
}

fn names(group: &Group, draft: &mut Draft<'_>) {
    let columns = [
        "Name of Individual or Entity",
        "Name Type",
        "Alias Strength",
    ];
    for [name, what, strength] in group.combinations(columns) {
        let what = what.to_lowercase();
        let kind = if what.starts_with("primary") {
            NameKind::Primary
        } else if what.starts_with("original") {
            NameKind::OriginalScript
        } else if what.starts_with('f') {
            NameKind::Former
        } else {
            NameKind::Alias
        };
        draft.name(Name {
            full: name.to_owned(),
            kind,
            strength: Strength::from_code(strength).unwrap_or_default(),
            ..Name::default()
        });
    }
}

/// `3 May 1970`, `between 1970 and 1973`, `Circa 1970`, `1970, 1971`, `Approximately 1970`.
fn birth_date(text: &str, draft: &mut Draft<'_>) {
    let reads = |text: &str| PartialDate::parse(text, Some(ORDER)).is_ok();
    if reads(text) {
        draft.date(DateKind::Birth, text, Some(ORDER));
        return;
    }
    let parts: Vec<&str> = text
        .split([',', ';', '\n'])
        .flat_map(|part| part.split(" or "))
        .map(str::trim)
        .filter(|p| !p.is_empty())
        .collect();
    if parts.iter().all(|p| reads(p)) {
        for part in parts {
            draft.date(DateKind::Birth, part, Some(ORDER));
        }
    } else {
        draft.date(DateKind::Birth, text, Some(ORDER));
    }
}

/// Several countries in one item, unless the whole is one.
fn countries(text: &str) -> Vec<&str> {
    if crate::record::country::iso2(text).is_some() {
        return vec![text];
    }
    text.split([',', ';', '\n'])
        .flat_map(|part| part.split(" and "))
        .map(str::trim)
        .filter(|p| !p.is_empty())
        .collect()
}

/// Free text that holds passport and identity numbers behind their labels.
fn information(text: &str, draft: &mut Draft<'_>) {
    const LABELS: &[(&str, IdKind)] = &[
        ("passport no", IdKind::Passport),
        ("passport number", IdKind::Passport),
        ("national identification no", IdKind::NationalId),
        ("national identification number", IdKind::NationalId),
    ];
    let lower = text.to_ascii_lowercase();
    for (label, kind) in LABELS {
        let Some(start) = lower.find(label) else {
            continue;
        };
        let from = start.saturating_add(label.len());
        // The next label ends the list of numbers.
        let end = LABELS
            .iter()
            .chain(&[("address:", IdKind::Other), ("listed on", IdKind::Other)])
            .filter_map(|(next, _)| lower.get(from..)?.find(next))
            .min()
            .map_or(text.len(), |at| at.saturating_add(from));
        let numbers = text.get(from..end).unwrap_or_default();
        for item in habits::numbered_items(numbers.trim_start_matches([':', '.', ' '])) {
            documents::free_text(*kind, "", &item, draft);
        }
    }
    draft.remark(text);
}

fn programs(group: &Group, draft: &mut Draft<'_>) {
    let measures: Vec<String> = MEASURES
        .iter()
        .filter(|m| {
            let cells = group.distinct(m);
            cells
                .iter()
                .any(|c| matches!(c.to_lowercase().as_str(), "true" | "yes" | "y" | "1" | "x"))
        })
        .map(|m| (*m).to_owned())
        .collect();
    let freezes = measures.is_empty() || measures.iter().any(|m| m.contains("Financial"));
    if !freezes {
        draft.notice.action_requested = Action::Refuse;
    }
    let columns = [
        "Committees",
        "Control Date",
        "Listing Information",
        "Instrument of Designation",
    ];
    for [committee, control, listing, instrument] in group.combinations(columns) {
        let date = PartialDate::parse(control, Some(ORDER)).ok();
        draft.program(Program {
            title: committee.to_owned(),
            authority: "DFAT".to_owned(),
            legal_basis: instrument.to_owned(),
            measures: measures.clone(),
            updated_on: date.as_ref().and_then(crate::read::draft::civil),
            reason: listing.to_owned(),
            ..Program::default()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_xlsxwriter::Workbook;

    fn workbook(rows: &[&[&str]]) -> (tempfile::TempDir, Input) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.xlsx");
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (r, row) in (0..).zip(rows) {
            for (c, cell) in (0..).zip(*row) {
                match cell.parse::<f64>() {
                    Ok(number) if c == 0 => sheet.write_number(r, c, number).unwrap(),
                    _ => sheet.write_string(r, c, *cell).unwrap(),
                };
            }
        }
        book.save(&path).unwrap();
        let input = Input::new(&path, 1);
        (folder, input)
    }

    /// A row under `KNOWN`, from its first nine cells and the rest by name.
    fn row<'a>(first: &[&'a str], more: &[(&str, &'a str)]) -> Vec<&'a str> {
        let cell = |(i, name): (usize, &&str)| {
            let named = more.iter().find(|(k, _)| k == name).map(|(_, v)| *v);
            first.get(i).copied().or(named).unwrap_or("")
        };
        KNOWN.iter().enumerate().map(cell).collect()
    }

    #[test]
    fn rows_of_one_number_become_one_notice() {
        let more = [
            (
                "Additional Information",
                "Judge. Passport no: a) 1234567 (Egypt) b) AB 765432 National identification no: 99887766_x000D_",
            ),
            ("Listing Information", "Listed on 3 May 2010"),
            ("Committees", "1267 (Norland)"),
            ("Control Date", "03/05/2010"),
            ("Targeted Financial Sanction", "TRUE"),
            ("Travel Ban", "FALSE"),
        ];
        let primary = row(
            &[
                "101",
                "Ada Example",
                "Individual",
                "Primary Name",
                "",
                "a) 3 May 1970 b) Circa 1971",
                "a) Cairo, Egypt_x000D_ b) Goma",
                "a) Egypt b) Iraq",
                "1 Sample Street, Minsk, Belarus",
            ],
            &more,
        );
        let weak = row(&["101a", "Nick", "Individual", "Alias", "Weak"], &more);
        let script = row(&["101b", "Ада", "Individual", "Original Script", ""], &[]);
        let firm = row(&["102", "Example Trading", "Entity", "Primary Name"], &[]);
        let (_keep, input) = workbook(&[KNOWN, &primary, &weak, KNOWN, &script, &firm]);
        let got = read(&[input], &ListSettings::default()).unwrap();
        assert_eq!(got.notices.len(), 2);
        assert_eq!(got.tally.count("header_rows_skipped"), 1);
        let n = &got.notices[0];
        assert_eq!(n.record.id.0, "101");
        let names: Vec<_> = n
            .record
            .names
            .iter()
            .map(|n| (n.full.as_str(), n.kind, n.strength))
            .collect();
        assert_eq!(
            names,
            [
                ("Ada Example", NameKind::Primary, Strength::Unknown),
                ("Nick", NameKind::Alias, Strength::Weak),
                ("Ада", NameKind::OriginalScript, Strength::Unknown),
            ]
        );
        let dates: Vec<String> = n.record.dates.iter().map(PartialDate::to_text).collect();
        assert_eq!(dates, ["1970-05-03", "~1971"]);
        let places: Vec<_> = n.record.places.iter().map(|p| p.text.as_str()).collect();
        assert_eq!(
            places,
            ["Cairo, Egypt", "Goma", "1 Sample Street, Minsk, Belarus"]
        );
        let ids: Vec<_> = n
            .record
            .ids
            .iter()
            .map(|i| (i.kind, i.norm.as_str()))
            .collect();
        assert_eq!(
            ids,
            [
                (IdKind::Passport, "1234567"),
                (IdKind::Passport, "AB765432"),
                (IdKind::NationalId, "99887766"),
            ]
        );
        assert_eq!(n.programs[0].measures, ["Targeted Financial Sanction"]);
        assert_eq!(n.programs[0].updated_on.unwrap().to_string(), "2010-05-03");
        assert!(!n.remarks.contains("_x000D_"));
        assert_eq!(got.notices[1].record.kind, Kind::Organization);
    }

    #[test]
    fn several_dates_in_a_cell_are_all_taken() {
        let person = row(
            &[
                "7",
                "Bo Example",
                "Individual",
                "Primary Name",
                "",
                "1970, 1971 or 4 Jun 1972",
            ],
            &[],
        );
        let ship = row(
            &["8", "MAR EXAMPLE", "Vessel", "Primary Name"],
            &[("IMO Number", "9187629"), ("Maritime Restriction", "TRUE")],
        );
        let (_keep, input) = workbook(&[KNOWN, &person, &ship]);
        let got = read(&[input], &ListSettings::default()).unwrap();
        let dates: Vec<String> = got.notices[0]
            .record
            .dates
            .iter()
            .map(PartialDate::to_text)
            .collect();
        assert_eq!(dates, ["1970", "1971", "1972-06-04"]);
        assert_eq!(got.notices[1].record.ids[0].norm, "9187629");
        assert_eq!(got.notices[1].action_requested, Action::Refuse);
    }

    #[test]
    fn a_sheet_of_another_kind_is_refused() {
        let (_keep, input) = workbook(&[&["id", "name"], &["1", "Ada"]]);
        assert!(
            read(&[input], &ListSettings::default())
                .unwrap_err()
                .is_input()
        );
    }
}

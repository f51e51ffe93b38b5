//! EU consolidated list of financial sanctions as CSV: the old layout (`Naal_…`, `Birt_…`) and
//! CSV 1.1 (118 columns). XML 1.1 says more; prefer it.
//!
//! In: `;`-separated rows, one per name, address, birth date, document or citizenship; also files
//! that a spreadsheet has saved again, each line one quoted cell with tabs at its end. Out: one
//! notice per EU reference number.

use std::rc::Rc;

use crate::error::{Problem, Result};
use crate::read::draft::{Draft, is_placeholder, iso_day, name_from_parts, slash_day};
use crate::read::grouped::{Columns, Group, Groups};
use crate::read::id_types;
use crate::read::table::{Header, Table, TableSettings};
use crate::read::{Input, Intake, ListSettings};
use crate::record::columns::fold_header;
use crate::record::{
    CountryKind, DateKind, DateOrder, IdFlag, IdKind, Kind, Location, Name, NameKind, Notice,
    PartKind, PartialDate, PlaceKind, Program, Script,
};
use crate::tally::Tally;

const OLD_COLUMNS: &str = include_str!("eu_csv.tsv");

const KEY: &str = "Entity_EU_ReferenceNumber";

/// Columns that have a place in the schema; those of the acts behind each sub-record have none.
const KNOWN: &[&str] = &[
    "fileGenerationDate",
    "Entity_LogicalId",
    KEY,
    "Entity_UnitedNationId",
    "Entity_DesignationDate",
    "Entity_Remark",
    "Entity_SubjectType",
    "Entity_SubjectType_ClassificationCode",
    "NameAlias_LastName",
    "NameAlias_FirstName",
    "NameAlias_MiddleName",
    "NameAlias_WholeName",
    "NameAlias_NameLanguage",
    "NameAlias_Gender",
    "NameAlias_Title",
    "NameAlias_Function",
    "Address_City",
    "Address_Street",
    "Address_PoBox",
    "Address_ZipCode",
    "Address_Region",
    "Address_Place",
    "Address_AsAtListingTime",
    "Address_ContactInfo",
    "Address_CountryIso2Code",
    "Address_CountryDescription",
    "BirthDate_BirthDate",
    "BirthDate_Day",
    "BirthDate_Month",
    "BirthDate_Year",
    "BirthDate_YearRangeFrom",
    "BirthDate_YearRangeTo",
    "BirthDate_Circa",
    "BirthDate_Region",
    "BirthDate_Place",
    "BirthDate_City",
    "BirthDate_CountryIso2Code",
    "BirthDate_CountryDescription",
    "Identification_Number",
    "Identification_KnownExpired",
    "Identification_KnownFalse",
    "Identification_ReportedLost",
    "Identification_RevokedByIssuer",
    "Identification_IssuedDate",
    "Identification_ValidTo",
    "Identification_TypeCode",
    "Identification_TypeDescription",
    "Identification_CountryIso2Code",
    "Identification_CountryDescription",
    "Citizenship_CountryIso2Code",
    "Citizenship_CountryDescription",
];

/// Reads the list.
pub(super) fn read(inputs: &[Input], _settings: &ListSettings) -> Result<Intake> {
    let mut intake = Intake::default();
    let mut groups = Groups::default();
    for input in inputs {
        read_rows(input, &mut groups, &mut intake.tally)?;
    }
    for group in groups.into_entries() {
        let date = day(group.first("fileGenerationDate"));
        intake.date = intake.date.max(date);
        notice(&group, &mut intake.tally, &mut intake.notices);
    }
    Ok(intake)
}

fn read_rows(input: &Input, groups: &mut Groups, tally: &mut Tally) -> Result<()> {
    let mut table = Table::open(input, &TableSettings::default(), tally)?;
    let mut columns: Option<Rc<Columns>> = None;
    while let Some(row) = table.next_row()? {
        // A whole line in one cell: taken out of its quotation marks, then cut again.
        let cells = match row.cells().next() {
            Some(line) if row.len() == 1 && line.contains(';') => {
                tally.add("lines_unwrapped", 1);
                unwrap_line(line)
            }
            _ => row.cells().collect(),
        };
        if let Some(columns) = &columns {
            let place = row.place;
            groups.add(cells, place, columns, KEY, tally);
            continue;
        }
        let found = Header::new(cells.iter().map(new_name));
        if found.position(KEY).is_none() || found.position("NameAlias_WholeName").is_none() {
            return Err(Problem::MissingColumn {
                field: KEY,
                expected: [KEY, "NameAlias_WholeName", "EU_ref_num", "Naal_wholename"].join(", "),
            }
            .at(input.place()));
        }
        columns = Some(Columns::new(found, KNOWN, is_of_an_act));
    }
    Ok(())
}

/// Ids of sub-records and the acts behind each of them.
fn is_of_an_act(column: &str) -> bool {
    ["leba", "regulation", "logical id", "logicalid", "programme"]
        .iter()
        .any(|word| column.contains(word))
}

/// The name in CSV 1.1 of a column of the old layout.
fn new_name(column: &str) -> &str {
    let folded = fold_header(column);
    OLD_COLUMNS
        .lines()
        .filter(|l| !l.starts_with('#'))
        .filter_map(|l| l.split_once('\t'))
        .find(|(old, _)| fold_header(old) == folded)
        .map_or(column, |(_, new)| new)
}

/// A re-saved line: tabs at its end are empty columns of the spreadsheet, tabs inside stand where
/// commas stood.
fn unwrap_line(line: &str) -> csv::StringRecord {
    let line = line.trim_end_matches('\t').replace('\t', ",");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(b';')
        .from_reader(line.as_bytes());
    let record = reader.records().next().and_then(std::result::Result::ok);
    let record = record.unwrap_or_default();
    record.iter().map(str::trim).collect()
}

fn day(text: &str) -> Option<jiff::civil::Date> {
    iso_day(text).or_else(|| slash_day(text, DateOrder::DayMonthYear))
}

fn notice(group: &Group, tally: &mut Tally, notices: &mut Vec<Notice>) {
    let code = group.first("Entity_SubjectType_ClassificationCode");
    let code = if code.is_empty() {
        group.first("Entity_SubjectType")
    } else {
        code
    };
    let kind = match code.to_lowercase().as_str() {
        "p" | "person" => Kind::Person,
        _ => Kind::Organization,
    };
    let mut draft = group.sanction(tally, kind);
    names(group, &mut draft);
    births(group, &mut draft);
    addresses(group, &mut draft);
    documents(group, &mut draft);
    let citizenship = [
        "Citizenship_CountryIso2Code",
        "Citizenship_CountryDescription",
    ];
    for [code, description] in group.combinations(citizenship) {
        draft.country(CountryKind::Citizenship, country(code, description));
    }
    let act = [
        "Entity_Regulation_Programme",
        "Entity_Regulation_NumberTitle",
        "Entity_Regulation_PublicationDate",
        "Entity_DesignationDate",
    ];
    for [programme, title, published, designated] in group.combinations(act) {
        let designated = day(designated);
        draft.program(Program {
            code: programme.to_owned(),
            authority: "EU".to_owned(),
            legal_basis: title.to_owned(),
            listed_on: designated.or_else(|| day(published)),
            ..Program::default()
        });
    }
    for remark in group.distinct("Entity_Remark") {
        draft.remark(&remark.replace("\\n", "\n"));
    }
    draft.reference("eu_ref", &group.key);
    draft.reference("eu_logical", group.first("Entity_LogicalId"));
    draft.reference("un_ref", group.first("Entity_UnitedNationId"));
    group.keep_unknown(&mut draft);
    draft.finish(&group.key, notices);
}

/// A name has no primary flag: the first one counts as such. The rest are aliases, or the same name
/// in another language of the Union.
fn names(group: &Group, draft: &mut Draft<'_>) {
    let columns = [
        "NameAlias_FirstName",
        "NameAlias_MiddleName",
        "NameAlias_LastName",
        "NameAlias_WholeName",
        "NameAlias_NameLanguage",
        "NameAlias_Gender",
        "NameAlias_Title",
        "NameAlias_Function",
    ];
    for [first, middle, last, whole, lang, sex, title, function] in group.combinations(columns) {
        let parts = [
            (PartKind::Given, first),
            (PartKind::Middle, middle),
            (PartKind::Family, last),
        ];
        let mut name = name_from_parts(parts.map(|(k, v)| (k, v.to_owned())).to_vec());
        if !whole.is_empty() {
            whole.clone_into(&mut name.full);
        }
        let is_first = draft.notice.record.names.is_empty();
        let kind = match name.script() {
            _ if is_first => NameKind::Primary,
            Script::Latin | Script::Common if lang.is_empty() || lang == "EN" => NameKind::Alias,
            Script::Latin | Script::Common => NameKind::Variant,
            _ => NameKind::OriginalScript,
        };
        draft.name(Name {
            kind,
            lang: lang.to_lowercase(),
            ..name
        });
        draft.sex(sex);
        if !title.is_empty() {
            draft.extra("title", title);
        }
        draft.position(function);
    }
}

/// Dates and places of birth. `N/A` is no date.
fn births(group: &Group, draft: &mut Draft<'_>) {
    let columns = [
        "BirthDate_BirthDate",
        "BirthDate_Day",
        "BirthDate_Month",
        "BirthDate_Year",
        "BirthDate_YearRangeFrom",
        "BirthDate_YearRangeTo",
        "BirthDate_Circa",
    ];
    for [whole, day, month, year, from, to, circa] in group.combinations(columns) {
        let text = match (whole, year, from) {
            (whole, ..) if !is_placeholder(whole) => whole.to_owned(),
            (_, year, _) if !is_placeholder(year) => {
                let part = |p: &str| {
                    if p.is_empty() {
                        "00".to_owned()
                    } else {
                        p.to_owned()
                    }
                };
                format!("{}/{}/{year}", part(day), part(month))
            }
            (_, _, from) if !is_placeholder(from) && !is_placeholder(to) => format!("{from}..{to}"),
            (_, _, from) if !is_placeholder(from) => from.to_owned(),
            _ => continue,
        };
        let circa = if circa.eq_ignore_ascii_case("true") {
            "~"
        } else {
            ""
        };
        let text = format!("{circa}{text}");
        draft.date(DateKind::Birth, &text, Some(DateOrder::DayMonthYear));
    }
    let columns = [
        "BirthDate_City",
        "BirthDate_Place",
        "BirthDate_Region",
        "BirthDate_CountryIso2Code",
        "BirthDate_CountryDescription",
    ];
    for [city, place, region, code, description] in group.combinations(columns) {
        let birth = Location {
            kind: PlaceKind::Birth,
            text: place.to_owned(),
            city: city.to_owned(),
            region: region.to_owned(),
            ..Location::default()
        };
        draft.place(birth, country(code, description));
    }
}

fn addresses(group: &Group, draft: &mut Draft<'_>) {
    let columns = [
        "Address_Street",
        "Address_PoBox",
        "Address_Place",
        "Address_City",
        "Address_Region",
        "Address_ZipCode",
        "Address_CountryIso2Code",
        "Address_CountryDescription",
        "Address_AsAtListingTime",
    ];
    for [
        street,
        box_,
        place,
        city,
        region,
        postal,
        code,
        description,
        as_at,
    ] in group.combinations(columns)
    {
        let lines: Vec<&str> = [street, box_, place]
            .into_iter()
            .filter(|l| !is_placeholder(l))
            .collect();
        let address = Location {
            kind: PlaceKind::Address,
            text: lines.join(", "),
            city: city.to_owned(),
            region: region.to_owned(),
            postal: postal.to_owned(),
            as_at: as_at.eq_ignore_ascii_case("true"),
            ..Location::default()
        };
        draft.place(address, country(code, description));
    }
    for text in group.distinct("Address_ContactInfo") {
        contacts(text, draft);
    }
}

/// `PHONE[12 34, 56 78]\nEMAIL[…]`.
fn contacts(text: &str, draft: &mut Draft<'_>) {
    let mut rest = text;
    while let Some((label, more)) = rest.split_once('[') {
        let (values, after) = more.split_once(']').unwrap_or((more, ""));
        let label = label.rsplit(['\\', '\n', ' ']).next().unwrap_or(label);
        // A line break is written as `\n`.
        let label = label.strip_prefix('n').unwrap_or(label);
        for value in values.split(',') {
            match label {
                "PHONE" => drop(draft.id(IdKind::Phone, value, "")),
                "EMAIL" => drop(draft.id(IdKind::Email, value, "")),
                label => draft.extra(&label.to_lowercase(), value),
            }
        }
        rest = after;
    }
    draft.extra("contact", rest);
}

/// The code, or the description where the code is `00` (unknown) or missing.
fn country<'a>(code: &'a str, description: &'a str) -> &'a str {
    if is_placeholder(code) {
        description
    } else {
        code
    }
}

fn documents(group: &Group, draft: &mut Draft<'_>) {
    let columns = [
        "Identification_Number",
        "Identification_TypeCode",
        "Identification_TypeDescription",
        "Identification_CountryIso2Code",
        "Identification_CountryDescription",
        "Identification_IssuedDate",
        "Identification_ValidTo",
        "Identification_KnownExpired",
        "Identification_KnownFalse",
        "Identification_ReportedLost",
        "Identification_RevokedByIssuer",
    ];
    for [
        number,
        code,
        label,
        iso2,
        description,
        issued,
        to,
        expired,
        false_,
        lost,
        revoked,
    ] in group.combinations(columns)
    {
        let number = number.trim_matches(['"', ' ']);
        // The old layout has all in one cell: "X1 (passport-National passport) (issued: …)".
        let (number, words) = number.split_once(" (").unwrap_or((number, ""));
        let date = |text: &str| PartialDate::parse(text, Some(DateOrder::DayMonthYear)).ok();
        let flags = [
            (expired, IdFlag::Expired),
            (false_, IdFlag::KnownFalse),
            (lost, IdFlag::Lost),
            (revoked, IdFlag::Revoked),
        ];
        let labels = [code, label, words].join(" ");
        let kind = document_kind(&labels);
        if let Some(id) = draft.id(kind, number, country(iso2, description)) {
            id.issued = date(issued).or_else(|| date(between(words, "issued", "expires")));
            id.expires = date(to).or_else(|| date(between(words, "expires", ")")));
            id.flags = flags
                .into_iter()
                .filter(|(set, _)| set.eq_ignore_ascii_case("true"))
                .map(|(_, flag)| flag)
                .collect();
            labels.trim().trim_end_matches(')').clone_into(&mut id.raw);
        }
    }
}

fn document_kind(labels: &str) -> IdKind {
    if labels.starts_with("id ") || labels.contains("id-") {
        IdKind::NationalId
    } else if labels.trim_start().starts_with("other-") {
        IdKind::Other
    } else {
        id_types::kind(labels)
    }
}

/// The words between two others, without brackets and colons.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let rest = text.split_once(from).map_or("", |(_, rest)| rest);
    let words = rest.split_once(to).map_or(rest, |(words, _)| words);
    words.trim_matches([':', ' ', ')', '('])
}

#[cfg(test)]
mod tests;

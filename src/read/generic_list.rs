//! Generic notice files: the columns of a subject file and what makes a notice of it.
//!
//! In: CSV, JSON lines, XLSX or flat Parquet under headers that the column table knows, or a CSV
//! list that a mapping describes. Out: notices, one per row; the door merges those of one id.

use jiff::civil::Date;

use crate::error::Result;
use crate::read::generic::Cells;
use crate::read::mapping::Mapping;
use crate::read::rows::{Container, Rows};
use crate::read::table::{Header, Row, Table, TableSettings};
use crate::read::{Input, Intake, ListSettings};
use crate::record::columns::Column;
use crate::record::{
    Action, Charge, Grade, Handling, HandlingNote, InfoGrade, Notice, NoticeType, PartialDate,
    Program, Reference, Status,
};

/// Reads generic files of one container.
pub(super) fn read(
    inputs: &[Input],
    container: Container,
    settings: &ListSettings,
) -> Result<Intake> {
    let mut intake = Intake::default();
    let table = TableSettings {
        encoding: settings.encoding.as_deref(),
        delimiter: settings.delimiter,
        unquoted: false,
    };
    for input in inputs {
        let mut rows = Rows::open(input, container, &table, &mut intake.tally)?;
        let mut layout = rows.layout(&settings.map, input.place())?;
        let header = Header::new(rows.header().iter().map(String::as_str));
        while rows.advance()? {
            rows.extend_layout(&mut layout, &settings.map)?;
            let row = rows.row();
            if header.is_repeated_by(&row) {
                intake.tally.add("header_rows_skipped", 1);
                continue;
            }
            intake.tally.add("rows_in", 1);
            let cells = Cells::new(&row, &layout, settings.date_order, &mut intake.tally);
            intake.notices.extend(cells.and_then(notice));
        }
    }
    Ok(intake)
}

/// Reads CSV lists that a mapping describes.
pub(super) fn read_mapped(
    inputs: &[Input],
    mapping: &Mapping,
    settings: &ListSettings,
) -> Result<Intake> {
    let mut intake = Intake::default();
    let encoding = settings.encoding.as_deref().or(mapping.encoding.as_deref());
    let table = TableSettings {
        encoding,
        delimiter: settings.delimiter.or(mapping.delimiter()?),
        unquoted: false,
    };
    let order = settings.date_order.or(mapping.date_order()?);
    for input in inputs {
        let mut rows = Table::open(input, &table, &mut intake.tally)?;
        for _ in 0..mapping.skip_lines {
            rows.advance()?;
        }
        let mut more = rows.advance()?;
        let names: Vec<String> = if mapping.header {
            rows.row().cells().map(str::to_owned).collect()
        } else {
            let width = rows.row().len();
            (1..=width).map(|n| format!("column {n}")).collect()
        };
        let header = Header::new(names.iter().map(String::as_str));
        let mut layout = mapping.layout(&names, input.place())?;
        if mapping.header {
            more = rows.advance()?;
        }
        while more {
            let row = rows.row();
            if header.is_repeated_by(&row) {
                intake.tally.add("header_rows_skipped", 1);
            } else {
                intake.tally.add("rows_in", 1);
                let place = row.place;
                let (record, layout) = layout.apply(&row);
                let cells = Cells::new(&Row::new(record, place), layout, order, &mut intake.tally);
                intake.notices.extend(cells.and_then(notice));
            }
            more = rows.advance()?;
        }
    }
    Ok(intake)
}

/// The notice of a row.
fn notice(mut cells: Cells<'_>) -> Option<Notice> {
    let record = cells.record()?;
    let texts = |cells: &Cells<'_>, column| -> Vec<String> {
        cells
            .values(column)
            .into_iter()
            .map(str::to_owned)
            .collect()
    };
    let notice_type = cells.code(Column::NoticeType, "notice_type", NoticeType::from_code);
    let action = cells.code(Column::Action, "action_requested", Action::from_code);
    let status = cells.code(Column::Status, "status", Status::from_code);
    let issuing = cells.text(Column::IssuingCountry);
    let issuing_country = if issuing.is_empty() {
        String::new()
    } else {
        cells.country(Column::IssuingCountry.name(), issuing)
    };
    let valid_from = day(&mut cells, Column::ValidFrom);
    // A notice has no role of its own; but a victim's must not be forgotten before policy sees it.
    let role = cells.text(Column::Role).to_owned();
    if !role.is_empty() {
        cells.extra.insert(Column::Role.name().to_owned(), role);
    }
    Some(Notice {
        record,
        notice_type: notice_type.unwrap_or_default(),
        action_requested: action.unwrap_or_default(),
        status: status.unwrap_or_default(),
        valid_from,
        valid_to: day(&mut cells, Column::ValidTo),
        review_by: day(&mut cells, Column::ReviewBy),
        refs: cells
            .values(Column::Reference)
            .into_iter()
            .map(reference)
            .collect(),
        languages: texts(&cells, Column::Language),
        positions: texts(&cells, Column::Position),
        programs: programs(&cells, valid_from),
        charges: charges(&cells, &issuing_country),
        handling: handling(&mut cells),
        legal_basis: texts(&cells, Column::LegalBasis),
        issuing_country,
        legality_checked_by: cells.text(Column::LegalityCheckedBy).to_owned(),
        legality_checked_at: day(&mut cells, Column::LegalityCheckedAt),
        remarks: texts(&cells, Column::Remarks).join("; "),
        extra: std::mem::take(&mut cells.extra),
        ..Notice::default()
    })
}

/// A complete day; a partial date is no day and is noted.
fn day(cells: &mut Cells<'_>, column: Column) -> Option<Date> {
    let text = cells.text(column);
    if text.is_empty() {
        return None;
    }
    let date = cells.date(column.name(), text)?;
    let day = complete(&date);
    if day.is_none() {
        cells.note(column.name(), crate::tally::Reason::BadDate);
    }
    day
}

fn complete(date: &PartialDate) -> Option<Date> {
    let month = i8::try_from(date.month?).ok()?;
    Date::new(date.year, month, i8::try_from(date.day?).ok()?).ok()
}

/// `un_ref:X.001` or a bare reference.
fn reference(text: &str) -> Reference {
    let (scheme, value) = match text.split_once(':') {
        Some((scheme, value)) if scheme.chars().all(|c| c.is_ascii_lowercase() || c == '_') => {
            (scheme, value)
        }
        _ => ("other", text),
    };
    Reference {
        scheme: scheme.to_owned(),
        value: value.trim().to_owned(),
    }
}

fn programs(cells: &Cells<'_>, listed_on: Option<Date>) -> Vec<Program> {
    let measures: Vec<String> = cells
        .values(Column::Measures)
        .into_iter()
        .map(str::to_owned)
        .collect();
    let authority = cells.text(Column::Authority);
    let mut codes = cells.values(Column::Program);
    if codes.is_empty() && (!measures.is_empty() || !authority.is_empty()) {
        codes.push("");
    }
    codes
        .into_iter()
        .map(|code| Program {
            code: code.to_owned(),
            authority: authority.to_owned(),
            measures: measures.clone(),
            listed_on,
            ..Program::default()
        })
        .collect()
}

fn charges(cells: &Cells<'_>, country: &str) -> Vec<Charge> {
    cells
        .values(Column::Charge)
        .into_iter()
        .map(|text| Charge {
            country: country.to_owned(),
            text: text.to_owned(),
            ..Charge::default()
        })
        .collect()
}

fn handling(cells: &mut Cells<'_>) -> HandlingNote {
    let no_send_to = cells
        .values(Column::NoSendTo)
        .into_iter()
        .map(|text| {
            let code = cells.country(Column::NoSendTo.name(), text);
            // What must not be sent somewhere must not be forgotten: an unknown country is kept.
            if code.is_empty() {
                text.to_owned()
            } else {
                code
            }
        })
        .collect();
    HandlingNote {
        code: cells
            .code(Column::Handling, "handling", Handling::from_code)
            .unwrap_or_default(),
        caveat: cells.text(Column::Caveat).to_owned(),
        originator: cells.text(Column::Originator).to_owned(),
        purposes: cells
            .values(Column::Purposes)
            .into_iter()
            .map(str::to_owned)
            .collect(),
        no_send_to,
        source_grade: cells.code(Column::SourceGrade, "source_grade", Grade::from_code),
        info_grade: cells.code(Column::InfoGrade, "info_grade", InfoGrade::from_code),
        releasable: Vec::new(),
    }
}

//! Mapping files: a new CSV list without code.
//!
//! In: a description of the file (TOML, parsed elsewhere). Out: rows in which every value stands
//! under a canonical column, so that the generic reader takes them. An example is
//! `docs/mapping-example.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::{Place, Problem, Result};
use crate::read::generic::LIST_MARK;
use crate::read::layout::{Layout, Target};
use crate::read::table::Row;
use crate::record::columns::{Column, fold_header};
use crate::record::{DateOrder, ListId};

/// Describes a CSV list.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Mapping {
    /// Short name of the list.
    pub list_id: String,
    /// One character between cells; by content where missing.
    #[serde(default)]
    pub delimiter: Option<char>,
    /// Text encoding; by content where missing.
    #[serde(default)]
    pub encoding: Option<String>,
    /// Lines before the header (titles, report dates).
    #[serde(default)]
    pub skip_lines: u32,
    /// Whether the first line after those is a header; otherwise columns are given by number.
    #[serde(default = "yes")]
    pub header: bool,
    /// Order of day and month: `dmy`, `mdy` or `ymd`.
    #[serde(default)]
    pub date_order: Option<String>,
    /// Texts that part the names of one alias cell, beside `;`.
    #[serde(default)]
    pub alias_separators: Vec<String>,
    /// Canonical field to the header or headers (or numbers, from 1) it stands under.
    pub columns: BTreeMap<String, Headers>,
    /// Canonical field to a value that holds for every row.
    #[serde(default)]
    pub constants: BTreeMap<String, String>,
    /// Canonical field to a table from the words of the file to codes.
    #[serde(default)]
    pub values: BTreeMap<String, BTreeMap<String, String>>,
}

/// One header or several, by name or number.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Headers {
    /// A header.
    Name(String),
    /// A column number, from 1.
    Number(usize),
    /// Several headers.
    Names(Vec<String>),
    /// Several column numbers.
    Numbers(Vec<usize>),
}

const fn yes() -> bool {
    true
}

impl Mapping {
    /// The list id, if it is one.
    pub(super) fn list_id(&self) -> Result<ListId> {
        ListId::parse(&self.list_id).ok_or_else(|| wrong("list_id is no list id".into()))
    }

    /// The delimiter, if it is one byte.
    pub(super) fn delimiter(&self) -> Result<Option<u8>> {
        self.delimiter
            .map(|c| u8::try_from(c).map_err(|_| wrong("delimiter is no single byte".into())))
            .transpose()
    }

    /// The order of day and month.
    pub(super) fn date_order(&self) -> Result<Option<DateOrder>> {
        match self.date_order.as_deref() {
            None => Ok(None),
            Some("dmy") => Ok(Some(DateOrder::DayMonthYear)),
            Some("mdy") => Ok(Some(DateOrder::MonthDayYear)),
            Some("ymd") => Ok(Some(DateOrder::YearMonthDay)),
            Some(_) => Err(wrong("date_order is dmy, mdy or ymd".into())),
        }
    }

    /// Finds the columns of a file; constants stand behind its last position.
    pub(super) fn layout(&self, header: &[String], place: Place) -> Result<MappedLayout> {
        let mut targets: Vec<Target> = header
            .iter()
            .map(|name| Target::Extra(name.clone()))
            .collect();
        for (field, headers) in &self.columns {
            let column = column(field)?;
            for position in headers.positions(header) {
                let slot = position.and_then(|p| targets.get_mut(p));
                let expected = || "the header that the mapping file names".to_owned();
                *slot.ok_or_else(|| {
                    Problem::MissingColumn {
                        field: column.name(),
                        expected: expected(),
                    }
                    .at(place)
                })? = Target::Column(column);
            }
        }
        let width = targets.len();
        let mut constants = Vec::new();
        for (field, value) in &self.constants {
            targets.push(Target::Column(column(field)?));
            constants.push(value.clone());
        }
        let mut words = Vec::new();
        for (field, table) in &self.values {
            let folded = table
                .iter()
                .map(|(word, code)| (fold_header(word), code.clone()));
            words.push((column(field)?, folded.collect()));
        }
        Ok(MappedLayout {
            layout: Layout::from_targets(targets).checked(place)?,
            width,
            constants,
            words,
            separators: self.alias_separators.clone(),
            record: csv::StringRecord::new(),
        })
    }
}

impl Headers {
    fn positions(&self, header: &[String]) -> Vec<Option<usize>> {
        let find = |name: &String| {
            let folded = fold_header(name);
            header.iter().position(|h| fold_header(h) == folded)
        };
        let number = |n: &usize| n.checked_sub(1);
        match self {
            Self::Name(name) => vec![find(name)],
            Self::Names(names) => names.iter().map(find).collect(),
            Self::Number(n) => vec![number(n)],
            Self::Numbers(numbers) => numbers.iter().map(number).collect(),
        }
    }
}

fn column(field: &str) -> Result<Column> {
    Column::ALL
        .iter()
        .copied()
        .find(|column| column.name() == field)
        .ok_or_else(|| wrong(format!("there is no field named {field}")))
}

fn wrong(reason: String) -> crate::error::Error {
    let setting = "mapping";
    Problem::Setting { setting, reason }.into()
}

/// A layout with the constants, words and separators of a mapping.
pub(super) struct MappedLayout {
    /// Targets of the rows that [`MappedLayout::apply`] makes.
    pub layout: Layout,
    width: usize,
    constants: Vec<String>,
    words: Vec<(Column, BTreeMap<String, String>)>,
    separators: Vec<String>,
    record: csv::StringRecord,
}

impl MappedLayout {
    /// A row with words replaced, aliases parted and constants appended. A row that is too wide
    /// stays so.
    pub(super) fn apply(&mut self, row: &Row<'_>) -> (&csv::StringRecord, &Layout) {
        self.record.clear();
        let is_wide = row.cells().skip(self.width).any(|cell| !cell.is_empty());
        for (i, target) in self.layout.targets().iter().take(self.width).enumerate() {
            let cell = row.cell(i);
            match target {
                Target::Column(column) => self.record.push_field(&self.mapped(*column, cell)),
                Target::Extra(_) => self.record.push_field(cell),
            }
        }
        for value in &self.constants {
            self.record.push_field(value);
        }
        if is_wide {
            self.record.push_field("?");
        }
        (&self.record, &self.layout)
    }

    fn mapped(&self, column: Column, cell: &str) -> String {
        let words = self.words.iter().find(|(c, _)| *c == column);
        if let Some(code) = words.and_then(|(_, table)| table.get(&fold_header(cell))) {
            return code.clone();
        }
        let is_alias = matches!(
            column,
            Column::Alias | Column::WeakAlias | Column::FormerName | Column::OriginalName
        );
        if !is_alias || !self.separators.iter().any(|s| cell.contains(s.as_str())) {
            return cell.to_owned();
        }
        let mut parted = cell.replace(';', &LIST_MARK.to_string());
        for separator in self.separators.iter().filter(|s| !s.is_empty()) {
            parted = parted.replace(separator.as_str(), &LIST_MARK.to_string());
        }
        parted
    }
}

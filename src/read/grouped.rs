//! Tables with several rows per entry.
//!
//! In: a delimited file that may have lines before its header and the header again in the middle.
//! Out: its rows by entry, in the order of first mention, so that neither the order nor the
//! distance of rows matters. Values are handed out once, however often the rows repeat them.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::error::{Problem, Result};
use crate::read::Input;
use crate::read::draft::Draft;
use crate::read::table::{Header, Row, Table};
use crate::tally::{Reason, Refusal, Tally};

/// Lines that may stand before the header.
const PREAMBLE: usize = 10;

/// The rows of one entry.
pub(super) struct Group {
    /// The entry's key.
    pub key: String,
    /// File number of the first row.
    pub file: u32,
    /// Number of the first row.
    pub row: u64,
    rows: Vec<csv::StringRecord>,
    header: Rc<Header>,
}

impl Group {
    /// The first value of a column; empty where no row has one.
    pub(super) fn first(&self, column: &str) -> &str {
        self.distinct(column).first().copied().unwrap_or_default()
    }

    /// The values of a column, each once.
    pub(super) fn distinct(&self, column: &str) -> Vec<&str> {
        let values = self.combinations([column]);
        values.into_iter().map(|[value]| value).collect()
    }

    /// The combinations of values of some columns that are not all empty, each once.
    pub(super) fn combinations<const N: usize>(&self, columns: [&str; N]) -> Vec<[&str; N]> {
        let positions = columns.map(|c| self.header.position(c));
        let mut found = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for row in &self.rows {
            let cells = positions.map(|p| p.and_then(|p| row.get(p)).unwrap_or_default());
            if cells.iter().any(|c| !c.is_empty()) && seen.insert(cells) {
                found.push(cells);
            }
        }
        found
    }

    /// Keeps what stands in columns that the format does not know.
    pub(super) fn keep_unknown(&self, known: &[&str], draft: &mut Draft<'_>) {
        let known: Vec<usize> = known
            .iter()
            .filter_map(|name| self.header.position(name))
            .collect();
        for (position, name) in self.header.names().iter().enumerate() {
            if known.contains(&position) || name.is_empty() {
                continue;
            }
            let mut seen = Vec::new();
            for row in &self.rows {
                let value = row.get(position).unwrap_or_default();
                if !value.is_empty() && !seen.contains(&value) {
                    seen.push(value);
                    draft.extra(name, value);
                }
            }
        }
    }
}

/// Goes to the header: the first row that has all `columns`. Returns it with the cells before it.
pub(super) fn find_header(
    table: &mut Table,
    input: &Input,
    columns: &[&'static str],
) -> Result<(Header, Vec<String>)> {
    let mut before = Vec::new();
    for _ in 0..PREAMBLE {
        let Some(row) = table.next_row()? else { break };
        let header = Header::new(row.cells());
        if columns.iter().all(|c| header.position(c).is_some()) {
            return Ok((header, before));
        }
        before.extend(row.cells().map(str::to_owned));
    }
    Err(Problem::MissingColumn {
        field: columns.first().copied().unwrap_or_default(),
        expected: columns.join(", "),
    }
    .at(input.place()))
}

/// Collects rows by key.
#[derive(Default)]
pub(super) struct Groups {
    groups: Vec<Group>,
    by_key: FxHashMap<String, usize>,
}

impl Groups {
    /// Adds the rest of a table, by the text of a column. Repeated headers are passed over; rows
    /// with more cells than the header or without key are refused.
    pub(super) fn read(
        &mut self,
        table: &mut Table,
        header: Header,
        key: &str,
        tally: &mut Tally,
    ) -> Result<()> {
        let key = header.position(key);
        let header = Rc::new(header);
        while let Some(row) = table.next_row()? {
            if header.is_repeated_by(&row) {
                tally.add("header_rows_skipped", 1);
                continue;
            }
            if row.cells().all(str::is_empty) {
                continue;
            }
            tally.add("rows_in", 1);
            let width = header.names().len();
            let key = key.map_or("", |k| row.cell(k));
            if row.cells().skip(width).any(|c| !c.is_empty()) {
                refuse(&row, Reason::WrongWidth, tally);
            } else if key.is_empty() {
                refuse(&row, Reason::NoId, tally);
            } else {
                tally.add("short_rows", u64::from(row.len() < width));
                self.add(key, &row, &header);
            }
        }
        Ok(())
    }

    fn add(&mut self, key: &str, row: &Row<'_>, header: &Rc<Header>) {
        let next = self.groups.len();
        let at = *self.by_key.entry(key.to_owned()).or_insert(next);
        if at == next {
            self.groups.push(Group {
                key: key.to_owned(),
                file: row.place.file.unwrap_or(0),
                row: row.number(),
                rows: Vec::new(),
                header: Rc::clone(header),
            });
        }
        if let Some(group) = self.groups.get_mut(at) {
            group.rows.push(row.cells().collect());
        }
    }

    /// The entries in the order of first mention.
    pub(super) fn into_entries(self) -> Vec<Group> {
        self.groups
    }
}

fn refuse(row: &Row<'_>, reason: Reason, tally: &mut Tally) {
    tally.refuse(Refusal {
        file: row.place.file.unwrap_or(0),
        row: row.number(),
        field: "row",
        reason,
    });
}

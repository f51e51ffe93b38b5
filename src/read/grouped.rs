//! Tables with several rows per entry.
//!
//! In: a delimited file that may have lines before its header and the header again in the middle.
//! Out: its rows by entry, in the order of first mention, so that neither the order nor the
//! distance of rows matters. Values are handed out once, however often the rows repeat them.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::error::{Place, Problem, Result};
use crate::read::Input;
use crate::read::draft::Draft;
use crate::read::table::{Header, Row, Table};
use crate::record::columns::fold_header;
use crate::record::{Action, Kind, NoticeType};
use crate::tally::{Reason, Refusal, Tally};

/// Lines that may stand before the header.
const PREAMBLE: usize = 10;

/// The columns of a file.
pub(super) struct Columns {
    pub header: Header,
    /// Positions of the columns that have no place in the schema.
    unknown: Vec<usize>,
}

impl Columns {
    /// A header, and which of its columns, by their folded names, have a place in the schema.
    pub(super) fn new(header: Header, known: &[&str], is_known: impl Fn(&str) -> bool) -> Rc<Self> {
        let known: Vec<String> = known.iter().map(|k| fold_header(k)).collect();
        let unknown = header
            .names()
            .iter()
            .enumerate()
            .filter(|(_, name)| !name.is_empty() && !known.contains(name) && !is_known(name))
            .map(|(position, _)| position)
            .collect();
        Rc::new(Self { header, unknown })
    }

    /// Keeps what one row says in columns without a place in the schema.
    pub(super) fn keep_unknown(&self, row: &Row<'_>, draft: &mut Draft<'_>) {
        for position in &self.unknown {
            if let Some(name) = self.header.names().get(*position) {
                draft.extra(name, row.cell(*position));
            }
        }
    }
}

/// The rows of one entry.
pub(super) struct Group {
    /// The entry's key.
    pub key: String,
    /// File and row of the first mention.
    pub place: Place,
    rows: Vec<csv::StringRecord>,
    columns: Rc<Columns>,
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
        let positions = columns.map(|c| self.columns.header.position(c));
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

    /// A sanction to be filled from the group.
    pub(super) fn sanction<'a>(&self, tally: &'a mut Tally, kind: Kind) -> Draft<'a> {
        let (file, row) = (self.place.file.unwrap_or(0), self.place.row.unwrap_or(0));
        let mut draft = Draft::of_rows(tally, file, row, kind);
        draft.notice.notice_type = NoticeType::Sanction;
        draft.notice.action_requested = Action::Freeze;
        draft
    }

    /// Keeps what stands in columns without a place in the schema, each value once.
    pub(super) fn keep_unknown(&self, draft: &mut Draft<'_>) {
        for position in &self.columns.unknown {
            let Some(name) = self.columns.header.names().get(*position) else {
                continue;
            };
            let mut seen = Vec::new();
            for row in &self.rows {
                let value = row.get(*position).unwrap_or_default();
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
        columns: &Rc<Columns>,
        key: &str,
        tally: &mut Tally,
    ) -> Result<()> {
        while let Some(row) = table.next_row()? {
            self.add(row.cells().collect(), row.place, columns, key, tally);
        }
        Ok(())
    }

    /// Adds one row that is already cut into trimmed cells.
    pub(super) fn add(
        &mut self,
        cells: csv::StringRecord,
        place: Place,
        columns: &Rc<Columns>,
        key: &str,
        tally: &mut Tally,
    ) {
        let header = &columns.header;
        let width = header.names().len();
        let is_header = cells.len() == width
            && cells
                .iter()
                .zip(header.names())
                .all(|(c, n)| fold_header(c) == *n);
        if is_header {
            tally.add("header_rows_skipped", 1);
            return;
        }
        if cells.iter().all(str::is_empty) {
            return;
        }
        tally.add("rows_in", 1);
        let key = header
            .position(key)
            .and_then(|k| cells.get(k))
            .unwrap_or_default();
        if cells.iter().skip(width).any(|c| !c.is_empty()) {
            refuse(place, Reason::WrongWidth, tally);
        } else if key.is_empty() {
            refuse(place, Reason::NoId, tally);
        } else {
            tally.add("short_rows", u64::from(cells.len() < width));
            let next = self.groups.len();
            let at = *self.by_key.entry(key.to_owned()).or_insert(next);
            if at == next {
                self.groups.push(Group {
                    key: key.to_owned(),
                    place,
                    rows: Vec::new(),
                    columns: Rc::clone(columns),
                });
            }
            if let Some(group) = self.groups.get_mut(at) {
                group.rows.push(cells);
            }
        }
    }

    /// The entries in the order of first mention.
    pub(super) fn into_entries(self) -> Vec<Group> {
        self.groups
    }
}

fn refuse(place: Place, reason: Reason, tally: &mut Tally) {
    tally.refuse(Refusal {
        file: place.file.unwrap_or(0),
        row: place.row.unwrap_or(0),
        field: "row",
        reason,
    });
}

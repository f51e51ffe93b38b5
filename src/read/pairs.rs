//! Pairs of names for `compare --pairs`: `id,a,b` and optionally `kind,a_birth,b_birth`.

use std::path::Path;

use crate::error::{Place, Problem, Result};
use crate::read::Input;
use crate::read::table::{Header, Table, TableSettings};
use crate::record::{Kind, PartialDate};

/// One pair of names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PairRow {
    /// The caller's id of the pair.
    pub id: String,
    /// First name.
    pub a: String,
    /// Second name.
    pub b: String,
    /// Kind of both names.
    pub kind: Kind,
    /// Birth date of the first; unreadable ones count as missing.
    pub a_birth: Option<PartialDate>,
    /// Birth date of the second.
    pub b_birth: Option<PartialDate>,
}

const COLUMNS: [&str; 6] = ["id", "a", "b", "kind", "a_birth", "b_birth"];

/// Pairs of a file, row by row.
pub struct Pairs {
    table: Table,
    /// Positions of [`COLUMNS`], found once: there are millions of rows.
    at: [Option<usize>; COLUMNS.len()],
    kind: Option<Kind>,
}

impl std::fmt::Debug for Pairs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pairs(..)")
    }
}

/// Opens a CSV of pairs. `kind` is used for rows that state none.
///
/// # Errors
/// The file cannot be read, or a column is missing.
pub fn read_pairs(path: &Path, kind: Option<Kind>) -> Result<Pairs> {
    let input = Input::new(path, 1);
    let mut tally = crate::tally::Tally::new();
    let mut table = Table::open(&input, &TableSettings::default(), &mut tally)?;
    let header = table
        .next_row()?
        .map(|row| Header::new(row.cells()))
        .ok_or(Problem::MissingColumn {
            field: "id",
            expected: "id, a, b".into(),
        })?;
    for field in ["id", "a", "b"] {
        if header.position(field).is_none() {
            let expected = COLUMNS.join(", ");
            return Err(Problem::MissingColumn { field, expected }.at(Place::row(1, 1)));
        }
    }
    Ok(Pairs {
        table,
        at: COLUMNS.map(|name| header.position(name)),
        kind,
    })
}

impl Iterator for Pairs {
    type Item = Result<PairRow>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = match self.table.next_row() {
            Ok(row) => row?,
            Err(error) => return Some(Err(error)),
        };
        let [id, a, b, kind, a_birth, b_birth] = self.at.map(|at| at.map_or("", |at| row.cell(at)));
        let date = |text| PartialDate::parse(text, None).ok();
        Some(Ok(PairRow {
            id: id.to_owned(),
            a: a.to_owned(),
            b: b.to_owned(),
            kind: Kind::from_code(kind).or(self.kind).unwrap_or_default(),
            a_birth: date(a_birth),
            b_birth: date(b_birth),
        }))
    }
}

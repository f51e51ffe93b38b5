//! What an onlooker sees of a file, what it knows besides, and how right its claims are.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::error::{Problem, Result};
use crate::exchange::Envelope;
use crate::exchange::table::{ROW_LIMIT, Table};

/// Rows that each tie a key to a record. A file that leaves is such a view, and so is what an
/// onlooker has at home: there the keys are values in clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The distinct keys, sorted.
    pub keys: Vec<Vec<u8>>,
    /// For each row, the number of its key and the number of its record.
    pub rows: Vec<(u32, u32)>,
    /// Number of records.
    pub records: u32,
}

/// What is true of the rows of a view, for the judge alone.
#[derive(Clone, Debug)]
pub struct Truth {
    /// For each row, the number of its value at the onlooker's home. `None`: it has none there, or
    /// the row is a dummy.
    pub values: Vec<Option<u32>>,
    /// For each row, the number of its record; at the onlooker's home it has the same number, if
    /// it is there. `None`: a dummy.
    pub records: Vec<Option<u32>>,
}

/// What an attack takes the rows to be.
#[derive(Clone, Debug)]
pub enum Claims {
    /// For each key of the view, a value.
    Values(Vec<Option<u32>>),
    /// For each record of the view, a record at home.
    Records(Vec<Option<u32>>),
}

/// How much of what was claimed is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Score {
    /// Rows whose claim is right.
    pub right: u64,
    /// Rows that are no dummies.
    pub rows: u64,
    /// Records with a row whose claim is right.
    pub records_right: u64,
    /// Records.
    pub records: u64,
}

impl View {
    /// A view of rows, each a key and what ties it to others of its record. A row that is tied to
    /// nothing is a record of its own.
    ///
    /// # Errors
    /// Usage: more rows than can be numbered.
    pub fn of<'a>(rows: impl IntoIterator<Item = (&'a [u8], Option<&'a [u8]>)>) -> Result<Self> {
        let rows: Vec<(&[u8], Option<&[u8]>)> = rows.into_iter().collect();
        if u32::try_from(rows.len()).is_err() {
            let (what, limit) = ("rows", u64::from(u32::MAX));
            return Err(Problem::TooMany { what, limit }.into());
        }
        let (keys, key_of) = numbered(rows.iter().map(|(key, _)| *key).collect());
        let handles: Option<Vec<&[u8]>> = rows.iter().map(|(_, handle)| *handle).collect();
        let (records, record_of) = match handles {
            Some(handles) => {
                let (handles, record_of) = numbered(handles);
                (handles.len(), record_of)
            }
            None => (rows.len(), (0..u32::MAX).take(rows.len()).collect()),
        };
        Ok(Self {
            keys: keys.into_iter().map(<[u8]>::to_vec).collect(),
            rows: key_of.into_iter().zip(record_of).collect(),
            records: u32::try_from(records).unwrap_or(u32::MAX),
        })
    }

    /// The view of a file: its first column, tied by its column of handles where it has one beside.
    ///
    /// # Errors
    /// Integrity: it is no envelope in its one form.
    pub fn of_file(bytes: &[u8]) -> Result<Self> {
        if bytes.starts_with(b"PAR1") {
            let table = Table::decode(bytes, ROW_LIMIT)?;
            let mut names = table.columns().map(|(name, _)| name).skip(1);
            let handle = names.position(|name| name == "handle");
            let handle = handle.map(|after| after.saturating_add(1));
            let handles = handle.map(|column| table.slices(column).collect::<Vec<_>>());
            let handle_of = |row| handles.as_ref().and_then(|all| all.get(row).copied());
            let rows = table.slices(0).enumerate();
            return Self::of(rows.map(|(row, key)| (key, handle_of(row))));
        }
        let envelope = Envelope::decode(bytes)?;
        let rows = envelope.rows();
        let rows = rows.map(|(key, handle)| (key.to_bytes(), handle.0.to_be_bytes()));
        let rows: Vec<([u8; 16], [u8; 4])> = rows.collect();
        Self::of(
            rows.iter()
                .map(|(key, handle)| (key.as_slice(), Some(handle.as_slice()))),
        )
    }

    /// Rows of each key.
    pub fn sizes(&self) -> Vec<u32> {
        let mut sizes = vec![0_u32; self.keys.len()];
        for (key, _) in &self.rows {
            if let Some(size) = sizes.get_mut(*key as usize) {
                *size = size.saturating_add(1);
            }
        }
        sizes
    }

    /// Keys of each record, sorted.
    pub fn keys_of_records(&self) -> Vec<Vec<u32>> {
        let mut keys = vec![Vec::new(); self.records as usize];
        for (key, record) in &self.rows {
            if let Some(keys) = keys.get_mut(*record as usize) {
                keys.push(*key);
            }
        }
        for keys in &mut keys {
            keys.sort_unstable();
        }
        keys
    }

    /// Records of each key, sorted.
    pub fn records_of_keys(&self) -> Vec<Vec<u32>> {
        let turned = Self {
            keys: vec![Vec::new(); self.records as usize],
            rows: self
                .rows
                .iter()
                .map(|(key, record)| (*record, *key))
                .collect(),
            records: u32::try_from(self.keys.len()).unwrap_or(u32::MAX),
        };
        turned.keys_of_records()
    }

    /// The number of a key.
    pub fn number(&self, key: &[u8]) -> Option<u32> {
        let found = self.keys.binary_search_by(|own| own.as_slice().cmp(key));
        found.ok().and_then(|at| u32::try_from(at).ok())
    }
}

/// The distinct values, sorted, and for each place the number of its value.
fn numbered(values: Vec<&[u8]>) -> (Vec<&[u8]>, Vec<u32>) {
    let mut distinct = values.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let numbers = values
        .into_iter()
        .map(|value| {
            distinct
                .binary_search(&value)
                .map_or(0, |at| u32::try_from(at).unwrap_or(0))
        })
        .collect();
    (distinct, numbers)
}

impl Claims {
    /// Rows that something is claimed of.
    pub fn rows(&self, view: &View) -> u64 {
        view.rows
            .iter()
            .filter(|row| self.of(**row).is_some())
            .count() as u64
    }

    fn of(&self, (key, record): (u32, u32)) -> Option<u32> {
        let (claims, at) = match self {
            Self::Values(claims) => (claims, key),
            Self::Records(claims) => (claims, record),
        };
        claims.get(at as usize).copied().flatten()
    }

    /// Compares claims with what is true.
    pub fn score(&self, view: &View, truth: &Truth) -> Score {
        let (mut rows, mut right) = (0_u64, 0_u64);
        let (mut all, mut found) = (BTreeSet::new(), BTreeSet::new());
        let truth = truth.values.iter().zip(&truth.records);
        for (row, (value, record)) in view.rows.iter().zip(truth) {
            let Some(own) = record else { continue };
            rows = rows.saturating_add(1);
            all.insert(*own);
            let wanted = match self {
                Self::Values(_) => value,
                Self::Records(_) => record,
            };
            if wanted.is_some() && self.of(*row) == *wanted {
                right = right.saturating_add(1);
                found.insert(*own);
            }
        }
        Score {
            right,
            rows,
            records_right: found.len() as u64,
            records: all.len() as u64,
        }
    }
}

//! L3: what the unit finds.

use rayon::prelude::*;

use super::{LinkedFile, Paper, fresh_rows, refused};
use crate::error::{Problem, Result};
use crate::exchange::identity::Identity;
use crate::exchange::padding::padme;
use crate::exchange::table::{Head, Kind, Table};

/// Pairs the handles of equal keys. The unit learns sizes and which blocks meet, no input and no
/// record.
///
/// **Shape**: a row for each pair of rows of one key, filled up to a Padmé size with handles that are
/// nobody's, in random order. More than `most` pairs are refused before any is made.
///
/// # Errors
/// Integrity: the files are not the keys of both sides of one session under one secret and one list.
/// Usage: too many pairs.
pub fn join(
    subjects: &Paper,
    notices: &Paper,
    most: u64,
    identity: Option<&Identity>,
) -> Result<LinkedFile> {
    let (ours, theirs) = (subjects.table.head(), notices.table.head());
    if (ours.kind, theirs.kind) != (Kind::LinkedSubjects, Kind::LinkedNotices) {
        return Err(refused(
            "the unit joins the keys of subjects with the keys of notices",
        ));
    }
    if (ours.ctx, ours.session) != (theirs.ctx, theirs.session) {
        return Err(refused(
            "the sides differ in secret, list of conjunctions or session",
        ));
    }
    let [left, right] = [rows(&subjects.table)?, rows(&notices.table)?];
    let mut count = 0_u64;
    let mut blocks = Vec::new();
    let mut rest = right.as_slice();
    for block in left.chunk_by(|a, b| a.0 == b.0) {
        let Some((key, _)) = block.first() else {
            continue;
        };
        let (_, from) = rest.split_at(rest.partition_point(|row| row.0 < *key));
        let (same, after) = from.split_at(from.partition_point(|row| row.0 == *key));
        rest = after;
        if !same.is_empty() {
            count = count.saturating_add((block.len() as u64).saturating_mul(same.len() as u64));
            blocks.push((block, same));
        }
    }
    if padme(count) > most {
        return Err(Problem::TooMany {
            what: "pairs of handles",
            limit: most,
        }
        .into());
    }
    let mut pairs: Vec<([u8; 16], [u8; 16])> = blocks
        .iter()
        .flat_map(|(block, same)| {
            block
                .iter()
                .flat_map(|(_, subject)| same.iter().map(move |(_, n)| (*subject, *n)))
        })
        .collect();
    let dummies = usize::try_from(padme(count).saturating_sub(count)).unwrap_or(usize::MAX);
    pairs.extend(fresh_rows(dummies)?.into_iter().zip(fresh_rows(dummies)?));
    // Handles are random, so their order is.
    pairs.par_sort_unstable();
    let columns = vec![
        pairs.iter().flat_map(|pair| pair.0).collect(),
        pairs.iter().flat_map(|pair| pair.1).collect(),
    ];
    let head = Head {
        kind: Kind::LinkedPairs,
        index: super::derive(
            "veilmatch 2026-11 linked, what pairs were made of v1",
            &[&subjects.digest, &notices.digest],
        ),
        rows: 0,
        width: 0,
        ..*ours
    };
    LinkedFile::new(&Table::new(head, columns)?, identity)
}

/// Rows of a file of keys, which must be sorted, each handle once.
fn rows(table: &Table) -> Result<Vec<([u8; 16], [u8; 16])>> {
    let keys: &[[u8; 16]] = table.rows(0);
    let handles: &[[u8; 16]] = table.rows(1);
    let rows: Vec<_> = keys.iter().copied().zip(handles.iter().copied()).collect();
    let mut handles = handles.to_vec();
    handles.par_sort_unstable();
    if !rows.is_sorted_by(|a, b| a < b) || !handles.is_sorted_by(|a, b| a < b) {
        return Err(refused(
            "its rows are not sorted, or a handle is there twice",
        ));
    }
    Ok(rows)
}

//! L1 and L2: what each party gives to the unit.

use std::fmt;

use rayon::prelude::*;

use super::{Book, LinkedFile, Meeting, fresh_rows, keys_of};
use crate::error::{Problem, Result};
use crate::exchange::identity::Identity;
use crate::exchange::padding::padme;
use crate::exchange::table::Table;
use crate::keys::Side;

/// A record of one side, as the caller has encoded it.
#[derive(Clone, Default)]
pub struct LinkedRecord {
    /// Its inputs, by the agreed list of conjunctions.
    pub inputs: Vec<Vec<u8>>,
    /// The party's own name of the record; stays in its book.
    pub reference: Vec<u8>,
}

impl fmt::Debug for LinkedRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkedRecord(..)")
    }
}

/// What was made of the records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkedTally {
    /// Rows that belong to a record.
    pub rows: u64,
    /// Blocks of rows with one key.
    pub blocks: u64,
    /// Rows that fill up blocks.
    pub filling: u64,
    /// Rows of keys that nobody has, which fill up the file.
    pub dummies: u64,
}

/// One row before it is filled up and sorted: `None` belongs to nobody.
type Row = ([u8; 16], Option<u32>);

/// Makes the file of keys of one side, and the book that leads from its handles to records.
///
/// **Shape**: a row for each distinct input of each record; each block of equal keys filled up to a
/// power of `base`; the whole filled up with blocks of one row to a Padmé size; sorted by key and
/// handle.
///
/// **Cost**: two BLAKE3 hashes an input, a sort.
///
/// # Errors
/// Usage: more records or inputs than a file holds, or a base below 2.
pub fn protect(
    meeting: &Meeting,
    side: Side,
    records: &[LinkedRecord],
    base: u32,
    identity: Option<&Identity>,
) -> Result<(LinkedFile, Book, LinkedTally)> {
    if base < 2 {
        return Err(Problem::Setting {
            setting: "--pad",
            reason: "blocks are filled up to powers of 2 or more".into(),
        }
        .into());
    }
    let too_many = |what| Problem::TooMany {
        what,
        limit: u64::from(u32::MAX),
    };
    let count = u32::try_from(records.len()).map_err(|_| too_many("records"))?;
    let mut rows: Vec<Row> = (records.par_iter().zip(0..count))
        .flat_map_iter(|(record, number)| {
            record
                .inputs
                .iter()
                .map(move |input| (meeting.key(input), Some(number)))
        })
        .collect();
    rows.par_sort_unstable();
    // A record that has an input twice has it once.
    rows.dedup();
    let mut tally = LinkedTally {
        rows: rows.len() as u64,
        ..LinkedTally::default()
    };
    let mut filling: Vec<Row> = Vec::new();
    for block in rows.chunk_by(|a, b| a.0 == b.0) {
        tally.blocks = tally.blocks.saturating_add(1);
        let wanted = power_of(base, block.len());
        let key = block.first().map(|row| row.0).unwrap_or_default();
        filling.extend((block.len()..wanted).map(|_| (key, None)));
    }
    tally.filling = filling.len() as u64;
    rows.append(&mut filling);
    let dummies = padme(rows.len() as u64).saturating_sub(rows.len() as u64);
    tally.dummies = dummies;
    let dummies = usize::try_from(dummies).map_err(|_| too_many("rows"))?;
    rows.extend(fresh_rows(dummies)?.into_iter().map(|key| (key, None)));
    let handles = fresh_rows(rows.len())?;
    let mut rows: Vec<([u8; 16], [u8; 16], Option<u32>)> = rows
        .iter()
        .zip(handles)
        .map(|((key, record), handle)| (*key, handle, *record))
        .collect();
    rows.par_sort_unstable();
    let columns = vec![
        rows.iter().flat_map(|row| row.0).collect(),
        rows.iter().flat_map(|row| row.1).collect(),
    ];
    let table = Table::new(meeting.head(keys_of(side)), columns)?;
    let handles = rows
        .iter()
        .filter_map(|(_, handle, record)| Some((*handle, (*record)?)));
    let references = records
        .iter()
        .map(|record| record.reference.clone())
        .collect();
    let book = Book::new(meeting, side, handles.collect(), references)?;
    Ok((LinkedFile::new(&table, identity)?, book, tally))
}

/// The lowest power of a base that holds so many.
fn power_of(base: u32, count: usize) -> usize {
    let base = usize::try_from(base).unwrap_or(usize::MAX);
    let mut power = 1_usize;
    while power < count {
        power = power.saturating_mul(base);
    }
    power
}

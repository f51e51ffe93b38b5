//! The wall: everything that leaves a side, and nothing else.
//!
//! In: blind keys of numbered rows. Out: [`Envelope`]s that hold blind keys and handles alone, and
//! on the owner's side the [`HandleBook`] that leads from a handle back to a row. A record id, a name
//! or a count of the other side never comes here.
//!
//! That is what passes inside one organisation. What passes between two is in the modules below, in
//! the order in which one rests on another: names, signed notes, identities, agreements; files with
//! their manifests; and the steps of the exchange in [`sealed`] and, through a unit, in [`linked`],
//! over bytes that the caller has encoded.
#![cfg_attr(
    not(test),
    warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

pub(crate) mod codec;

pub mod name;

pub mod note;

pub mod seal;

pub mod identity;

pub mod terms;

pub mod agreement;

pub mod padding;

mod thrift;

pub mod table;

pub mod manifest;

pub mod sealed;

pub mod linked;

use std::fmt;
use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use rayon::prelude::*;

use crate::error::{Problem, Result};
use crate::keys::{BlindKey, Secret};

/// Random-looking name of a row. It means something only to the side that owns the handle book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handle(pub u32);

/// Leads from handles back to rows, on the owner's side only.
#[derive(Debug)]
pub struct HandleBook {
    row_of: Vec<u32>,
    handle_of: Vec<Handle>,
}

impl HandleBook {
    /// Deals handles to `rows` rows in an order that only the secret's holder can repeat.
    ///
    /// **Cost**: one BLAKE3 block a row and a sort.
    pub fn deal(secret: &Secret, purpose: &'static str, rows: u32) -> Self {
        let hasher = blake3::Hasher::new_keyed(&secret.derive(purpose));
        let mut shuffled: Vec<([u8; 16], u32)> = (0..rows)
            .map(|row| {
                let mut order = [0; 16];
                hasher
                    .clone()
                    .update(&row.to_le_bytes())
                    .finalize_xof()
                    .fill(&mut order);
                (order, row)
            })
            .collect();
        shuffled.sort_unstable();
        let row_of: Vec<u32> = shuffled.into_iter().map(|(_, row)| row).collect();
        let mut pairs: Vec<(u32, Handle)> = row_of
            .iter()
            .zip(0..)
            .map(|(row, handle)| (*row, Handle(handle)))
            .collect();
        pairs.sort_unstable();
        let handle_of = pairs.into_iter().map(|(_, handle)| handle).collect();
        Self { row_of, handle_of }
    }

    /// The handle of a row.
    pub fn handle(&self, row: u32) -> Option<Handle> {
        self.handle_of.get(row as usize).copied()
    }

    /// The row of a handle.
    pub fn row(&self, handle: Handle) -> Option<u32> {
        self.row_of.get(handle.0 as usize).copied()
    }
}

/// One row of an envelope: 16 bytes of a blind key, big endian, and the handle of the row that has it,
/// little endian.
pub type Row = [u8; 20];

/// The row of a key and a handle.
pub fn row(key: BlindKey, handle: Handle) -> Row {
    let mut row = [0; 20];
    let (front, back) = row.split_at_mut(16);
    front.copy_from_slice(&key.to_bytes());
    back.copy_from_slice(&handle.0.to_le_bytes());
    row
}

/// The blind key of a row.
pub fn key_of(row: &Row) -> BlindKey {
    BlindKey::from_bytes(row.first_chunk().copied().unwrap_or_default())
}

/// The handle of a row.
pub fn handle_of(row: &Row) -> Handle {
    Handle(row.last_chunk().copied().map_or(0, u32::from_le_bytes))
}

/// Rows are ordered by key, then by handle.
fn order(row: &Row) -> (BlindKey, Handle) {
    (key_of(row), handle_of(row))
}

/// The part of an envelope that a row belongs to.
fn part_of(row: &Row) -> usize {
    let [first, ..] = *row;
    usize::from(first)
}

/// Collects rows from several threads. No row is held twice: each part has its room from the start
/// and is sorted where it lies.
#[derive(Debug)]
pub struct Sealer {
    recipe_digest: [u8; 32],
    parts: Vec<Mutex<Vec<Row>>>,
}

impl Sealer {
    /// Begins an envelope of about so many rows. Room that stays empty is never touched, so too
    /// many cost nothing; too few cost copies.
    pub fn new(recipe_digest: [u8; 32], rows: usize) -> Self {
        let part = || Mutex::new(Vec::with_capacity(rows / Envelope::PARTS));
        Self {
            recipe_digest,
            parts: std::iter::repeat_with(part).take(Envelope::PARTS).collect(),
        }
    }

    /// Where one thread puts its rows; they are in when it is dropped.
    pub fn sheaf(&self) -> Sheaf<'_> {
        Sheaf {
            sealer: self,
            parts: vec![Vec::new(); Envelope::PARTS],
        }
    }

    /// Sorts the rows and drops repeats.
    pub fn seal(self) -> Envelope {
        let parts = self.parts.into_par_iter().map(|part| {
            let mut rows = part.into_inner().unwrap_or_else(PoisonError::into_inner);
            rows.sort_unstable_by_key(order);
            rows.dedup();
            Part::Held(rows)
        });
        Envelope {
            recipe_digest: self.recipe_digest,
            parts: parts.collect(),
        }
    }
}

/// Rows of one thread on their way into an envelope.
#[derive(Debug)]
pub struct Sheaf<'a> {
    sealer: &'a Sealer,
    parts: Vec<Vec<Row>>,
}

impl Sheaf<'_> {
    /// Rows of a part that go over together.
    const FULL: usize = 256;

    /// Adds a row.
    pub fn add(&mut self, key: BlindKey, handle: Handle) {
        let row = row(key, handle);
        let place = part_of(&row);
        let (Some(few), Some(part)) = (self.parts.get_mut(place), self.sealer.parts.get(place))
        else {
            return;
        };
        few.push(row);
        if few.len() == Self::FULL {
            hand_over(few, part);
        }
    }
}

impl Drop for Sheaf<'_> {
    fn drop(&mut self) {
        for (few, part) in self.parts.iter_mut().zip(&self.sealer.parts) {
            hand_over(few, part);
        }
    }
}

fn hand_over(few: &mut Vec<Row>, part: &Mutex<Vec<Row>>) {
    if few.is_empty() {
        return;
    }
    let mut part = part.lock().unwrap_or_else(PoisonError::into_inner);
    part.append(few);
}

/// Rows of blind key and handle, sorted, each row once. All that one side shows of its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    recipe_digest: [u8; 32],
    /// By the first byte of the key.
    parts: Vec<Part>,
}

/// The rows of an envelope whose keys have the same first byte, in their order.
#[derive(Clone)]
pub enum Part {
    /// In memory.
    Held(Vec<Row>),
    /// In a file, checked.
    Stored(Bytes),
}

impl Deref for Part {
    type Target = [Row];

    fn deref(&self) -> &[Row] {
        match self {
            Self::Held(rows) => rows,
            Self::Stored(bytes) => bytes.as_chunks().0,
        }
    }
}

impl PartialEq for Part {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Part {}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Part({} rows)", self.len())
    }
}

const MAGIC: &[u8; 8] = b"VMENVEL1";
const HEAD: usize = 48;

impl Envelope {
    /// Number of parts: keys are random, so the first byte cuts them evenly.
    pub const PARTS: usize = 256;

    /// Seals rows into an envelope: sorts them and drops repeats.
    pub fn seal(
        recipe_digest: [u8; 32],
        rows: impl IntoIterator<Item = (BlindKey, Handle)>,
    ) -> Self {
        let rows = rows.into_iter();
        let sealer = Sealer::new(recipe_digest, rows.size_hint().0);
        let mut sheaf = sealer.sheaf();
        for (key, handle) in rows {
            sheaf.add(key, handle);
        }
        drop(sheaf);
        sealer.seal()
    }

    /// The rows, sorted by key, then handle.
    pub fn rows(&self) -> impl Iterator<Item = (BlindKey, Handle)> + '_ {
        self.parts.iter().flat_map(|part| part.iter()).map(order)
    }

    /// The rows in parts: keys of a later part are greater. Equal keys of two envelopes lie in the
    /// same part.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Number of rows.
    pub fn row_count(&self) -> usize {
        self.parts.iter().map(|part| part.len()).sum()
    }

    /// Digest of the tables and rules that made the keys.
    pub fn recipe_digest(&self) -> &[u8; 32] {
        &self.recipe_digest
    }

    /// The bytes of the envelope: magic, recipe digest, row count, rows of 16 key bytes (big
    /// endian) and 4 handle bytes (little endian).
    pub fn encode(&self) -> Vec<u8> {
        let count = self.row_count();
        let size = count.saturating_mul(size_of::<Row>());
        let mut bytes = Vec::with_capacity(size.saturating_add(HEAD));
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&self.recipe_digest);
        bytes.extend_from_slice(&(count as u64).to_le_bytes());
        for part in &self.parts {
            bytes.extend_from_slice(part.as_flattened());
        }
        bytes
    }

    /// Reads an envelope back.
    ///
    /// # Errors
    /// An input error for anything that [`Envelope::encode`] does not write: wrong magic, wrong
    /// length, rows out of order.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let bad = |why| Problem::Malformed {
            format: "envelope",
            why,
        };
        let (head, body) = bytes
            .split_at_checked(HEAD)
            .ok_or(bad("it ends in the header"))?;
        let rest = head
            .strip_prefix(MAGIC.as_slice())
            .ok_or(bad("the first bytes differ"))?;
        let (digest, count) = rest
            .split_at_checked(32)
            .ok_or(bad("it ends in the header"))?;
        let count = u64::from_le_bytes(count.try_into().map_err(|_| bad("no row count"))?);
        let digest = digest.try_into().map_err(|_| bad("no recipe digest"))?;
        let (rows, tail) = body.as_chunks();
        if rows.len() as u64 != count || !tail.is_empty() {
            return Err(bad("its length does not fit its row count").into());
        }
        if !is_rising(rows) {
            return Err(OUT_OF_ORDER.into());
        }
        let mut parts = vec![Part::Held(Vec::new()); Envelope::PARTS];
        for rows in rows.chunk_by(|a, b| part_of(a) == part_of(b)) {
            let place = rows.first().and_then(|row| parts.get_mut(part_of(row)));
            if let Some(place) = place {
                *place = Part::Held(rows.to_vec());
            }
        }
        Ok(Self {
            recipe_digest: digest,
            parts,
        })
    }

    /// An envelope whose rows lie in a file, those of each of [`Envelope::parts`] side by side.
    ///
    /// **Cost**: one look at each row.
    ///
    /// # Errors
    /// An input error: not every part, half a row, rows out of order or in another part.
    pub fn stored(recipe_digest: [u8; 32], parts: Vec<Bytes>) -> Result<Self> {
        let is_whole = |(place, bytes): (usize, &Bytes)| {
            let (rows, tail) = bytes.as_chunks();
            tail.is_empty() && is_rising(rows) && rows.iter().all(|row| part_of(row) == place)
        };
        if parts.len() != Envelope::PARTS || !parts.par_iter().enumerate().all(is_whole) {
            return Err(OUT_OF_ORDER.into());
        }
        Ok(Self {
            recipe_digest,
            parts: parts.into_iter().map(Part::Stored).collect(),
        })
    }

    /// Drops the rows of handles that are not wanted. Rows in a file are copied.
    pub fn retain(&mut self, is_wanted: impl Fn(Handle) -> bool + Sync) {
        self.parts.par_iter_mut().for_each(|part| {
            let wanted = part.iter().filter(|row| is_wanted(handle_of(row)));
            *part = Part::Held(wanted.copied().collect());
        });
    }
}

const OUT_OF_ORDER: Problem = Problem::Malformed {
    format: "envelope",
    why: "rows are out of order",
};

fn is_rising(rows: &[Row]) -> bool {
    rows.is_sorted_by(|a, b| order(a) < order(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope() -> Envelope {
        let rows = [(7, 1), (3, 2), (7, 1)]
            .map(|(k, h)| (BlindKey([0, k]), Handle(h)))
            .to_vec();
        Envelope::seal([9; 32], rows)
    }

    #[test]
    fn an_envelope_comes_back_from_its_bytes() {
        let sealed = envelope();
        assert_eq!(sealed.row_count(), 2);
        assert_eq!(Envelope::decode(&sealed.encode()).ok(), Some(sealed));
    }

    #[test]
    fn damaged_envelopes_are_refused_without_panic() {
        let bytes = envelope().encode();
        for cut in 0..bytes.len() {
            assert!(Envelope::decode(bytes.get(..cut).unwrap_or_default()).is_err());
        }
        let mut swapped = bytes.clone();
        swapped.rotate_right(size_of::<Row>());
        assert!(Envelope::decode(&swapped).is_err());
    }

    #[test]
    fn rows_in_a_file_are_those_in_memory() {
        let sealed = envelope();
        let bytes = |part: &Part| Bytes::copy_from_slice(part.as_flattened());
        let parts: Vec<Bytes> = sealed.parts().iter().map(bytes).collect();
        let stored = |parts: &[Bytes]| Envelope::stored([9; 32], parts.to_vec()).ok();
        assert_eq!(stored(&parts), Some(sealed));
        assert!(stored(&parts[1..]).is_none());
        let turned = Bytes::from([parts[0].slice(20..), parts[0].slice(..20)].concat());
        for (place, rows) in [
            (0, turned),
            (0, parts[0].slice(..39)),
            (1, parts[0].clone()),
        ] {
            let mut wrong = parts.clone();
            wrong[place] = rows;
            assert!(stored(&wrong).is_none());
        }
    }

    #[test]
    fn the_handle_book_leads_back() {
        let secret = Secret::from_material(b"0123456789abcdef").expect("long enough");
        let book = HandleBook::deal(&secret, "veilmatch 2026-11 test handles v1", 50);
        let back: Vec<_> = (0..50).filter_map(|r| book.row(book.handle(r)?)).collect();
        assert_eq!(back, (0..50).collect::<Vec<_>>());
        assert_ne!(
            (0..50)
                .filter_map(|r| book.handle(r))
                .map(|h| h.0)
                .collect::<Vec<_>>(),
            back
        );
    }
}

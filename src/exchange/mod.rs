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

use std::cmp::Ordering;
use std::sync::{Mutex, PoisonError};

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

/// One row of an envelope in 20 bytes. Rows are ordered by key, then by handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The two halves of the key, each with its lower half first.
    key: [[u32; 2]; 2],
    /// The row that has the key.
    pub handle: Handle,
}

impl Row {
    /// A row.
    pub fn new(key: BlindKey, handle: Handle) -> Self {
        let key = key
            .0
            .map(|half| [(half & 0xffff_ffff) as u32, (half >> 32) as u32]);
        Self { key, handle }
    }

    /// The blind key.
    pub fn key(&self) -> BlindKey {
        BlindKey(
            self.key
                .map(|[low, high]| u64::from(high) << 32 | u64::from(low)),
        )
    }

    /// The part of an envelope that the row belongs to: the first byte of its key.
    fn part(&self) -> usize {
        (self.key[0][1] >> 24) as usize
    }

    /// Bytes of a row.
    pub const BYTES: usize = 20;

    /// The key, then the handle in little endian.
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let (key, handle) = bytes.split_at_mut(16);
        key.copy_from_slice(&self.key().to_bytes());
        handle.copy_from_slice(&self.handle.0.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8; Self::BYTES]) -> Option<Self> {
        let (key, handle) = bytes.split_first_chunk()?;
        let handle = u32::from_le_bytes(handle.try_into().ok()?);
        Some(Self::new(BlindKey::from_bytes(*key), Handle(handle)))
    }
}

impl Ord for Row {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_key = self.key().cmp(&other.key());
        by_key.then_with(|| self.handle.cmp(&other.handle))
    }
}

impl PartialOrd for Row {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Parts of an envelope: keys are random, so the first byte cuts them evenly.
const PARTS: usize = 256;

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
        let part = || Mutex::new(Vec::with_capacity(rows / PARTS));
        Self {
            recipe_digest,
            parts: std::iter::repeat_with(part).take(PARTS).collect(),
        }
    }

    /// Where one thread puts its rows; they are in when it is dropped.
    pub fn sheaf(&self) -> Sheaf<'_> {
        Sheaf {
            sealer: self,
            parts: vec![Vec::new(); PARTS],
        }
    }

    /// Sorts the rows and drops repeats.
    pub fn seal(self) -> Envelope {
        let parts = self.parts.into_par_iter().map(|part| {
            let mut rows = part.into_inner().unwrap_or_else(PoisonError::into_inner);
            rows.sort_unstable();
            rows.dedup();
            rows
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
        let row = Row::new(key, handle);
        let place = row.part();
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
    parts: Vec<Vec<Row>>,
}

const MAGIC: &[u8; 8] = b"VMENVEL1";
const HEAD: usize = 48;

impl Envelope {
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
        self.parts
            .iter()
            .flatten()
            .map(|row| (row.key(), row.handle))
    }

    /// The rows in parts: keys of a later part are greater. Equal keys of two envelopes lie in the
    /// same part.
    pub fn parts(&self) -> &[Vec<Row>] {
        &self.parts
    }

    /// Number of rows.
    pub fn row_count(&self) -> usize {
        self.parts.iter().map(Vec::len).sum()
    }

    /// Digest of the tables and rules that made the keys.
    pub fn recipe_digest(&self) -> &[u8; 32] {
        &self.recipe_digest
    }

    /// The bytes of the envelope: magic, recipe digest, row count, rows of 16 key bytes (big
    /// endian) and 4 handle bytes (little endian).
    pub fn encode(&self) -> Vec<u8> {
        let count = self.row_count();
        let mut bytes = Vec::with_capacity(count.saturating_mul(Row::BYTES).saturating_add(HEAD));
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&self.recipe_digest);
        bytes.extend_from_slice(&(count as u64).to_le_bytes());
        for row in self.parts.iter().flatten() {
            bytes.extend_from_slice(&row.to_bytes());
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
        let mut reader = EnvelopeReader::new(digest, body.len() / Row::BYTES);
        reader.add(body)?;
        if reader.row_count() != count {
            return Err(bad("its length does not fit its row count").into());
        }
        Ok(reader.finish())
    }

    /// Drops the rows of handles that are not wanted.
    pub fn retain(&mut self, is_wanted: impl Fn(Handle) -> bool + Sync) {
        let parts = self.parts.par_iter_mut();
        parts.for_each(|rows| rows.retain(|row| is_wanted(row.handle)));
    }
}

/// Reads the rows of an envelope, some at a time.
#[derive(Debug)]
pub struct EnvelopeReader {
    envelope: Envelope,
    last: Option<Row>,
    count: u64,
}

impl EnvelopeReader {
    /// Begins with no rows; about so many will follow.
    pub fn new(recipe_digest: [u8; 32], rows: usize) -> Self {
        // Keys are random: a part is seldom an eighth greater than the others.
        let room = rows.saturating_add(rows / 8) / PARTS;
        let part = || Vec::with_capacity(room);
        Self {
            envelope: Envelope {
                recipe_digest,
                parts: std::iter::repeat_with(part).take(PARTS).collect(),
            },
            last: None,
            count: 0,
        }
    }

    /// Adds the rows that follow, [`Row::to_bytes`] side by side.
    ///
    /// # Errors
    /// An input error: half a row, or rows out of order.
    pub fn add(&mut self, bytes: &[u8]) -> Result<()> {
        let bad = |why| Problem::Malformed {
            format: "envelope",
            why,
        };
        let (rows, tail) = bytes.as_chunks();
        if !tail.is_empty() {
            return Err(bad("its length does not fit its row count").into());
        }
        for row in rows.iter().filter_map(Row::from_bytes) {
            if self.last.replace(row).is_some_and(|last| last >= row) {
                return Err(bad("rows are out of order").into());
            }
            if let Some(part) = self.envelope.parts.get_mut(row.part()) {
                part.push(row);
            }
        }
        self.count = self.count.saturating_add(rows.len() as u64);
        Ok(())
    }

    /// Rows so far.
    pub fn row_count(&self) -> u64 {
        self.count
    }

    /// The envelope of these rows.
    pub fn finish(self) -> Envelope {
        self.envelope
    }
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
        swapped.rotate_right(Row::BYTES);
        assert!(Envelope::decode(&swapped).is_err());
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

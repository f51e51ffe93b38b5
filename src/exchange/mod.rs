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

/// Rows of blind key and handle, sorted, each row once. All that one side shows of its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    recipe_digest: [u8; 32],
    rows: Vec<(BlindKey, Handle)>,
}

const MAGIC: &[u8; 8] = b"VMENVEL1";
const HEAD: usize = 48;
const ROW: usize = 20;

impl Envelope {
    /// Seals rows into an envelope: sorts them and drops repeats.
    pub fn seal(recipe_digest: [u8; 32], mut rows: Vec<(BlindKey, Handle)>) -> Self {
        use rayon::slice::ParallelSliceMut;
        rows.par_sort_unstable();
        rows.dedup();
        Self {
            recipe_digest,
            rows,
        }
    }

    /// The rows, sorted by key, then handle.
    pub fn rows(&self) -> &[(BlindKey, Handle)] {
        &self.rows
    }

    /// Digest of the tables and rules that made the keys.
    pub fn recipe_digest(&self) -> &[u8; 32] {
        &self.recipe_digest
    }

    /// The bytes of the envelope: magic, recipe digest, row count, rows of 16 key bytes (big
    /// endian) and 4 handle bytes (little endian).
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes =
            Vec::with_capacity(self.rows.len().saturating_mul(ROW).saturating_add(HEAD));
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&self.recipe_digest);
        bytes.extend_from_slice(&(self.rows.len() as u64).to_le_bytes());
        for (key, handle) in &self.rows {
            bytes.extend_from_slice(&key.to_bytes());
            bytes.extend_from_slice(&handle.0.to_le_bytes());
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
        let (chunks, tail) = body.as_chunks::<ROW>();
        if !tail.is_empty() || chunks.len() as u64 != count {
            return Err(bad("its length does not fit its row count").into());
        }
        let rows: Vec<(BlindKey, Handle)> = chunks
            .iter()
            .filter_map(|row| {
                let (key, handle) = row.split_first_chunk::<16>()?;
                let handle = u32::from_le_bytes(handle.try_into().ok()?);
                Some((BlindKey::from_bytes(*key), Handle(handle)))
            })
            .collect();
        if !rows.is_sorted_by(|a, b| a < b) {
            return Err(bad("rows are out of order").into());
        }
        let recipe_digest = digest.try_into().map_err(|_| bad("no recipe digest"))?;
        Ok(Self {
            recipe_digest,
            rows,
        })
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
        assert_eq!(sealed.rows().len(), 2);
        assert_eq!(Envelope::decode(&sealed.encode()).ok(), Some(sealed));
    }

    #[test]
    fn damaged_envelopes_are_refused_without_panic() {
        let bytes = envelope().encode();
        for cut in 0..bytes.len() {
            assert!(Envelope::decode(bytes.get(..cut).unwrap_or_default()).is_err());
        }
        let mut swapped = bytes.clone();
        swapped.rotate_right(ROW);
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

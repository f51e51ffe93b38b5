//! From prepared names to blind keys: what two records must share to be compared at all.
//!
//! In: [`Prepared`] records. Out: [`BlindKey`]s, 16 bytes of keyed BLAKE3 each, one derived sub-key
//! per recipe. A recipe looks at one record and at the shipped frequencies only, never at the data
//! at hand, so that a part of a file gets the same keys as the whole. Nothing is compared here.

mod choice;
mod class;
mod clear;
pub mod conjunctions;
mod era;
mod form;
mod gist;
mod kin;
mod outline;
mod prepared;
mod recipes;
mod secret;
mod slip;
mod sound;
mod word;

pub use choice::Choice;
pub use class::ClassKey;
pub use clear::ClearKey;
pub use form::Form;
pub use gist::{Day, Gist, Years};
pub use kin::{Kin, Tie};
pub(crate) use outline::token_set;
pub use outline::{LetterSet, Look, NameOutlines, Outline, Outlines};
pub(crate) use prepared::natives;
pub use prepared::{COMPARED_TOKENS, Join, NameView, Prepared, PreparedId, PreparedName, Token};
pub use recipes::{Recipe, Side, clear_keys};
pub use secret::Secret;
pub(crate) use sound::sound_form;
pub use word::Word;

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::record::Digest;
use crate::{normalize, rarity, translit};

/// What may leave a side: 16 bytes of keyed BLAKE3. Equal keys mean that the two records made the
/// same key under the same recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlindKey(pub [u64; 2]);

impl BlindKey {
    /// The key of 16 bytes, in their order.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        let (first, second) = bytes.split_at(8);
        let half = |half: &[u8]| half.first_chunk().map_or(0, |h| u64::from_be_bytes(*h));
        Self([half(first), half(second)])
    }

    /// The 16 bytes.
    pub fn to_bytes(self) -> [u8; 16] {
        (u128::from(self.0[0]) << 64 | u128::from(self.0[1])).to_be_bytes()
    }
}

/// Makes blind keys with one derived sub-key per recipe; the sub-keys are wiped from memory when
/// it is dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct KeyMaker {
    sub_keys: [[u32; 8]; Recipe::ALL.len()],
}

impl fmt::Debug for KeyMaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyMaker(..)")
    }
}

impl KeyMaker {
    /// Derives the sub-keys from a run's secret.
    pub fn new(secret: &Secret) -> Self {
        let mut sub_keys = [[0; 8]; Recipe::ALL.len()];
        for (words, recipe) in sub_keys.iter_mut().zip(Recipe::ALL) {
            let sub_key = secret.derive(recipe.context());
            for (word, bytes) in words.iter_mut().zip(sub_key.as_chunks().0) {
                *word = u32::from_le_bytes(*bytes);
            }
        }
        Self { sub_keys }
    }

    /// The blind key of one clear key: what a dictionary tries, one guess at a time.
    pub fn of(&self, recipe: Recipe, clear: ClearKey) -> Option<BlindKey> {
        blind_keys(&self.sub_keys[recipe as usize], &[(0, clear)]).next()
    }

    /// Calls `emit` with the number of the record and with every blind key of it, repeats included.
    /// Keys of one recipe are hashed together, so records and recipes come in no stated order.
    ///
    /// **Cost**: one BLAKE3 block per key, 10 to 60 keys per name.
    pub fn blind<'a>(
        &self,
        records: impl IntoIterator<Item = (u32, &'a Prepared)>,
        side: Side,
        mut emit: impl FnMut(u32, Recipe, BlindKey),
    ) {
        let mut waiting = [const { Vec::new() }; Recipe::ALL.len()];
        let mut hash = |recipe: Recipe, keys: &mut Vec<(u32, ClearKey)>| {
            let sub_key = &self.sub_keys[recipe as usize];
            for (key, (number, _)) in blind_keys(sub_key, keys).zip(keys.iter()) {
                emit(*number, recipe, key);
            }
            keys.clear();
        };
        for (number, record) in records {
            clear_keys(record, side, |recipe, clear| {
                let keys = &mut waiting[recipe as usize];
                keys.push((number, clear));
                if keys.len() == BATCH {
                    hash(recipe, keys);
                }
            });
        }
        for (recipe, keys) in Recipe::ALL.iter().zip(&mut waiting) {
            hash(*recipe, keys);
        }
    }
}

/// Keys that are hashed together: as many as fill the lanes of the widest processors.
const BATCH: usize = 16;

/// The first 16 bytes of keyed BLAKE3 of each block, at most [`BATCH`] of them.
///
/// Many blocks at once is what makes BLAKE3 fast, and for messages of one block only this inner
/// function of its crate does so. It is not part of the crate's promise: the version is pinned, and
/// a test compares it with `blake3::keyed_hash`.
fn blind_keys(
    sub_key: &[u32; 8],
    keys: &[(u32, ClearKey)],
) -> impl Iterator<Item = BlindKey> + use<> {
    // Flags of the BLAKE3 paper, table 3.
    const CHUNK_START: u8 = 1;
    const CHUNK_END: u8 = 2;
    const ROOT: u8 = 8;
    const KEYED_HASH: u8 = 16;
    let mut blocks = [&[0; ClearKey::BYTES]; BATCH];
    for (block, (_, key)) in blocks.iter_mut().zip(keys) {
        *block = key.block();
    }
    let count = keys.len().min(BATCH);
    let mut hashes = [0; 32 * BATCH];
    blake3::platform::Platform::detect().hash_many(
        &blocks[..count],
        sub_key,
        0,
        blake3::IncrementCounter::No,
        KEYED_HASH,
        CHUNK_START,
        CHUNK_END | ROOT,
        &mut hashes[..32 * count],
    );
    (0..count).map(move |i| {
        let mut first = [0; 16];
        first.copy_from_slice(&hashes[32 * i..32 * i + 16]);
        BlindKey::from_bytes(first)
    })
}

/// Digest of everything that shapes a key: tables, rules, recipes. Envelopes of different digests
/// are refused, never silently compared.
pub fn recipe_digest() -> Digest {
    let mut hasher = blake3::Hasher::new_derive_key("veilmatch 2026-11 recipe digest v1");
    hasher.update(&normalize::digest());
    hasher.update(&translit::digest());
    hasher.update(&rarity::digest());
    hasher.update(&kin::digest());
    for recipe in Recipe::ALL {
        hasher.update(recipe.context().as_bytes());
    }
    hasher.update(recipes::RULES.as_bytes());
    Digest(*hasher.finalize().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_hashed_together_are_keyed_blake3_of_their_blocks() {
        let secret = Secret::from_material(b"0123456789abcdef").expect("long enough");
        let recipe = Recipe::PairClass;
        let sub_key = secret.derive(recipe.context());
        let maker = KeyMaker::new(&secret);
        for count in [0, 1, 3, BATCH] {
            let clear: Vec<(u32, ClearKey)> = (0..count)
                .map(|i| (0, ClearKey::new(&[&i.to_le_bytes()])))
                .collect();
            let blind = blind_keys(&maker.sub_keys[recipe as usize], &clear);
            let mut naive = clear.iter().map(|(_, key)| {
                let hash = blake3::keyed_hash(&sub_key, key.block());
                let (first, _) = hash.as_bytes().split_at(16);
                BlindKey::from_bytes(first.try_into().expect("16 bytes"))
            });
            assert!(blind.eq(naive.by_ref()) && naive.next().is_none());
        }
    }
}

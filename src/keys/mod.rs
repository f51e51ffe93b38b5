//! From prepared names to blind keys: what two records must share to be compared at all.
//!
//! In: [`Prepared`] records. Out: [`BlindKey`]s, 16 bytes of keyed BLAKE3 each, one derived sub-key
//! per recipe. A recipe looks at one record and at the shipped frequencies only, never at the data
//! at hand, so that a part of a file gets the same keys as the whole. Nothing is compared here.

mod class;
mod outline;
mod prepared;
mod recipes;
mod secret;
mod sound;

pub use class::ClassKey;
#[cfg(test)]
pub(crate) use outline::letters;
pub use outline::{Look, Outline, Outlines};
pub use prepared::{COMPARED_TOKENS, Form, Join, Prepared, PreparedId, PreparedName, Token};
pub use recipes::{Recipe, Side, clear_keys};
pub use secret::Secret;

use zeroize::Zeroize as _;

use crate::record::Digest;
use crate::{normalize, rarity, translit};

/// What may leave a side: 16 bytes of keyed BLAKE3. Equal keys mean that the two records made the
/// same key under the same recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlindKey(pub [u64; 2]);

impl BlindKey {
    /// The key of 16 bytes, in their order.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        let half = |from: usize| {
            bytes[from..from + 8]
                .iter()
                .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
        };
        Self([half(0), half(8)])
    }

    /// The 16 bytes.
    pub fn to_bytes(self) -> [u8; 16] {
        (u128::from(self.0[0]) << 64 | u128::from(self.0[1])).to_be_bytes()
    }
}

/// Makes blind keys with one derived sub-key per recipe; the sub-keys are wiped from memory when
/// it is dropped.
#[derive(Debug)]
pub struct KeyMaker {
    hashers: Vec<blake3::Hasher>,
}

impl KeyMaker {
    /// Derives the sub-keys from a run's secret.
    pub fn new(secret: &Secret) -> Self {
        let hashers = Recipe::ALL
            .iter()
            .map(|recipe| {
                let sub_key = secret.derive(recipe.context());
                blake3::Hasher::new_keyed(&sub_key)
            })
            .collect();
        Self { hashers }
    }

    /// Calls `emit` with every blind key of a record, repeats included.
    ///
    /// **Cost**: one BLAKE3 block per key, 10 to 60 keys per name.
    pub fn blind(&self, record: &Prepared, side: Side, mut emit: impl FnMut(Recipe, BlindKey)) {
        clear_keys(record, side, |recipe, clear| {
            let mut hasher = self.hashers[recipe as usize].clone();
            hasher.update(clear);
            let mut bytes = [0; 16];
            hasher.finalize_xof().fill(&mut bytes);
            emit(recipe, BlindKey::from_bytes(bytes));
        });
    }
}

impl Drop for KeyMaker {
    fn drop(&mut self) {
        for hasher in &mut self.hashers {
            hasher.zeroize();
        }
    }
}

/// Digest of everything that shapes a key: tables, rules, recipes. Envelopes of different digests
/// are refused, never silently compared.
pub fn recipe_digest() -> Digest {
    let mut hasher = blake3::Hasher::new_derive_key("veilmatch 2026-11 recipe digest v1");
    hasher.update(&normalize::digest());
    hasher.update(&translit::digest());
    hasher.update(&rarity::digest());
    for recipe in Recipe::ALL {
        hasher.update(recipe.context().as_bytes());
    }
    hasher.update(recipes::RULES.as_bytes());
    Digest(*hasher.finalize().as_bytes())
}

//! Oblivious pseudorandom function: RFC 9497, suite ristretto255-SHA512, modes OPRF and VOPRF.
//!
//! The asker blinds an input, the key holder multiplies it by its key without seeing it, the asker
//! takes the blind away and hashes: both know F(key, input) then, and neither can compute it alone.
//! In the verifiable mode one proof shows that all rows of a batch were multiplied by the key that
//! belongs to a public key (section 2.2).
//!
//! In: inputs, blinds, keys. Out: blinded and evaluated elements as 32 bytes, proofs, outputs. This
//! room does what the RFC says and nothing else: what the inputs are, how often a key may be used
//! and which files carry the rows is decided in `exchange`. It reads no file and draws randomness
//! only for blinds and for the nonces of proofs.
//!
//! Multiplications by secret scalars take constant time; sums over public values (the composites
//! of a proof) do not, and need not.
#![cfg_attr(
    not(test),
    warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

mod batch;
mod element;
mod hash;
mod key;
mod proof;
#[cfg(test)]
mod tests;

pub use batch::{Blind, blind, evaluate, finalize, padding};
pub use element::Element;
pub use hash::expand_message_xmd;
pub use key::{PublicKey, SecretKey};
pub use proof::{CHUNK, Proof, prove, verify};

/// Longest input: its length goes into the hash as two bytes (section 3.3.1).
pub const INPUT_LIMIT: usize = 65_535;

/// What the function returns: a SHA-512 digest.
pub type Output = zeroize::Zeroizing<[u8; 64]>;

/// Which of the RFC's modes is meant. Keys and outputs of one mean nothing in the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Without proofs (section 3.3.1).
    Oprf,
    /// With proofs (section 3.3.2).
    Voprf,
}

impl Mode {
    /// The context string of the suite (section 3.1), which ends every domain separation tag.
    const fn context(self) -> &'static [u8] {
        match self {
            Self::Oprf => b"OPRFV1-\x00-ristretto255-SHA512",
            Self::Voprf => b"OPRFV1-\x01-ristretto255-SHA512",
        }
    }
}

//! The holder's key pair (RFC 9497 section 3.2).

use std::fmt;

use curve25519_dalek::{RistrettoPoint, Scalar};
use zeroize::Zeroize;

use super::{Element, Mode, hash};
use crate::error::{Problem, Result};

/// The key of the function. Wiped from memory when dropped; never shown, never written: what is
/// kept is the seed that it was derived from.
pub struct SecretKey {
    pub(super) scalar: Scalar,
    pub(super) mode: Mode,
    public: PublicKey,
}

/// What the proofs of a [`SecretKey`] are checked against.
#[derive(Clone, Copy, Debug)]
pub struct PublicKey(pub(super) Element);

impl SecretKey {
    /// `DeriveKeyPair` (section 3.2.1) from a secret seed and a public info that says what the key
    /// is for.
    ///
    /// # Errors
    /// Usage, where the info is longer than 65,535 bytes. The RFC's other failure, 256 zero scalars
    /// in a row, is internal.
    pub fn derive(seed: &[u8; 32], info: &[u8], mode: Mode) -> Result<Self> {
        let length = u16::try_from(info.len()).map_err(|_| Problem::TooMany {
            what: "bytes of key info",
            limit: super::INPUT_LIMIT as u64,
        })?;
        for counter in 0..=u8::MAX {
            let parts: [&[u8]; 4] = [seed, &length.to_be_bytes(), info, &[counter]];
            let scalar = hash::scalar_under(&parts, b"DeriveKeyPair", mode);
            if scalar != Scalar::ZERO {
                let point = RistrettoPoint::mul_base(&scalar);
                let bytes = point.compress().to_bytes();
                return Ok(Self {
                    scalar,
                    mode,
                    public: PublicKey(Element { point, bytes }),
                });
            }
        }
        Err(Problem::Internal("no key could be derived").into())
    }

    /// The public key.
    pub fn public(&self) -> PublicKey {
        self.public
    }
}

impl Drop for SecretKey {
    fn drop(&mut self) {
        self.scalar.zeroize();
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(..)")
    }
}

impl PublicKey {
    /// Reads a public key. `None` for an encoding that is not canonical, and for the identity.
    pub fn decode(bytes: [u8; 32]) -> Option<Self> {
        Element::decode(bytes).map(Self)
    }

    /// The 32 bytes.
    pub fn bytes(&self) -> [u8; 32] {
        self.0.bytes
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for PublicKey {}

//! Sealing rows to one party's key: HPKE base mode, X25519, HKDF-SHA256, ChaCha20-Poly1305 (RFC
//! 9180; the `hpke` crate does the work).
//!
//! One encapsulated key serves a whole file. Rows are sealed in order, each under its own sequence
//! number, so a row that is moved, left out or brought from another file does not open. Base mode
//! says nothing about the sender: that the file is the peer's is what its signed manifest says.

use std::fmt;

use hpke::aead::{AeadCtxR, AeadCtxS, ChaCha20Poly1305};
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{CryptoRng, Infallible, TryCryptoRng, TryRng};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use zeroize::{Zeroize, Zeroizing};

use crate::error::{Problem, Result};

/// Bytes that sealing adds to a row.
pub const TAG: usize = 16;

type Secret = <X25519HkdfSha256 as Kem>::PrivateKey;
type Public = <X25519HkdfSha256 as Kem>::PublicKey;

/// A key that rows can be sealed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealKey([u8; 32]);

/// The key that opens them. The crate wipes it from memory when it is dropped.
pub struct OpenKey {
    secret: Secret,
    public: SealKey,
}

/// Seals rows of one file, in order.
pub struct Sealer(AeadCtxS<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>);

/// Opens rows of one file, in order.
pub struct Opener(AeadCtxR<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>);

impl SealKey {
    /// Reads a key. `None` for the one encoding, of zero, that every secret leads to zero with.
    pub fn decode(bytes: [u8; 32]) -> Option<Self> {
        (bytes != [0; 32]).then_some(Self(bytes))
    }

    /// The 32 bytes.
    pub fn bytes(&self) -> [u8; 32] {
        self.0
    }
}

impl OpenKey {
    /// The key pair of a secret seed (`DeriveKeyPair`, section 7.1.3).
    pub fn derive(seed: &[u8; 32]) -> Self {
        let (secret, public) = X25519HkdfSha256::derive_keypair(seed);
        Self {
            secret,
            public: SealKey(public.to_bytes().into()),
        }
    }

    /// What others seal to.
    pub fn public(&self) -> SealKey {
        self.public
    }
}

impl Sealer {
    /// Begins a file for the holder of a key, with fresh randomness. Returns the encapsulated key
    /// too, which the receiver needs.
    ///
    /// # Errors
    /// Integrity, where the key cannot be sealed to; internal, where the system has no randomness.
    pub fn new(to: SealKey, info: &[u8]) -> Result<(Self, [u8; 32])> {
        let mut fresh = Fresh(Zeroizing::new([0; 32]));
        getrandom::fill(fresh.0.as_mut()).map_err(|_| Problem::Internal("no system randomness"))?;
        Self::with(to, info, &mut fresh)
    }

    fn with(to: SealKey, info: &[u8], rng: &mut impl CryptoRng) -> Result<(Self, [u8; 32])> {
        let bad = Problem::Refused {
            what: "key",
            why: "nothing can be sealed to it",
        };
        let Ok(public) = Public::from_bytes(&to.0) else {
            return Err(bad.into());
        };
        match hpke::setup_sender_with_rng(&OpModeS::Base, &public, info, rng) {
            Ok((encapsulated, context)) => Ok((Self(context), encapsulated.to_bytes().into())),
            Err(_) => Err(bad.into()),
        }
    }

    /// Seals the next row: as long as the row and [`TAG`] more.
    ///
    /// # Errors
    /// Internal: a file has fewer rows than sequence numbers.
    pub fn seal(&mut self, row: &[u8], aad: &[u8]) -> Result<Vec<u8>> {
        let sealed = self.0.seal(row, aad);
        sealed.map_err(|_| Problem::Internal("a row could not be sealed").into())
    }
}

impl Opener {
    /// Begins to open a file by its encapsulated key.
    ///
    /// # Errors
    /// Integrity, where that is no key.
    pub fn new(key: &OpenKey, encapsulated: &[u8; 32], info: &[u8]) -> Result<Self> {
        let refused = || Problem::Refused {
            what: "sealed file",
            why: "its encapsulated key is none",
        };
        let encapsulated = Deserializable::from_bytes(encapsulated).map_err(|_| refused())?;
        hpke::setup_receiver(&OpModeR::Base, &key.secret, &encapsulated, info)
            .map(Self)
            .map_err(|_| refused().into())
    }

    /// Opens the next row.
    ///
    /// # Errors
    /// Integrity: it was sealed to another key, for another file or place, or was changed.
    pub fn open(&mut self, sealed: &[u8], aad: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let opened = self.0.open(sealed, aad).map_err(|_| Problem::Refused {
            what: "sealed row",
            why: "it was not sealed for this key, file and place",
        })?;
        Ok(Zeroizing::new(opened))
    }
}

/// Hands out randomness that was drawn before, where failing was still possible.
struct Fresh(Zeroizing<[u8; 32]>);

impl TryRng for Fresh {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> std::result::Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> std::result::Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> std::result::Result<(), Infallible> {
        // The seed itself never goes out, and is another one for the next call.
        let mut stream = blake3::Hasher::new_derive_key("veilmatch 2026-11 encapsulation v1")
            .update(self.0.as_ref())
            .finalize_xof();
        stream.fill(self.0.as_mut());
        stream.fill(out);
        stream.zeroize();
        Ok(())
    }
}

impl TryCryptoRng for Fresh {}

impl fmt::Debug for OpenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpenKey(..)")
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(..)")
    }
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opener(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::codec::unhex;

    /// Hands out the keying material of a published vector.
    struct Published([u8; 32]);

    impl TryRng for Published {
        type Error = Infallible;

        fn try_next_u32(&mut self) -> std::result::Result<u32, Infallible> {
            Ok(0)
        }

        fn try_next_u64(&mut self) -> std::result::Result<u64, Infallible> {
            Ok(0)
        }

        fn try_fill_bytes(&mut self, out: &mut [u8]) -> std::result::Result<(), Infallible> {
            out.copy_from_slice(&self.0);
            Ok(())
        }
    }

    impl TryCryptoRng for Published {}

    /// RFC 9180, appendix A.2.1: keying material of both sides, then the first three rows.
    #[test]
    fn rfc_9180_rows_are_sealed_and_opened_as_published() {
        let material = "909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b";
        let receiver = "1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df";
        let public = "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a";
        let encapsulated = "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a";
        let rows = [
            "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28",
            "6b53c051e4199c518de79594e1c4ab18b96f081549d45ce015be002090bb119e85285337cc95ba5f59992dc98c",
            "71146bd6795ccc9c49ce25dda112a48f202ad220559502cef1f34271e0cb4b02b4f10ecac6f48c32f878fae86b",
        ];
        let (info, text) = (b"Ode on a Grecian Urn", b"Beauty is truth, truth beauty");
        let key = OpenKey::derive(&unhex(receiver).unwrap());
        assert_eq!(key.public().bytes(), unhex(public).unwrap());
        let mut rng = Published(unhex(material).unwrap());
        let (mut sealer, sent) = Sealer::with(key.public(), info, &mut rng).unwrap();
        assert_eq!(sent, unhex(encapsulated).unwrap());
        let mut opener = Opener::new(&key, &sent, info).unwrap();
        for (number, row) in rows.into_iter().enumerate() {
            let aad = format!("Count-{number}");
            let bytes = sealer.seal(text, aad.as_bytes()).unwrap();
            assert_eq!(bytes, unhex::<45>(row).unwrap());
            let back = opener.open(&bytes, aad.as_bytes()).unwrap();
            assert_eq!(back.as_slice(), text);
        }
    }

    #[test]
    fn rows_open_in_their_place_and_nowhere_else() {
        let key = OpenKey::derive(&[1; 32]);
        let other = OpenKey::derive(&[2; 32]);
        let (mut sealer, sent) = Sealer::new(key.public(), b"file").unwrap();
        let rows = [
            sealer.seal(b"one", b"a").unwrap(),
            sealer.seal(b"two", b"b").unwrap(),
        ];
        let begin = || Opener::new(&key, &sent, b"file").unwrap();
        let mut right = begin();
        assert_eq!(right.open(&rows[0], b"a").unwrap().as_slice(), b"one");
        assert_eq!(right.open(&rows[1], b"b").unwrap().as_slice(), b"two");
        assert!(begin().open(&rows[1], b"b").is_err());
        assert!(begin().open(&rows[0], b"b").is_err());
        let mut foreign = Opener::new(&other, &sent, b"file").unwrap();
        assert!(foreign.open(&rows[0], b"a").is_err());
        let mut elsewhere = Opener::new(&key, &sent, b"other file").unwrap();
        assert!(elsewhere.open(&rows[0], b"a").is_err());
        for (byte, bit) in (0..rows[0].len()).flat_map(|b| (0..8).map(move |i| (b, i))) {
            let mut flipped = rows[0].clone();
            flipped[byte] ^= 1 << bit;
            assert!(begin().open(&flipped, b"a").is_err());
        }
        assert!(begin().open(&[], b"a").is_err());
        let (_, again) = Sealer::new(key.public(), b"file").unwrap();
        assert_ne!(sent, again);
    }

    #[test]
    fn keys_without_a_secret_are_refused() {
        assert!(SealKey::decode([0; 32]).is_none());
        let key = OpenKey::derive(&[1; 32]);
        assert!(Opener::new(&key, &[0; 32], b"").is_err());
        // Of small order, but not zero.
        let mut one = [0; 32];
        one[0] = 1;
        assert!(Sealer::new(SealKey::decode(one).unwrap(), b"").is_err());
        assert_eq!(format!("{key:?}"), "OpenKey(..)");
    }
}

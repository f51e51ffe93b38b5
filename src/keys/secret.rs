//! Key material.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::error::{Problem, Result};

/// The secret of a run. Never printed, never written, wiped from memory when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Secret([u8; 32]);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Secret {
    /// A fresh secret from the operating system.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn fresh() -> Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| Problem::Internal("no system randomness"))?;
        Ok(Self(bytes))
    }

    /// A secret from the content of a secret file: at least 16 bytes, white space at the ends not
    /// counted.
    ///
    /// # Errors
    /// A usage error when the content is too short.
    pub fn from_material(material: &[u8]) -> Result<Self> {
        let material = material.trim_ascii();
        if material.len() < 16 {
            return Err(Problem::Setting {
                setting: "--secret-file",
                reason: "holds fewer than 16 bytes".into(),
            }
            .into());
        }
        Ok(Self(blake3::derive_key(
            "veilmatch 2026-11 run secret from file v1",
            material,
        )))
    }

    /// A sub-key for one purpose, wiped from memory when dropped.
    pub(crate) fn derive(&self, context: &'static str) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(blake3::derive_key(context, &self.0))
    }

    /// A public name of the secret: tells whether two runs used the same one, nothing else.
    pub fn epoch_id(&self) -> String {
        crate::record::hex(&self.derive("veilmatch 2026-11 key epoch id v1")[..8])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show_itself() {
        let secret = Secret::from_material(b"0123456789abcdef").expect("long enough");
        assert_eq!(format!("{secret:?}"), "Secret(..)");
        assert!(Secret::from_material(b" short ").is_err());
    }
}

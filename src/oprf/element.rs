//! Points that came from outside.

use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::ristretto::CompressedRistretto;
use curve25519_dalek::traits::IsIdentity;
use rayon::prelude::*;

use crate::error::{Place, Problem, Result};

/// A point of the group that is not the identity, with its one canonical encoding.
///
/// The group has prime order, so there are no points of small order to fear; the identity decodes
/// without complaint and would make every row of a batch equal, so it is refused here (RFC 9497
/// section 2.1, `DeserializeElement`).
#[derive(Clone, Copy, Debug)]
pub struct Element {
    pub(super) point: RistrettoPoint,
    pub(super) bytes: [u8; 32],
}

impl Element {
    /// Reads 32 bytes. `None` for an encoding that is not canonical, and for the identity.
    pub fn decode(bytes: [u8; 32]) -> Option<Self> {
        let point = CompressedRistretto(bytes).decompress()?;
        (!point.is_identity()).then_some(Self { point, bytes })
    }

    /// Reads all rows or none, in parallel.
    ///
    /// **Cost**: about 4 µs a row.
    ///
    /// # Errors
    /// Integrity, with the number of the first row that is no element.
    pub fn decode_all(rows: &[[u8; 32]]) -> Result<Vec<Self>> {
        let read: Vec<Option<Self>> = rows.par_iter().map(|row| Self::decode(*row)).collect();
        if let Some((row, _)) = (1_u64..).zip(&read).find(|(_, element)| element.is_none()) {
            let place = Place {
                row: Some(row),
                ..Place::default()
            };
            return Err(Problem::Refused {
                what: "element",
                why: "it is no point of the group, or the identity",
            }
            .at(place));
        }
        Ok(read.into_iter().flatten().collect())
    }

    /// The 32 bytes.
    pub fn bytes(&self) -> [u8; 32] {
        self.bytes
    }
}

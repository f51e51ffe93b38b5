//! That all rows were multiplied by one key: RFC 9497 section 2.2.
//!
//! Both sides fold the rows of a chunk into two composites, with weights that hash the rows
//! themselves; one proof of equal discrete logarithms over the composites stands for all. A weight
//! hashes its row's number as two bytes, so a chunk has at most [`CHUNK`] rows; the proof of a
//! longer batch is one proof a chunk.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "points and scalars are elements of a group and a field: they cannot overflow"
)]

use curve25519_dalek::traits::VartimeMultiscalarMul;
use curve25519_dalek::{RistrettoPoint, Scalar};
use rayon::prelude::*;
use sha2::{Digest, Sha512};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use super::{Element, Mode, PublicKey, SecretKey, hash};
use crate::error::{Place, Problem, Result};

/// Most rows of one proof.
pub const CHUNK: usize = 65_535;

/// Length of an encoded point, as the hashes of the RFC want it.
const POINT: [u8; 2] = [0, 32];
/// Length of an encoded digest.
const DIGEST: [u8; 2] = [0, 64];

/// The proof of one chunk: challenge and response, 32 bytes each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    challenge: Scalar,
    response: Scalar,
}

impl Proof {
    /// The 64 bytes.
    pub fn bytes(&self) -> [u8; 64] {
        let mut bytes = [0; 64];
        let (challenge, response) = bytes.split_at_mut(32);
        challenge.copy_from_slice(self.challenge.as_bytes());
        response.copy_from_slice(self.response.as_bytes());
        bytes
    }

    /// Reads a proof. `None` where a scalar is not canonical.
    pub fn decode(bytes: &[u8; 64]) -> Option<Self> {
        let (challenge, response) = bytes.split_first_chunk::<32>()?;
        let challenge: Option<Scalar> = Scalar::from_canonical_bytes(*challenge).into();
        let response: Option<Scalar> =
            Scalar::from_canonical_bytes(response.try_into().ok()?).into();
        Some(Self {
            challenge: challenge?,
            response: response?,
        })
    }
}

/// Proves a whole batch, one proof a chunk of [`CHUNK`] rows.
///
/// The nonces hash fresh randomness together with the key and all rows of the chunk: a weak
/// generator alone, or a state that was copied and resumed, does not repeat a nonce over other
/// rows, which would give the key away.
///
/// **Cost**: about 4 µs a row.
///
/// # Errors
/// When the system has no randomness to give, or the two batches differ in length.
pub fn prove(key: &SecretKey, blinded: &[Element], evaluated: &[[u8; 32]]) -> Result<Vec<Proof>> {
    if blinded.len() != evaluated.len() {
        return Err(refused("the batches differ in length", None));
    }
    blinded
        .par_chunks(CHUNK)
        .zip(evaluated.par_chunks(CHUNK))
        .map(|(blinded, evaluated)| {
            let seed = seed(&key.public(), key.mode);
            let rows: Vec<Weighed<'_>> = blinded.iter().zip(evaluated).collect();
            let weights = weights(&rows, &seed, key.mode);
            let nonce = nonce(key, &weights)?;
            Ok(prove_with(key, blinded, &weights, &nonce))
        })
        .collect()
}

/// Checks a whole batch against a public key.
///
/// **Cost**: about 7 µs a row.
///
/// # Errors
/// Integrity: another number of proofs or rows than there should be, or a proof that does not hold;
/// the place is the first row of its chunk.
pub fn verify(
    key: &PublicKey,
    blinded: &[Element],
    evaluated: &[Element],
    proofs: &[Proof],
    mode: Mode,
) -> Result<()> {
    if blinded.len() != evaluated.len() || blinded.len().div_ceil(CHUNK) != proofs.len() {
        return Err(refused("the batches differ in length", None));
    }
    let held: Vec<bool> = blinded
        .par_chunks(CHUNK)
        .zip(evaluated.par_chunks(CHUNK))
        .zip(proofs)
        .map(|((blinded, evaluated), proof)| holds(key, blinded, evaluated, proof, mode))
        .collect();
    match held.iter().position(|held| !held) {
        None => Ok(()),
        Some(chunk) => {
            let row = chunk.saturating_mul(CHUNK).saturating_add(1);
            Err(refused(
                "rows were not multiplied by the key that was agreed",
                Some(row as u64),
            ))
        }
    }
}

fn refused(why: &'static str, row: Option<u64>) -> crate::error::Error {
    Problem::Refused { what: "proof", why }.at(Place {
        row,
        ..Place::default()
    })
}

/// A row of a chunk: the element that came, and the encoding of what it became.
type Weighed<'a> = (&'a Element, &'a [u8; 32]);

/// The seed of the weights, one for a key (`ComputeComposites`).
fn seed(key: &PublicKey, mode: Mode) -> [u8; 64] {
    let tag_length = [0, 5_u8.saturating_add(length_of(mode.context()))];
    Sha512::new()
        .chain_update(POINT)
        .chain_update(key.bytes())
        .chain_update(tag_length)
        .chain_update(b"Seed-")
        .chain_update(mode.context())
        .finalize()
        .into()
}

/// The length of a context string, which is short.
fn length_of(context: &[u8]) -> u8 {
    u8::try_from(context.len()).unwrap_or(u8::MAX)
}

/// The weight of each row, by its number and its two elements.
fn weights(rows: &[Weighed<'_>], seed: &[u8; 64], mode: Mode) -> Vec<Scalar> {
    rows.par_iter()
        .enumerate()
        .map(|(number, (from, to))| {
            // A chunk has at most 65,535 rows.
            let number = u16::try_from(number).unwrap_or(u16::MAX).to_be_bytes();
            let parts: [&[u8]; 8] = [
                &DIGEST,
                seed,
                &number,
                &POINT,
                &from.bytes,
                &POINT,
                *to,
                b"Composite",
            ];
            hash::to_scalar(&parts, mode)
        })
        .collect()
}

/// A sum over public values: how long it takes may show them.
fn composite(weights: &[Scalar], elements: &[Element]) -> RistrettoPoint {
    RistrettoPoint::vartime_multiscalar_mul(weights, elements.iter().map(|e| e.point))
}

/// The nonce of a proof: fresh randomness, hedged with the key and with the weights, which hash
/// every row of the chunk.
fn nonce(key: &SecretKey, weights: &[Scalar]) -> Result<Zeroizing<Scalar>> {
    let mut fresh = Zeroizing::new([0; 64]);
    getrandom::fill(fresh.as_mut()).map_err(|_| Problem::Internal("no system randomness"))?;
    let secret = Zeroizing::new(key.scalar.to_bytes());
    let mut hash = Sha512::new()
        .chain_update(b"veilmatch 2026-11 nonce of a batch proof v1")
        .chain_update(fresh.as_slice())
        .chain_update(secret.as_slice());
    for weight in weights {
        hash.update(weight.as_bytes());
    }
    let mut wide: [u8; 64] = hash.finalize().into();
    let nonce = Zeroizing::new(Scalar::from_bytes_mod_order_wide(&wide));
    wide.zeroize();
    Ok(nonce)
}

/// `GenerateProof` with `ComputeCompositesFast` (section 2.2.1).
fn prove_with(key: &SecretKey, blinded: &[Element], weights: &[Scalar], nonce: &Scalar) -> Proof {
    let from = composite(weights, blinded);
    let to = from * key.scalar;
    let commitments = [RistrettoPoint::mul_base(nonce), from * nonce];
    let challenge = challenge(&key.public(), &[from, to], &commitments, key.mode);
    Proof {
        challenge,
        response: nonce - challenge * key.scalar,
    }
}

/// `VerifyProof` (section 2.2.2).
fn holds(
    key: &PublicKey,
    blinded: &[Element],
    evaluated: &[Element],
    proof: &Proof,
    mode: Mode,
) -> bool {
    let rows: Vec<Weighed<'_>> = blinded
        .iter()
        .zip(evaluated)
        .map(|(from, to)| (from, &to.bytes))
        .collect();
    let weights = weights(&rows, &seed(key, mode), mode);
    let (from, to) = rayon::join(
        || composite(&weights, blinded),
        || composite(&weights, evaluated),
    );
    let Proof {
        challenge: c,
        response: s,
    } = *proof;
    let commitments = [
        RistrettoPoint::vartime_double_scalar_mul_basepoint(&c, &key.0.point, &s),
        RistrettoPoint::vartime_multiscalar_mul([s, c], [from, to]),
    ];
    let again = challenge(key, &[from, to], &commitments, mode);
    again.as_bytes().ct_eq(c.as_bytes()).into()
}

/// The challenge over key, composites and commitments.
fn challenge(
    key: &PublicKey,
    composites: &[RistrettoPoint; 2],
    commitments: &[RistrettoPoint; 2],
    mode: Mode,
) -> Scalar {
    let [from, to] = composites.map(|p| p.compress().to_bytes());
    let [first, second] = commitments.map(|p| p.compress().to_bytes());
    let key = key.bytes();
    let mut parts: Vec<&[u8]> = Vec::with_capacity(11);
    for point in [&key, &from, &to, &first, &second] {
        parts.push(&POINT);
        parts.push(point);
    }
    parts.push(b"Challenge");
    hash::to_scalar(&parts, mode)
}

#[cfg(test)]
pub(super) fn prove_with_nonce(
    key: &SecretKey,
    blinded: &[Element],
    evaluated: &[[u8; 32]],
    nonce: &Scalar,
) -> Proof {
    let rows: Vec<Weighed<'_>> = blinded.iter().zip(evaluated).collect();
    let weights = weights(&rows, &seed(&key.public(), key.mode), key.mode);
    prove_with(key, blinded, &weights, nonce)
}

//! Blind, evaluate, finalize: RFC 9497 sections 3.3.1 and 3.3.2, many rows at once.
//!
//! Encoding a point costs a square root; twenty-odd times less where many doubled points are
//! encoded together. So every multiplication here is by half the scalar, and the doubling comes
//! with the encoding: the same bytes as the RFC's, sooner.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "points and scalars are elements of a group and a field: they cannot overflow"
)]

use std::fmt;

use curve25519_dalek::{RistrettoPoint, Scalar};
use rayon::prelude::*;
use sha2::{Digest, Sha512};
use zeroize::{Zeroize, Zeroizing};

use super::{Element, INPUT_LIMIT, Mode, Output, SecretKey, hash};
use crate::error::{Place, Problem, Result};

/// Rows that one thread encodes together.
const TOGETHER: usize = 512;
/// What a point is doubled to when it stands for the identity: an encoding that none decodes.
const IDENTITY: [u8; 32] = [0; 32];

/// The scalar that hides one input. Never zero; wiped from memory when dropped.
#[derive(Clone)]
pub struct Blind(Scalar);

impl Blind {
    /// A fresh blind from the operating system.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn fresh() -> Result<Self> {
        let mut bytes = Zeroizing::new([0; 64]);
        getrandom::fill(bytes.as_mut()).map_err(|_| Problem::Internal("no system randomness"))?;
        Self::from_uniform(&bytes).ok_or_else(|| Problem::Internal("a blind of zero").into())
    }

    /// The blind of 64 uniform bytes, for callers that derive theirs from a seed. `None` in the one
    /// case of 2^252 that it is zero.
    pub fn from_uniform(bytes: &[u8; 64]) -> Option<Self> {
        let scalar = Scalar::from_bytes_mod_order_wide(bytes);
        (scalar != Scalar::ZERO).then_some(Self(scalar))
    }

    /// Reads a blind that was opened to an auditor. `None` for zero and for an encoding that is not
    /// canonical.
    pub fn decode(bytes: [u8; 32]) -> Option<Self> {
        let scalar: Option<Scalar> = Scalar::from_canonical_bytes(bytes).into();
        scalar.filter(|s| *s != Scalar::ZERO).map(Self)
    }

    /// The 32 bytes, to be opened to an auditor.
    pub fn bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }
}

impl Drop for Blind {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Blind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Blind(..)")
    }
}

/// Blinds inputs, each with its own blind: one element a row, in the same order.
///
/// **Cost**: one hash to the group and one multiplication a row, about 25 µs.
///
/// # Errors
/// Usage, where an input is longer than [`INPUT_LIMIT`] or the counts differ; integrity, where an
/// input hashes to the identity (which nobody knows how to find).
pub fn blind<I>(inputs: &[I], blinds: &[Blind], mode: Mode) -> Result<Vec<[u8; 32]>>
where
    I: AsRef<[u8]> + Sync,
{
    same_length(inputs.len(), blinds.len())?;
    check_inputs(inputs)?;
    let rows = in_chunks(inputs, blinds, |input, blind| {
        hash::to_group(input.as_ref(), mode) * blind.0.div_by_2()
    });
    refuse_identity(rows)
}

/// A row that stands for no input: the point of 64 uniform bytes, which nobody knows the logarithm
/// of. A blinded input looks the same; whoever shows the bytes shows that it is none.
pub fn padding(bytes: &[u8; 64]) -> [u8; 32] {
    RistrettoPoint::from_uniform_bytes(bytes)
        .compress()
        .to_bytes()
}

/// Multiplies each element by the key: `BlindEvaluate` without its proof, for which see
/// [`prove`](super::prove).
///
/// **Cost**: one multiplication a row, about 23 µs; decoding the elements comes on top.
pub fn evaluate(key: &SecretKey, blinded: &[Element]) -> Vec<[u8; 32]> {
    let half = Zeroizing::new(key.scalar.div_by_2());
    blinded
        .par_chunks(TOGETHER)
        .flat_map_iter(|chunk| {
            let points: Vec<RistrettoPoint> = chunk.iter().map(|e| e.point * *half).collect();
            encode_doubled(&points)
        })
        .collect()
}

/// Takes the blinds away and hashes: `Finalize`. The evaluated elements must have been verified
/// before, or the output of a wrong key looks like that of the right one.
///
/// **Cost**: one multiplication a row, about 25 µs.
///
/// # Errors
/// Usage, where an input is too long or the counts differ.
pub fn finalize<I>(inputs: &[I], blinds: &[Blind], evaluated: &[Element]) -> Result<Vec<Output>>
where
    I: AsRef<[u8]> + Sync,
{
    same_length(inputs.len(), blinds.len())?;
    same_length(inputs.len(), evaluated.len())?;
    check_inputs(inputs)?;
    let inverses = inverted(blinds);
    let rows = in_chunks(evaluated, &inverses, |element, inverse| {
        element.point * inverse.0.div_by_2()
    });
    Ok(inputs
        .par_iter()
        .zip(&rows)
        .map(|(input, element)| output(input.as_ref(), element))
        .collect())
}

impl SecretKey {
    /// The function on inputs in clear, for who holds the key: `Evaluate` (section 3.3.1).
    ///
    /// **Cost**: one hash to the group and one multiplication an input, about 25 µs.
    ///
    /// # Errors
    /// As [`blind`].
    pub fn outputs<I>(&self, inputs: &[I]) -> Result<Vec<Output>>
    where
        I: AsRef<[u8]> + Sync,
    {
        check_inputs(inputs)?;
        let half = Zeroizing::new(self.scalar.div_by_2());
        let rows: Vec<[u8; 32]> = inputs
            .par_chunks(TOGETHER)
            .flat_map_iter(|chunk| {
                let points: Vec<RistrettoPoint> = chunk
                    .iter()
                    .map(|input| hash::to_group(input.as_ref(), self.mode) * *half)
                    .collect();
                encode_doubled(&points)
            })
            .collect();
        let rows = refuse_identity(rows)?;
        Ok(inputs
            .par_iter()
            .zip(&rows)
            .map(|(input, element)| output(input.as_ref(), element))
            .collect())
    }
}

/// The last hash of `Finalize` and `Evaluate`.
fn output(input: &[u8], element: &[u8; 32]) -> Output {
    // `check_inputs` has seen to the length.
    let length = u16::try_from(input.len()).unwrap_or(u16::MAX);
    let hash = Sha512::new()
        .chain_update(length.to_be_bytes())
        .chain_update(input)
        .chain_update([0, 32])
        .chain_update(element)
        .chain_update(b"Finalize");
    Zeroizing::new(hash.finalize().into())
}

/// One multiplication a row, doubled and encoded chunk by chunk.
fn in_chunks<A: Sync, B: Sync>(
    left: &[A],
    right: &[B],
    half: impl Fn(&A, &B) -> RistrettoPoint + Sync,
) -> Vec<[u8; 32]> {
    left.par_chunks(TOGETHER)
        .zip(right.par_chunks(TOGETHER))
        .flat_map_iter(|(left, right)| {
            let points: Vec<RistrettoPoint> =
                left.iter().zip(right).map(|(a, b)| half(a, b)).collect();
            encode_doubled(&points)
        })
        .collect()
}

fn encode_doubled(points: &[RistrettoPoint]) -> Vec<[u8; 32]> {
    RistrettoPoint::double_and_compress_batch(points)
        .into_iter()
        .map(|point| point.to_bytes())
        .collect()
}

/// The inverses of all blinds for the price of one inversion and three multiplications a blind.
fn inverted(blinds: &[Blind]) -> Vec<Blind> {
    let mut scalars = Zeroizing::new(blinds.iter().map(|b| b.0).collect::<Vec<Scalar>>());
    Scalar::invert_batch_alloc(scalars.as_mut());
    scalars.iter().map(|s| Blind(*s)).collect()
}

fn same_length(left: usize, right: usize) -> Result<()> {
    if left == right {
        return Ok(());
    }
    Err(Problem::Refused {
        what: "batch",
        why: "it has another number of rows than it should",
    }
    .into())
}

fn check_inputs<I: AsRef<[u8]> + Sync>(inputs: &[I]) -> Result<()> {
    if inputs.iter().all(|i| i.as_ref().len() <= INPUT_LIMIT) {
        return Ok(());
    }
    Err(Problem::TooMany {
        what: "bytes of an input",
        limit: INPUT_LIMIT as u64,
    }
    .into())
}

fn refuse_identity(rows: Vec<[u8; 32]>) -> Result<Vec<[u8; 32]>> {
    match (1_u64..).zip(&rows).find(|(_, row)| **row == IDENTITY) {
        None => Ok(rows),
        Some((row, _)) => Err(Problem::Refused {
            what: "input",
            why: "it hashes to the identity",
        }
        .at(Place {
            row: Some(row),
            ..Place::default()
        })),
    }
}

//! Two parties without a shared secret: the holder's notices open to the asker where one input of
//! the notice is also one of a subject, and nowhere else.
//!
//! | step | file | function |
//! | --- | --- | --- |
//! | C0, C1 | holder to asker, once for each index | [`publish`] |
//! | C2 | asker to holder | [`Question::request`] |
//! | C3 | holder to asker | [`HolderBook::admit`], [`Admitted::respond`] |
//! | | asker, alone | [`Question::finish`], [`Outputs::open`] |
//! | C4 | asker to holder | [`ask`] |
//! | C5 | holder to asker | [`HolderBook::read_ask`], [`release`], [`AskBook::receive`] |
//! | | asker to auditor | [`Question::open_sample`], [`Sample::verify`] |
//!
//! In: inputs, scoring forms and records as bytes that the caller has encoded; this room never
//! learns what they say. Out: signed envelopes, and on the asker's side the forms that opened.
//! `docs/protocol.md` says what each file reveals.
//!
//! **Order of writing.** Steps are functions of values. A caller makes state durable before the
//! file that rests on it leaves: [`HolderBook`] after `publish`, after `admit` and after
//! `read_ask`; [`AskerState`] after [`Question::new`]; [`AskBook`] after `ask`. A step that was
//! killed is run again: a request comes out byte for byte the same, an evaluation is charged once,
//! an index that never left is replaced by another.

mod ask;
mod book;
mod guess;
mod index;
mod open;
mod question;
mod release;
mod respond;
mod sample;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use tests::agreement_text;

pub use ask::{AskBook, Asked, AskedRow, ask};
pub use book::HolderBook;
pub use index::{HeldRecord, publish};
pub use open::{OpenTally, Opened, Opening, Outputs};
pub use question::{AskerState, Question, Subject};
pub use release::{Decision, Refusal, Released, release};
pub use respond::{Admission, Admitted};
pub use sample::{Sample, SampleTally};

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce, Tag};
use zeroize::Zeroizing;

use crate::error::{Error, Problem, Result};
use crate::exchange::agreement::Deal;

/// Name of a record in the files of one index: says nothing, leads nowhere else, and commits to the
/// key that opens the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpaqueHandle(pub [u8; 32]);

/// Bytes that a label or a box is longer than what it holds.
const TAG: usize = 16;

/// Hashes parts, each behind its length, under a context of its own.
fn derive(context: &'static str, parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(*stream(context, parts).finalize().as_bytes())
}

/// As [`derive`], for more than 32 bytes.
fn derive_wide(context: &'static str, parts: &[&[u8]]) -> Zeroizing<[u8; 64]> {
    let mut out = Zeroizing::new([0; 64]);
    stream(context, parts).finalize_xof().fill(out.as_mut());
    out
}

fn stream(context: &'static str, parts: &[&[u8]]) -> blake3::Hasher {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher
}

/// Bytes that go before every input of the function: even under one key, inputs of two agreements
/// would differ.
fn framed(ctx: &[u8; 32], input: &[u8]) -> Vec<u8> {
    let prefix = b"veilmatch input/1";
    let mut out = Vec::with_capacity(input.len().saturating_add(64));
    for part in [prefix.as_slice(), ctx, input] {
        let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}

/// What a label and a box are sealed beside: agreement, index, and the row's own name.
fn beside(deal: &Deal, index: &[u8; 32], name: &[u8]) -> Vec<u8> {
    [deal.ctx.as_slice(), index, name].concat()
}

/// Seals bytes in place under a key that seals nothing else, and gives the tag. Such a key needs no
/// nonce.
pub(in crate::exchange) fn seal_once(
    key: &[u8; 32],
    aad: &[u8],
    bytes: &mut [u8],
) -> Result<[u8; TAG]> {
    let cipher = ChaCha20Poly1305::new(key.into());
    let sealed = cipher.encrypt_inout_detached(&Nonce::default(), aad, bytes.into());
    let tag = sealed.map_err(|_| Problem::Internal("a row could not be sealed"))?;
    Ok(tag.into())
}

/// Opens what [`seal_once`] sealed. `None` where the key or the bytes beside it differ.
pub(in crate::exchange) fn open_once(
    key: &[u8; 32],
    aad: &[u8],
    sealed: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let (body, tag) = sealed.split_last_chunk::<TAG>()?;
    let mut bytes = Zeroizing::new(body.to_vec());
    let cipher = ChaCha20Poly1305::new(key.into());
    let tag = Tag::from(*tag);
    cipher
        .decrypt_inout_detached(&Nonce::default(), aad, bytes.as_mut_slice().into(), &tag)
        .ok()?;
    Some(bytes)
}

/// The name of a record by its key.
fn handle_of(key: &[u8; 32], index: &[u8; 32]) -> OpaqueHandle {
    OpaqueHandle(*derive("veilmatch 2026-11 handle v1", &[key, index]))
}

/// Fills bytes up to a constant length, behind their own length.
fn filled(bytes: &[u8], width: usize) -> Option<Zeroizing<Vec<u8>>> {
    let length = u16::try_from(bytes.len()).ok()?;
    let mut out = Zeroizing::new(Vec::with_capacity(width));
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(bytes);
    (out.len() <= width).then(|| {
        out.resize(width, 0);
        out
    })
}

/// The bytes that were filled up. `None` where they were not filled with zeros.
fn unfilled(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    let (taken, zeros) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
    zeros.iter().all(|b| *b == 0).then_some(taken)
}

/// Fresh random bytes.
fn fresh(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|_| Problem::Internal("no system randomness").into())
}

fn fresh_id() -> Result<[u8; 32]> {
    let mut id = [0; 32];
    fresh(&mut id)?;
    Ok(id)
}

fn refused(what: &'static str, why: &'static str) -> Error {
    Problem::Refused { what, why }.into()
}

fn outside(why: &'static str) -> Error {
    Problem::Agreement { why }.into()
}

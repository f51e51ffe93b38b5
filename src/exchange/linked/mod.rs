//! Linked: two parties that share a secret, and a neutral unit that does not have it.
//!
//! | file | from, to | columns | function |
//! | --- | --- | --- | --- |
//! | L1, L2 keys | each party to the unit | `key`, `handle` | [`protect`] |
//! | L3 pairs | unit to both parties | `subject`, `notice` | [`join`] |
//! | L4, L5 marks | each party to the other | `mark` | [`Book::strike`] |
//! | | each party, alone | | [`Book::open`] |
//!
//! In: inputs of records (conjunctions), as bytes. Out: which own record meets which record of the
//! peer, whose name says nothing. A key is a keyed hash of an input, under a key of its own for each
//! kind of conjunction; a handle is fresh for each row, so that the unit cannot tie the rows of a
//! record. Every block of equal keys is filled up with handles that belong to nobody, so that block
//! sizes say little; who has filled up strikes the pairs that came of it.
//!
//! Whoever has the secret and a file of keys can try a phone book on it: the unit must not get the
//! secret, and a party that gets the peer's keys from the unit can read much of them.
//! `docs/protocol.md`, section "Linked", says what each file shows.

mod book;
mod join;
mod paper;
mod protect;
#[cfg(test)]
mod tests;

pub use book::{Book, Met, PeerName};
pub use join::join;
pub use paper::{LinkedFile, Paper};
pub use protect::{LinkedRecord, LinkedTally, protect};

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::error::{Error, Problem, Result};
use crate::exchange::name::Code;
use crate::exchange::table::{Head, Kind};
use crate::keys::{Secret, Side};

/// What two parties have in common in one session: the secret, the list of conjunctions, a code that
/// they agreed on. Keys of two sessions have nothing in common.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Meeting {
    base: [u8; 32],
    ctx: [u8; 32],
    session: [u8; 32],
}

impl fmt::Debug for Meeting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Meeting(..)")
    }
}

impl Meeting {
    /// A meeting of those who have the secret, use the list of this digest and name the session so.
    pub fn new(secret: &Secret, recipe_digest: &[u8; 32], session: &Code) -> Self {
        let name = secret.derive("veilmatch 2026-11 linked, name of the secret v1");
        let ctx = derive(
            "veilmatch 2026-11 linked ctx v1",
            &[name.as_ref(), recipe_digest],
        );
        let session = session.as_str().as_bytes();
        let session = derive("veilmatch 2026-11 linked session v1", &[&ctx, session]);
        let secret = secret.derive("veilmatch 2026-11 linked keys v1");
        let base = derive(
            "veilmatch 2026-11 linked keys of a session v1",
            &[secret.as_ref(), &ctx, &session],
        );
        Self { base, ctx, session }
    }

    /// The key of an input: of its kind of conjunction, which its first two bytes name, and of all of
    /// it. Whoever has the secret can try inputs with it.
    pub fn key(&self, input: &[u8]) -> [u8; 16] {
        let kind = input.get(..2).unwrap_or_default();
        let sub_key = Zeroizing::new(derive(
            "veilmatch 2026-11 linked key of a conjunction v1",
            &[&self.base, kind],
        ));
        let hash = blake3::keyed_hash(&sub_key, input);
        hash.as_bytes().first_chunk().copied().unwrap_or_default()
    }

    /// What the parties seal their marks with, and the unit cannot open.
    fn marks(&self) -> [u8; 32] {
        derive("veilmatch 2026-11 linked marks v1", &[&self.base])
    }

    fn head(&self, kind: Kind) -> Head {
        Head {
            kind,
            ctx: self.ctx,
            session: self.session,
            index: [0; 32],
            rows: 0,
            width: 0,
        }
    }
}

/// The kind of file that a side's keys are in.
fn keys_of(side: Side) -> Kind {
    match side {
        Side::Subject => Kind::LinkedSubjects,
        Side::Notice => Kind::LinkedNotices,
    }
}

/// The kind of file that a side's marks are in.
fn marks_of(side: Side) -> Kind {
    match side {
        Side::Subject => Kind::SubjectMarks,
        Side::Notice => Kind::NoticeMarks,
    }
}

/// Hashes parts, each behind its length, under a context of its own.
fn derive(context: &'static str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
}

/// Fresh random rows of 16 bytes.
fn fresh_rows(count: usize) -> Result<Vec<[u8; 16]>> {
    let mut rows = vec![[0; 16]; count];
    getrandom::fill(rows.as_flattened_mut())
        .map_err(|_| Problem::Internal("no system randomness"))?;
    Ok(rows)
}

fn refused(why: &'static str) -> Error {
    Problem::Refused {
        what: "linked file",
        why,
    }
    .into()
}

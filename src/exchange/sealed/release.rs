//! C5: what the holder releases, sealed to the asker, row for row the answer to an ask.

use zeroize::Zeroizing;

use super::{AskBook, AskedRow, OpaqueHandle, filled, outside, refused, unfilled};
use crate::error::{Problem, Result};
use crate::exchange::agreement::Deal;
use crate::exchange::manifest::{Detail, Received, Sent, Side};
use crate::exchange::seal::{Opener, Sealer};
use crate::exchange::table::{Kind, Table};

/// The holder's word on one notice.
#[derive(Clone, Debug)]
pub enum Decision {
    /// The chosen fields, as the caller has encoded them.
    Release(Vec<u8>),
    /// It stays with its holder.
    Refuse(Refusal),
}

/// Why a notice is not released. The asker sees this code and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Refusal {
    /// Whoever decides has decided against it.
    Decided,
    /// It was withdrawn.
    Withdrawn,
    /// Its handling codes, or the asker's country, bar it.
    Handling,
    /// It is below the agreed threshold, in the holder's eyes.
    Threshold,
    /// It is about a victim or a witness.
    Protected,
    /// More information is needed, by another way.
    MoreNeeded,
}

impl Refusal {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Decided,
        Self::Withdrawn,
        Self::Handling,
        Self::Threshold,
        Self::Protected,
        Self::MoreNeeded,
    ];

    /// The code in the file; 0 is an empty row, 1 a release.
    const fn code(self) -> u8 {
        match self {
            Self::Decided => 2,
            Self::Withdrawn => 3,
            Self::Handling => 4,
            Self::Threshold => 5,
            Self::Protected => 6,
            Self::MoreNeeded => 7,
        }
    }

    /// Stable word for files and logs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Withdrawn => "withdrawn",
            Self::Handling => "handling",
            Self::Threshold => "threshold",
            Self::Protected => "protected",
            Self::MoreNeeded => "more_needed",
        }
    }
}

/// What came back for one notice that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Released {
    /// The record, in the files of the index.
    pub handle: OpaqueHandle,
    /// Its fields, or why not.
    pub outcome: std::result::Result<Zeroizing<Vec<u8>>, Refusal>,
}

/// Answers an ask: one decision for each of its rows, in their order. Every row of the file has one
/// length and every file as many rows as the ask, so neither shows what was decided. A notice that
/// was withdrawn is refused whatever the decision says.
///
/// # Errors
/// Outside the agreement: another number of decisions, a release that is longer than agreed, or the
/// other party's step.
pub fn release(
    side: &Side<'_>,
    ask: &Received,
    asked: &[AskedRow],
    decisions: &[Decision],
) -> Result<Sent> {
    side.is_holder()?;
    let (deal, head) = (side.deal, &ask.manifest.head);
    if asked.len() != decisions.len() || asked.len() as u64 > head.rows {
        return Err(outside("not every notice asked for has one decision"));
    }
    let info = info(deal, &ask.id);
    let (mut sealer, encapsulated) = Sealer::new(deal.asker.seal, &info)?;
    let width = usize::from(deal.caps.release_bytes);
    let mut answers = asked.iter().zip(decisions);
    let mut column = Vec::new();
    for _ in 0..head.rows {
        let (handle, row) = match answers.next() {
            None => ([0; 32], Zeroizing::new(vec![0; width])),
            Some((row, decision)) => (row.handle.0, written(row, decision, width)?),
        };
        column.extend(sealer.seal(&row, &handle)?);
    }
    let mut answer = side.head(Kind::Release, head.session, head.index);
    (_, answer.width) = deal.bounds(Kind::Release);
    let table = Table::new(answer, vec![column])?;
    side.send(&table, ask.id, Detail::Encapsulated(encapsulated))
}

/// The bytes of a row: a code, then the fields behind their length, then zeros.
fn written(row: &AskedRow, decision: &Decision, width: usize) -> Result<Zeroizing<Vec<u8>>> {
    let (code, fields): (u8, &[u8]) = match decision {
        _ if row.withdrawn => (Refusal::Withdrawn.code(), &[]),
        Decision::Release(fields) => (1, fields),
        Decision::Refuse(refusal) => (refusal.code(), &[]),
    };
    let mut out = filled(fields, width.saturating_sub(1))
        .ok_or_else(|| outside("a release is longer than agreed"))?;
    out.insert(0, code);
    Ok(out)
}

impl AskBook {
    /// Opens the answer to an ask.
    ///
    /// # Errors
    /// Integrity: it answers another ask, or a row was changed, moved or not made as it should be.
    pub fn receive(&self, side: &Side<'_>, release: &Received) -> Result<Vec<Released>> {
        side.is_asker()?;
        release.belongs(&self.session, &self.index, &self.id)?;
        let Detail::Encapsulated(encapsulated) = &release.manifest.detail else {
            return Err(refused("release", "it is another kind of file"));
        };
        if release.manifest.head.rows != self.rows {
            return Err(refused(
                "release",
                "it has another number of rows than the ask",
            ));
        }
        let info = info(side.deal, &self.id);
        let mut opener = Opener::new(side.identity.opening(), encapsulated, &info)?;
        let mut handles = self.handles.iter();
        let mut out = Vec::new();
        for sealed in release.table.slices(0) {
            match handles.next() {
                None => {
                    let row = opener.open(sealed, &[0; 32])?;
                    if row.iter().any(|b| *b != 0) {
                        return Err(refused("release", "it answers what was not asked"));
                    }
                }
                Some(handle) => {
                    let row = opener.open(sealed, &handle.0)?;
                    out.push(Released {
                        handle: *handle,
                        outcome: outcome(&row)?,
                    });
                }
            }
        }
        Ok(out)
    }
}

fn outcome(row: &[u8]) -> Result<std::result::Result<Zeroizing<Vec<u8>>, Refusal>> {
    let bad = Problem::Refused {
        what: "release",
        why: "a row is neither a release nor a refusal",
    };
    let Some((code, rest)) = row.split_first() else {
        return Err(bad.into());
    };
    let refusal = Refusal::ALL.into_iter().find(|r| r.code() == *code);
    match (unfilled(rest), refusal) {
        (Some(fields), None) if *code == 1 => Ok(Ok(Zeroizing::new(fields.to_vec()))),
        (Some([]), Some(refusal)) => Ok(Err(refusal)),
        _ => Err(bad.into()),
    }
}

fn info(deal: &Deal, ask: &[u8; 32]) -> Vec<u8> {
    [b"veilmatch release/1".as_slice(), &deal.ctx, ask].concat()
}

//! Whether a request asked about real subjects: rows drawn by an auditor, opened by the asker.
//!
//! Before its request leaves, the asker commits to its subjects. Afterwards an auditor, who is not
//! the holder, draws rows; the asker opens each by its blind, its input and the subject that the
//! input follows from, or by the seed of the random point that it is. An asker who filled a share
//! `f` of the rows with names from a phone book is caught by `k` rows with 1 - (1 - f)^k.

use std::fmt;

use zeroize::Zeroizing;

use super::question::{Row, leaf, padding_row};
use super::{Question, framed, fresh, outside, refused};
use crate::error::{Error, Result};
use crate::exchange::agreement::Deal;
use crate::exchange::codec::{Reader, close, put_blob};
use crate::exchange::manifest::{Detail, Received};
use crate::merkle::{self, Hash};
use crate::oprf::{self, Blind, Mode};

const MAGIC: [u8; 8] = *b"VMSAMP01";
const WHAT: &str = "sample";

/// Opened rows of one request. Holds records in clear: for the auditor's eyes, never the holder's.
pub struct Sample {
    request: [u8; 32],
    rows: Vec<OpenedRow>,
}

/// How one row is opened.
struct OpenedRow {
    row: u64,
    how: How,
}

enum How {
    Padding([u8; 32]),
    Subject(Box<OfSubject>),
}

/// Blind, subject, and the way from the subject to the commitment.
struct OfSubject {
    blind: Zeroizing<[u8; 32]>,
    /// Which of the subject's inputs it is.
    input: u32,
    subject: u64,
    salt: Zeroizing<[u8; 32]>,
    record: Zeroizing<Vec<u8>>,
    proof: Vec<Hash>,
}

/// What an auditor finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SampleTally {
    /// Rows that ask about a subject of the commitment.
    pub subjects: u64,
    /// Rows that ask nothing.
    pub paddings: u64,
}

impl Sample {
    /// Draws distinct rows of a request, all alike likely, from the operating system's randomness.
    ///
    /// # Errors
    /// Outside the agreement: more rows than there are; internal: no randomness.
    pub fn draw(request: &Received, count: u64) -> Result<Vec<u64>> {
        let rows = request.manifest.head.rows;
        if count > rows {
            return Err(outside("more rows are drawn than there are"));
        }
        let mut drawn = std::collections::BTreeSet::new();
        // Floyd's way: as many draws as rows wanted.
        for last in rows.saturating_sub(count)..rows {
            let row = below(last.saturating_add(1))?;
            if !drawn.insert(row) {
                drawn.insert(last);
            }
        }
        Ok(drawn.into_iter().collect())
    }

    /// Checks that exactly the rows that were drawn are opened, and that each asks about a subject
    /// of the commitment or nothing. `inputs_of` makes the inputs of a record by the agreed recipe;
    /// the auditor runs it itself.
    ///
    /// # Errors
    /// Integrity, with the number of the first row that is not what it should be: the asker cannot
    /// or will not show what it asked there.
    pub fn verify(
        &self,
        deal: &Deal,
        request: &Received,
        drawn: &[u64],
        inputs_of: impl Fn(&[u8]) -> Vec<Vec<u8>>,
    ) -> Result<SampleTally> {
        let Detail::Subjects { count, root } = request.manifest.detail else {
            return Err(refused("request", "it is another kind of file"));
        };
        if self.request != request.id {
            return Err(refused(WHAT, "it is of another request"));
        }
        if !self.rows.iter().map(|r| r.row).eq(drawn.iter().copied()) {
            return Err(refused(WHAT, "other rows are opened than were drawn"));
        }
        let asked: &[[u8; 32]] = request.table.rows(0);
        let mut tally = SampleTally::default();
        for OpenedRow { row, how } in &self.rows {
            let bytes = usize::try_from(*row).ok().and_then(|row| asked.get(row));
            let held = match how {
                How::Padding(key) => {
                    tally.paddings = tally.paddings.saturating_add(1);
                    bytes == Some(&padding_row(key))
                }
                How::Subject(of) => {
                    tally.subjects = tally.subjects.saturating_add(1);
                    let leaf = leaf(&of.salt, &of.record);
                    let again = of.row_again(deal, &inputs_of);
                    merkle::included(&leaf, of.subject, count, &root, &of.proof)
                        && bytes.is_some_and(|bytes| again.as_ref() == Some(bytes))
                }
            };
            if !held {
                return Err(unopened(*row));
            }
        }
        Ok(tally)
    }

    /// The bytes of a sample.
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(MAGIC.to_vec());
        out.extend_from_slice(&self.request);
        out.extend_from_slice(&(self.rows.len() as u64).to_le_bytes());
        for OpenedRow { row, how } in &self.rows {
            out.extend_from_slice(&row.to_le_bytes());
            match how {
                How::Padding(key) => {
                    out.extend_from_slice(&0_u16.to_le_bytes());
                    out.extend_from_slice(key);
                }
                How::Subject(of) => {
                    out.extend_from_slice(&1_u16.to_le_bytes());
                    out.extend_from_slice(of.blind.as_ref());
                    out.extend_from_slice(&of.input.to_le_bytes());
                    out.extend_from_slice(&of.subject.to_le_bytes());
                    out.extend_from_slice(of.salt.as_ref());
                    put_blob(&mut out, &of.record);
                    out.extend_from_slice(&(of.proof.len() as u64).to_le_bytes());
                    of.proof.iter().for_each(|h| out.extend_from_slice(h));
                }
            }
        }
        close(&mut out);
        out
    }

    /// Reads a sample.
    ///
    /// # Errors
    /// Integrity: it was changed, cut short, or is something else.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::open(bytes, MAGIC, WHAT)?;
        let request = reader.array()?;
        let mut rows = Vec::new();
        for _ in 0..reader.count(42)? {
            let row = reader.u64()?;
            let how = match reader.u16()? {
                0 => How::Padding(reader.array()?),
                1 => How::Subject(Box::new(OfSubject::read(&mut reader)?)),
                _ => return Err(reader.refused("a row is opened in no known way")),
            };
            rows.push(OpenedRow { row, how });
        }
        reader.end()?;
        Ok(Self { request, rows })
    }
}

impl OfSubject {
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        Ok(Self {
            blind: Zeroizing::new(reader.array()?),
            input: reader.u32()?,
            subject: reader.u64()?,
            salt: Zeroizing::new(reader.array()?),
            record: Zeroizing::new(reader.blob()?.to_vec()),
            proof: {
                let count = reader.count(32)?;
                (0..count).map(|_| reader.array()).collect::<Result<_>>()?
            },
        })
    }

    /// The row that this blind and this input of the record give.
    fn row_again(
        &self,
        deal: &Deal,
        inputs_of: &impl Fn(&[u8]) -> Vec<Vec<u8>>,
    ) -> Option<[u8; 32]> {
        let inputs = inputs_of(&self.record);
        let input = inputs.get(usize::try_from(self.input).ok()?)?;
        let blind = Blind::decode(*self.blind)?;
        let rows = oprf::blind(&[framed(&deal.ctx, input)], &[blind], Mode::Voprf).ok()?;
        rows.first().copied()
    }
}

impl Question<'_> {
    /// Opens the rows that an auditor has drawn.
    ///
    /// # Errors
    /// Integrity: there is no such row, or the request is of another session.
    pub fn open_sample(&self, request: &Received, drawn: &[u64]) -> Result<Sample> {
        request.belongs(&self.session, &self.index, &self.answers)?;
        let opened = drawn.iter().map(|row| {
            let place = usize::try_from(*row).ok();
            let how = match place.and_then(|at| self.rows.get(at)) {
                None => return Err(unopened(*row)),
                Some(Row::Padding(number)) => How::Padding(*self.padding_key(*number)),
                Some(Row::Input(number)) => {
                    let of = self.of_subject(*number).ok_or_else(|| unopened(*row))?;
                    How::Subject(Box::new(of))
                }
            };
            Ok(OpenedRow { row: *row, how })
        });
        Ok(Sample {
            request: request.id,
            rows: opened.collect::<Result<_>>()?,
        })
    }

    /// An input, by the first subject that has it.
    fn of_subject(&self, number: u32) -> Option<OfSubject> {
        let input = self.input(number)?;
        let owner = *self.subjects_with(number).first()?;
        let subject = self.subjects.get(owner as usize)?;
        let place = subject.inputs.iter().position(|own| own == input)?;
        let owner = u64::from(owner);
        Some(OfSubject {
            blind: self.blind(input)?.bytes(),
            input: u32::try_from(place).ok()?,
            subject: owner,
            salt: self.salt(u32::try_from(owner).ok()?),
            record: Zeroizing::new(subject.record.clone()),
            proof: self.tree.inclusion(owner, self.tree.size())?,
        })
    }
}

/// A number below a limit, all alike likely.
fn below(limit: u64) -> Result<u64> {
    // What lies above the last whole multiple of the limit is drawn again.
    let last = u64::MAX
        .checked_rem(limit)
        .map(|rest| u64::MAX.saturating_sub(rest));
    loop {
        let mut bytes = [0; 8];
        fresh(&mut bytes)?;
        let drawn = u64::from_le_bytes(bytes);
        if last.is_some_and(|last| drawn < last) {
            return Ok(drawn.checked_rem(limit).unwrap_or(0));
        }
    }
}

fn unopened(row: u64) -> Error {
    crate::error::Problem::Refused {
        what: WHAT,
        why: "a row does not open to a subject that was committed to, nor to nothing",
    }
    .at(crate::error::Place {
        row: Some(row.saturating_add(1)),
        ..crate::error::Place::default()
    })
}

impl fmt::Debug for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sample")
            .field("rows", &self.rows.len())
            .finish_non_exhaustive()
    }
}

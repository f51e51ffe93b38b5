//! What a party keeps: the way from its handles back to its records. L4 and L5 are made from it.

use std::collections::BTreeSet;
use std::fmt;

use zeroize::{Zeroize, Zeroizing};

use super::{LinkedFile, Meeting, Paper, derive, fresh_rows, marks_of, refused};
use crate::error::Result;
use crate::exchange::codec::{Reader, close, put_blob};
use crate::exchange::identity::Identity;
use crate::exchange::sealed::{open_once, seal_once};
use crate::exchange::table::{Head, Kind, Table};
use crate::keys::Side;

const MAGIC: [u8; 8] = *b"VMLINK01";
const WHAT: &str = "book of linked records";

/// The peer's name of a record, for one session: says nothing, and is the same for all rows of the
/// record that met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerName(pub [u8; 16]);

/// A mark that says that the row belongs to nobody.
const NOBODY: [u8; 16] = [0; 16];

/// A pair of records that met.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Met {
    /// The party's own name of its record.
    pub reference: Vec<u8>,
    /// The peer's record.
    pub peer: PeerName,
}

/// What one party keeps of a session, where nobody else reads it.
pub struct Book {
    ctx: [u8; 32],
    session: [u8; 32],
    side: Side,
    /// What the marks of both parties are sealed with.
    marks: [u8; 32],
    /// What the names of records follow from.
    seed: [u8; 32],
    /// Handles of rows that belong to a record, sorted.
    handles: Vec<([u8; 16], u32)>,
    references: Vec<Vec<u8>>,
}

impl Drop for Book {
    fn drop(&mut self) {
        self.marks.zeroize();
        self.seed.zeroize();
    }
}

impl fmt::Debug for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Book")
            .field("rows", &self.handles.len())
            .finish_non_exhaustive()
    }
}

impl Book {
    pub(super) fn new(
        meeting: &Meeting,
        side: Side,
        mut handles: Vec<([u8; 16], u32)>,
        references: Vec<Vec<u8>>,
    ) -> Result<Self> {
        handles.sort_unstable();
        let mut seed = [0; 32];
        let halves = fresh_rows(2)?;
        seed.copy_from_slice(halves.as_flattened());
        Ok(Self {
            ctx: meeting.ctx,
            session: meeting.session,
            side,
            marks: meeting.marks(),
            seed,
            handles,
            references,
        })
    }

    /// The bytes of the book.
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let references: usize = self
            .references
            .iter()
            .map(|r| r.len().saturating_add(4))
            .fold(0, usize::saturating_add);
        // Room for all of it at once: a vector that grows leaves copies of the secrets behind.
        let room = (self.handles.len().saturating_mul(20)).saturating_add(references);
        let mut out = Zeroizing::new(Vec::with_capacity(room.saturating_add(256)));
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&self.ctx);
        out.extend_from_slice(&self.session);
        out.push(u8::from(self.side == Side::Notice));
        out.extend_from_slice(&self.marks);
        out.extend_from_slice(&self.seed);
        out.extend_from_slice(&(self.references.len() as u64).to_le_bytes());
        for reference in &self.references {
            put_blob(&mut out, reference);
        }
        out.extend_from_slice(&(self.handles.len() as u64).to_le_bytes());
        for (handle, record) in &self.handles {
            out.extend_from_slice(handle);
            out.extend_from_slice(&record.to_le_bytes());
        }
        close(&mut out);
        out
    }

    /// Reads a book back.
    ///
    /// # Errors
    /// Integrity: it was changed, cut short, or is something else.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::open(bytes, MAGIC, WHAT)?;
        let (ctx, session) = (reader.array()?, reader.array()?);
        let side = match reader.array::<1>()? {
            [0] => Side::Subject,
            [1] => Side::Notice,
            _ => return Err(reader.refused("it is of neither side")),
        };
        let (marks, seed) = (reader.array()?, reader.array()?);
        let count = reader.count(4)?;
        let references: Vec<Vec<u8>> = (0..count)
            .map(|_| Ok(reader.blob()?.to_vec()))
            .collect::<Result<_>>()?;
        let count = reader.count(20)?;
        let handles: Vec<([u8; 16], u32)> = (0..count)
            .map(|_| Ok((reader.array()?, reader.u32()?)))
            .collect::<Result<_>>()?;
        reader.end()?;
        if handles
            .iter()
            .any(|(_, record)| references.get(*record as usize).is_none())
        {
            return Err(reader.refused("it names a record that it does not have"));
        }
        Ok(Self {
            ctx,
            session,
            side,
            marks,
            seed,
            handles,
            references,
        })
    }

    /// Which side's book it is.
    pub fn side(&self) -> Side {
        self.side
    }

    /// The record of each pair's own handle; `None` for what is nobody's: a dummy of this side, or of
    /// the unit.
    fn records(&self, pairs: &Paper) -> Result<Vec<Option<u32>>> {
        let head = pairs.table.head();
        if (head.kind, head.ctx, head.session) != (Kind::LinkedPairs, self.ctx, self.session) {
            return Err(refused(
                "it is of another secret, list of conjunctions or session",
            ));
        }
        let column = usize::from(self.side == Side::Notice);
        let record = |handle: &[u8; 16]| {
            let at = self
                .handles
                .binary_search_by(|(known, _)| known.cmp(handle))
                .ok()?;
            self.handles.get(at).map(|(_, record)| *record)
        };
        Ok(pairs.table.rows::<16>(column).iter().map(record).collect())
    }

    /// Strikes the pairs that are nobody's and tells the peer: a mark for each pair, in their order,
    /// sealed so that the unit cannot read them. The mark of a pair that stays is the name of the
    /// record.
    ///
    /// # Errors
    /// Integrity: the pairs are of another session.
    pub fn strike(&self, pairs: &Paper, identity: Option<&Identity>) -> Result<LinkedFile> {
        let mut column = Vec::new();
        for (record, row) in self.records(pairs)?.into_iter().zip(0_u64..) {
            let mut mark = record.map_or(NOBODY, |record| self.name(record));
            let (key, aad) = self.row(self.side, &pairs.digest, row);
            let tag = seal_once(&key, &aad, &mut mark)?;
            column.extend_from_slice(&mark);
            column.extend_from_slice(&tag);
        }
        let head = Head {
            kind: marks_of(self.side),
            index: pairs.digest,
            rows: 0,
            width: 0,
            ..*pairs.table.head()
        };
        LinkedFile::new(&Table::new(head, vec![column])?, identity)
    }

    /// Folds pairs that neither side struck to pairs of records, each once, sorted.
    ///
    /// # Errors
    /// Integrity: the files are of another session, or the marks are not those of the peer for these
    /// pairs.
    pub fn open(&self, pairs: &Paper, marks: &Paper) -> Result<Vec<Met>> {
        let peer = match self.side {
            Side::Subject => Side::Notice,
            Side::Notice => Side::Subject,
        };
        let own = self.records(pairs)?;
        let wanted = Head {
            kind: marks_of(peer),
            index: pairs.digest,
            ..*pairs.table.head()
        };
        if *marks.table.head() != wanted {
            return Err(refused(
                "the marks are not those of the peer for these pairs",
            ));
        }
        let mut met = BTreeSet::new();
        for ((own, sealed), row) in own.into_iter().zip(marks.table.rows::<32>(0)).zip(0_u64..) {
            let (key, aad) = self.row(peer, &pairs.digest, row);
            let mark = open_once(&key, &aad, sealed)
                .and_then(|mark| mark.first_chunk().copied())
                .ok_or_else(|| refused("a mark does not open"))?;
            let reference = own.and_then(|record| self.references.get(record as usize));
            if let Some(reference) = reference.filter(|_| mark != NOBODY) {
                met.insert(Met {
                    reference: reference.clone(),
                    peer: PeerName(mark),
                });
            }
        }
        Ok(met.into_iter().collect())
    }

    /// The name under which the peer sees a record, for whoever wants to find it again.
    pub fn names(&self) -> impl Iterator<Item = (PeerName, &[u8])> {
        (0..u32::MAX)
            .zip(&self.references)
            .map(|(record, reference)| (PeerName(self.name(record)), reference.as_slice()))
    }

    fn name(&self, record: u32) -> [u8; 16] {
        let context = "veilmatch 2026-11 linked name of a record v1";
        let name = derive(context, &[&self.seed, &record.to_le_bytes()]);
        name.first_chunk().copied().unwrap_or_default()
    }

    /// The key of one mark, used once, and what it is sealed beside.
    fn row(&self, side: Side, pairs: &[u8; 32], row: u64) -> (Zeroizing<[u8; 32]>, Vec<u8>) {
        let kind = marks_of(side).code().as_bytes();
        let parts: [&[u8]; 4] = [&self.marks, kind, pairs, &row.to_le_bytes()];
        let key = derive("veilmatch 2026-11 linked key of a mark v1", &parts);
        (Zeroizing::new(key), [self.ctx, self.session].concat())
    }
}

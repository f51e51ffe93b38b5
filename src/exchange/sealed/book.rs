//! What the holder remembers of one asker in one epoch.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use rustc_hash::FxHashMap;
use zeroize::Zeroizing;

use super::{OpaqueHandle, derive, fresh, handle_of, refused};
use crate::error::{Error, Result};
use crate::exchange::agreement::Deal;
use crate::exchange::codec::{Reader, close, put_blob};
use crate::oprf::{Mode, SecretKey};

const MAGIC: [u8; 8] = *b"VMHOLD01";
const WHAT: &str = "holder's book";

/// The holder's state for one asker and one epoch: the seed of its key, what was asked and
/// answered, and what leads from the handles of the current index back to its records. It is
/// secret, and its end is the end of the epoch: without the seed, no stored file of the epoch can
/// be tested again.
pub struct HolderBook {
    pub(super) scope: [u8; 32],
    seed: Zeroizing<[u8; 32]>,
    /// By session.
    pub(super) requests: BTreeMap<[u8; 32], Request>,
    pub(super) index: Option<IndexBook>,
    /// Handles that were asked for in this epoch, of any index.
    pub(super) asked: BTreeSet<OpaqueHandle>,
}

/// A request that was let in and charged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// Which bytes the session stands for.
    pub(super) id: [u8; 32],
    pub(super) rows: u64,
    pub(super) subjects: u64,
    /// The response, once there is one.
    pub(super) answer: Option<[u8; 32]>,
}

/// The current index: from its secret follow the keys and handles of all records.
pub(super) struct IndexBook {
    pub(super) id: [u8; 32],
    pub(super) secret: Zeroizing<[u8; 32]>,
    /// The holder's own names of the records, in the order of their numbers.
    pub(super) references: Vec<Vec<u8>>,
    /// Numbers of records that were withdrawn since.
    pub(super) withdrawn: BTreeSet<u32>,
}

impl HolderBook {
    /// A new book, with a fresh seed, for the asker and epoch of a deal.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn new(deal: &Deal) -> Result<Self> {
        let mut seed = Zeroizing::new([0; 32]);
        fresh(seed.as_mut())?;
        Ok(Self {
            scope: scope(deal),
            seed,
            requests: BTreeMap::new(),
            index: None,
            asked: BTreeSet::new(),
        })
    }

    /// The key of the function: of this agreement, this asker, this holder, this epoch.
    ///
    /// # Errors
    /// Integrity, where the book is of another deal.
    pub(super) fn key(&self, deal: &Deal) -> Result<SecretKey> {
        self.is_of(deal)?;
        self.own_key()
    }

    /// The same, whatever the deal at hand.
    pub(super) fn own_key(&self) -> Result<SecretKey> {
        let info = [b"veilmatch oprf key/1".as_slice(), &self.scope].concat();
        SecretKey::derive(&self.seed, &info, Mode::Voprf)
    }

    pub(super) fn is_of(&self, deal: &Deal) -> Result<()> {
        if self.scope == scope(deal) {
            return Ok(());
        }
        Err(refused(WHAT, "it is of another agreement, asker or epoch"))
    }

    /// Padded rows of all requests that were let in.
    pub fn rows_spent(&self) -> u64 {
        self.sum(|request| request.rows)
    }

    /// Subjects that all requests together declared.
    pub fn subjects_declared(&self) -> u64 {
        self.sum(|request| request.subjects)
    }

    /// Notices that were asked for.
    pub fn notices_asked(&self) -> u64 {
        self.asked.len() as u64
    }

    fn sum(&self, of: impl Fn(&Request) -> u64) -> u64 {
        let each = self.requests.values().map(of);
        each.fold(0, u64::saturating_add)
    }

    /// Notes that records were withdrawn: they are not released any more. Forms that the asker has
    /// opened are not recalled by this.
    pub fn withdraw(&mut self, references: &[&[u8]]) {
        if let Some(index) = &mut self.index {
            let gone = (0..).zip(&index.references);
            let gone = gone.filter(|(_, own)| references.contains(&own.as_slice()));
            index.withdrawn.extend(gone.map(|(number, _)| number));
        }
    }

    /// The bytes of the book, to be kept where only the holder reads.
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        // Room for all of it at once: a vector that grows leaves copies of the seed behind.
        let references = self.index.iter().flat_map(|index| &index.references);
        let references: usize = references.map(|own| own.len().saturating_add(8)).sum();
        let fixed = self.requests.len().saturating_add(self.asked.len());
        let room = fixed.saturating_mul(112).saturating_add(references);
        let mut out = Zeroizing::new(Vec::with_capacity(room.saturating_add(512)));
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&self.scope);
        out.extend_from_slice(self.seed.as_ref());
        put_count(&mut out, self.requests.len());
        for (session, request) in &self.requests {
            out.extend_from_slice(session);
            out.extend_from_slice(&request.id);
            out.extend_from_slice(&request.rows.to_le_bytes());
            out.extend_from_slice(&request.subjects.to_le_bytes());
            out.extend_from_slice(&request.answer.unwrap_or_default());
        }
        put_count(&mut out, self.asked.len());
        self.asked.iter().for_each(|h| out.extend_from_slice(&h.0));
        put_count(&mut out, usize::from(self.index.is_some()));
        if let Some(index) = &self.index {
            out.extend_from_slice(&index.id);
            out.extend_from_slice(index.secret.as_ref());
            put_count(&mut out, index.references.len());
            index.references.iter().for_each(|r| put_blob(&mut out, r));
            put_count(&mut out, index.withdrawn.len());
            for number in &index.withdrawn {
                out.extend_from_slice(&number.to_le_bytes());
            }
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
        let scope = reader.array()?;
        let seed = Zeroizing::new(reader.array()?);
        let mut requests = BTreeMap::new();
        for _ in 0..reader.count(112)? {
            let session = reader.array()?;
            let request = Request {
                id: reader.array()?,
                rows: reader.u64()?,
                subjects: reader.u64()?,
                answer: Some(reader.array()?).filter(|id| *id != [0; 32]),
            };
            requests.insert(session, request);
        }
        let mut asked = BTreeSet::new();
        for _ in 0..reader.count(32)? {
            asked.insert(OpaqueHandle(reader.array()?));
        }
        let index = match reader.u64()? {
            0 => None,
            _ => Some(IndexBook::read(&mut reader)?),
        };
        reader.end()?;
        Ok(Self {
            scope,
            seed,
            requests,
            index,
            asked,
        })
    }
}

impl IndexBook {
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let id = reader.array()?;
        let secret = Zeroizing::new(reader.array()?);
        let mut references = Vec::new();
        for _ in 0..reader.count(4)? {
            references.push(reader.blob()?.to_vec());
        }
        let mut withdrawn = BTreeSet::new();
        for _ in 0..reader.count(4)? {
            withdrawn.insert(reader.u32()?);
        }
        Ok(Self {
            id,
            secret,
            references,
            withdrawn,
        })
    }

    /// The key of a record: fresh with every index, because the secret is.
    pub(super) fn key(&self, record: u32) -> Zeroizing<[u8; 32]> {
        let parts: [&[u8]; 2] = [self.secret.as_ref(), &record.to_le_bytes()];
        derive("veilmatch 2026-11 record key v1", &parts)
    }

    /// From handles back to numbers of records.
    pub(super) fn numbers(&self) -> FxHashMap<OpaqueHandle, u32> {
        (0..)
            .zip(&self.references)
            .map(|(number, _)| (handle_of(&self.key(number), &self.id), number))
            .collect()
    }
}

/// One name for agreement, asker, holder and epoch.
pub(super) fn scope(deal: &Deal) -> [u8; 32] {
    let [asker, holder] = deal.pair();
    let parts: [&[u8]; 6] = [
        &deal.ctx,
        b"asker",
        asker,
        b"holder",
        holder,
        &deal.epoch.to_le_bytes(),
    ];
    *derive("veilmatch 2026-11 scope of a key v1", &parts)
}

fn put_count(out: &mut Vec<u8>, count: usize) {
    out.extend_from_slice(&(count as u64).to_le_bytes());
}

impl fmt::Debug for HolderBook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HolderBook")
            .field("requests", &self.requests.len())
            .field("asked", &self.asked.len())
            .finish_non_exhaustive()
    }
}

impl HolderBook {
    /// The current index, if it is the one that a file is of.
    pub(super) fn current(&self, id: &[u8; 32]) -> Result<&IndexBook> {
        let stale: fn() -> Error =
            || refused("file", "it is of an index that is not the current one");
        self.index
            .as_ref()
            .filter(|index| index.id == *id)
            .ok_or_else(stale)
    }
}

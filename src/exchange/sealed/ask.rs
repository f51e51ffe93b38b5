//! C4: which notices the asker asks for, sealed to the holder.
//!
//! Every row proves that its record was opened: it carries a tag under a key that follows from the
//! record's own, which the asker has only if a label opened. The band is what the asker says.

use std::collections::BTreeSet;
use std::fmt;

use zeroize::Zeroizing;

use super::{HolderBook, OpaqueHandle, Opened, Opening, Outputs, derive, outside, refused};
use crate::error::{Problem, Result};
use crate::exchange::agreement::Deal;
use crate::exchange::codec::{Reader, close};
use crate::exchange::manifest::{ASK_BYTES, Detail, Received, Sent, Side};
use crate::exchange::padding::power;
use crate::exchange::seal::{Opener, Sealer};
use crate::exchange::table::{Kind, Table};

const MAGIC: [u8; 8] = *b"VMASK_01";
const ROW: usize = ASK_BYTES as usize;
/// Bytes of a row before its tag.
const SAID: usize = ROW - 32;

/// A notice that is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The record that opened.
    pub record: &'a Opened,
    /// How likely the asker thinks it to be the same: 0 strong, 1 possible, 2 weak.
    pub band: u8,
    /// The asker's own reference of its case, without meaning to others; at will.
    pub case: [u8; 16],
}

/// What the asker remembers of an ask: without it a release does not open. As secret as the hits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskBook {
    pub(super) session: [u8; 32],
    pub(super) index: [u8; 32],
    /// Id of the ask.
    pub(super) id: [u8; 32],
    /// The handles in the order of the rows, padding left out.
    pub(super) handles: Vec<OpaqueHandle>,
    pub(super) rows: u64,
}

/// What the holder reads of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedRow {
    /// The record, in the files of the index.
    pub handle: OpaqueHandle,
    /// The record, in the holder's own words.
    pub reference: Vec<u8>,
    /// It was withdrawn since the index was made.
    pub withdrawn: bool,
    /// What the asker says: 0 strong, 1 possible, 2 weak.
    pub band: u8,
    /// The asker's reference of its case.
    pub case: [u8; 16],
}

/// Asks for notices. The rows are sealed to the holder, in the order of the handles, among as many
/// empty ones as fill up a power of two.
///
/// # Errors
/// Outside the agreement: nothing or more than agreed is asked for, or the other party's step.
/// Internal: a record of another index, or one twice.
pub fn ask(
    side: &Side<'_>,
    outputs: &Outputs<'_>,
    opening: &Opening,
    asked: &[Asked<'_>],
) -> Result<(AskBook, Sent)> {
    side.is_asker()?;
    let deal = side.deal;
    if asked.is_empty() || asked.len() as u64 > deal.caps.asks {
        return Err(outside("nothing is asked for, or more than agreed"));
    }
    let mut sorted: Vec<&Asked<'_>> = asked.iter().collect();
    sorted.sort_unstable_by_key(|asked| asked.record.handle);
    let handles: Vec<OpaqueHandle> = sorted.iter().map(|asked| asked.record.handle).collect();
    if handles
        .windows(2)
        .any(|two| matches!(two, [a, b] if a == b))
    {
        return Err(refused("ask", "a notice is asked for twice"));
    }
    let rows = power(handles.len() as u64);
    let (session, index) = (outputs.session, opening.index);
    let info = info(deal, &session, &index, &outputs.response);
    let (mut sealer, encapsulated) = Sealer::new(deal.holder.seal, &info)?;
    let mut column = Vec::new();
    for number in 0..rows {
        let row = match usize::try_from(number).ok().and_then(|n| sorted.get(n)) {
            None => Zeroizing::new([0; ROW]),
            Some(asked) => written(deal, &session, &index, asked)?,
        };
        column.extend(sealer.seal(row.as_ref(), &place(number, rows))?);
    }
    let mut head = side.head(Kind::Ask, session, index);
    (_, head.width) = deal.bounds(Kind::Ask);
    let table = Table::new(head, vec![column])?;
    let sent = side.send(&table, outputs.response, Detail::Encapsulated(encapsulated))?;
    let book = AskBook {
        session,
        index,
        id: sent.id,
        handles,
        rows,
    };
    Ok((book, sent))
}

impl HolderBook {
    /// Opens an ask, checks that every notice in it was opened by the asker, and charges those that
    /// were not asked for before: make the book durable before deciding.
    ///
    /// # Errors
    /// Integrity: it belongs to no answered request, is of an index that is not current, or a row
    /// is changed, unproved or there twice. Outside the agreement: the cap would be passed.
    pub fn read_ask(&mut self, side: &Side<'_>, ask: &Received) -> Result<Vec<AskedRow>> {
        side.is_holder()?;
        let deal = side.deal;
        self.is_of(deal)?;
        let Detail::Encapsulated(encapsulated) = &ask.manifest.detail else {
            return Err(refused("ask", "it is another kind of file"));
        };
        let head = &ask.manifest.head;
        let answer = self.requests.get(&head.session).and_then(|r| r.answer);
        let answer =
            answer.ok_or_else(|| refused("ask", "no request of its session was answered"))?;
        let index = self.current(&head.index)?;
        ask.belongs(&head.session, &index.id, &answer)?;
        let info = info(deal, &head.session, &index.id, &answer);
        let mut opener = Opener::new(side.identity.opening(), encapsulated, &info)?;
        let numbers = index.numbers();
        let mut asked = Vec::new();
        for (number, sealed) in (0..).zip(ask.table.slices(0)) {
            let row = opener.open(sealed, &place(number, head.rows))?;
            let Some(said) = read(&row)? else { continue };
            let record = numbers.get(&said.handle).copied();
            let record = record.ok_or_else(|| refused("ask", "a handle that was never given"))?;
            let (before, tag) = row
                .split_last_chunk::<32>()
                .ok_or(Problem::Internal("a short row"))?;
            // Compares in constant time.
            let wanted = proof(deal, &head.session, &index.id, &index.key(record), before);
            if wanted != blake3::Hash::from_bytes(*tag) {
                return Err(refused("ask", "a notice that its sender did not open"));
            }
            let reference = index.references.get(record as usize);
            asked.push(AskedRow {
                reference: reference.cloned().unwrap_or_default(),
                withdrawn: index.withdrawn.contains(&record),
                ..said
            });
        }
        if !asked.is_sorted_by(|a, b| a.handle < b.handle) {
            return Err(refused(
                "ask",
                "its rows are not sorted, or one is there twice",
            ));
        }
        let new: BTreeSet<OpaqueHandle> = asked.iter().map(|row| row.handle).collect();
        let all = self.asked.union(&new).count() as u64;
        if all > deal.caps.asks {
            return Err(outside("the asks agreed for this epoch are spent"));
        }
        self.asked.extend(new);
        Ok(asked)
    }
}

/// The bytes of a row: a mark, what is said, and the proof.
fn written(
    deal: &Deal,
    session: &[u8; 32],
    index: &[u8; 32],
    asked: &Asked<'_>,
) -> Result<Zeroizing<[u8; ROW]>> {
    if asked.band > 2 {
        return Err(Problem::Internal("a band that is none").into());
    }
    let mut row = Zeroizing::new([0; ROW]);
    let said = [
        [1, asked.band].as_slice(),
        &asked.case,
        &asked.record.handle.0,
    ]
    .concat();
    let tag = proof(deal, session, index, &asked.record.key, &said);
    let whole = said.iter().chain(tag.as_bytes());
    row.iter_mut().zip(whole).for_each(|(to, from)| *to = *from);
    Ok(row)
}

/// Reads a row, without its proof. `None` for padding.
fn read(row: &[u8]) -> Result<Option<AskedRow>> {
    if row.len() == ROW && row.iter().all(|b| *b == 0) {
        return Ok(None);
    }
    let mut reader = Reader::new(row, "ask");
    let [mark, band] = reader.array()?;
    let row = AskedRow {
        case: reader.array()?,
        handle: OpaqueHandle(reader.array()?),
        reference: Vec::new(),
        withdrawn: false,
        band,
    };
    reader.array::<32>()?;
    reader.end()?;
    if (mark, band <= 2) != (1, true) {
        return Err(refused("ask", "a row is neither empty nor an ask"));
    }
    Ok(Some(row))
}

/// The tag of a row under a key that only who opened the record can have.
fn proof(
    deal: &Deal,
    session: &[u8; 32],
    index: &[u8; 32],
    record_key: &[u8; 32],
    said: &[u8],
) -> blake3::Hash {
    debug_assert_eq!(said.len(), SAID);
    let key = derive(
        "veilmatch 2026-11 proof of an opened record v1",
        &[record_key, index],
    );
    let bytes = [deal.ctx.as_slice(), session, index, said].concat();
    blake3::keyed_hash(&key, &bytes)
}

fn info(deal: &Deal, session: &[u8; 32], index: &[u8; 32], answers: &[u8; 32]) -> Vec<u8> {
    let label = b"veilmatch ask/1".as_slice();
    [label, &deal.ctx, session, index, answers].concat()
}

/// Where a row stands, of how many.
fn place(number: u64, rows: u64) -> Vec<u8> {
    [number.to_le_bytes(), rows.to_le_bytes()].concat()
}

impl AskBook {
    /// The ask: its release states that it answers this.
    pub fn id(&self) -> [u8; 32] {
        self.id
    }

    /// The bytes of the book, to be kept where only the asker reads.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        for part in [&self.session, &self.index, &self.id] {
            out.extend_from_slice(part);
        }
        out.extend_from_slice(&self.rows.to_le_bytes());
        out.extend_from_slice(&(self.handles.len() as u64).to_le_bytes());
        self.handles
            .iter()
            .for_each(|h| out.extend_from_slice(&h.0));
        close(&mut out);
        out
    }

    /// Reads a book back.
    ///
    /// # Errors
    /// Integrity: it was changed, cut short, or is something else.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::open(bytes, MAGIC, "ask book")?;
        let (session, index, id) = (reader.array()?, reader.array()?, reader.array()?);
        let rows = reader.u64()?;
        let count = reader.count(32)?;
        let handles = (0..count).map(|_| reader.array().map(OpaqueHandle));
        let handles = handles.collect::<Result<Vec<_>>>()?;
        reader.end()?;
        Ok(Self {
            session,
            index,
            id,
            handles,
            rows,
        })
    }
}

impl fmt::Display for OpaqueHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::exchange::codec::hex(&self.0))
    }
}

//! Notices of an index, made ready one by one.

use bytes::Bytes;
use jiff::civil::Date;
use rayon::prelude::*;

use crate::error::Result;
use crate::exchange::codec::Reader;
use crate::hits::LiveNotice;
use crate::index::{NOTICES, damaged, notice};
use crate::record::{ListInfo, Status};

/// The notices of a shard, as bytes.
#[derive(Debug)]
pub struct StoredNotices {
    info: ListInfo,
    glances: Vec<Glance>,
    /// At most [`NOTICES`] each.
    blocks: Vec<Bytes>,
}

/// What is asked of a notice before it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glance {
    /// The status that was published.
    pub status: Status,
    /// Last day on which it is in force.
    pub valid_to: Option<Date>,
    /// Number of names that are compared.
    pub names: u32,
    /// Where it ends in its block.
    end: u32,
}

impl StoredNotices {
    /// So many notices.
    pub(super) fn new(
        info: ListInfo,
        count: u64,
        glances: &[u8],
        blocks: Vec<Bytes>,
    ) -> Result<Self> {
        let mut reader = Reader::new(glances, "index");
        let mut all = Vec::new();
        while !reader.is_at_end() {
            all.push(Glance::read(&mut reader)?);
        }
        let ends = all
            .chunks(NOTICES)
            .map(|some| some.last().map(|last| last.end as usize));
        let is_whole = ends.eq(blocks.iter().map(|block| Some(block.len())));
        if all.len() as u64 != count || !is_whole {
            return Err(damaged());
        }
        Ok(Self {
            info,
            glances: all,
            blocks,
        })
    }

    /// What is asked of each notice before it is opened, in their order.
    pub fn glances(&self) -> &[Glance] {
        &self.glances
    }

    /// Makes a notice ready, by its place.
    ///
    /// **Cost**: that of romanizing those of its words that nobody holds.
    ///
    /// # Errors
    /// It is damaged, or there is none.
    pub fn read(&self, at: usize) -> Result<LiveNotice> {
        let bytes = self.bytes(at).ok_or_else(damaged)?;
        notice::read(bytes, &self.info).map_err(|_| damaged())
    }

    fn bytes(&self, at: usize) -> Option<&[u8]> {
        let block = self.blocks.get(at.checked_div(NOTICES)?)?;
        let end = self.glances.get(at)?.end as usize;
        let is_first = at.is_multiple_of(NOTICES);
        let before = at.checked_sub(1).filter(|_| !is_first);
        let start = before.and_then(|before| self.glances.get(before));
        block.get(start.map_or(0, |before| before.end as usize)..end)
    }
}

/// The glances of notices, and the notices in blocks.
pub(super) fn encode(notices: &[LiveNotice]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let blocks = notices.par_chunks(NOTICES).map(|some| {
        let (mut glances, mut block) = (Vec::new(), Vec::new());
        for live in some {
            notice::put(&mut block, live);
            Glance {
                status: live.status,
                valid_to: live.valid_to,
                // A record has fewer than 2^24 names, and a block fewer bytes than 2^30.
                names: u32::try_from(live.prepared.names.len()).unwrap_or(u32::MAX),
                end: u32::try_from(block.len()).unwrap_or(u32::MAX),
            }
            .put(&mut glances);
        }
        (glances, block)
    });
    let (glances, blocks): (Vec<_>, Vec<_>) = blocks.unzip();
    (glances.concat(), blocks)
}

impl Glance {
    fn put(self, out: &mut Vec<u8>) {
        notice::put_code(out, Status::ALL, self.status);
        notice::put_day(out, self.valid_to);
        out.extend_from_slice(&self.names.to_le_bytes());
        out.extend_from_slice(&self.end.to_le_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        Ok(Self {
            status: notice::code(reader, Status::ALL)?,
            valid_to: notice::day(reader)?,
            names: reader.u32()?,
            end: reader.u32()?,
        })
    }
}

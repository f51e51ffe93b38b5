//! Index files: a list made ready once, for many runs with the same secret.
//!
//! In: prepared notices and their envelope, shard by shard. Out: one file, and the same shards
//! again. It holds names in clear and blind keys of one secret: it stays where the list is.
//!
//! **Shape**, version 2: magic `VMINDEX2`, then blocks. A block is a byte that says what it
//! holds, its length (8 bytes, little endian), the bytes, and a BLAKE3 digest of the digest before it
//! and of the block; the first one follows the digest of the magic. So no block can be changed,
//! left out, or taken from another file. Blocks come in this order: one head; for each shard its
//! sizes, what is asked of each notice before it is opened, notices in blocks of at most 1,024, rows
//! of the envelope in a block for each first byte of a key; one end. Integers are little endian, texts
//! stand behind four bytes of length.
//!
//! All of a shard is checked before anything of it is given out. Rows stay where they are, and a notice
//! is made ready when it is first asked for: a run pays for what it looks at.
#![cfg_attr(
    not(test),
    warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

mod blocks;
mod notice;
mod stored;

use std::io::Write;

use bytes::Bytes;

use crate::error::{Error, Problem, Result};
use crate::exchange::Envelope;
use crate::exchange::codec::Reader;
use crate::hits::LiveNotice;
use crate::record::{Digest, ListId, ListInfo};
use crate::tally::Tally;

use blocks::{Block, Blocks, Chain};
use notice::{put_day, put_text};

pub use stored::{Glance, StoredNotices};

/// First bytes of an index: what it is, and the version.
pub const MAGIC: &[u8; 8] = b"VMINDEX2";

/// The same of every version.
const ANY_VERSION: &[u8] = b"VMINDEX";

/// Whether a file with this beginning is an index, of this version or another.
pub fn is_index(head: &[u8]) -> bool {
    head.starts_with(ANY_VERSION)
}

/// Notices of one block.
const NOTICES: usize = 1_024;

/// Counts of the list that stand in an index, in their order.
const COUNTS: [&str; 7] = [
    "rows_in",
    "notices",
    "names",
    "dates",
    "ids",
    "countries",
    "places",
];

/// What an index was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The edition of the list.
    pub info: ListInfo,
    /// Public id of the secret of its blind keys.
    pub key_epoch: String,
    /// Digest of everything that shapes a key.
    pub recipe_digest: [u8; 32],
}

/// Some notices of an index with their blind keys: `N` are prepared ones on the way in, and
/// [`StoredNotices`] on the way out.
#[derive(Debug)]
pub struct IndexShard<N> {
    /// The notices that are not de-listed, with the status that was published.
    pub notices: N,
    /// Their blind keys.
    pub envelope: Envelope,
    /// De-listed notices that stood between them.
    pub delisted: u64,
    /// Bytes that it takes in memory, about.
    pub weight: u64,
}

/// Writes an index, shard by shard.
#[derive(Debug)]
pub struct IndexWriter<W: Write> {
    out: Chain<W>,
    shards: u64,
}

impl<W: Write> IndexWriter<W> {
    /// Begins an index.
    ///
    /// # Errors
    /// The disk.
    pub fn new(out: W, head: &Head) -> Result<Self> {
        let info = &head.info;
        let mut bytes = head.recipe_digest.to_vec();
        put_text(&mut bytes, &head.key_epoch);
        put_text(&mut bytes, info.list_id.as_str());
        put_text(&mut bytes, &info.version);
        put_day(&mut bytes, info.date);
        bytes.extend_from_slice(&info.file_hash.0);
        put_text(&mut bytes, &info.format);
        let count = info.published_count.map(|n| n.to_string());
        put_text(&mut bytes, &count.unwrap_or_default());
        let mut out = Chain::begin(out, MAGIC)?;
        out.put(Block::Head, &bytes)?;
        Ok(Self { out, shards: 0 })
    }

    /// Adds a shard.
    ///
    /// # Errors
    /// The disk.
    pub fn add(&mut self, shard: &IndexShard<Vec<LiveNotice>>) -> Result<()> {
        let mut bytes = Vec::new();
        for number in [shard.notices.len() as u64, shard.delisted, shard.weight] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        self.out.put(Block::Shard, &bytes)?;
        let (glances, blocks) = stored::encode(&shard.notices);
        self.out.put(Block::Glances, &glances)?;
        for block in blocks {
            self.out.put(Block::Notices, &block)?;
        }
        for part in shard.envelope.parts() {
            self.out.put(Block::Rows, part.as_flattened())?;
        }
        self.shards = self.shards.saturating_add(1);
        Ok(())
    }

    /// Ends the index with the counts of reading the list.
    ///
    /// # Errors
    /// The disk.
    pub fn finish(mut self, tally: &Tally) -> Result<W> {
        let mut bytes = self.shards.to_le_bytes().to_vec();
        for what in COUNTS {
            bytes.extend_from_slice(&tally.count(what).to_le_bytes());
        }
        self.out.put(Block::End, &bytes)?;
        Ok(self.out.into_inner())
    }
}

/// Reads an index, shard by shard. What it gives out was checked; what is still to come was not.
pub struct IndexReader {
    blocks: Blocks,
    head: Head,
    shards: u64,
    tally: Tally,
    is_at_end: bool,
}

impl IndexReader {
    /// Opens an index.
    ///
    /// # Errors
    /// It is no index, of another version, or damaged in its head.
    pub fn new(bytes: Bytes) -> Result<Self> {
        let mut blocks = Blocks::begin(bytes, *MAGIC)?;
        let (Block::Head, bytes) = blocks.next()? else {
            return Err(damaged());
        };
        Ok(Self {
            blocks,
            head: read_head(&bytes).map_err(|_| damaged())?,
            shards: 0,
            tally: Tally::new(),
            is_at_end: false,
        })
    }

    /// What it was made of.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Counts of the list; known at the end.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The next shard; `None` at the end of the index.
    ///
    /// **Cost**: a BLAKE3 digest of its bytes, and a look at each row.
    ///
    /// # Errors
    /// It is damaged or cut short.
    pub fn next_shard(&mut self) -> Result<Option<IndexShard<StoredNotices>>> {
        if self.is_at_end {
            return Ok(None);
        }
        let shard = match self.blocks.next()? {
            (Block::Shard, bytes) => self.shard(&bytes).map(Some),
            (Block::End, bytes) => self.end(&bytes).map(|()| None),
            _ => Err(damaged()),
        };
        shard.map_err(|_| damaged())
    }

    fn shard(&mut self, bytes: &[u8]) -> Result<IndexShard<StoredNotices>> {
        let mut sizes = Reader::new(bytes, "index");
        let [count, delisted, weight] = [size(&mut sizes)?, size(&mut sizes)?, size(&mut sizes)?];
        sizes.end()?;
        let (Block::Glances, glances) = self.blocks.next()? else {
            return Err(damaged());
        };
        let blocks = self.several(Block::Notices, count.div_ceil(NOTICES as u64))?;
        let parts = self.several(Block::Rows, Envelope::PARTS as u64)?;
        self.shards = self.shards.saturating_add(1);
        Ok(IndexShard {
            notices: StoredNotices::new(self.head.info.clone(), count, &glances, blocks)?,
            envelope: Envelope::stored(self.head.recipe_digest, parts)?,
            delisted,
            weight,
        })
    }

    /// The next blocks, all of one kind.
    fn several(&mut self, kind: Block, count: u64) -> Result<Vec<Bytes>> {
        let mut all = Vec::new();
        for _ in 0..count {
            let (found, bytes) = self.blocks.next()?;
            if found != kind {
                return Err(damaged());
            }
            all.push(bytes);
        }
        Ok(all)
    }

    fn end(&mut self, bytes: &[u8]) -> Result<()> {
        let mut reader = Reader::new(bytes, "index");
        let shards = size(&mut reader)?;
        for what in COUNTS {
            self.tally.add(what, size(&mut reader)?);
        }
        reader.end()?;
        if shards != self.shards || !self.blocks.is_at_end() {
            return Err(damaged());
        }
        self.is_at_end = true;
        Ok(())
    }
}

/// A number of things or bytes that can be: sums of some of them fit as well.
fn size(reader: &mut Reader<'_>) -> Result<u64> {
    let size = reader.u64()?;
    if size > 1 << 48 {
        return Err(damaged());
    }
    Ok(size)
}

fn read_head(bytes: &[u8]) -> Result<Head> {
    let mut reader = Reader::new(bytes, "index");
    let recipe_digest = reader.array()?;
    let key_epoch = notice::text(&mut reader)?.to_owned();
    let list_id = ListId::parse(notice::text(&mut reader)?).ok_or_else(damaged)?;
    let version = notice::text(&mut reader)?.to_owned();
    let date = notice::day(&mut reader)?;
    let file_hash = Digest(reader.array()?);
    let format = notice::text(&mut reader)?.to_owned();
    let published_count = notice::text(&mut reader)?.parse().ok();
    reader.end()?;
    Ok(Head {
        info: ListInfo {
            list_id,
            version,
            date,
            file_hash,
            format,
            published_count,
        },
        key_epoch,
        recipe_digest,
    })
}

fn damaged() -> Error {
    Problem::Index {
        why: "it is damaged, cut short, or of another version",
    }
    .into()
}

impl std::fmt::Debug for IndexReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IndexReader")
            .field("head", &self.head)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Handle;
    use crate::keys::BlindKey;
    use crate::record::{
        Country, CountryKind, IdKind, Identifier, Kind, Location, Name, Notice, PartialDate,
        PlaceKind, RecordId, Reference, Status, Strength,
    };

    fn head() -> Head {
        Head {
            info: ListInfo {
                list_id: ListId::parse("test").unwrap(),
                date: "2026-01-01".parse().ok(),
                published_count: Some(2),
                ..ListInfo::default()
            },
            key_epoch: "0011223344556677".into(),
            recipe_digest: [7; 32],
        }
    }

    fn shard() -> IndexShard<Vec<LiveNotice>> {
        let mut notice = Notice {
            list_id: head().info.list_id,
            valid_to: "2030-01-01".parse().ok(),
            refs: vec![Reference {
                scheme: "un".into(),
                value: "QDi.1".into(),
            }],
            ..Notice::default()
        };
        notice.record.id = RecordId("7".into());
        notice.record.kind = Kind::Person;
        notice.record.names = vec![
            Name::primary("Dr. Jürgen KVETANIK-O'Brien"),
            Name::alias("Тарво Кветаник", Strength::Weak),
            Name::primary("金 民 準"),
        ];
        let dates = ["1970-05-03", "~1968", "1960..1962"];
        let dates = dates.map(|date| PartialDate::parse(date, None).unwrap());
        notice.record.dates = dates.to_vec();
        notice.record.ids = vec![Identifier::new(IdKind::Passport, "KX 4471902", "EE")];
        notice.record.countries = vec![Country {
            kind: CountryKind::Nationality,
            iso2: "EE".into(),
            raw: "Estonia".into(),
        }];
        notice.record.places = vec![Location {
            kind: PlaceKind::Birth,
            text: "Tallinn".into(),
            ..Location::default()
        }];
        let live = LiveNotice::new(&notice, Status::Active, head().info.date);
        let rows = (0..5_u64).map(|n| (BlindKey([n << 60, n]), Handle(0)));
        IndexShard {
            notices: vec![live],
            envelope: Envelope::seal(head().recipe_digest, rows),
            delisted: 1,
            weight: 1_000,
        }
    }

    fn written() -> Vec<u8> {
        let mut tally = Tally::new();
        tally.add("notices", 2);
        let mut writer = IndexWriter::new(Vec::new(), &head()).unwrap();
        writer.add(&shard()).unwrap();
        writer.add(&shard()).unwrap();
        writer.finish(&tally).unwrap()
    }

    fn read(bytes: &[u8]) -> Result<(Head, Vec<IndexShard<StoredNotices>>, Tally)> {
        let mut reader = IndexReader::new(Bytes::copy_from_slice(bytes))?;
        let mut shards = Vec::new();
        while let Some(shard) = reader.next_shard()? {
            shards.push(shard);
        }
        Ok((reader.head().clone(), shards, reader.tally().clone()))
    }

    /// Everything of a notice but the numbers of words, which belong to the process.
    fn told(live: &LiveNotice) -> String {
        let mut bytes = Vec::new();
        notice::put(&mut bytes, live);
        let joins: Vec<_> = live.prepared.names.iter().map(|n| n.joins.len()).collect();
        let runs: Vec<_> = live.prepared.names.iter().map(|n| n.run.len()).collect();
        let gist = live.prepared.gist;
        format!("{bytes:?} {gist:?} {joins:?} {runs:?} {:?}", live.names)
    }

    #[test]
    fn what_was_written_comes_back() {
        let (found, shards, tally) = read(&written()).unwrap();
        assert_eq!(
            (found, shards.len(), tally.count("notices")),
            (head(), 2, 2)
        );
        let before = shard();
        for after in &shards {
            assert_eq!(after.envelope, before.envelope);
            assert_eq!((after.delisted, after.weight), (1, 1_000));
            let (found, notice) = (after.notices.read(0).unwrap(), &before.notices[0]);
            assert_eq!(told(&found), told(notice));
            let glance = after.notices.glances()[0];
            assert_eq!(
                (glance.status, glance.valid_to, glance.names as usize),
                (notice.status, notice.valid_to, notice.prepared.names.len())
            );
            assert!(after.notices.glances().len() == 1 && after.notices.read(1).is_err());
        }
    }

    #[test]
    fn every_changed_bit_and_every_cut_is_refused() {
        let whole = written();
        for at in 0..whole.len() {
            assert!(read(&whole[..at]).is_err(), "cut at {at}");
            for bit in 0..8 {
                let mut flipped = whole.clone();
                flipped[at] ^= 1 << bit;
                assert!(read(&flipped).is_err(), "bit {bit} of byte {at}");
            }
        }
        assert!(read(&[whole, vec![0]].concat()).is_err());
    }
}

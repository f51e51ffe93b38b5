//! Blocks of bytes, each bound by a digest to all before it.

use std::io::Write;

use bytes::Bytes;

use crate::error::{Problem, Result};
use crate::index::damaged;

/// What a block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Block {
    Head,
    Shard,
    Glances,
    Notices,
    Rows,
    End,
}

impl Block {
    const ALL: [Self; 6] = [
        Self::Head,
        Self::Shard,
        Self::Glances,
        Self::Notices,
        Self::Rows,
        Self::End,
    ];
}

/// The digest of a block.
fn link(before: blake3::Hash, head: &[u8], bytes: &[u8]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(before.as_bytes());
    hasher.update(head);
    hasher.update(bytes);
    hasher.finalize()
}

/// Length and kind of a block as they stand before it.
fn head_of(block: Block, length: usize) -> [u8; 9] {
    let mut head = [block as u8; 9];
    let (kind, stated) = head.split_at_mut(1);
    kind.fill(block as u8);
    stated.copy_from_slice(&(length as u64).to_le_bytes());
    head
}

/// Writes blocks.
#[derive(Debug)]
pub(super) struct Chain<W: Write> {
    out: W,
    last: blake3::Hash,
}

impl<W: Write> Chain<W> {
    pub(super) fn begin(mut out: W, magic: &[u8]) -> Result<Self> {
        out.write_all(magic).map_err(|e| Problem::write(&e))?;
        let last = blake3::hash(magic);
        Ok(Self { out, last })
    }

    pub(super) fn put(&mut self, block: Block, bytes: &[u8]) -> Result<()> {
        let head = head_of(block, bytes.len());
        self.last = link(self.last, &head, bytes);
        for part in [&head[..], bytes, self.last.as_bytes()] {
            self.out.write_all(part).map_err(|e| Problem::write(&e))?;
        }
        Ok(())
    }

    pub(super) fn into_inner(self) -> W {
        self.out
    }
}

/// Reads blocks back, and gives out none that was changed.
pub(super) struct Blocks {
    rest: Bytes,
    last: blake3::Hash,
}

impl Blocks {
    pub(super) fn begin(bytes: Bytes, magic: [u8; 8]) -> Result<Self> {
        let last = blake3::hash(&magic);
        let mut blocks = Self { rest: bytes, last };
        if blocks.array()? != magic {
            return Err(damaged());
        }
        Ok(blocks)
    }

    pub(super) fn next(&mut self) -> Result<(Block, Bytes)> {
        let head: [u8; 9] = self.array()?;
        let [kind, length @ ..] = head;
        let block = Block::ALL.get(usize::from(kind)).ok_or_else(damaged)?;
        let length = usize::try_from(u64::from_le_bytes(length)).map_err(|_| damaged())?;
        let bytes = self.take(length)?;
        let stated: [u8; 32] = self.array()?;
        self.last = link(self.last, &head, &bytes);
        if self.last != stated {
            return Err(damaged());
        }
        Ok((*block, bytes))
    }

    /// Whether nothing follows.
    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    fn take(&mut self, length: usize) -> Result<Bytes> {
        if length > self.rest.len() {
            return Err(damaged());
        }
        Ok(self.rest.split_to(length))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.take(N)?.first_chunk().copied().ok_or_else(damaged)
    }
}

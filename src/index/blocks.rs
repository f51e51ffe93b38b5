//! Blocks of bytes, each bound by a digest to all before it.

use std::io::{Read, Write};

use crate::error::{Problem, Result};
use crate::index::damaged;

/// What a block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Block {
    Head,
    Shard,
    Notices,
    Rows,
    End,
}

impl Block {
    const ALL: [Self; 5] = [
        Self::Head,
        Self::Shard,
        Self::Notices,
        Self::Rows,
        Self::End,
    ];
}

/// Longest block: 1,024 notices of the longest records. Bounds what a damaged length can ask for.
const LONGEST: u64 = 1 << 30;

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
pub(super) struct Blocks<R: Read> {
    stream: R,
    last: blake3::Hash,
}

impl<R: Read> Blocks<R> {
    pub(super) fn begin(mut stream: R, magic: [u8; 8]) -> Result<Self> {
        let found: [u8; 8] = read_array(&mut stream)?;
        if found != magic {
            return Err(damaged());
        }
        let last = blake3::hash(&magic);
        Ok(Self { stream, last })
    }

    pub(super) fn next(&mut self) -> Result<(Block, Vec<u8>)> {
        let [kind] = read_array(&mut self.stream)?;
        let length: [u8; 8] = read_array(&mut self.stream)?;
        let length = u64::from_le_bytes(length);
        let block = Block::ALL.get(usize::from(kind)).ok_or_else(damaged)?;
        if length > LONGEST {
            return Err(damaged());
        }
        // Grows with what is there, not with what is stated.
        let mut bytes = Vec::new();
        let mut part = (&mut self.stream).take(length);
        part.read_to_end(&mut bytes).map_err(Problem::Read)?;
        if bytes.len() as u64 != length {
            return Err(damaged());
        }
        let stated: [u8; 32] = read_array(&mut self.stream)?;
        self.last = link(self.last, &head_of(*block, bytes.len()), &bytes);
        if self.last != stated {
            return Err(damaged());
        }
        Ok((*block, bytes))
    }

    /// Whether nothing follows.
    pub(super) fn is_at_end(&mut self) -> Result<bool> {
        let mut one = [0];
        let read = self.stream.read(&mut one).map_err(Problem::Read)?;
        Ok(read == 0)
    }
}

fn read_array<const N: usize>(stream: &mut impl Read) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    match stream.read_exact(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Err(damaged()),
        Err(e) => Err(Problem::Read(e).into()),
    }
}

//! How much memory a run may take, and for what.
//!
//! First the program itself, with its tables: 128 MiB. Of what is left:
//!
//! | what | share |
//! | --- | --- |
//! | notices at hand, with their blind keys | a half |
//! | a chunk of subjects, one for each 256 KiB, with their keys and candidates | a quarter |
//! | hits that wait for their order | an eighth |
//! | what is being read and written | an eighth |
//!
//! Less room means more passes over the subjects and more runs of hits on disk, never other hits.

use crate::hits::LiveNotice;

/// A limit of memory in bytes. The program itself takes about 128 MiB, whatever the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Memory(u64);

impl Default for Memory {
    fn default() -> Self {
        Self(4 << 30)
    }
}

impl Memory {
    /// A limit of so many bytes.
    pub const fn bytes(bytes: u64) -> Self {
        Self(bytes)
    }

    /// Reads `512M`, `4G`, `1.5G` or a number of bytes; K, M and G are powers of 1,024.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches(['B', 'b', 'i']);
        let units = [('K', 10), ('M', 20), ('G', 30), ('T', 40)];
        let unit = text.chars().last()?.to_ascii_uppercase();
        let shift = units.iter().find(|(letter, _)| *letter == unit);
        let (number, shift) = match shift {
            Some((_, shift)) => (text.get(..text.len() - 1)?, *shift),
            None => (text, 0),
        };
        let (whole, tenth) = number.split_once('.').unwrap_or((number, "0"));
        let tenth = tenth.parse().ok().filter(|digit: &u64| *digit < 10)?;
        let whole: u64 = whole.parse().ok()?;
        let bytes = whole.checked_mul(1 << shift)? + tenth * (1 << shift) / 10;
        (bytes > 0).then_some(Self(bytes))
    }

    /// What is left beside the program. A limit below what the program takes cannot be kept.
    fn free(self) -> u64 {
        self.0.saturating_sub(PROGRAM).max(self.0 / 8)
    }

    /// Bytes of notices that are held together.
    pub(super) fn notices(self) -> u64 {
        self.free() / 2
    }

    /// Bytes of hits that are held together.
    pub(super) fn hits(self) -> u64 {
        self.free() / 8
    }

    /// Subjects of a chunk.
    pub(super) fn chunk_rows(self) -> usize {
        usize::try_from(self.free() >> 18)
            .unwrap_or(MOST_ROWS)
            .clamp(16, MOST_ROWS)
    }

    /// Notices that are read and prepared together.
    pub(super) fn block(self) -> usize {
        self.chunk_rows().min(1024)
    }
}

/// What the program takes, its tables and buffers included.
const PROGRAM: u64 = 128 << 20;

/// Subjects of a chunk where there is room: more make nothing faster.
const MOST_ROWS: usize = 8_192;

/// Bytes that a notice takes in a shard, about, its blind keys included: what 100,000 invented and
/// what the published notices took, by their names and tokens.
pub(super) fn weight(live: &LiveNotice) -> u64 {
    let names = live.prepared.names.iter();
    let names = names.map(|name| 630 + 600 * name.tokens.len());
    (700 + names.sum::<usize>()) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in [
            ("4G", 4 << 30),
            ("1.5GiB", 3 << 29),
            ("512m", 512 << 20),
            ("64kB", 64 << 10),
            ("1000000", 1_000_000),
        ] {
            assert_eq!(Memory::parse(text), Some(Memory::bytes(bytes)), "{text}");
        }
        for text in ["", "G", "0", "-1G", "4 gigs", "1.25G", "99999999999T", "é"] {
            assert_eq!(Memory::parse(text), None, "{text}");
        }
    }
}

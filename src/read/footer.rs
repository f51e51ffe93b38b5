//! A look at a Parquet footer before it is decoded: how deep its columns are nested.
//!
//! The decoder calls itself for each level, and a file of a megabyte can state more levels than a
//! stack has room for; that would end the program, not in an error. Nothing is built here.
//!
//! Source: Apache Parquet, `parquet.thrift` (`FileMetaData`, `SchemaElement`) and the Thrift compact
//! protocol.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// Deepest nesting that is read. Ours is five deep.
const DEPTH: usize = 64;

/// Numbers of the compact protocol for kinds of values.
mod kind {
    pub(super) const TRUE: u8 = 1;
    pub(super) const FALSE: u8 = 2;
    pub(super) const BYTE: u8 = 3;
    pub(super) const I16: u8 = 4;
    pub(super) const I32: u8 = 5;
    pub(super) const I64: u8 = 6;
    pub(super) const DOUBLE: u8 = 7;
    pub(super) const BINARY: u8 = 8;
    pub(super) const LIST: u8 = 9;
    pub(super) const SET: u8 = 10;
    pub(super) const STRUCT: u8 = 12;
}

/// Whether a Parquet file has a footer whose columns are nested so little that it may be decoded.
pub(crate) fn is_shallow_file(file: &mut File) -> bool {
    let mut read = || -> std::io::Result<Vec<u8>> {
        let mut end = [0; 8];
        let length = file.seek(SeekFrom::End(-8))?;
        file.read_exact(&mut end)?;
        let [a, b, c, d, ..] = end;
        let stated = u64::from(u32::from_le_bytes([a, b, c, d]));
        let start = length.checked_sub(stated);
        let start = start.ok_or(std::io::ErrorKind::UnexpectedEof)?;
        file.seek(SeekFrom::Start(start))?;
        let mut footer = Vec::new();
        file.take(stated).read_to_end(&mut footer)?;
        file.rewind()?;
        Ok(footer)
    };
    read().is_ok_and(|footer| is_shallow(&footer))
}

/// As [`is_shallow_file`], of the bytes of a footer.
pub(crate) fn is_shallow(footer: &[u8]) -> bool {
    Skimmer(footer).schema().is_some()
}

/// Goes through bytes of the compact protocol. Every step takes bytes or ends.
struct Skimmer<'a>(&'a [u8]);

impl Skimmer<'_> {
    /// Goes through the columns; `None` where they are nested too deeply or cannot be read.
    fn schema(&mut self) -> Option<()> {
        let mut number = 0;
        while let Some(value) = self.field(&mut number)? {
            if (number, value) == (2, kind::LIST) {
                return self.columns();
            }
            self.skip(value, DEPTH)?;
        }
        None
    }

    fn columns(&mut self) -> Option<()> {
        let (count, value) = self.list()?;
        // For each open level, how many of its columns are still to come.
        let mut open: Vec<u64> = Vec::new();
        for _ in 0..count {
            if value != kind::STRUCT {
                return None;
            }
            let mut children = 0;
            let mut number = 0;
            while let Some(value) = self.field(&mut number)? {
                if (number, value) == (5, kind::I32) {
                    // Zigzag: a negative count is odd.
                    let stated = self.varint()?;
                    children = if stated & 1 == 1 { 0 } else { stated >> 1 };
                } else {
                    self.skip(value, DEPTH)?;
                }
            }
            while open.last() == Some(&0) {
                open.pop();
            }
            if let Some(left) = open.last_mut() {
                *left = left.saturating_sub(1);
            }
            if children > 0 {
                open.push(children);
            }
            if open.len() > DEPTH {
                return None;
            }
        }
        Some(())
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn take(&mut self, bytes: u64) -> Option<()> {
        let (_, rest) = self.0.split_at_checked(usize::try_from(bytes).ok()?)?;
        self.0 = rest;
        Some(())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// The next field of a structure: sets its number and gives the kind of its value, or `None` at
    /// the end of the structure.
    #[allow(
        clippy::option_option,
        reason = "outside: the bytes end; inside: the structure does"
    )]
    fn field(&mut self, number: &mut u64) -> Option<Option<u8>> {
        let head = self.byte()?;
        if head == 0 {
            return Some(None);
        }
        *number = match head >> 4 {
            0 => self.varint()? >> 1,
            step => number.saturating_add(u64::from(step)),
        };
        Some(Some(head & 0x0f))
    }

    /// How many values a list has, and of what kind.
    fn list(&mut self) -> Option<(u64, u8)> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => self.varint()?,
            short => u64::from(short),
        };
        Some((count, head & 0x0f))
    }

    fn skip(&mut self, value: u8, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match value {
            kind::TRUE | kind::FALSE => Some(()),
            kind::BYTE => self.take(1),
            kind::I16 | kind::I32 | kind::I64 => self.varint().map(drop),
            kind::DOUBLE => self.take(8),
            kind::BINARY => {
                let length = self.varint()?;
                self.take(length)
            }
            kind::LIST | kind::SET => {
                let (count, value) = self.list()?;
                // In a list a truth value takes a byte, so every turn takes one or ends.
                let value = if value <= kind::FALSE {
                    kind::BYTE
                } else {
                    value
                };
                (0..count).try_for_each(|_| self.skip(value, depth))
            }
            kind::STRUCT => {
                let mut number = 0;
                while let Some(value) = self.field(&mut number)? {
                    self.skip(value, depth)?;
                }
                Some(())
            }
            // Parquet has neither maps nor 16-byte numbers in its footer.
            _ => None,
        }
    }
}

/// A Parquet file without rows, of so many groups in each other: what a decoder must not be given.
#[cfg(test)]
#[allow(clippy::cast_possible_truncation, reason = "small numbers")]
pub(crate) fn nested(levels: u32) -> Vec<u8> {
    // Version 1, then the list of columns: a name and one child each, and a leaf of 32-bit numbers.
    let mut footer = vec![0x15, 0x02, 0x19, 0xfc];
    let mut count = levels + 1;
    while count >= 0x80 {
        footer.push((count & 0x7f) as u8 | 0x80);
        count >>= 7;
    }
    footer.push(count as u8);
    footer.extend([0x48, 1, b'a', 0x15, 2, 0].repeat(levels as usize));
    footer.extend([0x15, 2, 0x25, 0, 0x18, 1, b'b', 0]);
    // No rows, no row groups.
    footer.extend([0x16, 0, 0x19, 0x0c, 0]);
    let length = (footer.len() as u32).to_le_bytes();
    [b"PAR1", footer.as_slice(), &length, b"PAR1"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn footer(file: &[u8]) -> &[u8] {
        &file[4..file.len() - 8]
    }

    #[test]
    fn a_deeply_nested_file_is_refused_at_every_door_for_parquet() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep.parquet");
        std::fs::write(&path, nested(500_000)).unwrap();
        let paths = [path.clone()];
        let refused = crate::read::read_list(&paths, &crate::read::ListSettings::default());
        assert!(refused.unwrap_err().is_input());
        let settings = crate::read::SubjectSettings::default();
        assert!(
            crate::read::read_subjects(&paths, &settings)
                .err()
                .unwrap()
                .is_input()
        );
        assert!(crate::report::read_hits(&path).err().unwrap().is_input());
        assert!(!crate::attack::leak(&nested(500_000)).may_leave());
    }

    #[test]
    fn nesting_is_counted_and_little_of_it_is_let_through() {
        for (levels, lets_through) in [(1, true), (64, true), (65, false), (500_000, false)] {
            assert_eq!(
                is_shallow(footer(&nested(levels))),
                lets_through,
                "{levels}"
            );
        }
        // Groups beside each other are not in each other.
        let mut wide = vec![
            0x15, 0x02, 0x19, 0xfc, 0x8f, 0x4e, 0x48, 1, b'a', 0x15, 0x9c, 0x9c, 1, 0,
        ];
        wide.extend([0x15, 2, 0x25, 0, 0x18, 1, b'b', 0].repeat(9_998));
        assert!(is_shallow(&wide));
        let cut = nested(3);
        for end in 0..footer(&cut).len() - 6 {
            assert!(!is_shallow(&footer(&cut)[..end]));
        }
        // Lists in lists, and structures in structures.
        assert!(!is_shallow(&[0x19; 1_000]) && !is_shallow(&[0xfc; 1_000]));
    }
}

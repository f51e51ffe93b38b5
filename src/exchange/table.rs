//! The files that leave: tables of opaque columns of fixed width, as Parquet.
//!
//! Parquet, so that anybody can look at what leaves with any tool that reads it. But of Parquet
//! only one form: required columns of fixed width, plain, uncompressed, pages of a size that
//! follows from the width, no statistics, no dictionaries, no page index, no clock, the same
//! `created_by` always. Every byte besides the rows follows from the [`Head`], so the reader is no
//! Parquet reader: it finds the head at its fixed place, works out how long the file must be, and
//! compares the bytes around the rows with those that it would write. Nothing is allocated for what
//! a file merely states, and there is nothing in a file that is not either a row or checked.
//!
//! Source: Apache Parquet, `parquet.thrift` and the Thrift compact protocol.

use std::ops::Range;

use crate::error::{Problem, Result};
use crate::exchange::codec::{hex, unhex};
use crate::exchange::thrift::Thrift;

/// Rows of one row group, where the widest column leaves room for them.
const GROUP_ROWS: u64 = 1 << 16;
/// Bytes of one page.
const PAGE_BYTES: u64 = 1 << 24;
/// Most rows of a file.
pub const ROW_LIMIT: u64 = 1 << 32;
/// Key of the head in the metadata.
const KEY: &str = "veilmatch.envelope";
/// Who made it. The version is that of the format.
const CREATED_BY: &str = "veilmatch envelope/1";
const MAGIC: &[u8] = b"PAR1";

/// What a file is. The letters are those of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// C0, holder to asker: tags and labels.
    Index,
    /// C1, holder to asker: sealed scoring forms.
    Forms,
    /// C2, asker to holder: blinded inputs.
    Request,
    /// C3, holder to asker: evaluated inputs.
    Response,
    /// C4, asker to holder: what is asked for, sealed.
    Ask,
    /// C5, holder to asker: what is released, sealed.
    Release,
    /// L1, subject side to unit: keys and handles.
    LinkedSubjects,
    /// L2, notice side to unit: keys and handles.
    LinkedNotices,
    /// L3, unit to both: pairs of handles.
    LinkedPairs,
    /// L4, subject side to notice side: which pairs are somebody's, sealed.
    SubjectMarks,
    /// L5, notice side to subject side: the same.
    NoticeMarks,
}

impl Kind {
    /// All kinds, in the order of the protocol.
    pub const ALL: [Self; 11] = [
        Self::Index,
        Self::Forms,
        Self::Request,
        Self::Response,
        Self::Ask,
        Self::Release,
        Self::LinkedSubjects,
        Self::LinkedNotices,
        Self::LinkedPairs,
        Self::SubjectMarks,
        Self::NoticeMarks,
    ];

    /// Two characters.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Index => "c0",
            Self::Forms => "c1",
            Self::Request => "c2",
            Self::Response => "c3",
            Self::Ask => "c4",
            Self::Release => "c5",
            Self::LinkedSubjects => "l1",
            Self::LinkedNotices => "l2",
            Self::LinkedPairs => "l3",
            Self::SubjectMarks => "l4",
            Self::NoticeMarks => "l5",
        }
    }

    /// The kind of a code.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Its columns: name and width. 0 stands for the width that the head states.
    const fn columns(self) -> &'static [(&'static str, u32)] {
        match self {
            Self::Index => &[("tag", 16), ("label", 48)],
            Self::Forms => &[("handle", 32), ("box", 0)],
            Self::Request => &[("blinded", 32)],
            Self::Response => &[("evaluated", 32)],
            Self::Ask | Self::Release => &[("sealed", 0)],
            Self::LinkedSubjects | Self::LinkedNotices => &[("key", 16), ("handle", 16)],
            Self::LinkedPairs => &[("subject", 16), ("notice", 16)],
            Self::SubjectMarks | Self::NoticeMarks => &[("mark", 32)],
        }
    }
}

/// What stands in a file besides its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// What the file is.
    pub kind: Kind,
    /// The agreement.
    pub ctx: [u8; 32],
    /// The session; zero in an index, which serves many.
    pub session: [u8; 32],
    /// The index.
    pub index: [u8; 32],
    /// Number of rows.
    pub rows: u64,
    /// Width of the column whose width is not fixed by the kind; 0 where there is none.
    pub width: u32,
}

/// Bytes of a head's text.
const HEAD_BYTES: usize = 3 + 3 * 65 + 17 + 8;

impl Head {
    pub(super) fn text(&self) -> String {
        format!(
            "{} {} {} {} {:016x} {:08x}",
            self.kind.code(),
            hex(&self.ctx),
            hex(&self.session),
            hex(&self.index),
            self.rows,
            self.width,
        )
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split(' ').collect();
        let [kind, ctx, session, index, rows, width] = words.as_slice() else {
            return None;
        };
        let head = Self {
            kind: Kind::of(kind)?,
            ctx: unhex(ctx)?,
            session: unhex(session)?,
            index: unhex(index)?,
            rows: u64::from_be_bytes(unhex(rows)?),
            width: u32::from_be_bytes(unhex(width)?),
        };
        let varies = head.kind.columns().iter().any(|(_, width)| *width == 0);
        let fits = varies == (1..=1 << 16).contains(&head.width) && (varies || head.width == 0);
        (fits && head.rows <= ROW_LIMIT).then_some(head)
    }

    /// Widths of its columns.
    fn widths(&self) -> Vec<u32> {
        let columns = self.kind.columns().iter();
        columns
            .map(|(_, width)| if *width == 0 { self.width } else { *width })
            .collect()
    }

    /// Rows of each row group but the last.
    fn group_rows(&self) -> u64 {
        let widest = self.widths().into_iter().max().unwrap_or(1);
        let room = PAGE_BYTES.checked_div(u64::from(widest)).unwrap_or(1);
        room.clamp(1, GROUP_ROWS)
    }

    /// Rows of each row group.
    fn groups(&self) -> impl Iterator<Item = u64> {
        let (all, each) = (self.rows, self.group_rows());
        (0..all.div_ceil(each)).map(move |group| {
            let before = group.saturating_mul(each);
            all.saturating_sub(before).min(each)
        })
    }
}

/// A file in memory: a head and its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    head: Head,
    /// Each as long as its width times the rows.
    columns: Vec<Vec<u8>>,
}

impl Table {
    /// A table of columns. The number of rows in the head is set to what they hold.
    ///
    /// # Errors
    /// Internal: the columns do not fit the kind or each other.
    pub(crate) fn new(mut head: Head, columns: Vec<Vec<u8>>) -> Result<Self> {
        let widths = head.widths();
        let first = columns.first().map_or(0, Vec::len) as u64;
        let width = widths.first().copied().unwrap_or(1);
        head.rows = first.checked_div(u64::from(width)).unwrap_or(0);
        let lengths: Vec<u64> = columns.iter().map(|column| column.len() as u64).collect();
        let wanted: Vec<u64> = widths
            .iter()
            .map(|width| head.rows.saturating_mul(u64::from(*width)))
            .collect();
        if lengths != wanted || Head::parse(&head.text()) != Some(head) {
            return Err(Problem::Internal("columns do not fit their envelope").into());
        }
        Ok(Self { head, columns })
    }

    /// What stands besides the rows.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Names and widths of the columns, in their order.
    pub fn columns(&self) -> impl Iterator<Item = (&'static str, u32)> {
        let names = self.head.kind.columns().iter().map(|(name, _)| *name);
        names.zip(self.head.widths())
    }

    /// A column's rows, of `N` bytes each; none where the column has another width.
    pub fn rows<const N: usize>(&self, column: usize) -> &[[u8; N]] {
        let wide = self.head.widths().get(column).copied();
        match self.columns.get(column) {
            Some(bytes) if wide.map(|w| w as usize) == Some(N) => bytes.as_chunks().0,
            _ => &[],
        }
    }

    /// A column's rows as slices.
    pub fn slices(&self, column: usize) -> impl ExactSizeIterator<Item = &[u8]> {
        let width = self.head.widths().get(column).map_or(1, |w| *w as usize);
        let bytes = self.columns.get(column).map_or(&[][..], Vec::as_slice);
        bytes.chunks_exact(width.max(1))
    }

    /// The bytes of the file.
    pub fn encode(&self) -> Vec<u8> {
        let frame = Frame::of(&self.head);
        let mut out = Vec::with_capacity(usize::try_from(frame.bytes).unwrap_or(0));
        for piece in &frame.pieces {
            match piece {
                Piece::Fixed(bytes) => out.extend_from_slice(bytes),
                Piece::Rows { column, at } => {
                    let rows = self.columns.get(*column).and_then(|c| c.get(at.clone()));
                    out.extend_from_slice(rows.unwrap_or_default());
                }
            }
        }
        out
    }

    /// The head of a file, by its bytes.
    ///
    /// # Errors
    /// Integrity: there is none at its place.
    pub fn peek(bytes: &[u8]) -> Result<Head> {
        let from_end = HEAD_BYTES
            .saturating_add(after_head().len())
            .saturating_add(8);
        let start = bytes.len().checked_sub(from_end);
        let text = start.and_then(|start| bytes.get(start..start.checked_add(HEAD_BYTES)?));
        text.and_then(|text| Head::parse(std::str::from_utf8(text).ok()?))
            .ok_or_else(|| refused("it has no head"))
    }

    /// Reads a file of at most so many rows: all of it or nothing.
    ///
    /// # Errors
    /// Integrity: anything that [`Table::encode`] does not write, or more rows than are expected.
    pub fn decode(bytes: &[u8], most: u64) -> Result<Self> {
        let head = Self::peek(bytes)?;
        if head.rows > most {
            return Err(refused("it has more rows than are agreed"));
        }
        if body_bytes(&head).is_none_or(|body| body > bytes.len() as u64) {
            return Err(refused("its length does not fit its row count"));
        }
        // The frame takes some hundred bytes a row group, and the groups are there.
        let frame = Frame::of(&head);
        if frame.bytes != bytes.len() as u64 {
            return Err(refused("its length does not fit its row count"));
        }
        let mut columns: Vec<Vec<u8>> = head.widths().iter().map(|_| Vec::new()).collect();
        let mut rest = bytes;
        for piece in &frame.pieces {
            let length = piece.len();
            let (taken, after) = rest
                .split_at_checked(length)
                .ok_or_else(|| refused("its length does not fit its row count"))?;
            rest = after;
            match piece {
                Piece::Fixed(wanted) if taken == wanted => {}
                Piece::Fixed(_) => return Err(refused("bytes between its rows differ")),
                Piece::Rows { column, .. } => {
                    if let Some(column) = columns.get_mut(*column) {
                        column.extend_from_slice(taken);
                    }
                }
            }
        }
        Ok(Self { head, columns })
    }
}

/// Bytes of all rows. `None` where they overflow.
fn body_bytes(head: &Head) -> Option<u64> {
    let width: u64 = head.widths().into_iter().map(u64::from).sum();
    head.rows.checked_mul(width)
}

/// A file in its order: bytes that follow from the head, and runs of rows.
struct Frame {
    pieces: Vec<Piece>,
    bytes: u64,
}

enum Piece {
    Fixed(Vec<u8>),
    Rows { column: usize, at: Range<usize> },
}

impl Piece {
    fn len(&self) -> usize {
        match self {
            Self::Fixed(bytes) => bytes.len(),
            Self::Rows { at, .. } => at.len(),
        }
    }
}

impl Frame {
    fn of(head: &Head) -> Self {
        let mut frame = Self {
            pieces: Vec::new(),
            bytes: 0,
        };
        frame.push(Piece::Fixed(MAGIC.to_vec()));
        let columns: Vec<(&str, u32)> = head
            .kind
            .columns()
            .iter()
            .zip(head.widths())
            .map(|((name, _), width)| (*name, width))
            .collect();
        let mut groups = Vec::new();
        let mut before = 0_u64;
        for rows in head.groups() {
            let mut chunks = Vec::new();
            for (column, (_, width)) in columns.iter().enumerate() {
                let width = u64::from(*width);
                let start = frame.bytes;
                let data = rows.saturating_mul(width);
                frame.push(Piece::Fixed(page_header(rows, data)));
                let from = before.saturating_mul(width);
                frame.push(Piece::Rows {
                    column,
                    at: as_size(from)..as_size(from.saturating_add(data)),
                });
                chunks.push((start, frame.bytes.saturating_sub(start)));
            }
            groups.push((rows, chunks));
            before = before.saturating_add(rows);
        }
        let footer = footer(head, &columns, &groups);
        let length = u32::try_from(footer.len()).unwrap_or(u32::MAX);
        frame.push(Piece::Fixed(
            [footer.as_slice(), &length.to_le_bytes(), MAGIC].concat(),
        ));
        frame
    }

    fn push(&mut self, piece: Piece) {
        self.bytes = self.bytes.saturating_add(piece.len() as u64);
        self.pieces.push(piece);
    }
}

fn as_size(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// `PageHeader` of one plain data page without levels.
fn page_header(rows: u64, bytes: u64) -> Vec<u8> {
    const PLAIN: u64 = 0;
    const RLE: u64 = 3;
    let mut out = Thrift::default();
    out.i32(1, 0);
    out.i32(2, bytes);
    out.i32(3, bytes);
    out.structure(5, |data| {
        data.i32(1, rows);
        data.i32(2, PLAIN);
        data.i32(3, RLE);
        data.i32(4, RLE);
    });
    out.end()
}

/// Row groups: rows, then start and length of each column's chunk.
type Groups = Vec<(u64, Vec<(u64, u64)>)>;

/// `FileMetaData`, up to its last byte.
fn footer(head: &Head, columns: &[(&str, u32)], groups: &Groups) -> Vec<u8> {
    const FIXED_LEN_BYTE_ARRAY: u64 = 7;
    let mut out = Thrift::default();
    out.i32(1, 1);
    let elements = columns.len().saturating_add(1);
    out.list(2, elements, Thrift::STRUCT, |schema| {
        schema.item(|root| {
            root.binary(4, b"envelope");
            root.i32(5, columns.len() as u64);
        });
        for (name, width) in columns {
            schema.item(|column| {
                column.i32(1, FIXED_LEN_BYTE_ARRAY);
                column.i32(2, u64::from(*width));
                column.i32(3, 0);
                column.binary(4, name.as_bytes());
            });
        }
    });
    out.i64(3, head.rows);
    out.list(4, groups.len(), Thrift::STRUCT, |list| {
        for (rows, chunks) in groups {
            list.item(|group| {
                group.list(1, chunks.len(), Thrift::STRUCT, |list| {
                    for ((start, bytes), (name, _)) in chunks.iter().zip(columns) {
                        list.item(|chunk| {
                            chunk.i64(2, 0);
                            chunk.structure(3, |meta| {
                                meta.i32(1, FIXED_LEN_BYTE_ARRAY);
                                meta.list(2, 1, Thrift::I32, |e| e.varint(0));
                                meta.list(3, 1, Thrift::BINARY, |p| p.bytes(name.as_bytes()));
                                meta.i32(4, 0);
                                meta.i64(5, *rows);
                                meta.i64(6, *bytes);
                                meta.i64(7, *bytes);
                                meta.i64(9, *start);
                            });
                        });
                    }
                });
                let total = chunks.iter().map(|(_, bytes)| *bytes).sum();
                group.i64(2, total);
                group.i64(3, *rows);
            });
        }
    });
    out.list(5, 1, Thrift::STRUCT, |list| {
        list.item(|pair| {
            pair.binary(1, KEY.as_bytes());
            pair.binary(2, head.text().as_bytes());
        });
    });
    out.binary(6, CREATED_BY.as_bytes());
    out.end()
}

/// What follows the head's text in the footer: always the same.
fn after_head() -> Vec<u8> {
    // The end of the pair, then the field after the list, then the end of the footer.
    let mut out = Thrift::within(vec![0], 5);
    out.binary(6, CREATED_BY.as_bytes());
    out.end()
}

fn refused(why: &'static str) -> crate::error::Error {
    Problem::Refused {
        what: "envelope",
        why,
    }
    .into()
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;

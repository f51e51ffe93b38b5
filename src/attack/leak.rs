//! What a file reveals to whoever has its bytes, and where that is more than it may.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde::Serialize;

use crate::attack::classes::{Alike, alike, histogram, sizes};
use crate::attack::container::Container;
use crate::attack::kinds::{Fate, MARKS, Shape, name_of, shape_of};
use crate::audit::{Checkpoint, Proof};
use crate::exchange::Envelope;
use crate::exchange::agreement::Agreement;
use crate::exchange::identity::Party;
use crate::exchange::linked::Paper;
use crate::exchange::manifest::Manifest;
use crate::exchange::table::{Head, ROW_LIMIT, Table};
use crate::oprf::Element;

/// What a file reveals.
#[derive(Clone, Debug, Serialize)]
pub struct Leakage {
    /// What the file is.
    pub kind: &'static str,
    /// Its length.
    pub bytes: u64,
    /// Its rows, where it has any.
    pub rows: Option<Rows>,
    /// Its columns, in their order.
    pub columns: Vec<Column>,
    /// How well its records can be told apart by equal bytes.
    pub alike: Option<Alike>,
    /// What a Parquet file says besides its rows.
    pub container: Option<Container>,
    /// What stands in it in clear: name and value.
    pub fields: Vec<(String, String)>,
    /// What is more than the table of `docs/protocol.md`, section 5, allows. Empty: it may leave.
    pub excess: Vec<String>,
}

/// The number of rows and what it says.
#[derive(Clone, Debug, Serialize)]
pub struct Rows {
    /// Number.
    pub count: u64,
    /// What it is filled up to.
    pub bucket: &'static str,
    /// Whether it is one of those sizes.
    pub is_bucket: bool,
    /// Least and most rows that the number may stand for.
    pub stands_for: (u64, u64),
    /// `sorted` by the first column, or `unsorted`.
    pub order: &'static str,
}

/// What one column shows.
#[derive(Clone, Debug, Serialize)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Bytes of each row.
    pub width: u32,
    /// How many values stand in so many rows: `(rows, values)`.
    pub blocks: Vec<(u64, u64)>,
    /// Its bytes look like random ones.
    pub looks_random: bool,
}

/// Says what a file reveals.
///
/// **Cost**: a sort of each column; for C2 and C3 4 µs a row besides.
pub fn leak(bytes: &[u8]) -> Leakage {
    let mut leakage = Leakage {
        kind: "unknown file",
        bytes: bytes.len() as u64,
        rows: None,
        columns: Vec::new(),
        alike: None,
        container: None,
        fields: Vec::new(),
        excess: Vec::new(),
    };
    let mark = MARKS
        .iter()
        .find(|m| bytes.starts_with(m.begins.as_bytes()));
    if bytes.starts_with(b"PAR1") {
        leakage.parquet(bytes);
    } else if let Some(mark) = mark {
        leakage.kind = mark.kind;
        if let Fate::Stays(why) = mark.fate {
            leakage.exceeds(&format!("it must not leave: {why}"));
        }
        leakage.known(bytes);
    } else if first_line(bytes).is_some_and(|line| line.ends_with("/veilmatch-log/1")) {
        leakage.kind = "checkpoint";
        leakage.known(bytes);
    } else {
        leakage.exceeds("it is no file of the exchange: all that stands in it is in clear");
    }
    leakage
}

impl Leakage {
    /// Whether the file shows no more than it may.
    pub fn may_leave(&self) -> bool {
        self.excess.is_empty()
    }

    fn exceeds(&mut self, what: &str) {
        self.excess.push(what.to_owned());
    }

    fn field(&mut self, name: &str, value: &dyn Display) {
        self.fields.push((name.to_owned(), value.to_string()));
    }

    /// A file that is known by how it begins.
    fn known(&mut self, bytes: &[u8]) {
        let in_form = match self.kind {
            "manifest" => Manifest::stated(bytes)
                .map(|manifest| self.manifest(&manifest))
                .is_ok(),
            "identity" => Party::decode(bytes).is_ok(),
            "agreement" => Agreement::decode(bytes).is_ok(),
            "checkpoint" => Checkpoint::stated(bytes).is_ok(),
            "proof" => Proof::decode(bytes).is_ok(),
            "paper of a linked file" => Paper::stated(bytes).is_ok(),
            "local envelope" => Envelope::decode(bytes).map(|e| self.local(&e)).is_ok(),
            _ => return,
        };
        if !in_form {
            self.exceeds("it is not in the one form of its kind: anything may stand in it");
        } else if !matches!(self.kind, "manifest" | "local envelope") {
            let lines = bytes.split(|b| *b == b'\n').filter(|line| !line.is_empty());
            self.field("lines in clear", &lines.count());
        }
    }

    fn manifest(&mut self, manifest: &Manifest) {
        let shape = shape_of(manifest.head.kind);
        self.fields = manifest.lines();
        self.row_count(manifest.head.rows, &shape, "unsorted");
        self.session(&manifest.head, &shape);
    }

    fn row_count(&mut self, count: u64, shape: &Shape, order: &'static str) {
        let is_bucket = count > 0 && (shape.bucket)(count) == count;
        self.rows = Some(Rows {
            count,
            bucket: shape.bucket_name,
            is_bucket,
            stands_for: (least(count, shape.bucket), count),
            order,
        });
        if !is_bucket {
            let name = shape.bucket_name;
            self.exceeds(&format!(
                "the number of rows is not filled up: no {name} size"
            ));
        }
    }

    /// An index serves many sessions and names none; the others name theirs.
    fn session(&mut self, head: &Head, shape: &Shape) {
        if (head.session != [0; 32]) != shape.has_session {
            self.exceeds("it is tied to a session, or to none, against its kind");
        }
    }

    fn parquet(&mut self, bytes: &[u8]) {
        self.container = Container::read(bytes);
        let excess: Vec<_> = self.container.iter().flat_map(Container::excess).collect();
        for what in excess {
            self.exceeds(what);
        }
        match Table::decode(bytes, ROW_LIMIT) {
            Ok(table) => self.table(&table),
            Err(_) if Table::peek(bytes).is_ok() => {
                self.kind = "envelope, not in its one form";
                self.exceeds("it is not in the one form of envelopes: anything may stand in it");
            }
            Err(_) => {
                let schema = self.container.as_ref().map(|c| c.schema.clone());
                let known = ["notices/1", "subjects/1", "hits/1"];
                let known = known
                    .into_iter()
                    .find(|known| schema.as_deref() == Some(known));
                self.kind = known.unwrap_or("Parquet file");
                let why = match known {
                    Some(_) => "it must not leave: names, dates and numbers stand in it in clear",
                    None => "its columns are not those of the exchange",
                };
                self.exceeds(why);
            }
        }
    }

    fn table(&mut self, table: &Table) {
        let head = table.head();
        let shape = shape_of(head.kind);
        self.kind = name_of(head.kind);
        self.field("ctx", &short(&head.ctx));
        self.field("session", &short(&head.session));
        self.field("index", &short(&head.index));
        self.session(head, &shape);
        let mut each_size = Vec::new();
        let mut order = "unsorted";
        for (number, (name, width)) in table.columns().enumerate() {
            let rows: Vec<&[u8]> = table.slices(number).collect();
            if number == 0 && rows.is_sorted() {
                order = "sorted";
            }
            let classes = sizes(&rows);
            let blocks = histogram(&classes);
            let may_repeat = shape.blocks.contains(&name);
            if blocks.keys().any(|size| *size > 1) && !may_repeat {
                self.exceeds(&format!(
                    "equal rows in column `{name}`: they show shared values"
                ));
            }
            if may_repeat && !are_powers(&blocks) {
                self.exceeds(&format!(
                    "blocks of column `{name}` are not filled up to powers of one number"
                ));
            }
            // Of the rows of a block one: equal bytes are not what is asked here.
            let mut distinct = rows;
            distinct.sort_unstable();
            distinct.dedup();
            let looks_random = looks_random(&distinct, shape.is_elements);
            if !looks_random {
                self.exceeds(&format!(
                    "column `{name}` is not random bytes: clear text or a code"
                ));
            }
            self.columns.push(Column {
                name,
                width,
                blocks: blocks.into_iter().collect(),
                looks_random,
            });
            each_size.push(classes);
        }
        self.row_count(head.rows, &shape, order);
        if shape.is_sorted && order != "sorted" {
            self.exceeds("rows are not sorted: their order may be that of the records");
        }
        if shape.is_elements && Element::decode_all(table.rows(0)).is_err() {
            self.exceeds("a row is no element of the group");
        }
        let visible = (0..usize::try_from(head.rows).unwrap_or(0))
            .map(|row| {
                each_size
                    .iter()
                    .map(|c| c.get(row).copied())
                    .collect::<Vec<_>>()
            })
            .collect();
        self.alike = Some(alike(visible));
    }

    /// Blind keys and handles of one organisation: what shows if they leave.
    fn local(&mut self, envelope: &Envelope) {
        let keys: Vec<_> = envelope.rows().map(|(key, _)| key).collect();
        let handles: Vec<_> = envelope.rows().map(|(_, handle)| handle).collect();
        let (by_key, by_handle) = (sizes(&keys), sizes(&handles));
        for (name, width, sizes) in [("key", 16, &by_key), ("handle", 4, &by_handle)] {
            let blocks = histogram(sizes).into_iter().collect();
            let looks_random = name == "key";
            self.columns.push(Column {
                name,
                width,
                blocks,
                looks_random,
            });
        }
        self.rows = Some(Rows {
            count: keys.len() as u64,
            bucket: "none",
            is_bucket: false,
            stands_for: (keys.len() as u64, keys.len() as u64),
            order: "sorted",
        });
        // A record is seen as the sizes of all its blocks, because its handle ties them.
        let mut seen: Vec<_> = handles.iter().zip(&by_key).collect();
        seen.sort_unstable();
        let records = seen.chunk_by(|a, b| a.0 == b.0);
        let records = records.map(|rows| rows.iter().map(|(_, size)| **size).collect());
        self.alike = Some(alike::<Vec<u64>>(records.collect()));
        let shared = by_key.iter().any(|size| *size > 1);
        let tied = by_handle.iter().any(|size| *size > 1);
        if shared {
            self.exceeds("equal keys: block sizes show how common a name is");
        }
        if tied {
            self.exceeds("handles tie the keys of a record together");
        }
    }
}

/// The least number that is filled up to a size. Buckets never fall as numbers rise.
fn least(size: u64, bucket: fn(u64) -> u64) -> u64 {
    let (mut low, mut high) = (0, size);
    while low < high {
        let middle = low.midpoint(high);
        if bucket(middle) >= size {
            high = middle;
        } else {
            low = middle.saturating_add(1);
        }
    }
    low
}

/// Whether all sizes of blocks are powers of one number from 2.
fn are_powers(blocks: &BTreeMap<u64, u64>) -> bool {
    let is_power = |base: u64, size: u64| {
        let mut power = 1_u64;
        while power < size {
            power = power.saturating_mul(base);
        }
        power == size
    };
    let smallest = blocks.keys().copied().find(|size| *size > 1);
    smallest.is_none_or(|smallest| {
        (2..=smallest).any(|base| blocks.keys().all(|size| is_power(base, *size)))
    })
}

/// Whether bytes could be random: they are all about equally frequent, in the column and, where it
/// is long enough to tell, at each place of a row. Encodings of elements are even and below 2^255,
/// so their first and last byte are left out.
fn looks_random(rows: &[&[u8]], is_elements: bool) -> bool {
    /// Rows from which a single place of a row is looked at.
    const ENOUGH: usize = 1_024;
    let width = rows.first().map_or(0, |row| row.len());
    let places = if is_elements {
        1..width.saturating_sub(1)
    } else {
        0..width
    };
    let mut all = [0_u64; 256];
    for place in places {
        let mut here = [0_u64; 256];
        for byte in rows.iter().filter_map(|row| row.get(place)) {
            if let Some(count) = here.get_mut(usize::from(*byte)) {
                *count = count.saturating_add(1);
            }
        }
        if rows.len() >= ENOUGH && !is_even(&here) {
            return false;
        }
        all.iter_mut()
            .zip(&here)
            .for_each(|(sum, count)| *sum = sum.saturating_add(*count));
    }
    is_even(&all)
}

/// Pearson's test that counts come from equally likely values: less than 8 standard deviations above
/// what is expected. By chance that happens once in 10^9 columns or less often.
#[allow(
    clippy::cast_precision_loss,
    reason = "counts of bytes stay far below 2^53"
)]
fn is_even(counts: &[u64; 256]) -> bool {
    /// 255 degrees of freedom: mean 255, variance 510.
    const MOST: f64 = 255.0 + 8.0 * 22.583;
    let bytes: u64 = counts.iter().sum();
    let wanted = bytes as f64 / 256.0;
    let square = |count: &u64| (*count as f64 - wanted).powi(2);
    bytes == 0 || counts.iter().map(square).sum::<f64>() / wanted < MOST
}

fn first_line(bytes: &[u8]) -> Option<&str> {
    let line = bytes.split(|b| *b == b'\n').next()?;
    std::str::from_utf8(line).ok()
}

/// The first bytes of a digest, enough to see which is which.
fn short(bytes: &[u8; 32]) -> String {
    let (first, _) = bytes.split_at(8);
    base16ct::lower::encode_string(first)
}

#[cfg(test)]
#[path = "leak_tests.rs"]
mod tests;

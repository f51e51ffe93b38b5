//! The door in for hits: any of the four formats, told apart by content.

use std::fmt;
use std::path::Path;

use crate::error::{Place, Problem, Result};
use crate::hits::Hit;
use crate::read::Input;
use crate::report::csv::CsvHits;
use crate::report::jsonl::JsonlHits;
use crate::report::parquet_read::ParquetHits;
use crate::report::xlsx_read::read_xlsx;

/// Hits of a file, in its order.
pub struct Hits(Box<dyn Iterator<Item = Result<Hit>>>);

impl Iterator for Hits {
    type Item = Result<Hit>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

impl fmt::Debug for Hits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hits").finish_non_exhaustive()
    }
}

/// Reads a hits file. CSV and JSON lines may be gzipped.
///
/// **Cost**: flat memory, except for XLSX, which is read whole.
///
/// # Errors
/// At once where the file is no hits file; on the way, with its row, where a row is damaged.
pub fn read_hits(path: &Path) -> Result<Hits> {
    let input = Input::new(path, 1);
    let head = input.head(1024)?;
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
    Ok(Hits(if head.starts_with(b"PAR1") {
        Box::new(ParquetHits::open(path, input.file)?)
    } else if head.starts_with(b"PK\x03\x04") {
        Box::new(read_xlsx(path, input.file)?.into_iter().map(Ok))
    } else if text.trim_ascii_start().starts_with(b"{") || head.is_empty() {
        Box::new(JsonlHits::new(input.open()?, input.file))
    } else {
        Box::new(CsvHits::open(input.open()?, input.file)?)
    }))
}

/// The hit whose id begins with `prefix`; several rows of the very same id count as one.
///
/// # Errors
/// Usage, where no hit or more than one begins so.
pub fn find_hit(path: &Path, prefix: &str) -> Result<Hit> {
    let mut found: Option<Hit> = None;
    for hit in read_hits(path)? {
        let hit = hit?;
        if !hit.hit_id.starts_with(prefix) || prefix.is_empty() {
            continue;
        }
        if found.as_ref().is_some_and(|f| f.hit_id != hit.hit_id) {
            return Err(Problem::Ambiguous {
                what: "the beginning of the hit id",
            }
            .at(Place::file(1)));
        }
        found.get_or_insert(hit);
    }
    found.ok_or_else(|| Problem::NotFound { what: "hit" }.at(Place::file(1)))
}

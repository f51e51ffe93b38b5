//! What the container of a Parquet file says besides its rows.

use parquet::arrow::parquet_to_arrow_schema;
use parquet::basic::{Compression, Encoding};
use parquet::file::metadata::{
    ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData,
};
use serde::Serialize;

use crate::error::decode;
use crate::read::is_shallow;

/// Parquet metadata that shows something of the rows, or of who made them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Container {
    /// Rows, as stated.
    pub rows: u64,
    /// Columns, as stated.
    pub columns: u64,
    /// Column chunks with least and greatest values or counts of nulls.
    pub statistics: u64,
    /// Column chunks with a dictionary: each value once, how often each by its references.
    pub dictionaries: u64,
    /// Column chunks with an index of their pages.
    pub page_indexes: u64,
    /// Column chunks with a Bloom filter, which can be asked for any value.
    pub bloom_filters: u64,
    /// Compressed column chunks: the length of a page says how alike its rows are.
    pub compressed: u64,
    /// Columns whose values may be missing.
    pub optional_columns: u64,
    /// Which program and version wrote it.
    pub created_by: String,
    /// Notes that the writer left; an envelope has one, its head.
    pub notes: u64,
    /// The schema that a file of veilmatch states, such as `hits/1`.
    pub schema: String,
}

impl Container {
    /// Reads the metadata of a Parquet file; nothing of its pages. `None` where there is none, or
    /// none that can be read.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (before, magic) = bytes.split_last_chunk::<4>()?;
        let (before, length) = before.split_last_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let start = before.len().checked_sub(length)?;
        if magic != b"PAR1" {
            return None;
        }
        let footer = before.get(start..).filter(|footer| is_shallow(footer))?;
        let metadata = decode(|| ParquetMetaDataReader::decode_metadata(footer))?.ok()?;
        Some(Self::of(&metadata))
    }

    fn of(metadata: &ParquetMetaData) -> Self {
        let file = metadata.file_metadata();
        let chunks = || {
            metadata
                .row_groups()
                .iter()
                .flat_map(RowGroupMetaData::columns)
        };
        let count = |has: fn(&ColumnChunkMetaData) -> bool| {
            chunks().filter(|chunk| has(chunk)).count() as u64
        };
        let columns = file.schema_descr().columns();
        let notes = file.key_value_metadata().map_or(&[][..], Vec::as_slice);
        // Our own files state it in the Arrow schema, which is itself a note.
        let schema = || parquet_to_arrow_schema(file.schema_descr(), file.key_value_metadata());
        let schema = decode(schema).and_then(Result::ok);
        let schema = schema.and_then(|schema| schema.metadata().get("veilmatch.schema").cloned());
        let dictionary = [Encoding::RLE_DICTIONARY, Encoding::PLAIN_DICTIONARY];
        let dictionaries = chunks().filter(|chunk| {
            chunk.dictionary_page_offset().is_some()
                || chunk.encodings().any(|way| dictionary.contains(&way))
        });
        Self {
            rows: u64::try_from(file.num_rows()).unwrap_or(0),
            columns: columns.len() as u64,
            statistics: count(|chunk| chunk.statistics().is_some()),
            dictionaries: dictionaries.count() as u64,
            page_indexes: count(|chunk| {
                chunk.column_index_offset().is_some() || chunk.offset_index_offset().is_some()
            }),
            bloom_filters: count(|chunk| chunk.bloom_filter_offset().is_some()),
            compressed: count(|chunk| chunk.compression() != Compression::UNCOMPRESSED),
            optional_columns: columns.iter().filter(|c| c.max_def_level() > 0).count() as u64,
            created_by: file.created_by().unwrap_or_default().to_owned(),
            notes: notes.len() as u64,
            schema: schema.unwrap_or_default(),
        }
    }

    /// What of it shows more than an envelope may.
    pub(super) fn excess(&self) -> impl Iterator<Item = &'static str> {
        let found = [
            (self.statistics, "the container holds statistics of columns"),
            (
                self.dictionaries,
                "the container holds dictionaries: how often each value occurs",
            ),
            (self.page_indexes, "the container holds an index of pages"),
            (
                self.bloom_filters,
                "the container holds Bloom filters, which answer guesses",
            ),
            (
                self.compressed,
                "pages are compressed: their length depends on their rows",
            ),
            (self.optional_columns, "values may be missing"),
        ];
        found
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(_, what)| what)
    }
}

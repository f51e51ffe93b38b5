//! Notices and subjects as Arrow columns: the schemas `notices/1` and `subjects/1`.
//!
//! In: the nouns. Out: record batches with nested lists and structs, and the nouns again. Columns
//! are found by name: one that is missing gives the default, one that is unknown is passed over,
//! so that files of older and newer versions are read. Files are the business of `read` and
//! `report`.

mod cell;
mod nested;

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{
    Array as _, ArrayRef, FixedSizeBinaryArray, RecordBatch, StructArray, TimestampMillisecondArray,
};
use arrow::datatypes::{Field, Schema};

use crate::error::Problem;
use crate::record::{Digest, ListId, ListInfo, Notice, Subject, normalize_identifier};

use cell::Cell;

/// Key of the schema name in the metadata of files.
pub(crate) const SCHEMA_KEY: &str = "veilmatch.schema";
/// Schema name of notice files.
pub(crate) const NOTICES: &str = "notices/1";
/// Schema name of subject files.
pub(crate) const SUBJECTS: &str = "subjects/1";

/// Notices of one list as a batch of `notices/1`, one row each, in the order given.
pub(crate) fn notices_to_batch(
    notices: &[&Notice],
    info: &ListInfo,
) -> Result<RecordBatch, Problem> {
    let uids: Vec<String> = notices.iter().map(|n| n.uid()).collect();
    let versions = vec![&info.version; notices.len()];
    let day = info.date.and_then(cell::days_since_1970);
    let date = day.map(|days| i64::from(days) * 86_400_000);
    let record_hashes: Vec<Digest> = notices.iter().map(|n| n.record_hash()).collect();
    let mut columns = vec![
        (
            "notice_uid".to_owned(),
            String::write(&uids.iter().collect::<Vec<_>>()),
        ),
        ("list_version".to_owned(), String::write(&versions)),
        (
            "list_date".to_owned(),
            Arc::new(TimestampMillisecondArray::from(vec![date; notices.len()])) as ArrayRef,
        ),
        (
            "file_hash".to_owned(),
            hashes(&vec![info.file_hash; notices.len()])?,
        ),
        ("record_hash".to_owned(), hashes(&record_hashes)?),
    ];
    let nested = Notice::write(notices);
    columns.extend(fields_of(&nested)?);
    assemble(columns, notices_metadata(info))
}

/// Notices of a batch. `list_id` and the rest of [`ListInfo`] stand in the file's metadata.
pub(crate) fn notices_from_batch(batch: &RecordBatch) -> Result<Vec<Notice>, Problem> {
    let rows: ArrayRef = Arc::new(StructArray::from(batch.clone()));
    let mut notices = Notice::read(&rows).ok_or_else(damaged)?;
    for notice in &mut notices {
        complete_ids(&mut notice.record.ids);
    }
    Ok(notices)
}

/// Subjects as a batch of `subjects/1`, one row each, in the order given.
pub(crate) fn subjects_to_batch(subjects: &[&Subject]) -> Result<RecordBatch, Problem> {
    let nested = Subject::write(subjects);
    let metadata = HashMap::from([(SCHEMA_KEY.to_owned(), SUBJECTS.to_owned())]);
    assemble(fields_of(&nested)?, metadata)
}

/// Subjects of a batch.
pub(crate) fn subjects_from_batch(batch: &RecordBatch) -> Result<Vec<Subject>, Problem> {
    let rows: ArrayRef = Arc::new(StructArray::from(batch.clone()));
    let mut subjects = Subject::read(&rows).ok_or_else(damaged)?;
    for subject in &mut subjects {
        complete_ids(&mut subject.record.ids);
    }
    Ok(subjects)
}

/// The edition, as it stands in the metadata of a notice file.
fn notices_metadata(info: &ListInfo) -> HashMap<String, String> {
    let date = info.date.map(|d| d.to_string()).unwrap_or_default();
    let count = info.published_count.map(|n| n.to_string());
    [
        (SCHEMA_KEY, NOTICES.to_owned()),
        ("veilmatch.list_id", info.list_id.as_str().to_owned()),
        ("veilmatch.list_version", info.version.clone()),
        ("veilmatch.list_date", date),
        ("veilmatch.file_hash", crate::record::hex(&info.file_hash.0)),
        ("veilmatch.format", info.format.clone()),
        ("veilmatch.published_count", count.unwrap_or_default()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}

/// The edition, from the metadata of a notice file.
pub(crate) fn info_of(schema: &Schema) -> Option<ListInfo> {
    let text = |key: &str| schema.metadata().get(key).map_or("", String::as_str);
    Some(ListInfo {
        list_id: ListId::parse(text("veilmatch.list_id"))?,
        version: text("veilmatch.list_version").to_owned(),
        date: text("veilmatch.list_date").parse().ok(),
        file_hash: digest_of(text("veilmatch.file_hash")),
        format: text("veilmatch.format").to_owned(),
        published_count: text("veilmatch.published_count").parse().ok(),
    })
}

fn digest_of(hex: &str) -> Digest {
    let mut digest = Digest::default();
    for (i, byte) in digest.0.iter_mut().enumerate() {
        let pair = hex.get(2 * i..2 * i + 2);
        *byte = pair
            .and_then(|p| u8::from_str_radix(p, 16).ok())
            .unwrap_or(0);
    }
    digest
}

/// Files of others may lack the comparable form.
fn complete_ids(ids: &mut [crate::record::Identifier]) {
    for id in ids.iter_mut().filter(|id| id.norm.is_empty()) {
        id.norm = normalize_identifier(id.kind, &id.value);
    }
}

fn damaged() -> Problem {
    Problem::Malformed {
        format: "Parquet",
        why: "a column has another type than the schema says, or an impossible value",
    }
}

fn hashes(digests: &[Digest]) -> Result<ArrayRef, Problem> {
    let array = FixedSizeBinaryArray::try_from_iter(digests.iter().map(|d| d.0));
    match array {
        Ok(array) => Ok(Arc::new(array)),
        // No rows, no width: the empty array needs its width stated.
        Err(_) => FixedSizeBinaryArray::try_new(32, Vec::<u8>::new().into(), None)
            .map(|array| Arc::new(array) as ArrayRef)
            .map_err(|_| Problem::Internal("digest column")),
    }
}

fn fields_of(nested: &ArrayRef) -> Result<Vec<(String, ArrayRef)>, Problem> {
    let rows = nested.as_any().downcast_ref::<StructArray>();
    let rows = rows.ok_or(Problem::Internal("a row is no struct"))?;
    let names = rows.fields().iter().map(|f| f.name().clone());
    Ok(names.zip(rows.columns().iter().cloned()).collect())
}

fn assemble(
    columns: Vec<(String, ArrayRef)>,
    metadata: HashMap<String, String>,
) -> Result<RecordBatch, Problem> {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, column)| Field::new(name, column.data_type().clone(), true))
        .collect();
    let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
    let columns = columns.into_iter().map(|(_, column)| column).collect();
    RecordBatch::try_new(schema, columns).map_err(|_| Problem::Internal("columns do not fit"))
}

#[cfg(test)]
mod tests;

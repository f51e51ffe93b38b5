//! Hits read from Parquet files of schema `hits/1`, also where another program wrote them again
//! with neighbouring types (large strings, dictionaries).

use std::borrow::Cow;
use std::fs::File;
use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StructArray};
use arrow::compute::cast;
use arrow::datatypes::{Date32Type, Float64Type, UInt32Type};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use crate::error::{Error, Place, Problem, Result, decode};
use crate::hits::{Conflict, Hit};
use crate::read::is_shallow_file;
use crate::record::Digest;
use crate::report::columns::{COLUMNS, Cell, EvidenceWire, HITS_SCHEMA, Shape, blank};
use crate::report::csv::check_needed;
use crate::report::parquet::{EPOCH, SCHEMA_KEY, data_type};
use crate::score::Evidence;

/// Hits of a Parquet file, batch by batch.
pub(crate) struct ParquetHits {
    reader: ParquetRecordBatchReader,
    is_damaged: bool,
    batch: std::vec::IntoIter<Hit>,
    row: u64,
    file: u32,
}

impl ParquetHits {
    pub(crate) fn open(path: &Path, file: u32) -> Result<Self> {
        let place = Place::file(file);
        let mut opened = File::open(path).map_err(|e| Problem::Read(e).at(place))?;
        if !is_shallow_file(&mut opened) {
            return Err(damaged(place));
        }
        let builder = decode(|| ParquetRecordBatchReaderBuilder::try_new(opened))
            .and_then(std::result::Result::ok)
            .ok_or_else(|| damaged(place))?
            .with_batch_size(1024);
        let found = builder
            .metadata()
            .file_metadata()
            .key_value_metadata()
            .and_then(|pairs| pairs.iter().find(|pair| pair.key == SCHEMA_KEY))
            .and_then(|pair| pair.value.clone())
            .unwrap_or_else(|| "none".into());
        if found != HITS_SCHEMA {
            return Err(Problem::Schema {
                found,
                needed: HITS_SCHEMA,
            }
            .at(place));
        }
        Ok(Self {
            reader: decode(|| builder.build())
                .and_then(std::result::Result::ok)
                .ok_or_else(|| damaged(place))?,
            is_damaged: false,
            batch: Vec::new().into_iter(),
            row: 0,
            file,
        })
    }
}

impl Iterator for ParquetHits {
    type Item = Result<Hit>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(hit) = self.batch.next() {
                self.row += 1;
                return Some(Ok(hit));
            }
            if self.is_damaged {
                return None;
            }
            let place = Place::row(self.file, self.row + 1);
            let hits = match decode(|| self.reader.next()) {
                Some(None) => return None,
                Some(Some(Ok(batch))) => hits_of(&batch, place),
                Some(Some(Err(_))) | None => Err(damaged(place)),
            };
            match hits {
                Ok(hits) => self.batch = hits.into_iter(),
                Err(e) => {
                    self.is_damaged = true;
                    return Some(Err(e));
                }
            }
        }
    }
}

fn hits_of(batch: &RecordBatch, place: Place) -> Result<Vec<Hit>> {
    let known: Vec<_> = COLUMNS
        .iter()
        .map(|c| batch.column_by_name(c.name).map(|_| c))
        .collect();
    check_needed(&known, place.file.unwrap_or_default())?;
    let mut hits = vec![blank(); batch.num_rows()];
    for column in known.into_iter().flatten() {
        let array = batch
            .column_by_name(column.name)
            .and_then(|array| cast(array, &data_type(column.shape)).ok())
            .ok_or_else(|| damaged(place))?;
        for (i, hit) in hits.iter_mut().enumerate() {
            cell_of(column.shape, &array, i)
                .and_then(|cell| (column.put)(hit, cell))
                .ok_or_else(|| damaged(place))?;
        }
    }
    Ok(hits)
}

fn cell_of(shape: Shape, array: &ArrayRef, i: usize) -> Option<Cell<'_>> {
    if array.is_null(i) {
        return (shape == Shape::Day).then_some(Cell::Day(None));
    }
    Some(match shape {
        Shape::Text => Cell::Text(Cow::Borrowed(array.as_string_opt::<i32>()?.value(i))),
        Shape::Number => Cell::Number(array.as_primitive_opt::<Float64Type>()?.value(i)),
        Shape::Count => Cell::Count(array.as_primitive_opt::<UInt32Type>()?.value(i)),
        Shape::Day => {
            let days = array.as_primitive_opt::<Date32Type>()?.value(i);
            let span = jiff::Span::new().try_days(days).ok()?;
            Cell::Day(Some(EPOCH.checked_add(span).ok()?))
        }
        Shape::Digest => {
            let bytes = array.as_fixed_size_binary_opt()?.value(i);
            Cell::Digest(Digest(bytes.try_into().ok()?))
        }
        Shape::Conflicts => {
            let codes = array.as_list_opt::<i32>()?.value(i);
            let codes = codes.as_string_opt::<i32>()?;
            let conflicts = codes.iter().map(|code| Conflict::from_code(code?));
            Cell::Conflicts(conflicts.collect::<Option<_>>()?)
        }
        Shape::Evidence => {
            let pieces = array.as_list_opt::<i32>()?.value(i);
            Cell::Evidence(Cow::Owned(evidence_of(pieces.as_struct_opt()?)?))
        }
    })
}

fn evidence_of(pieces: &StructArray) -> Option<Vec<Evidence>> {
    let text = |name: &str| pieces.column_by_name(name)?.as_string_opt::<i32>();
    let (kind, subject, notice, note) = (
        text("kind")?,
        text("subject")?,
        text("notice")?,
        text("note")?,
    );
    let bits = pieces
        .column_by_name("bits")?
        .as_primitive_opt::<Float64Type>()?;
    (0..pieces.len())
        .map(|i| {
            EvidenceWire {
                kind: kind.value(i).into(),
                bits: bits.value(i),
                subject: subject.value(i).into(),
                notice: notice.value(i).into(),
                note: note.value(i).into(),
            }
            .read()
        })
        .collect()
}

fn damaged(place: Place) -> Error {
    Problem::Malformed {
        format: "Parquet",
        why: "the file is cut short or damaged",
    }
    .at(place)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::StringArray;
    use arrow::datatypes::{DataType, Field, Schema};
    use parquet::arrow::ArrowWriter;

    use super::*;

    #[test]
    fn parquet_of_another_schema_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.parquet");
        let field = Field::new("hit_id", DataType::Utf8, false);
        let schema = Arc::new(Schema::new(vec![field]));
        let column: ArrayRef = Arc::new(StringArray::from(vec!["h1"]));
        let batch = RecordBatch::try_new(schema.clone(), vec![column]).unwrap();
        let file = File::create(&path).unwrap();
        let mut writer = ArrowWriter::try_new(file, schema, None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let error = ParquetHits::open(&path, 1).err().unwrap();
        assert!(error.is_input());
        assert!(
            error.to_string().contains("found none, need hits/1"),
            "{error}"
        );
    }
}

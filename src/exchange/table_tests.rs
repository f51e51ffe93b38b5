//! Envelopes in the eyes of a Parquet reader, and damaged ones in ours.
#![allow(
    clippy::cast_possible_truncation,
    reason = "a failing step should stop the test"
)]
use std::io::Write;

use arrow::array::{Array, FixedSizeBinaryArray};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::RowGroupMetaData;

use super::*;

fn table(kind: Kind, rows: usize, width: u32) -> Table {
    let head = Head {
        kind,
        ctx: [1; 32],
        session: [2; 32],
        index: [3; 32],
        rows: 0,
        width,
    };
    let columns = head
        .widths()
        .iter()
        .map(|w| (0..rows * *w as usize).map(|n| (n * 7) as u8).collect())
        .collect();
    Table::new(head, columns).unwrap()
}

#[test]
fn any_parquet_reader_reads_an_envelope() {
    let wide = (PAGE_BYTES / GROUP_ROWS) as u32 + 1;
    let tables = [
        table(Kind::Index, 3, 0),
        table(Kind::Request, 0, 0),
        table(Kind::Request, GROUP_ROWS as usize + 5, 0),
        table(Kind::Response, 20 * GROUP_ROWS as usize, 0),
        table(Kind::Forms, GROUP_ROWS as usize, wide),
        table(Kind::Release, 16, 65_000),
    ];
    for table in tables {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&table.encode()).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let meta = reader.metadata().clone();
        let file = meta.file_metadata();
        assert_eq!(file.num_rows(), i64::try_from(table.head.rows).unwrap());
        assert_eq!(file.created_by(), Some(CREATED_BY));
        let pairs = file.key_value_metadata().unwrap();
        assert_eq!(pairs[0].value, Some(table.head.text()));
        for column in meta.row_groups().iter().flat_map(RowGroupMetaData::columns) {
            assert!(column.statistics().is_none() && column.dictionary_page_offset().is_none());
        }
        let mut read: Vec<Vec<u8>> = table.columns.iter().map(|_| Vec::new()).collect();
        for batch in reader.build().unwrap() {
            let batch = batch.unwrap();
            for (out, column) in read.iter_mut().zip(batch.columns()) {
                let column: &FixedSizeBinaryArray = column.as_any().downcast_ref().unwrap();
                assert_eq!(column.null_count(), 0);
                column
                    .iter()
                    .flatten()
                    .for_each(|v| out.extend_from_slice(v));
            }
        }
        assert_eq!(read, table.columns);
    }
}

#[test]
fn an_envelope_comes_back_from_its_bytes() {
    for rows in [0, 1, 17, 65_536, 65_537] {
        let table = table(Kind::Forms, rows, 40);
        let bytes = table.encode();
        assert_eq!(Table::peek(&bytes).unwrap(), *table.head());
        assert_eq!(Table::decode(&bytes, rows as u64).unwrap(), table);
        if rows > 0 {
            assert!(Table::decode(&bytes, rows as u64 - 1).is_err());
        }
    }
    let table = table(Kind::Forms, 3, 40);
    assert_eq!(table.rows::<32>(0).len(), 3);
    assert_eq!(table.rows::<32>(1).len(), 0);
    assert_eq!(
        table.slices(1).map(<[u8]>::len).collect::<Vec<_>>(),
        [40; 3]
    );
}

#[test]
fn a_flipped_bit_beside_the_rows_is_refused_and_one_in_them_shows() {
    let table = table(Kind::Index, 2, 0);
    let bytes = table.encode();
    for (byte, bit) in (0..bytes.len()).flat_map(|b| (0..8).map(move |i| (b, i))) {
        let mut flipped = bytes.clone();
        flipped[byte] ^= 1 << bit;
        assert!(Table::decode(&flipped, 9).ok() != Some(table.clone()));
    }
    for cut in 0..bytes.len() {
        assert!(Table::decode(&bytes[..cut], 9).is_err());
        assert!(Table::decode(&bytes[cut + 1..], 9).is_err());
    }
    assert!(Table::decode(&[bytes.as_slice(), &[0]].concat(), 9).is_err());
}

#[test]
fn a_head_that_states_more_than_there_is_allocates_nothing() {
    let bytes = table(Kind::Request, 1, 0).encode();
    let text = table(Kind::Request, 1, 0).head.text();
    for rows in [2, 1 << 31, ROW_LIMIT, u64::MAX] {
        let stated = text.replace("0000000000000001", &format!("{rows:016x}"));
        let at = bytes
            .windows(text.len())
            .position(|w| w == text.as_bytes())
            .unwrap();
        let mut hostile = bytes.clone();
        hostile[at..at + text.len()].copy_from_slice(stated.as_bytes());
        assert!(Table::decode(&hostile, u64::MAX).is_err());
    }
}

#[test]
fn columns_must_fit_their_kind() {
    let head = *table(Kind::Index, 1, 0).head();
    assert!(Table::new(head, vec![vec![0; 16], vec![0; 47]]).is_err());
    assert!(Table::new(head, vec![vec![0; 16]]).is_err());
    let wide = Head { width: 9, ..head };
    assert!(Table::new(wide, vec![vec![0; 16], vec![0; 48]]).is_err());
}

use std::sync::Arc;

use arrow::array::{ArrayRef, FixedSizeBinaryArray, RecordBatch};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use super::*;
use crate::exchange::Handle;
use crate::exchange::table::Kind;
use crate::keys::BlindKey;
use crate::oprf::padding;

fn random(bytes: usize, seed: u8) -> Vec<u8> {
    let mut out = vec![0; bytes];
    blake3::Hasher::new_keyed(&[seed; 32])
        .finalize_xof()
        .fill(&mut out);
    out
}

/// A file as the exchange makes them, with columns of one's own.
fn envelope(kind: Kind, rows: usize, change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let mut head = Head {
        kind,
        ctx: [1; 32],
        session: [2; 32],
        index: [3; 32],
        rows: 0,
        width: 0,
    };
    let mut columns = match kind {
        Kind::Index => vec![random(rows * 16, 1), random(rows * 48, 2)],
        Kind::Forms => vec![random(rows * 32, 1), random(rows * 80, 2)],
        Kind::Request | Kind::Response => {
            let uniform = random(rows * 64, 3);
            vec![uniform.as_chunks().0.iter().flat_map(padding).collect()]
        }
        _ => vec![random(rows * 98, 4)],
    };
    if matches!(kind, Kind::Index | Kind::Forms) {
        head.session = [0; 32];
        let width = columns[0].len() / rows.max(1);
        let mut sorted: Vec<&[u8]> = columns[0].chunks(width.max(1)).collect();
        sorted.sort_unstable();
        columns[0] = sorted.concat();
    }
    match kind {
        Kind::Forms => head.width = 80,
        Kind::Ask | Kind::Release => head.width = 98,
        _ => {}
    }
    change(&mut columns);
    Table::new(head, columns).unwrap().encode()
}

#[track_caller]
fn exceeds(bytes: &[u8], words: &[&str]) {
    let leakage = leak(bytes);
    assert_eq!(leakage.excess.len(), words.len(), "{:?}", leakage.excess);
    for (excess, word) in leakage.excess.iter().zip(words) {
        assert!(excess.contains(word), "{excess}: {word}");
    }
}

#[test]
fn envelopes_as_they_should_be_may_leave() {
    for kind in [
        Kind::Index,
        Kind::Forms,
        Kind::Request,
        Kind::Response,
        Kind::Ask,
        Kind::Release,
    ] {
        for rows in [16, 1_024, 2_048] {
            let leakage = leak(&envelope(kind, rows, |_| {}));
            assert!(leakage.may_leave(), "{kind:?}: {:?}", leakage.excess);
            let alike = leakage.alike.unwrap();
            assert_eq!(
                (alike.records, alike.smallest_set),
                (rows as u64, rows as u64)
            );
            assert!(alike.bits_per_record < 1e-9);
            assert!(leakage.container.is_some());
        }
    }
    let rows = leak(&envelope(Kind::Request, 1_024, |_| {})).rows.unwrap();
    assert_eq!(rows.stands_for, (993, 1_024));
    let rows = leak(&envelope(Kind::Ask, 16, |_| {})).rows.unwrap();
    assert_eq!(rows.stands_for, (0, 16));
}

#[test]
fn each_thing_that_an_envelope_may_not_show_is_named() {
    use Kind::{Ask, Forms, Index, Request};
    let twice = |bytes: &mut [u8], width: usize| bytes.copy_within(..width, width);
    exceeds(
        &envelope(Index, 1_024, |c| twice(&mut c[0], 16)),
        &["equal rows in column `tag`"],
    );
    exceeds(
        &envelope(Index, 1_024, |c| twice(&mut c[1], 48)),
        &["equal rows in column `label`"],
    );
    exceeds(&envelope(Request, 1_025, |_| {}), &["not filled up"]);
    exceeds(&envelope(Ask, 24, |_| {}), &["not filled up"]);
    exceeds(&envelope(Request, 0, |_| {}), &["not filled up"]);
    exceeds(
        &envelope(Index, 1_024, |c| c[0].rotate_left(16)),
        &["not sorted"],
    );
    exceeds(
        &envelope(Request, 1_024, |c| c[0][..32].fill(0)),
        &["no element"],
    );
    exceeds(
        &envelope(Request, 1_024, |c| c[0][..32].fill(0xff)),
        &["no element"],
    );
    let text = b"a clear form of somebody's name ";
    let clear = envelope(Forms, 1_024, |c| {
        c[1].chunks_mut(80)
            .for_each(|row| row[..32].copy_from_slice(text));
    });
    exceeds(&clear, &["`box` is not random"]);
    // One byte a row, at a place of its own, is enough.
    let counter = envelope(Ask, 4_096, |c| {
        c[0].chunks_mut(98)
            .enumerate()
            .for_each(|(n, row)| row[50] = [1, 2, 3, 4, 5, 6, 7][n % 7]);
    });
    exceeds(&counter, &["`sealed` is not random"]);
}

#[test]
fn an_index_of_a_session_and_a_request_of_none_are_named() {
    for (kind, session) in [(Kind::Index, [2; 32]), (Kind::Request, [0; 32])] {
        let table = Table::decode(&envelope(kind, 16, |_| {}), 16).unwrap();
        let columns = (0..table.columns().count())
            .map(|column| table.slices(column).flatten().copied().collect())
            .collect();
        let head = Head {
            session,
            ..*table.head()
        };
        exceeds(
            &Table::new(head, columns).unwrap().encode(),
            &["tied to a session"],
        );
    }
}

/// The columns of an envelope, written by a usual Parquet writer.
fn foreign(properties: WriterProperties) -> Vec<u8> {
    let rows = random(64 * 32, 5);
    let rows = FixedSizeBinaryArray::try_from_iter(rows.chunks(32)).unwrap();
    let batch =
        RecordBatch::try_from_iter_with_nullable([("blinded", Arc::new(rows) as ArrayRef, true)])
            .unwrap();
    let mut out = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut out, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    out
}

#[test]
fn what_a_usual_parquet_writer_adds_is_named() {
    let usual = foreign(
        WriterProperties::builder()
            .set_bloom_filter_enabled(true)
            .build(),
    );
    let words = [
        "statistics",
        "dictionaries",
        "index of pages",
        "Bloom",
        "may be missing",
    ];
    let found = leak(&usual);
    for word in words {
        assert!(
            found.excess.iter().any(|e| e.contains(word)),
            "{word}: {:?}",
            found.excess
        );
    }
    let packed = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .build();
    assert!(
        leak(&foreign(packed))
            .excess
            .iter()
            .any(|e| e.contains("compressed"))
    );
    let hits = [parquet::file::metadata::KeyValue::new(
        "veilmatch.schema".into(),
        "hits/1".to_owned(),
    )];
    let hits = WriterProperties::builder()
        .set_key_value_metadata(Some(hits.to_vec()))
        .build();
    assert_eq!(leak(&foreign(hits)).kind, "hits/1");
}

#[test]
fn damaged_containers_end_in_a_verdict() {
    let good = envelope(Kind::Index, 16, |_| {});
    let usual = foreign(WriterProperties::default());
    for bytes in [good, usual] {
        for cut in 1..bytes.len() {
            assert!(!leak(&bytes[..cut]).may_leave());
        }
        let footer = bytes.len().saturating_sub(400);
        for (at, bit) in (footer..bytes.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            leak(&flipped);
        }
    }
}

#[test]
fn a_local_envelope_shows_block_sizes_and_what_a_record_has() {
    // Keys 1 and 2 are in one record, key 1 in another, key 3 in a third.
    let rows = [(1, 0), (2, 0), (1, 1), (3, 2)];
    let rows = rows.map(|(key, handle)| (BlindKey([key, 9]), Handle(handle)));
    let leakage = leak(&Envelope::seal([9; 32], rows.to_vec()).encode());
    assert_eq!(leakage.kind, "local envelope");
    assert_eq!(leakage.columns[0].blocks, [(1, 2), (2, 1)]);
    let alike = leakage.alike.unwrap();
    assert_eq!((alike.records, alike.smallest_set), (3, 1));
    let words = ["must not leave", "block sizes", "tie the keys"];
    assert!(
        leakage
            .excess
            .iter()
            .zip(words)
            .all(|(e, word)| e.contains(word))
    );
    assert_eq!(leakage.excess.len(), 3);
}

#[test]
fn anything_else_is_in_clear() {
    for bytes in [
        b"".as_slice(),
        b"id,name\n1,x\n",
        b"\xff\xfe",
        b"PAR1",
        b"VMENVEL1",
        b"PK\x03\x04",
    ] {
        assert!(!leak(bytes).may_leave());
    }
}

/// Keys in blocks of these sizes, with handles of their own.
fn linked(sizes: &[usize]) -> Vec<u8> {
    let rows: usize = sizes.iter().sum();
    let keys = random(sizes.len() * 16, 6);
    let mut blocks: Vec<(&[u8], usize)> = keys.chunks(16).zip(sizes.iter().copied()).collect();
    blocks.sort_unstable();
    let keys = blocks
        .iter()
        .flat_map(|(key, size)| key.repeat(*size))
        .collect();
    let head = Head {
        kind: Kind::LinkedSubjects,
        ctx: [1; 32],
        session: [2; 32],
        index: [0; 32],
        rows: 0,
        width: 0,
    };
    Table::new(head, vec![keys, random(rows * 16, 7)])
        .unwrap()
        .encode()
}

#[test]
fn blocks_of_linked_keys_may_repeat_if_they_are_filled_up() {
    let sizes = |few: &[usize], ones: usize| [few, &vec![1; ones]].concat();
    let good = leak(&linked(&sizes(&[1_000, 10, 10], 4)));
    assert!(good.may_leave(), "{:?}", good.excess);
    assert_eq!(good.columns[0].blocks, [(1, 4), (10, 2), (1_000, 1)]);
    exceeds(
        &linked(&sizes(&[1_000, 12, 8], 4)),
        &["not filled up to powers"],
    );
    exceeds(&linked(&sizes(&[1_000, 10, 10], 5)), &["number of rows"]);
    assert!(leak(&linked(&sizes(&[8, 4, 2], 2))).may_leave());
}

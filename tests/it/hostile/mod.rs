//! Files as an enemy would make them: changed on the way, or made and signed by a peer that cheats.
//! Each must end in an error with advice, change nothing, and never panic.

mod envelopes;
mod papers;
mod rows;
mod state;

use veilmatch::error::Result;
use veilmatch::exchange::manifest::Received;

use crate::parties::{Files, NOTICES, Parties, SUBJECTS};

/// Counts what was refused.
#[derive(Default)]
struct Refusals(usize);

impl Refusals {
    #[track_caller]
    fn add<T>(&mut self, what: &str, result: Result<T>) {
        let Err(error) = result else {
            panic!("{what}: it was taken");
        };
        assert!(error.is_integrity() || error.is_usage(), "{what}: {error}");
        assert!(!error.help().is_empty() && !error.to_string().is_empty());
        self.0 += 1;
    }
}

/// Bytes of the rows of one column of a received file, for a search in its envelope.
fn slices(received: &Received, column: usize) -> Vec<Vec<u8>> {
    received.table.slices(column).map(<[u8]>::to_vec).collect()
}

/// Puts bytes in the place of others of the same length, once.
fn put(file: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = file.windows(from.len()).position(|w| w == from).unwrap();
    [&file[..at], to, &file[at + from.len()..]].concat()
}

/// The file with two rows of a column in each other's places.
fn swapped(file: &[u8], a: &[u8], b: &[u8]) -> Vec<u8> {
    let mark = vec![0xa5; a.len()];
    put(&put(&put(file, a, &mark), b, a), &mark, b)
}

/// Ways to damage a file that need no knowledge of it.
fn damaged(file: &[u8], other: &[u8]) -> Vec<(String, Vec<u8>)> {
    let (half, end) = (file.len() / 2, file.len());
    let mut out: Vec<(String, Vec<u8>)> = [0, 1, 4, 8, half, end - 8, end - 1]
        .into_iter()
        .map(|cut| (format!("cut at {cut}"), file[..cut].to_vec()))
        .collect();
    let mut add = |what: &str, bytes: Vec<u8>| out.push((what.to_owned(), bytes));
    add("without its first byte", file[1..].to_vec());
    add("one byte longer", [file, &[0]].concat());
    add("one byte before it", [&[0], file].concat());
    add("twice", [file, file].concat());
    add("halves swapped", [&file[half..], &file[..half]].concat());
    add(
        "spliced with another",
        [&file[..half], &other[other.len() / 2..]].concat(),
    );
    add("another in its place", other.to_vec());
    add("zeros", vec![0; end]);
    add(
        "a hole",
        [&file[..half], &file[(half + 1).min(end)..]].concat(),
    );
    let mut all_ones = file.to_vec();
    all_ones[end - 8..end - 4].fill(0xff);
    add("ones before the last four bytes", all_ones);
    out
}

fn parties() -> (Parties, Files) {
    let parties = Parties::new(1_000);
    let files = parties.exchange(NOTICES, SUBJECTS);
    (parties, files)
}

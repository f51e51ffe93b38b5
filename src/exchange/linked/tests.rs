//! Linked: the whole way on small worlds, what the files show, and what must be refused.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::exchange::identity::Identity;
use crate::exchange::name::PartyName;
use crate::exchange::padding::padme;

fn meeting(session: &str) -> Meeting {
    let secret = Secret::from_material(b"0123456789abcdef").unwrap();
    Meeting::new(&secret, &[7; 32], &Code::new(session).unwrap())
}

/// Records whose inputs are few, so that many meet: input `i` of record `r`.
fn records(count: u32, prefix: &str, of: impl Fn(u32) -> Vec<u32>) -> Vec<LinkedRecord> {
    let record = |r: u32| LinkedRecord {
        inputs: of(r)
            .iter()
            .map(|i| format!("{}\u{1}input {i}", i % 3).into_bytes())
            .collect(),
        reference: format!("{prefix}{r}").into_bytes(),
    };
    (0..count).map(record).collect()
}

fn world() -> [Vec<LinkedRecord>; 2] {
    let subjects = records(40, "s", |r| vec![r % 7, 100 + r, 100 + r, 200 + r / 13]);
    let notices = records(60, "n", |r| vec![r % 11, 100 + 2 * r, 200 + r / 5, 300 + r]);
    [subjects, notices]
}

fn local(world: &[Vec<LinkedRecord>; 2]) -> BTreeSet<(Vec<u8>, Vec<u8>)> {
    let [subjects, notices] = world;
    let meet = |s: &LinkedRecord, n: &LinkedRecord| s.inputs.iter().any(|i| n.inputs.contains(i));
    let pairs = subjects
        .iter()
        .flat_map(|s| notices.iter().map(move |n| (s, n)));
    pairs
        .filter(|(s, n)| meet(s, n))
        .map(|(s, n)| (s.reference.clone(), n.reference.clone()))
        .collect()
}

fn take(kind: Kind, file: &LinkedFile) -> Paper {
    Paper::receive(kind, &file.envelope, file.paper.as_bytes(), None).unwrap()
}

/// The whole way. Returns files and books of both sides, and the pairs.
fn run(world: &[Vec<LinkedRecord>; 2], base: u32) -> ([LinkedFile; 2], [Book; 2], LinkedFile) {
    let meeting = meeting("one");
    let [subjects, notices] = [(Side::Subject, &world[0]), (Side::Notice, &world[1])]
        .map(|(side, records)| protect(&meeting, side, records, base, None).unwrap());
    let pairs = join(
        &take(Kind::LinkedSubjects, &subjects.0),
        &take(Kind::LinkedNotices, &notices.0),
        1 << 20,
        None,
    );
    (
        [subjects.0, notices.0],
        [subjects.1, notices.1],
        pairs.unwrap(),
    )
}

#[test]
fn linked_candidates_are_those_of_a_local_join_on_both_sides() {
    let world = world();
    let wanted = local(&world);
    for base in [2, 10] {
        let (_, [ours, theirs], pairs) = run(&world, base);
        let pairs = take(Kind::LinkedPairs, &pairs);
        let marks = [&ours, &theirs].map(|book| book.strike(&pairs, None).unwrap());
        let of_theirs = ours
            .open(&pairs, &take(Kind::NoticeMarks, &marks[1]))
            .unwrap();
        let of_ours = theirs
            .open(&pairs, &take(Kind::SubjectMarks, &marks[0]))
            .unwrap();
        let names = |book: &Book| -> BTreeMap<PeerName, Vec<u8>> {
            book.names()
                .map(|(name, reference)| (name, reference.to_vec()))
                .collect()
        };
        let (our_names, their_names) = (names(&ours), names(&theirs));
        let from_ours: BTreeSet<_> = of_theirs
            .iter()
            .map(|m| (m.reference.clone(), their_names[&m.peer].clone()))
            .collect();
        let from_theirs: BTreeSet<_> = of_ours
            .iter()
            .map(|m| (our_names[&m.peer].clone(), m.reference.clone()))
            .collect();
        assert!(wanted.len() > 50);
        assert_eq!(from_ours, wanted);
        assert_eq!(from_theirs, wanted);
    }
}

#[test]
fn blocks_are_powers_handles_are_fresh_and_no_input_is_in_a_file() {
    let world = world();
    let ([subjects, notices], _, pairs) = run(&world, 10);
    for (kind, file) in [
        (Kind::LinkedSubjects, &subjects),
        (Kind::LinkedNotices, &notices),
    ] {
        let table = take(kind, file).table;
        let (keys, handles) = (table.rows::<16>(0), table.rows::<16>(1));
        let sizes: BTreeSet<usize> = keys.chunk_by(|a, b| a == b).map(<[_]>::len).collect();
        assert!(sizes.iter().all(|size| [1, 10, 100].contains(size)) && sizes.len() > 1);
        let distinct: BTreeSet<_> = handles.iter().collect();
        assert_eq!(distinct.len(), handles.len());
        assert_eq!(padme(keys.len() as u64), keys.len() as u64);
    }
    let bytes: Vec<&[u8]> = vec![&subjects.envelope, &notices.envelope, &pairs.envelope];
    assert!(
        bytes
            .iter()
            .all(|file| !file.windows(5).any(|w| w == b"input"))
    );
    // The same records again: not a row is the same in the handles, and all keys are.
    let ([again, _], ..) = run(&world, 10);
    let [first, second] = [&subjects, &again].map(|f| take(Kind::LinkedSubjects, f).table);
    let handles = |t: &crate::exchange::table::Table| -> BTreeSet<[u8; 16]> {
        t.rows::<16>(1).iter().copied().collect()
    };
    assert!(handles(&first).is_disjoint(&handles(&second)));
}

#[test]
fn keys_of_two_sessions_have_nothing_in_common() {
    let world = world();
    let keys = |session: &str| -> BTreeSet<[u8; 16]> {
        let (file, ..) = protect(&meeting(session), Side::Subject, &world[0], 10, None).unwrap();
        take(Kind::LinkedSubjects, &file)
            .table
            .rows::<16>(0)
            .iter()
            .copied()
            .collect()
    };
    assert!(keys("one").is_disjoint(&keys("two")));
    let (one, ..) = protect(&meeting("one"), Side::Subject, &world[0], 10, None).unwrap();
    let (two, ..) = protect(&meeting("two"), Side::Notice, &world[1], 10, None).unwrap();
    let one = take(Kind::LinkedSubjects, &one);
    let two = take(Kind::LinkedNotices, &two);
    assert!(join(&one, &two, 1 << 20, None).unwrap_err().is_integrity());
    assert!(protect(&meeting("one"), Side::Subject, &world[0], 1, None).is_err());
}

#[test]
fn more_pairs_than_allowed_are_refused_before_they_are_made() {
    let ([subjects, notices], ..) = run(&world(), 10);
    let subjects = take(Kind::LinkedSubjects, &subjects);
    let notices = take(Kind::LinkedNotices, &notices);
    assert!(join(&subjects, &notices, 10, None).unwrap_err().is_usage());
    assert!(
        join(&notices, &subjects, 1 << 20, None)
            .unwrap_err()
            .is_integrity()
    );
}

#[test]
fn any_changed_byte_of_a_file_a_paper_or_a_book_is_refused() {
    let few = [records(2, "s", |r| vec![r]), records(2, "n", |r| vec![r])];
    let ([subjects, _], [book, other], pairs) = run(&few, 2);
    let received = |envelope: &[u8], paper: &[u8]| {
        Paper::receive(Kind::LinkedSubjects, envelope, paper, None).is_ok()
    };
    assert!(received(&subjects.envelope, subjects.paper.as_bytes()));
    for at in 0..subjects.envelope.len() {
        let mut flipped = subjects.envelope.clone();
        flipped[at] ^= 1;
        assert!(!received(&flipped, subjects.paper.as_bytes()), "{at}");
    }
    for at in 0..subjects.paper.len() {
        let mut flipped = subjects.paper.clone().into_bytes();
        flipped[at] ^= 1;
        assert!(!received(&subjects.envelope, &flipped), "{at}");
    }
    let bytes = book.encode();
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        assert!(Book::decode(&flipped).is_err(), "{at}");
    }
    // Marks of another set of pairs, and one's own marks, are not the peer's for these.
    let again = Book::decode(&bytes).unwrap();
    let pairs = take(Kind::LinkedPairs, &pairs);
    let marks = other.strike(&pairs, None).unwrap();
    let marks = take(Kind::NoticeMarks, &marks);
    assert_eq!(
        again.open(&pairs, &marks).unwrap(),
        book.open(&pairs, &marks).unwrap()
    );
    assert_eq!(book.open(&pairs, &marks).unwrap().len(), 2);
    let own = take(Kind::SubjectMarks, &book.strike(&pairs, None).unwrap());
    assert!(book.open(&pairs, &own).unwrap_err().is_integrity());
    let (_, [stranger, _], others) = run(&few, 2);
    let others = take(Kind::LinkedPairs, &others);
    assert!(book.open(&others, &marks).unwrap_err().is_integrity());
    assert!(stranger.open(&pairs, &marks).unwrap().is_empty());
}

#[test]
fn a_signature_is_asked_for_where_the_sender_is_known() {
    let identity = |name: &str| Identity::fresh(PartyName::new(name).unwrap()).unwrap();
    let (north, south) = (identity("north"), identity("south"));
    let records = records(2, "s", |r| vec![r]);
    let file = |by: Option<&Identity>| {
        protect(&meeting("one"), Side::Subject, &records, 10, by)
            .unwrap()
            .0
    };
    let takes = |file: &LinkedFile, from: &Identity| {
        let paper = file.paper.as_bytes();
        Paper::receive(
            Kind::LinkedSubjects,
            &file.envelope,
            paper,
            Some(from.party()),
        )
        .is_ok()
    };
    assert!(takes(&file(Some(&north)), &north));
    assert!(!takes(&file(Some(&south)), &north));
    assert!(!takes(&file(None), &north));
}

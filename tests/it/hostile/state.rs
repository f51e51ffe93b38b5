//! State files that somebody has tampered with.

use veilmatch::error::Result;
use veilmatch::exchange::sealed::{AskBook, AskerState, HolderBook, Outputs, Question, Sample};
use veilmatch::exchange::table::Kind;

use super::{Refusals, damaged, parties};
use crate::parties::{SUBJECTS, asked};

/// A reader of one kind of file.
type Door<'a> = Box<dyn Fn(&[u8]) -> Result<()> + 'a>;

#[test]
fn state_that_was_tampered_with_is_refused_and_never_believed_in_its_counts() {
    let (parties, files) = parties();
    let mut refusals = Refusals::default();
    let index = parties.take(Kind::Index, &files.sent[0]).unwrap();
    let subjects = asked(SUBJECTS);
    let mut state = AskerState::decode(&files.state.encode()).unwrap();
    let question = Question::new(&parties.asker(), &mut state, &index, &subjects).unwrap();
    let (book, own) = (files.book.encode().to_vec(), files.state.encode().to_vec());
    let asks = files.ask_book.encode();
    let doors: [(&[u8], Door<'_>); 5] = [
        (&book, Box::new(|b| HolderBook::decode(b).map(drop))),
        (&own, Box::new(|b| AskerState::decode(b).map(drop))),
        (&asks, Box::new(|b| AskBook::decode(b).map(drop))),
        (&files.sample, Box::new(|b| Sample::decode(b).map(drop))),
        (
            &files.outputs,
            Box::new(|b| Outputs::decode(b, &question).map(drop)),
        ),
    ];
    for (number, (bytes, door)) in doors.iter().enumerate() {
        assert!(door(bytes).is_ok());
        for at in 0..bytes.len() {
            let mut flipped = bytes.to_vec();
            flipped[at] ^= 1 << (at % 8);
            assert!(door(&flipped).is_err(), "byte {at} of state {number}");
        }
        for (what, bytes) in damaged(bytes, doors[(number + 1) % 5].0) {
            refusals.add(&what, door(&bytes));
        }
        // Numbers far too large, under a digest that fits: nothing is allocated on their word.
        let body = bytes.len() - 32;
        for at in 8..body.saturating_sub(8) {
            let mut huge = bytes[..body].to_vec();
            huge[at..at + 8].copy_from_slice(&(u64::MAX >> 1).to_le_bytes());
            let digest = blake3::hash(&huge);
            huge.extend_from_slice(digest.as_bytes());
            door(&huge).ok();
        }
    }
    assert_eq!(refusals.0, 5 * 17);
}

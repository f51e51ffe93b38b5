//! Candidates: pairs of handles that share at least one blind key.
//!
//! In: two envelopes. Out: for each subject its notices, each once, and a tally of the blocks. Sees
//! blind keys and handles alone. Every shared key counts, however many rows hold it: big blocks are
//! reported, not cut.

use rayon::prelude::*;

use crate::error::{Problem, Result};
use crate::exchange::{Envelope, Handle, Part, Row, handle_of, key_of};
use crate::tally::Tally;

/// Rows of one key on the notice side beyond which the tally counts a big block.
pub const BIG_BLOCK: usize = 1_000;

/// Neighbouring subjects whose candidates are put in order together: their lists stay near the
/// processor.
const TOGETHER: usize = 512;

/// Pairs of a subject handle and a notice handle that share a blind key, each once.
///
/// **Shape**: subjects by handle; four bytes a pair.
#[derive(Debug)]
pub struct Candidates(Vec<Neighbours>);

/// The candidates of one subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group<'a> {
    /// Handle of the subject.
    pub subject: Handle,
    /// Handles of its notices, at least one, rising.
    pub notices: &'a [Handle],
}

impl Candidates {
    /// All subjects that have candidates, by handle.
    pub fn groups(&self) -> impl Iterator<Item = Group<'_>> {
        self.0.iter().flat_map(|some| {
            let mut start = 0;
            some.subjects.iter().map(move |(subject, end)| Group {
                subject: *subject,
                notices: &some.notices[std::mem::replace(&mut start, *end)..*end],
            })
        })
    }

    /// Number of pairs.
    pub fn pair_count(&self) -> usize {
        self.0.iter().map(|some| some.notices.len()).sum()
    }
}

/// Candidates of at most [`TOGETHER`] neighbouring subjects.
#[derive(Debug, Default)]
struct Neighbours {
    /// Subject, and where its notices end.
    subjects: Vec<(Handle, usize)>,
    notices: Vec<Handle>,
    /// Pairs before repeats were dropped.
    raw: usize,
}

/// A row of a subject and the rows of notices that have the same key.
#[derive(Clone, Copy)]
struct Meeting<'a> {
    subject: Handle,
    notices: &'a [Row],
}

/// Joins two envelopes on equal keys.
///
/// **Cost**: O(rows) for the merge, and for each subject a sort of its own notices. Pairs are held
/// before repeats are dropped, four bytes each.
///
/// # Errors
/// An integrity error when the envelopes were made with different recipes.
pub fn join(subjects: &Envelope, notices: &Envelope) -> Result<(Candidates, Tally)> {
    if subjects.recipe_digest() != notices.recipe_digest() {
        return Err(Problem::RecipeDigest.into());
    }
    let parts = subjects.parts().par_iter().zip(notices.parts());
    let last = |rows: &Part| rows.iter().map(|row| handle_of(row).0).max();
    let shelves = subjects.parts().par_iter().filter_map(last).max();
    let shelves = shelves.map_or(0, |last| last as usize / TOGETHER + 1);
    let (met, tallies): (Vec<_>, Vec<_>) = parts
        .map(|(left, right)| meet(left, right, shelves))
        .unzip();
    let mut tally = Tally::new();
    for counts in tallies {
        tally.merge(counts);
    }
    let put = |shelf| gather(shelf, met.iter().filter_map(|part| part.get(shelf)));
    let found: Vec<Neighbours> = (0..shelves).into_par_iter().map(put).collect();
    tally.add("pairs_raw", found.iter().map(|some| some.raw as u64).sum());
    let candidates = Candidates(found);
    tally.add("candidates", candidates.pair_count() as u64);
    Ok((candidates, tally))
}

/// Merges one part of both envelopes: meetings by the shelf that their subject belongs to.
fn meet<'a>(left: &[Row], mut right: &'a [Row], shelves: usize) -> (Vec<Vec<Meeting<'a>>>, Tally) {
    let mut met = vec![Vec::new(); shelves];
    let mut tally = Tally::new();
    for block in left.chunk_by(|a, b| key_of(a) == key_of(b)) {
        let Some(key) = block.first().map(key_of) else {
            continue;
        };
        right = &right[gallop(right, |row| key_of(row) < key)..];
        let same = &right[..gallop(right, |row| key_of(row) == key)];
        if same.is_empty() {
            continue;
        }
        if same.len() > BIG_BLOCK {
            tally.add("big_blocks", 1);
            tally.add("pairs_from_big_blocks", (same.len() * block.len()) as u64);
        }
        for row in block {
            let subject = handle_of(row);
            met[subject.0 as usize / TOGETHER].push(Meeting {
                subject,
                notices: same,
            });
        }
    }
    (met, tally)
}

/// All candidates of the subjects of one shelf: counted, laid side by side, and each list sorted.
fn gather<'a>(
    shelf: usize,
    parts: impl Iterator<Item = &'a Vec<Meeting<'a>>> + Clone,
) -> Neighbours {
    let place = |meeting: &Meeting<'_>| meeting.subject.0 as usize % TOGETHER;
    let mut counts = [0; TOGETHER];
    for meeting in parts.clone().flatten() {
        counts[place(meeting)] += meeting.notices.len();
    }
    let mut raw = 0;
    let starts = counts.map(|count| {
        raw += count;
        raw - count
    });
    let mut next = starts;
    let mut all = vec![Handle(0); raw];
    for meeting in parts.flatten() {
        let next = &mut next[place(meeting)];
        let room = &mut all[*next..*next + meeting.notices.len()];
        for (handle, row) in room.iter_mut().zip(meeting.notices) {
            *handle = handle_of(row);
        }
        *next += meeting.notices.len();
    }
    let mut subjects = Vec::new();
    let mut kept = 0;
    for (place, (start, end)) in starts.into_iter().zip(next).enumerate() {
        if start == end {
            continue;
        }
        all[start..end].sort_unstable();
        let first = kept;
        for at in start..end {
            if kept == first || all[kept - 1] != all[at] {
                all[kept] = all[at];
                kept += 1;
            }
        }
        // Below 2^32: it was part of a handle.
        let handle = u32::try_from(shelf * TOGETHER + place).unwrap_or(u32::MAX);
        subjects.push((Handle(handle), kept));
    }
    all.truncate(kept);
    all.shrink_to_fit();
    Neighbours {
        subjects,
        notices: all,
        raw,
    }
}

/// How many leading rows fulfil a predicate that turns false once: doubling steps, then halving.
fn gallop<T>(rows: &[T], holds: impl Fn(&T) -> bool) -> usize {
    let mut step = 1;
    while step < rows.len() && holds(&rows[step - 1]) {
        step *= 2;
    }
    let end = step.min(rows.len());
    rows[..end].partition_point(holds)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::keys::BlindKey;

    /// Keys are spread over the parts of an envelope.
    fn envelope(rows: &[(u64, u32)]) -> Envelope {
        let row = |(k, h): &(u64, u32)| (BlindKey([k.wrapping_mul(37 << 56), *k]), Handle(*h));
        Envelope::seal([0; 32], rows.iter().map(row))
    }

    fn joined(subjects: &[(u64, u32)], notices: &[(u64, u32)]) -> (Vec<(u32, u32)>, Tally) {
        let (found, tally) = join(&envelope(subjects), &envelope(notices)).expect("same recipes");
        let pairs = found.groups().flat_map(|group| {
            let pair = move |notice: &Handle| (group.subject.0, notice.0);
            group.notices.iter().map(pair).collect::<Vec<_>>()
        });
        (pairs.collect(), tally)
    }

    #[test]
    fn pairs_are_those_that_share_a_key_each_once() {
        let subjects = [(1, 10), (2, 10), (5, 11), (9, 12)];
        let notices = [(1, 20), (2, 20), (2, 21), (5, 22), (7, 23)];
        let (pairs, tally) = joined(&subjects, &notices);
        assert_eq!(pairs, [(10, 20), (10, 21), (11, 22)]);
        assert_eq!(
            (tally.count("pairs_raw"), tally.count("candidates")),
            (4, 3)
        );
    }

    #[test]
    fn different_recipes_are_refused() {
        let other = Envelope::seal([1; 32], []);
        assert!(join(&envelope(&[]), &other).is_err_and(|e| e.is_integrity()));
    }

    proptest! {
        #[test]
        fn the_join_finds_what_comparing_all_rows_finds(
            subjects in prop::collection::vec((0_u64..40, 0_u32..1_500), 0..80),
            notices in prop::collection::vec((0_u64..40, 0_u32..30), 0..80),
        ) {
            let mut naive = BTreeSet::new();
            for (key, subject) in &subjects {
                let same = notices.iter().filter(|(other, _)| other == key);
                naive.extend(same.map(|(_, notice)| (*subject, *notice)));
            }
            let (pairs, tally) = joined(&subjects, &notices);
            prop_assert_eq!(tally.count("candidates"), naive.len() as u64);
            prop_assert_eq!(pairs, naive.into_iter().collect::<Vec<_>>());
        }
    }
}

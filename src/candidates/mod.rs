//! Candidates: pairs of handles that share at least one blind key.
//!
//! In: two envelopes. Out: pairs, each once, and a tally of the blocks. Sees blind keys and handles
//! alone. Every shared key counts, however many rows hold it: big blocks are reported, not cut.

use rayon::slice::ParallelSliceMut as _;

use crate::error::{Problem, Result};
use crate::exchange::{Envelope, Handle};
use crate::tally::Tally;

/// A candidate: a subject handle and a notice handle that share a blind key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    /// Handle of the subject side.
    pub subject: Handle,
    /// Handle of the notice side.
    pub notice: Handle,
}

/// Rows of one key on the notice side beyond which the tally counts a big block.
pub const BIG_BLOCK: usize = 1_000;

/// Joins two envelopes on equal keys. The pairs are sorted and unique.
///
/// **Cost**: O(rows) for the merge plus O(n log n) for the n raw pairs.
///
/// # Errors
/// An integrity error when the envelopes were made with different recipes.
pub fn join(subjects: &Envelope, notices: &Envelope) -> Result<(Vec<Pair>, Tally)> {
    if subjects.recipe_digest() != notices.recipe_digest() {
        return Err(Problem::RecipeDigest.into());
    }
    let mut tally = Tally::new();
    let mut packed: Vec<u64> = Vec::new();
    let (left, mut right) = (subjects.rows(), notices.rows());
    for block in left.chunk_by(|a, b| a.0 == b.0) {
        let Some((key, _)) = block.first() else {
            continue;
        };
        right = &right[gallop(right, |row| row.0 < *key)..];
        let same = &right[..gallop(right, |row| row.0 == *key)];
        if same.len() > BIG_BLOCK {
            tally.add("big_blocks", 1);
            tally.add("pairs_from_big_blocks", (same.len() * block.len()) as u64);
        }
        for (_, subject) in block {
            packed.extend(
                same.iter()
                    .map(|(_, n)| u64::from(subject.0) << 32 | u64::from(n.0)),
            );
        }
    }
    tally.add("pairs_raw", packed.len() as u64);
    packed.par_sort_unstable();
    packed.dedup();
    tally.add("candidates", packed.len() as u64);
    let pairs = packed
        .into_iter()
        .map(|p| Pair {
            subject: Handle((p >> 32) as u32),
            notice: Handle((p & 0xffff_ffff) as u32),
        })
        .collect();
    Ok((pairs, tally))
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
    use super::*;
    use crate::keys::BlindKey;

    fn envelope(rows: &[(u64, u32)]) -> Envelope {
        Envelope::seal(
            [0; 32],
            rows.iter()
                .map(|(k, h)| (BlindKey([0, *k]), Handle(*h)))
                .collect(),
        )
    }

    #[test]
    fn pairs_are_those_that_share_a_key_each_once() {
        let subjects = envelope(&[(1, 10), (2, 10), (5, 11), (9, 12)]);
        let notices = envelope(&[(1, 20), (2, 20), (2, 21), (5, 22), (7, 23)]);
        let (pairs, tally) = join(&subjects, &notices).expect("same recipes");
        let plain: Vec<_> = pairs.iter().map(|p| (p.subject.0, p.notice.0)).collect();
        assert_eq!(plain, [(10, 20), (10, 21), (11, 22)]);
        assert_eq!(
            (tally.count("pairs_raw"), tally.count("candidates")),
            (4, 3)
        );
    }

    #[test]
    fn different_recipes_are_refused() {
        let other = Envelope::seal([1; 32], vec![]);
        assert!(join(&envelope(&[]), &other).is_err_and(|e| e.is_integrity()));
    }
}

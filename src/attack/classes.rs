//! Which rows show equal bytes, and which records look alike because of it.

use std::collections::BTreeMap;

use serde::Serialize;

/// For each row, how many rows have the same bytes.
///
/// **Cost**: a sort.
pub(super) fn sizes<T: Ord>(rows: &[T]) -> Vec<u64> {
    let mut sorted: Vec<(&T, usize)> = rows.iter().zip(0..).collect();
    sorted.sort_unstable();
    let mut sizes = vec![0; rows.len()];
    for class in sorted.chunk_by(|a, b| a.0 == b.0) {
        for (_, row) in class {
            if let Some(size) = sizes.get_mut(*row) {
                *size = class.len() as u64;
            }
        }
    }
    sizes
}

/// How many values there are in so many rows each, the smallest first.
pub(super) fn histogram(sizes: &[u64]) -> BTreeMap<u64, u64> {
    let mut rows: BTreeMap<u64, u64> = BTreeMap::new();
    for size in sizes {
        let count = rows.entry(*size).or_default();
        *count = count.saturating_add(1);
    }
    for (size, count) in &mut rows {
        *count = count.checked_div(*size).unwrap_or(0);
    }
    rows
}

/// How well records can be told apart by what is visible of them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Alike {
    /// Records.
    pub records: u64,
    /// Records in the smallest group that looks the same.
    pub smallest_set: u64,
    /// Entropy of the groups: 0 where all records look the same, log2 of their number where each
    /// looks different.
    pub bits_per_record: f64,
}

/// Groups records by what is visible of each.
#[allow(
    clippy::cast_precision_loss,
    reason = "counts of rows stay far below 2^53"
)]
pub(super) fn alike<T: Ord>(mut visible: Vec<T>) -> Alike {
    visible.sort_unstable();
    let records = visible.len() as u64;
    let mut smallest_set = records;
    let mut bits_per_record = 0.0;
    for group in visible.chunk_by(|a, b| a == b) {
        let share = group.len() as f64 / records as f64;
        bits_per_record -= share * share.log2();
        smallest_set = smallest_set.min(group.len() as u64);
    }
    Alike {
        records,
        smallest_set,
        // One group gives minus zero.
        bits_per_record: f64::max(bits_per_record, 0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_histogram_count_equal_rows() {
        let sizes = sizes(&["b", "a", "b", "c", "b", "c"]);
        assert_eq!(sizes, [3, 1, 3, 2, 3, 2]);
        let histogram: Vec<(u64, u64)> = histogram(&sizes).into_iter().collect();
        assert_eq!(histogram, [(1, 1), (2, 1), (3, 1)]);
    }

    #[test]
    fn bits_go_from_nothing_to_the_logarithm_of_all() {
        let same = alike(vec![1; 8]);
        assert_eq!((same.smallest_set, same.bits_per_record), (8, 0.0));
        let different = alike((0..8).collect());
        assert_eq!(
            (different.smallest_set, different.bits_per_record),
            (1, 3.0)
        );
        let half = alike(vec![1, 1, 1, 1, 2, 2, 2, 2]);
        assert_eq!((half.smallest_set, half.bits_per_record), (4, 1.0));
        assert_eq!(alike::<u8>(Vec::new()).records, 0);
    }
}

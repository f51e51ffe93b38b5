//! The attacks: each takes what an onlooker sees and what it knows, and claims which is which.
//!
//! | attack | rests on |
//! | --- | --- |
//! | [`dictionary`] | computing keys of known values |
//! | [`rank`] | the commonest key is the commonest value |
//! | [`stripped_rank`] | the same, after dummies that stand in one row only are taken out |
//! | [`co_occurrence`] | values that often stand together do so among keys too |
//! | [`matching`] | a record's neighbourhood in the graph of records and keys is its own |
//!
//! They are simple forms of what is published; that one fails does not show that none succeeds.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use crate::attack::view::{Claims, View};

/// Keys that [`co_occurrence`] takes from the ranking as known.
const SEEDS: usize = 16;
/// Steps from a node that [`matching`] looks at.
const STEPS: usize = 4;

/// Claims each value for the keys that it makes: `keys` holds, for each value at home, the keys that
/// the onlooker computes of it, with whatever secret it has.
pub fn dictionary(view: &View, keys: &[Vec<Vec<u8>>]) -> Claims {
    let mut claims = vec![None; view.keys.len()];
    for (number, keys) in (0..).zip(keys) {
        for key in keys {
            let at = view.number(key).and_then(|at| claims.get_mut(at as usize));
            if let Some(claim) = at {
                *claim = Some(number);
            }
        }
    }
    Claims::Values(claims)
}

/// Claims the commonest value for the commonest key, the second for the second, and so on.
pub fn rank(view: &View, home: &View) -> Claims {
    ranked(&view.sizes(), home)
}

fn ranked(sizes: &[u32], home: &View) -> Claims {
    let mut claims = vec![None; sizes.len()];
    let values = by_size(&home.sizes());
    for (key, value) in by_size(sizes).into_iter().zip(values) {
        if let Some(claim) = claims.get_mut(key as usize) {
            *claim = Some(value);
        }
    }
    Claims::Values(claims)
}

/// Numbers of things in some rows, the largest first.
fn by_size(sizes: &[u32]) -> Vec<u32> {
    let there = (0..).zip(sizes).filter(|(_, size)| **size > 0);
    let mut there: Vec<(u32, u32)> = there.map(|(number, size)| (*size, number)).collect();
    there.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    there.into_iter().map(|(_, number)| number).collect()
}

/// As [`rank`], of the rows of records with more than one row: a dummy whose handle stands in one
/// block only gives itself away by that. Where all records have one row, nothing can be told apart
/// so and no row is left: nothing is claimed.
pub fn stripped_rank(view: &View, home: &View) -> Claims {
    let mut rows_of = vec![0_u32; view.records as usize];
    for (_, record) in &view.rows {
        if let Some(rows) = rows_of.get_mut(*record as usize) {
            *rows = rows.saturating_add(1);
        }
    }
    let is_tied = |record: u32| rows_of.get(record as usize).is_some_and(|rows| *rows > 1);
    let mut sizes = vec![0_u32; view.keys.len()];
    for (key, _) in view.rows.iter().filter(|(_, record)| is_tied(*record)) {
        if let Some(size) = sizes.get_mut(*key as usize) {
            *size = size.saturating_add(1);
        }
    }
    ranked(&sizes, home)
}

/// Begins with the commonest keys by rank; then, from each key that is claimed, claims the keys that
/// stand beside it in the same records, by how often they do, as long as those numbers are unique
/// on both sides.
pub fn co_occurrence(view: &View, home: &View) -> Claims {
    let (seen, known) = (Beside::of(view), Beside::of(home));
    let mut claims: Vec<Option<u32>> = vec![None; view.keys.len()];
    let mut taken = vec![false; home.keys.len()];
    let (keys, values) = (by_size(&view.sizes()), by_size(&home.sizes()));
    let mut waiting: Vec<(u32, u32)> = keys.into_iter().zip(values).take(SEEDS).collect();
    // Last in, first out: the seeds stand below what they lead to.
    waiting.reverse();
    while let Some((key, value)) = waiting.pop() {
        let (Some(claim), Some(is_taken)) =
            (claims.get_mut(key as usize), taken.get_mut(value as usize))
        else {
            continue;
        };
        if claim.is_some() || *is_taken {
            continue;
        }
        (*claim, *is_taken) = (Some(value), true);
        let values = known.unique_counts(value);
        for (count, beside) in seen.unique_counts(key) {
            if let Some(value) = values.get(&count) {
                waiting.push((beside, *value));
            }
        }
    }
    Claims::Values(claims)
}

/// Which keys stand in the same records.
struct Beside {
    keys_of: Vec<Vec<u32>>,
    records_of: Vec<Vec<u32>>,
}

impl Beside {
    fn of(view: &View) -> Self {
        Self {
            keys_of: view.keys_of_records(),
            records_of: view.records_of_keys(),
        }
    }

    /// Keys beside a key, by how many records they share with it, where that number is theirs alone
    /// and more than one: what is beside by accident is beside once.
    fn unique_counts(&self, key: u32) -> BTreeMap<u32, u32> {
        let mut shared: FxHashMap<u32, u32> = FxHashMap::default();
        let records = self.records_of.get(key as usize).into_iter().flatten();
        for record in records {
            for other in self.keys_of.get(*record as usize).into_iter().flatten() {
                if *other != key {
                    let count = shared.entry(*other).or_default();
                    *count = count.saturating_add(1);
                }
            }
        }
        let mut counts: Vec<(u32, u32)> = shared.into_iter().map(|(k, n)| (n, k)).collect();
        counts.sort_unstable();
        let runs = counts.chunk_by(|a, b| a.0 == b.0);
        let alone = runs.filter_map(|run| match run {
            [one] if one.0 > 1 => Some(*one),
            _ => None,
        });
        alone.collect()
    }
}

/// Colours records and keys by how many neighbours they have, then again and again by the colours of
/// these, and claims records whose colour is theirs alone on both sides. Needs much the same records
/// at home as in the view.
///
/// **Source** The refinement of colours is that of Weisfeiler and Leman (1968).
pub fn matching(view: &View, home: &View) -> Claims {
    let known: FxHashMap<u64, u32> = unique(&colours(home)).into_iter().collect();
    let mut claims = vec![None; view.records as usize];
    for (colour, record) in unique(&colours(view)) {
        if let Some(claim) = claims.get_mut(record as usize) {
            *claim = known.get(&colour).copied();
        }
    }
    Claims::Records(claims)
}

/// A colour for each record.
fn colours(view: &View) -> Vec<u64> {
    let (keys_of, records_of) = (view.keys_of_records(), view.records_of_keys());
    let mut records: Vec<u64> = vec![0; keys_of.len()];
    for _ in 0..STEPS {
        let keys = recoloured(&records_of, &records);
        records = recoloured(&keys_of, &keys);
    }
    records
}

/// The colour of a node is the hash of the sorted colours of its neighbours.
fn recoloured(neighbours: &[Vec<u32>], colours: &[u64]) -> Vec<u64> {
    let colour = |beside: &Vec<u32>| {
        let found = beside
            .iter()
            .filter_map(|n| colours.get(*n as usize).copied());
        let mut found: Vec<u64> = found.collect();
        found.sort_unstable();
        let mut hasher = FxHasher::default();
        found.hash(&mut hasher);
        hasher.finish()
    };
    neighbours.iter().map(colour).collect()
}

/// Colours that one record alone has, and the record.
fn unique(colours: &[u64]) -> Vec<(u64, u32)> {
    let mut sorted: Vec<(u64, u32)> = colours.iter().copied().zip(0..).collect();
    sorted.sort_unstable();
    let runs = sorted.chunk_by(|a, b| a.0 == b.0);
    runs.filter_map(|run| match run {
        [one] => Some(*one),
        _ => None,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::view::{Score, Truth};

    /// Records of values that are fewer and fewer, tied or not.
    fn people(tied: bool, hide: impl Fn(u32) -> Vec<u8>) -> View {
        let mut rows = Vec::new();
        for record in 0..600_u32 {
            // Value 0 in every record, 1 in every second, 2 in every third, and so on.
            for value in (0..30).filter(|value| record % (value + 1) == 0) {
                let handle = if tied {
                    vec![record]
                } else {
                    vec![record, value]
                };
                let handle: Vec<u8> = handle.iter().flat_map(|n| n.to_be_bytes()).collect();
                rows.push((hide(value), handle));
            }
        }
        View::of(
            rows.iter()
                .map(|(key, handle)| (key.as_slice(), Some(handle.as_slice()))),
        )
        .unwrap()
    }

    fn clear(value: u32) -> Vec<u8> {
        value.to_be_bytes().to_vec()
    }

    fn hidden(value: u32) -> Vec<u8> {
        blake3::hash(&value.to_be_bytes()).as_bytes().to_vec()
    }

    fn truth(view: &View, home: &View) -> Truth {
        let values: BTreeMap<Vec<u8>, u32> = (0..30_u32)
            .map(|value| (hidden(value), home.number(&clear(value)).unwrap()))
            .collect();
        let value_of = |key: u32| values.get(&view.keys[key as usize]).copied();
        Truth {
            values: view.rows.iter().map(|(key, _)| value_of(*key)).collect(),
            records: view.rows.iter().map(|(_, record)| Some(*record)).collect(),
        }
    }

    #[test]
    fn a_dictionary_opens_all_with_the_right_function_and_nothing_with_another() {
        let (view, home) = (people(true, hidden), people(true, clear));
        let truth = truth(&view, &home);
        let with = |keys_of: fn(&[u8]) -> Vec<Vec<u8>>| {
            let keys: Vec<_> = home.keys.iter().map(|value| keys_of(value)).collect();
            dictionary(&view, &keys)
        };
        let right = with(|value| vec![blake3::hash(value).as_bytes().to_vec()]);
        let score = right.score(&view, &truth);
        assert_eq!((score.right, right.rows(&view)), (score.rows, score.rows));
        assert_eq!((score.records_right, score.records), (600, 600));
        let wrong = with(|value| vec![blake3::keyed_hash(&[1; 32], value).as_bytes().to_vec()]);
        assert_eq!(
            (wrong.score(&view, &truth).right, wrong.rows(&view)),
            (0, 0)
        );
    }

    #[test]
    fn sizes_and_ties_open_what_shows_them() {
        let (view, home) = (people(true, hidden), people(true, clear));
        let truth = truth(&view, &home);
        let most = |claims: Claims| {
            let Score { right, rows, .. } = claims.score(&view, &truth);
            right * 10 > rows * 8
        };
        assert!(most(rank(&view, &home)));
        assert!(most(stripped_rank(&view, &home)));
        assert!(most(co_occurrence(&view, &home)));
        // Record 0 alone has all values; few others are alone with theirs.
        let claims = matching(&view, &home);
        let found = claims.score(&view, &truth);
        assert!(found.records_right > 0 && found.right == claims.rows(&view));
    }

    #[test]
    fn rows_that_are_all_alike_open_by_chance_only() {
        // As many rows, each with a key of its own and tied to nothing.
        let keys: Vec<[u8; 32]> = (0..2_000_u32)
            .map(|row| *blake3::hash(&row.to_le_bytes()).as_bytes())
            .collect();
        let view = View::of(keys.iter().map(|key| (key.as_slice(), None))).unwrap();
        let home = people(true, clear);
        for claims in [matching(&view, &home), stripped_rank(&view, &home)] {
            let (Claims::Records(claims) | Claims::Values(claims)) = claims;
            assert!(claims.iter().all(Option::is_none));
        }
        let Claims::Values(claims) = co_occurrence(&view, &home) else {
            panic!("keys are claimed")
        };
        assert!(claims.iter().flatten().count() <= SEEDS);
    }

    #[test]
    fn a_dummy_in_one_block_is_stripped_and_dummies_in_two_are_not() {
        let rows: [(&[u8], &[u8]); 6] = [
            (b"a", b"1"),
            (b"b", b"1"),
            (b"a", b"2"),
            (b"c", b"2"),
            (b"d", b"dummy"),
            (b"d", b"more"),
        ];
        let view = View::of(rows.map(|(key, handle)| (key, Some(handle)))).unwrap();
        let home: [(&[u8], &[u8]); 2] = [(b"x", b"1"), (b"y", b"1")];
        let home = View::of(home.map(|(key, handle)| (key, Some(handle)))).unwrap();
        let Claims::Values(claims) = stripped_rank(&view, &home) else {
            panic!("keys are claimed")
        };
        assert_eq!(claims, [Some(0), Some(1), None, None]);
    }
}

//! Runs recipes over records whose true pairs are known.

use rayon::prelude::*;

use crate::evaluate::keys::{KeyTrial, RecipeTrial};
use crate::keys::{BlindKey, KeyMaker, Prepared, Recipe, Side};
use crate::record::{Name, Notice, Record, RecordId, Strength};

/// Which recipes find which true pairs, and how many candidates each costs.
///
/// `truth` holds positions: (subject, notice). **Cost**: the candidates of all recipes are counted
/// one by one; meant for up to some 100,000 subjects.
pub fn key_trial(
    keys: &KeyMaker,
    subjects: &[Prepared],
    notices: &[Prepared],
    truth: &[(usize, usize)],
) -> KeyTrial {
    let mut postings: Vec<(Recipe, BlindKey, u32)> = notices
        .par_iter()
        .zip(0_u32..u32::MAX)
        .flat_map_iter(|(notice, row)| {
            let mut rows = Vec::new();
            keys.blind([(row, notice)], Side::Notice, |row, recipe, key| {
                rows.push((recipe, key, row));
            });
            rows
        })
        .collect();
    postings.par_sort_unstable();
    postings.dedup();
    // For each subject, the notices found by each recipe.
    let found: Vec<Vec<(Recipe, u32)>> = subjects
        .par_iter()
        .map(|subject| {
            let mut pairs: Vec<(Recipe, u32)> = Vec::new();
            keys.blind([(0, subject)], Side::Subject, |_, recipe, key| {
                let start = postings.partition_point(|p| (p.0, p.1) < (recipe, key));
                let same = postings[start..]
                    .iter()
                    .take_while(|p| (p.0, p.1) == (recipe, key));
                pairs.extend(same.map(|p| (recipe, p.2)));
            });
            pairs.sort_unstable();
            pairs.dedup();
            pairs
        })
        .collect();
    let recipes = Recipe::ALL
        .iter()
        .map(|recipe| RecipeTrial {
            recipe: recipe.code().to_owned(),
            shared: truth
                .iter()
                .map(|(s, n)| {
                    let wanted = (*recipe, u32::try_from(*n).unwrap_or(u32::MAX));
                    found[*s].binary_search(&wanted).is_ok()
                })
                .collect(),
            candidates: found
                .par_iter()
                .map(|pairs| pairs.iter().filter(|p| p.0 == *recipe).count() as u64)
                .sum(),
        })
        .collect();
    let distinct = |pairs: &Vec<(Recipe, u32)>| {
        let mut rows: Vec<u32> = pairs.iter().map(|p| p.1).collect();
        rows.sort_unstable();
        rows.dedup();
        rows.len() as u64
    };
    KeyTrial {
        recipes,
        subjects: subjects.len() as u64,
        candidates: found.par_iter().map(distinct).sum(),
    }
}

/// Takes one strong alias off every notice that has a strong name left without it: the alias becomes
/// a subject with nothing but a name. Returns the subjects, the shortened notices, and the pairs.
///
/// Which alias goes is decided by a digest of uid and name, so the choice does not depend on order.
pub fn aliases_off(notices: &[Notice]) -> (Vec<Record>, Vec<Notice>, Vec<(usize, usize)>) {
    let mut subjects = Vec::new();
    let mut truth = Vec::new();
    let mut shortened = notices.to_vec();
    for (at, notice) in shortened.iter_mut().enumerate() {
        let names = &notice.record.names;
        let is_strong = |n: &Name| n.strength != Strength::Weak;
        if names.iter().filter(|n| is_strong(n)).count() < 2 {
            continue;
        }
        let primary = notice.record.primary_name().map(|n| n.full.clone());
        let uid = notice.uid();
        let digest =
            |n: &Name| *blake3::hash(format!("{uid}\u{0}{}", n.full).as_bytes()).as_bytes();
        let taken = names
            .iter()
            .enumerate()
            .filter(|(_, n)| is_strong(n) && Some(&n.full) != primary.as_ref())
            .min_by_key(|(_, n)| digest(n))
            .map(|(i, _)| i);
        let Some(i) = taken else { continue };
        let name = notice.record.names.remove(i);
        // The same words may stand twice; a copy left behind would make the search trivial.
        notice.record.names.retain(|n| n.full != name.full);
        truth.push((subjects.len(), at));
        subjects.push(Record {
            id: RecordId(format!("alias-{at}")),
            kind: notice.record.kind,
            names: vec![Name::primary(name.full)],
            ..Record::default()
        });
    }
    (subjects, shortened, truth)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Secret;

    fn prepared(name: &str) -> Prepared {
        Prepared::new(&Record {
            names: vec![Name::primary(name)],
            ..Record::default()
        })
    }

    #[test]
    fn a_spelling_variant_shares_a_key_and_a_stranger_does_not() {
        let secret = Secret::from_material(b"0123456789abcdef").expect("long enough");
        let subjects = [prepared("Muhamad Chalabi"), prepared("Ingrid Solveig Aune")];
        let trial = key_trial(
            &KeyMaker::new(&secret),
            &subjects,
            &[prepared("Mohammed Chelabi")],
            &[(0, 0)],
        );
        let all = trial.rows().pop().expect("a last row");
        assert_eq!((all.found, trial.candidates), (1, 1));
    }
}

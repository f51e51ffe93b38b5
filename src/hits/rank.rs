//! Order, `--top`, and which hits of a subject are about the same entity.

use std::collections::BTreeMap;

use crate::hits::Hit;

/// Hits in their final order, and what was joined and cut on the way.
#[derive(Debug, Default)]
pub struct Ranked {
    /// Sorted by subject id, then bits down, then notice uid; each pair once.
    pub hits: Vec<Hit>,
    /// Hits of further rows under one subject id on the same notice.
    pub joined: u64,
    /// Hits that `--top` cut.
    pub cut: u64,
}

/// Puts hits in their final order and marks those of one subject that share a link.
///
/// Two notices that share one of [`Hit::links`] are the same entity. `same_entity` becomes the
/// smallest notice uid of the group, and stays empty for a hit alone. Subjects do not touch each
/// other: they may be ranked one by one.
pub fn rank(mut hits: Vec<Hit>, top: Option<usize>) -> Ranked {
    let by_pair = |a: &Hit, b: &Hit| {
        (&a.subject_id, &a.notice_uid)
            .cmp(&(&b.subject_id, &b.notice_uid))
            .then(b.bits.total_cmp(&a.bits))
            .then_with(|| a.matched_subject_name.cmp(&b.matched_subject_name))
            .then_with(|| a.subject_birth.cmp(&b.subject_birth))
            .then_with(|| a.explanation.cmp(&b.explanation))
    };
    hits.sort_by(by_pair);
    let before = hits.len();
    hits.dedup_by(|b, a| a.subject_id == b.subject_id && a.notice_uid == b.notice_uid);
    let joined = (before - hits.len()) as u64;
    hits.sort_by(|a, b| {
        a.subject_id
            .cmp(&b.subject_id)
            .then(b.bits.total_cmp(&a.bits))
            .then_with(|| a.notice_uid.cmp(&b.notice_uid))
    });
    let before = hits.len();
    if let Some(top) = top {
        let (mut subject, mut n) = (String::new(), 0);
        hits.retain(|hit| {
            if hit.subject_id != subject {
                subject.clone_from(&hit.subject_id);
                n = 0;
            }
            n += 1;
            n <= top
        });
    }
    let cut = (before - hits.len()) as u64;
    for group in hits.chunk_by_mut(|a, b| a.subject_id == b.subject_id) {
        mark_same_entity(group);
    }
    Ranked { hits, joined, cut }
}

/// Joins hits over shared links; the smallest uid names the group.
fn mark_same_entity(group: &mut [Hit]) {
    if group.len() < 2 {
        return;
    }
    let mut root: Vec<usize> = (0..group.len()).collect();
    let mut first_with: BTreeMap<&str, usize> = BTreeMap::new();
    for (i, hit) in group.iter().enumerate() {
        for link in &hit.links {
            let other = *first_with.entry(link).or_insert(i);
            let (a, b) = (root[other], root[i]);
            for r in &mut root {
                if *r == b {
                    *r = a;
                }
            }
        }
    }
    for i in 0..group.len() {
        let members = || (0..group.len()).filter(|j| root[*j] == root[i]);
        if members().count() > 1 {
            let name = members().map(|j| group[j].notice_uid.clone()).min();
            group[i].same_entity = name.unwrap_or_default();
        }
    }
}

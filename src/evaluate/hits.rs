//! Hits beside the truth.

use std::collections::{BTreeMap, BTreeSet};

use super::{Group, Point, share};

/// One pair known to be true: this subject is that notice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TruthRow {
    /// The subject holder's id.
    pub subject_id: String,
    /// List of the notice.
    pub list_id: String,
    /// The publisher's own id.
    pub source_id: String,
    /// What was done to the name: kind of corruption.
    pub kind: String,
    /// What was done to the birth date.
    pub date_kind: String,
    /// Script of the subject's name; empty where nobody asks for it.
    pub script: String,
}

impl TruthRow {
    /// A pair of which nothing else is known.
    pub fn new(subject_id: &str, list_id: &str, source_id: &str) -> Self {
        Self {
            subject_id: subject_id.to_owned(),
            list_id: list_id.to_owned(),
            source_id: source_id.to_owned(),
            ..Self::default()
        }
    }

    fn notice_uid(&self) -> String {
        format!("{}:{}", self.list_id, self.source_id)
    }
}

/// What is needed of a hit.
#[derive(Clone, Debug, PartialEq)]
pub struct HitRow {
    /// The subject holder's id.
    pub subject_id: String,
    /// `<list_id>:<source_id>`.
    pub notice_uid: String,
    /// Sum of the evidence in bits.
    pub bits: f64,
    /// 0 to 1, strictly increasing in `bits`.
    pub score: f64,
}

impl HitRow {
    /// A hit.
    pub fn new(subject_id: &str, notice_uid: &str, bits: f64, score: f64) -> Self {
        Self {
            subject_id: subject_id.to_owned(),
            notice_uid: notice_uid.to_owned(),
            bits,
            score,
        }
    }
}

/// By what true pairs are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// Kind of corruption of the name.
    Kind,
    /// Kind of corruption of the birth date.
    DateKind,
    /// Script of the subject's name.
    Script,
}

/// Hits and truth, joined once and asked many times.
#[derive(Clone, Debug)]
pub struct Evaluation<'a> {
    /// True pairs without repeats, each with the bits of its hit and whether it was the best.
    pairs: Vec<(&'a TruthRow, Option<f64>, bool)>,
    /// All hits, highest first: bits, score, whether true.
    hits: Vec<(f64, f64, bool)>,
    /// The best bits of each stranger that has a hit, highest first.
    alerts: Vec<f64>,
    strangers: u64,
}

impl<'a> Evaluation<'a> {
    /// Joins hits and truth. `subjects` counts everybody who was screened, hit or not: those
    /// without a true pair are the strangers. A pair stated or hit twice counts once.
    ///
    /// **Cost** sorts hits and truth once.
    pub fn new(truth: &'a [TruthRow], hits: &'a [HitRow], subjects: u64) -> Self {
        let mut best: BTreeMap<(&str, &str), (f64, f64)> = BTreeMap::new();
        let mut top: BTreeMap<&str, f64> = BTreeMap::new();
        for hit in hits {
            let found = best
                .entry((&hit.subject_id, &hit.notice_uid))
                .or_insert((hit.bits, hit.score));
            if hit.bits > found.0 {
                *found = (hit.bits, hit.score);
            }
            let top = top.entry(&hit.subject_id).or_insert(hit.bits);
            *top = top.max(hit.bits);
        }
        let uids: Vec<String> = truth.iter().map(TruthRow::notice_uid).collect();
        let mut seen = BTreeSet::new();
        let mut pairs = Vec::new();
        for (row, uid) in truth.iter().zip(&uids) {
            let pair = (row.subject_id.as_str(), uid.as_str());
            if seen.insert(pair) {
                let bits = best.get(&pair).map(|&(bits, _)| bits);
                let first = bits.is_some_and(|b| top.get(pair.0).is_none_or(|&t| b >= t));
                pairs.push((row, bits, first));
            }
        }
        let known: BTreeSet<&str> = truth.iter().map(|row| row.subject_id.as_str()).collect();
        let mut hits: Vec<(f64, f64, bool)> = best
            .iter()
            .map(|(pair, &(bits, score))| (bits, score, seen.contains(pair)))
            .collect();
        hits.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut alerts: Vec<f64> = top
            .iter()
            .filter(|(subject, _)| !known.contains(*subject))
            .map(|(_, &bits)| bits)
            .collect();
        alerts.sort_by(|a, b| b.total_cmp(a));
        let strangers = subjects.saturating_sub(known.len() as u64);
        Self {
            pairs,
            hits,
            alerts,
            strangers,
        }
    }

    /// Quality where hits of at least `threshold` bits count.
    pub fn at(&self, threshold: f64) -> Point {
        let kept = self
            .hits
            .get(..self.hits.partition_point(|h| h.0 >= threshold))
            .unwrap_or_default();
        let found = kept.iter().filter(|h| h.2).count() as u64;
        Point {
            threshold,
            score: kept.iter().map(|h| h.1).reduce(f64::min),
            found,
            missed: self.pairs.len() as u64 - found,
            false_hits: kept.len() as u64 - found,
            strangers_alerted: self.alerts.partition_point(|&a| a >= threshold) as u64,
            strangers: self.strangers,
        }
    }

    /// Points from the lowest hit to the highest in equal `steps`; empty without hits.
    pub fn curve(&self, steps: u32) -> Vec<Point> {
        let (Some(high), Some(low)) = (self.hits.first(), self.hits.last()) else {
            return Vec::new();
        };
        let steps = steps.max(1);
        let width = (high.0 - low.0) / f64::from(steps);
        (0..=steps)
            .map(|step| match step {
                // The ends exactly, so that rounding loses neither the first nor the last hit.
                0 => low.0,
                last if last == steps => high.0,
                step => low.0 + width * f64::from(step),
            })
            .map(|threshold| self.at(threshold))
            .collect()
    }

    /// The threshold of the highest F1, over all hits; the higher one among equals. None without
    /// hits.
    ///
    /// **Cost** one pass over the hits.
    pub fn best(&self) -> Option<Point> {
        let (mut found, mut best) = (0_u64, None::<(f64, f64)>);
        for (place, hit) in self.hits.iter().enumerate() {
            found += u64::from(hit.2);
            let next = self.hits.get(place + 1);
            if next.is_some_and(|n| n.0 >= hit.0) {
                continue;
            }
            let f1 = share(2 * found, place as u64 + 1 + self.pairs.len() as u64);
            if best.is_none_or(|(highest, _)| f1 > highest) {
                best = Some((f1, hit.0));
            }
        }
        best.map(|(_, threshold)| self.at(threshold))
    }

    /// The lowest threshold in bits at which at most `share` of the strangers alert; none where
    /// even without any threshold fewer do.
    pub fn threshold_for_alerts(&self, share: f64) -> Option<f64> {
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a row count, rounded down"
        )]
        let allowed = (share.clamp(0.0, 1.0) * self.strangers as f64).floor() as usize;
        self.alerts.get(allowed).map(|bits| bits.next_up())
    }

    /// Recall by group at a threshold, sorted by name of the group.
    pub fn groups(&self, by: GroupBy, threshold: f64) -> Vec<Group> {
        let mut groups: BTreeMap<&str, Group> = BTreeMap::new();
        for &(row, bits, first) in &self.pairs {
            let name = match by {
                GroupBy::Kind => row.kind.as_str(),
                GroupBy::DateKind => row.date_kind.as_str(),
                GroupBy::Script => row.script.as_str(),
            };
            let name = if name.is_empty() { "not stated" } else { name };
            let group = groups.entry(name).or_insert_with(|| Group {
                name: name.to_owned(),
                pairs: 0,
                found: 0,
                first: 0,
            });
            group.pairs += 1;
            group.found += u64::from(bits.is_some_and(|b| b >= threshold));
            group.first += u64::from(first);
        }
        groups.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four true pairs (one subject has two), 100 subjects of whom 97 are strangers.
    fn truth() -> Vec<TruthRow> {
        let row = |s: &str, n: &str, kind: &str| TruthRow {
            kind: kind.to_owned(),
            ..TruthRow::new(s, "demo", n)
        };
        vec![
            row("s1", "n1", "typo"),
            row("s1", "n2", "typo"),
            row("s2", "n3", "order"),
            row("s3", "n4", ""),
        ]
    }

    fn hits() -> Vec<HitRow> {
        vec![
            HitRow::new("s1", "demo:n1", 20.0, 0.95),
            HitRow::new("s1", "demo:n2", 12.0, 0.80),
            HitRow::new("s2", "demo:n9", 11.0, 0.75), // wrong notice
            HitRow::new("s2", "demo:n3", 10.0, 0.70),
            HitRow::new("s8", "demo:n1", 10.0, 0.70), // stranger
            HitRow::new("s9", "demo:n1", 4.0, 0.30),  // stranger, two hits
            HitRow::new("s9", "demo:n2", 3.0, 0.20),
        ]
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-12
    }

    #[test]
    fn a_threshold_splits_found_missed_and_false() {
        let (truth, hits) = (truth(), hits());
        let point = Evaluation::new(&truth, &hits, 100).at(10.0);
        assert_eq!((point.found, point.missed, point.false_hits), (3, 1, 2));
        assert!(close(point.recall(), 0.75) && close(point.precision(), 0.6));
        assert!(close(point.f1(), 6.0 / 9.0));
        assert_eq!((point.strangers_alerted, point.strangers), (1, 97));
        assert!(close(point.alerts_per_thousand(), 1000.0 / 97.0));
        assert_eq!(point.score, Some(0.70));
    }

    #[test]
    fn a_stranger_with_two_hits_alerts_once() {
        let (truth, hits) = (truth(), hits());
        let point = Evaluation::new(&truth, &hits, 100).at(0.0);
        assert_eq!((point.false_hits, point.strangers_alerted), (4, 2));
    }

    #[test]
    fn above_all_hits_nothing_is_found_and_nothing_is_wrong() {
        let (truth, hits) = (truth(), hits());
        let point = Evaluation::new(&truth, &hits, 100).at(30.0);
        assert_eq!((point.found, point.false_hits, point.score), (0, 0, None));
        assert!(close(point.precision(), 1.0) && close(point.f1(), 0.0));
    }

    #[test]
    fn rows_said_twice_count_once() {
        let (mut truth, mut hits) = (truth(), hits());
        truth.extend(self::truth());
        hits.extend(self::hits());
        hits.push(HitRow::new("s1", "demo:n1", 1.0, 0.1));
        let (t, h) = (self::truth(), self::hits());
        let (twice, once) = (
            Evaluation::new(&truth, &hits, 100),
            Evaluation::new(&t, &h, 100),
        );
        for threshold in [0.0, 10.0, 15.0] {
            assert_eq!(twice.at(threshold), once.at(threshold));
        }
    }

    #[test]
    fn the_best_threshold_has_the_highest_f1() {
        let (truth, hits) = (truth(), hits());
        // F1 by threshold: 20 → 2/5, 12 → 4/6, 11 → 4/7, 10 → 6/9, 4 → 6/10, 3 → 6/11.
        let best = Evaluation::new(&truth, &hits, 100).best();
        assert!(best.is_some_and(|b| close(b.threshold, 12.0) && close(b.f1(), 2.0 / 3.0)));
        assert_eq!(Evaluation::new(&truth, &[], 100).best(), None);
    }

    #[test]
    fn groups_keep_to_their_own_pairs() {
        let (truth, hits) = (truth(), hits());
        let groups = Evaluation::new(&truth, &hits, 100).groups(GroupBy::Kind, 11.0);
        let rows: Vec<_> = groups
            .iter()
            .map(|g| (g.name.as_str(), g.pairs, g.found, g.first))
            .collect();
        let expected = vec![
            ("not stated", 1, 0, 0),
            ("order", 1, 0, 0),
            ("typo", 2, 2, 1),
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn the_curve_runs_from_the_lowest_hit_to_the_highest() {
        let (truth, hits) = (truth(), hits());
        let curve = Evaluation::new(&truth, &hits, 100).curve(17);
        assert_eq!(curve.len(), 18);
        assert!(curve.windows(2).all(|w| w[0].recall() >= w[1].recall()));
        assert_eq!((curve[0].found, curve[17].found), (3, 1));
    }

    #[test]
    fn a_share_of_strangers_fixes_the_threshold() {
        let (truth, hits) = (truth(), hits());
        let evaluation = Evaluation::new(&truth, &hits, 100);
        let at = |share| {
            evaluation
                .threshold_for_alerts(share)
                .map(|t| evaluation.at(t).strangers_alerted)
        };
        assert_eq!(at(0.0), Some(0));
        assert_eq!(at(0.011), Some(1)); // one of 97 is 1.03 %
        assert_eq!(at(0.5), None);
    }
}

//! Quality at one threshold, and recall within a group: counts, and the shares made of them.

use super::{Interval, share, wilson};

/// Quality at one threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Hits of at least so many bits count.
    pub threshold: f64,
    /// The same threshold as a score: the lowest score that counts; none where no hit counts.
    pub score: Option<f64>,
    /// True pairs that are hits.
    pub found: u64,
    /// True pairs that are not.
    pub missed: u64,
    /// Hits that are no true pair.
    pub false_hits: u64,
    /// Strangers (subjects without any true pair) with at least one hit.
    pub strangers_alerted: u64,
    /// All strangers.
    pub strangers: u64,
}

impl Point {
    /// Share of the true pairs that were found.
    pub fn recall(&self) -> f64 {
        share(self.found, self.found + self.missed)
    }

    /// The 95 % interval of the recall.
    pub fn recall_interval(&self) -> Interval {
        wilson(self.found, self.found + self.missed)
    }

    /// Share of the hits that are true; 1 where there is no hit, because none is wrong.
    pub fn precision(&self) -> f64 {
        if self.found + self.false_hits == 0 {
            1.0
        } else {
            share(self.found, self.found + self.false_hits)
        }
    }

    /// Harmonic mean of recall and precision.
    pub fn f1(&self) -> f64 {
        share(
            2 * self.found,
            2 * self.found + self.missed + self.false_hits,
        )
    }

    /// Strangers alerted, of a thousand.
    pub fn alerts_per_thousand(&self) -> f64 {
        1000.0 * share(self.strangers_alerted, self.strangers)
    }
}

/// Recall within one group of true pairs.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Name of the group; `not stated` where the truth says nothing.
    pub name: String,
    /// True pairs in it.
    pub pairs: u64,
    /// True pairs that are hits at the threshold.
    pub found: u64,
    /// True pairs that are the subject's best hit, at any threshold.
    pub first: u64,
}

impl Group {
    /// Share found at the threshold.
    pub fn recall(&self) -> f64 {
        share(self.found, self.pairs)
    }

    /// The 95 % interval of the recall.
    pub fn recall_interval(&self) -> Interval {
        wilson(self.found, self.pairs)
    }

    /// Share ranked first.
    pub fn ranked_first(&self) -> f64 {
        share(self.first, self.pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_found_and_nothing_wrong_is_full_precision_without_recall() {
        let point = Point {
            threshold: 30.0,
            score: None,
            found: 0,
            missed: 4,
            false_hits: 0,
            strangers_alerted: 0,
            strangers: 0,
        };
        let figures = [
            point.recall(),
            point.precision(),
            point.f1(),
            point.alerts_per_thousand(),
        ];
        assert_eq!(
            figures.map(|f| format!("{f:.1}")),
            ["0.0", "1.0", "0.0", "0.0"]
        );
    }
}

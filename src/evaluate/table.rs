//! Points and groups as Markdown tables, which also read well on a terminal.

use std::fmt::Write as _;

use super::{Group, Interval, Point};

/// One row a point, each under its name ("default", "highest F1").
pub fn points(rows: &[(&str, Point)]) -> String {
    let mut text = String::from(
        "| threshold | bits | recall (95 %) | true pairs | precision | F1 | alerts per 1,000 strangers |\n\
         | --- | --: | --- | --: | --: | --: | --: |\n",
    );
    for (name, point) in rows {
        let _ = writeln!(
            text,
            "| {name} | {:.2} | {} | {} | {:.3} | {:.3} | {:.1} |",
            point.threshold,
            with_interval(point.recall(), point.recall_interval()),
            point.found + point.missed,
            point.precision(),
            point.f1(),
            point.alerts_per_thousand()
        );
    }
    text
}

/// One row a group; `heading` says by what was grouped.
pub fn groups(heading: &str, rows: &[Group]) -> String {
    let mut text = format!(
        "| {heading} | true pairs | found | recall (95 %) | ranked first |\n\
         | --- | --: | --: | --- | --: |\n"
    );
    for group in rows {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {:.3} |",
            group.name,
            group.pairs,
            group.found,
            with_interval(group.recall(), group.recall_interval()),
            group.ranked_first()
        );
    }
    text
}

fn with_interval(share: f64, interval: Interval) -> String {
    format!("{share:.3} ({:.3}–{:.3})", interval.low, interval.high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_shows_recall_beside_its_price() {
        let point = Point {
            threshold: 9.5,
            score: Some(0.7),
            found: 81,
            missed: 182,
            false_hits: 27,
            strangers_alerted: 5,
            strangers: 1000,
        };
        let text = points(&[("default", point)]);
        let row = "| default | 9.50 | 0.308 (0.255–0.366) | 263 | 0.750 | 0.437 | 5.0 |";
        assert_eq!(text.lines().last(), Some(row));
    }

    #[test]
    fn a_group_shows_how_many_pairs_stand_behind_it() {
        let group = Group {
            name: "typo".to_owned(),
            pairs: 20,
            found: 0,
            first: 5,
        };
        let text = groups("kind", &[group]);
        let row = "| typo | 20 | 0 | 0.000 (0.000–0.161) | 0.250 |";
        assert_eq!(text.lines().last(), Some(row));
        assert!(text.starts_with("| kind | true pairs |"));
    }
}

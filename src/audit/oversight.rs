//! Counts for those who oversee exchanges: from the entries of a log, and so without names.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};

use crate::audit::{Act, Entry};

/// What is counted, and how far.
#[derive(Clone, Copy, Debug)]
pub struct Period {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Days after which an ask that was not answered is overdue.
    pub due_days: u32,
    /// Counts below this are not shown: few cases may be known cases.
    pub least: u64,
}

/// One count. Of what it is not about, it says nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OversightRow {
    /// What is counted.
    pub what: &'static str,
    /// Purpose, or empty.
    pub purpose: String,
    /// List, or empty.
    pub list: String,
    /// Type of notice, or empty.
    pub notice_type: String,
    /// Decision, reason, or how long it took.
    pub detail: String,
    /// How many; `None` where it is above zero and too few to be shown.
    pub count: Option<u64>,
}

/// Counts of a period by purpose, list, type of notice, decision and time to decision; refused files,
/// and asks that are overdue at its end. Sorted.
pub fn oversight(entries: &[Entry], period: &Period) -> Vec<OversightRow> {
    let is_within = |entry: &&Entry| (period.from..=period.to).contains(&entry.time.date());
    let read_at: BTreeMap<&[u8; 32], &Entry> = entries
        .iter()
        .filter(|entry| entry.act == Act::AskRead)
        .filter_map(|entry| Some((entry.digests.first()?, entry)))
        .collect();
    let mut counts: BTreeMap<OversightRow, u64> = BTreeMap::new();
    let mut add = |what, entry: &Entry, [list, notice_type]: [&str; 2], detail: &str, n: u64| {
        let row = OversightRow {
            what,
            purpose: entry
                .purpose
                .as_ref()
                .map_or("", |code| code.as_str())
                .to_owned(),
            list: list.to_owned(),
            notice_type: notice_type.to_owned(),
            detail: detail.to_owned(),
            count: None,
        };
        let sum = counts.entry(row).or_insert(0);
        *sum = sum.saturating_add(n);
    };
    for entry in entries.iter().filter(is_within) {
        let code = |at: usize| entry.codes.get(at).map_or("", |code| code.as_str());
        let number = |at: usize| entry.counts.get(at).copied().unwrap_or(0);
        let none = ["", ""];
        match entry.act {
            Act::Answered => {
                add("requests answered", entry, none, "", 1);
                add("subjects asked about", entry, none, "", number(1));
            }
            Act::Requested => {
                add("requests made", entry, none, "", 1);
                add("subjects asked about", entry, none, "", number(1));
            }
            Act::Opened => add("notices opened", entry, none, "", number(0)),
            Act::Asked => add("notices asked for", entry, none, "", number(0)),
            Act::Withdrawn => add("notices withdrawn", entry, none, "", number(0)),
            Act::Refused => add("files refused", entry, none, code(0), 1),
            Act::Decided => {
                let detail = format!("{} {}", code(0), code(1));
                add("decisions", entry, [code(2), code(3)], &detail, 1);
                let read = entry.digests.first().and_then(|ask| read_at.get(ask));
                if let Some(read) = read {
                    add(
                        "time to decision",
                        entry,
                        none,
                        took(read.time, entry.time),
                        1,
                    );
                }
            }
            _ => {}
        }
    }
    for (ask, read) in read_at {
        let is_answered = entries.iter().any(|entry| {
            entry.act == Act::Released
                && entry.digests.first() == Some(ask)
                && entry.time.date() <= period.to
        });
        let days = days_between(read.time.date(), period.to);
        if !is_answered && days.is_some_and(|days| days > period.due_days) {
            add("asks overdue", read, ["", ""], "", 1);
        }
    }
    let shown = counts
        .into_iter()
        .filter(|(_, n)| *n > 0)
        .map(|(row, n)| OversightRow {
            count: (n >= period.least).then_some(n),
            ..row
        });
    shown.collect()
}

fn days_between(from: Date, to: Date) -> Option<u32> {
    u32::try_from(from.until(to).ok()?.get_days()).ok()
}

/// In words, how long a decision took.
fn took(from: DateTime, to: DateTime) -> &'static str {
    match days_between(from.date(), to.date()) {
        Some(0) => "the same day",
        Some(1..=7) => "within 7 days",
        Some(8..=30) => "within 30 days",
        _ => "later",
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::exchange::name::Code;

    fn entry(day: i8, act: Act, codes: &[&str], ask: u8) -> Entry {
        Entry {
            purpose: Code::new("VISA"),
            codes: codes.iter().filter_map(|code| Code::new(code)).collect(),
            counts: vec![7],
            digests: vec![[ask; 32]],
            ..Entry::new(date(2026, 11, day).at(9, 0, 0, 0), act)
        }
    }

    fn rows(entries: &[Entry], least: u64) -> Vec<String> {
        let period = Period {
            from: date(2026, 11, 2),
            to: date(2026, 11, 30),
            due_days: 14,
            least,
        };
        let row = |r: OversightRow| {
            let count = r.count.map_or("few".to_owned(), |n| n.to_string());
            let words = [
                r.what,
                &r.purpose,
                &r.list,
                &r.notice_type,
                &r.detail,
                &count,
            ];
            words.join("|")
        };
        oversight(entries, &period).into_iter().map(row).collect()
    }

    #[test]
    fn decisions_are_counted_by_list_type_and_time_and_what_is_late_is_seen() {
        let release = ["release", "automatic", "wanted", "red"];
        let entries = [
            entry(1, Act::Asked, &[], 1),
            entry(3, Act::AskRead, &[], 1),
            entry(3, Act::Decided, &release, 1),
            entry(5, Act::Decided, &release, 1),
            entry(
                5,
                Act::Decided,
                &["refuse", "protected", "wanted", "red"],
                1,
            ),
            entry(5, Act::Released, &[], 1),
            entry(6, Act::AskRead, &[], 2),
            entry(20, Act::AskRead, &[], 3),
            entry(21, Act::Refused, &["ask"], 4),
        ];
        assert_eq!(
            rows(&entries, 1),
            [
                "asks overdue|VISA||||1",
                "decisions|VISA|wanted|red|refuse protected|1",
                "decisions|VISA|wanted|red|release automatic|2",
                "files refused|VISA|||ask|1",
                "time to decision|VISA|||the same day|1",
                "time to decision|VISA|||within 7 days|2",
            ]
        );
        let few = rows(&entries, 2);
        assert_eq!(few.iter().filter(|row| row.ends_with("few")).count(), 4);
        assert!(few.contains(&"decisions|VISA|wanted|red|release automatic|2".to_owned()));
    }
}

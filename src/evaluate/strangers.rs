//! How often people who are on no list alert, by group of people: false alerts and fairness.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::date;

use crate::error::Result;
use crate::evaluate::{share, wilson};
use crate::keys::Secret;
use crate::learn::frequencies::group_of;
use crate::read::List;
use crate::record::{Record, RecordId, Subject};
use crate::run::{Run, Settings};
use crate::score::Model;

/// Screens strangers against all lists together, by name only and with their birth dates, and
/// returns a Markdown table: group, people, how many alert, the same of a thousand with its 95 %
/// interval. The first row stands for everybody; then the groups, those that alert most by name
/// first.
///
/// `by` names a column that the reader did not know; locales that stand in
/// `src/learn/cultures.tsv` are shown under their group. Nobody who is on the lists may be among
/// the strangers.
///
/// # Errors
/// When the system has no randomness for the run's secret.
pub fn strangers(
    model: &Model,
    lists: Vec<List>,
    people: &[Subject],
    by: Option<&str>,
) -> Result<String> {
    let mut settings = Settings::on(date(2026, 1, 1));
    settings.model = model.clone();
    let run = Run::new(lists, Secret::fresh()?, settings)?;
    let by_name = alerted(&run, people, |_| Record::default())?;
    let with_birth = alerted(&run, people, |r| Record {
        dates: r.dates.clone(),
        ..Record::default()
    })?;
    let mut groups: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
    for (person, alerts) in people.iter().zip(by_name.iter().zip(&with_birth)) {
        let value = by.and_then(|column| person.extra.get(column));
        let group = value.map(|value| group_of(value).unwrap_or(value));
        for name in ["all"].into_iter().chain(group) {
            let counts = groups.entry(name).or_default();
            counts[0] += 1;
            counts[1] += u64::from(*alerts.0);
            counts[2] += u64::from(*alerts.1);
        }
    }
    let mut rows: Vec<(&str, [u64; 3])> = groups.into_iter().collect();
    rows.sort_by(|a, b| {
        let key = |row: &(&str, [u64; 3])| (row.0 != "all", -share(row.1[1], row.1[0]));
        let ((first, x), (second, y)) = (key(a), key(b));
        first.cmp(&second).then(x.total_cmp(&y))
    });
    Ok(table(by.unwrap_or("group"), &rows))
}

/// Who has at least one hit, where only the names and what `keep` keeps are known.
fn alerted(run: &Run, people: &[Subject], keep: impl Fn(&Record) -> Record) -> Result<Vec<bool>> {
    let known: Vec<Subject> = people
        .iter()
        .zip(0_usize..)
        .map(|(person, number)| {
            let record = Record {
                id: RecordId(format!("{number}")),
                kind: person.record.kind,
                names: person.record.names.clone(),
                ..keep(&person.record)
            };
            Subject {
                record,
                ..Subject::default()
            }
        })
        .collect();
    let mut alerts = vec![false; people.len()];
    for hit in run.screen_batch(&known)?.0 {
        let number = hit.subject_id.parse().ok();
        if let Some(alert) = number.and_then(|n: usize| alerts.get_mut(n)) {
            *alert = true;
        }
    }
    Ok(alerts)
}

fn table(heading: &str, rows: &[(&str, [u64; 3])]) -> String {
    let mut text = format!(
        "| {heading} | strangers | alert by name | of 1,000 (95 %) | alert with birth date | of 1,000 (95 %) |\n\
         | --- | --: | --: | --- | --: | --- |\n"
    );
    let of_thousand = |part, whole| {
        let interval = wilson(part, whole);
        format!(
            "{:.1} ({:.1}–{:.1})",
            1000.0 * share(part, whole),
            1000.0 * interval.low,
            1000.0 * interval.high
        )
    };
    for (name, [people, by_name, with_birth]) in rows {
        let _ = writeln!(
            text,
            "| {name} | {people} | {by_name} | {} | {with_birth} | {} |",
            of_thousand(*by_name, *people),
            of_thousand(*with_birth, *people)
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Kind, Name, Notice, PartialDate};

    fn person(name: &str, birth: &str) -> Record {
        Record {
            id: RecordId(name.to_owned()),
            kind: Kind::Person,
            names: vec![Name::primary(name)],
            dates: PartialDate::parse(birth, None).into_iter().collect(),
            ..Record::default()
        }
    }

    #[test]
    fn a_namesake_alerts_by_name_and_not_with_a_birth_date() {
        let listed = Notice {
            record: person("Ingrid Lindgren", "1950-03-09"),
            ..Notice::default()
        };
        let list = List {
            notices: vec![listed],
            ..List::default()
        };
        let stranger = |name, birth, origin: &str| Subject {
            record: person(name, birth),
            extra: [("origin".to_owned(), origin.to_owned())].into(),
            ..Subject::default()
        };
        let people = [
            stranger("Ingrid Lindgren", "1991-11-20", "no_NO"),
            stranger("Maria Fernandes", "1991-11-20", "pt_PT"),
        ];
        let table = strangers(&Model::default(), vec![list], &people, Some("origin"));
        let table = table.expect("randomness");
        let row = |n: usize| table.lines().nth(n).unwrap_or_default().to_owned();
        assert!(row(2).starts_with("| all | 2 | 1 | 500.0"), "{table}");
        assert!(row(2).contains("| 0 | 0.0"), "{table}");
        assert!(row(3).starts_with("| nordic | 1 | 1 |"), "{table}");
        assert!(row(4).starts_with("| portuguese | 1 | 0 |"), "{table}");
    }
}

//! Two parties match through a neutral unit, each from a folder of its own.
//!
//! Here belongs what they see of `veilmatch link`: the way as it is meant, and what goes wrong.

use std::collections::{BTreeMap, BTreeSet};

use veilmatch::keys::Prepared;
use veilmatch::keys::conjunctions::{List, of_notice, of_subject};
use veilmatch::read::{ListSettings, SubjectSettings, read_list, read_subjects};

use crate::support::{Desk, Done};

/// Rows of a CSV file of two columns.
fn rows(desk: &Desk, name: &str) -> Vec<(String, String)> {
    let bytes = desk.bytes(name);
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    reader
        .records()
        .map(|r| r.unwrap())
        .map(|r| (r[0].to_owned(), r[1].to_owned()))
        .collect()
}

/// What a local join of the same conjunctions finds.
fn local(desk: &Desk) -> BTreeSet<(String, String)> {
    let (list, _) = read_list(&[desk.path("d/notices.csv")], &ListSettings::default()).unwrap();
    let mut by_input: BTreeMap<Vec<u8>, Vec<String>> = BTreeMap::new();
    for notice in &list.notices {
        for input in of_notice(List::Wide, &Prepared::new(&notice.record)).inputs {
            by_input.entry(input).or_default().push(notice.uid());
        }
    }
    let mut met = BTreeSet::new();
    for chunk in read_subjects(&[desk.path("d/subjects.csv")], &SubjectSettings::default()).unwrap()
    {
        for subject in chunk.unwrap().0 {
            for input in of_subject(List::Wide, &Prepared::new(&subject.record)).inputs {
                let notices = by_input.get(&input).into_iter().flatten();
                met.extend(notices.map(|uid| (subject.record.id.0.clone(), uid.clone())));
            }
        }
    }
    met
}

/// Runs a command line, and wants it to succeed.
fn does(desk: &Desk, line: &str) {
    let done = run(desk, line);
    assert_eq!(done.code, 0, "{line}: {}", done.err);
}

fn run(desk: &Desk, line: &str) -> Done {
    desk.run(&line.split_whitespace().collect::<Vec<_>>())
}

/// Both parties' keys of an invented world, by one secret.
fn protected() -> Desk {
    let desk = Desk::new();
    does(&desk, "synth --subjects 600 --notices 900 --seed 5 -o d");
    does(&desk, "link secret -o secret");
    let common = "--secret-file secret --session one";
    does(
        &desk,
        &format!(
            "link protect --subjects d/subjects.csv {common} --book subjects.book -o subjects.keys"
        ),
    );
    does(
        &desk,
        &format!("link protect --list d/notices.csv {common} --book notices.book -o notices.keys"),
    );
    desk
}

#[test]
fn what_meets_through_the_unit_is_what_meets_in_one_place() {
    let desk = protected();
    does(&desk, "link join subjects.keys notices.keys -o pairs");
    for name in ["subjects", "notices"] {
        does(
            &desk,
            &format!("link strike pairs --book {name}.book -o {name}.marks"),
        );
        does(
            &desk,
            &format!("link open --names --book {name}.book -o {name}.names"),
        );
    }
    let open = |own: &str, peer: &str| -> BTreeSet<(String, String)> {
        does(
            &desk,
            &format!("link open pairs {peer}.marks --book {own}.book -o met.csv"),
        );
        let names: BTreeMap<String, String> = rows(&desk, &format!("{peer}.names"))
            .into_iter()
            .map(|(id, n)| (n, id))
            .collect();
        rows(&desk, "met.csv")
            .into_iter()
            .map(|(id, n)| (id, names[&n].clone()))
            .collect()
    };
    let wanted = local(&desk);
    assert!(wanted.len() > 20, "{}", wanted.len());
    assert_eq!(open("subjects", "notices"), wanted);
    let swapped = open("notices", "subjects").into_iter().map(|(n, s)| (s, n));
    assert_eq!(swapped.collect::<BTreeSet<_>>(), wanted);
}

#[test]
fn the_unit_sees_no_name_no_id_and_no_date() {
    let desk = protected();
    does(&desk, "link join subjects.keys notices.keys -o pairs");
    let mut words: BTreeSet<Vec<u8>> = BTreeSet::new();
    for file in ["d/subjects.csv", "d/notices.csv"] {
        let text = desk.text(file);
        let cells = text
            .lines()
            .skip(1)
            .flat_map(|line| line.split([',', ';', ' ', '"']));
        for cell in cells.filter(|cell| cell.len() >= 8) {
            words.extend([cell.as_bytes().to_vec(), cell.to_lowercase().into_bytes()]);
        }
    }
    assert!(words.len() > 1_000);
    for file in [
        "subjects.keys",
        "notices.keys",
        "pairs",
        "subjects.keys.paper",
        "pairs.paper",
    ] {
        let bytes = desk.bytes(file);
        let found = (0..bytes.len().saturating_sub(8)).find(|at| {
            let begins = &bytes[*at..*at + 8];
            let words = words
                .range(begins.to_vec()..)
                .take_while(|w| w.starts_with(begins));
            words.into_iter().any(|word| bytes[*at..].starts_with(word))
        });
        assert_eq!(found, None, "{file}");
    }
}

#[test]
fn another_secret_session_or_file_is_refused_and_nothing_is_written() {
    let desk = protected();
    desk.put("other", "another secret of both");
    let protect = "link protect --list d/notices.csv --book b";
    does(
        &desk,
        &format!("{protect} --secret-file other --session one -o other.keys"),
    );
    let refused = |line: &str| {
        let done = run(&desk, &format!("{line} -o out"));
        assert_eq!(done.code, 5, "{line}: {}", done.err);
        assert!(!desk.path("out").exists());
    };
    refused("link join subjects.keys other.keys");
    does(
        &desk,
        &format!("{protect} --secret-file secret --session two -o two.keys"),
    );
    refused("link join subjects.keys two.keys");
    refused("link join notices.keys subjects.keys");
    does(&desk, "link join subjects.keys notices.keys -o pairs");
    refused("link strike pairs --book b");
    let mut keys = desk.bytes("subjects.keys");
    let middle = keys.len() / 2;
    keys[middle] ^= 1;
    desk.put("subjects.keys", keys);
    refused("link join subjects.keys notices.keys");
    assert_eq!(run(&desk, "link secret -o secret").code, 2);
}

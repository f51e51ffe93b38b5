//! The attacks at small sizes: they open what is not protected and get nowhere with what leaves.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts are small"
)]

#[path = "../../benches/attack/trials.rs"]
mod trials;

#[cfg(feature = "cli")]
use veilmatch::exchange::sealed::{HeldRecord, HolderBook, publish};

use trials::{Hardening, Line, Surnames, linked, local, sealed, surnames};

fn share(line: &Line) -> f64 {
    line.score.right as f64 / line.score.rows as f64
}

const REGISTER: Surnames = Surnames {
    records: 100_000,
    distinct: 50_000,
    slope: 1.0,
    shift: 2.7,
    seed: 1,
};

#[test]
fn one_keyed_surname_a_record_opens_with_the_secret_and_by_block_sizes() {
    let lines = surnames(REGISTER, Hardening::None);
    let shares: Vec<f64> = lines.iter().map(share).collect();
    assert_eq!((shares[0], shares[1]), (1.0, 0.0));
    // 22 % at this size; 29 % at a million, which the bench shows.
    assert!((0.15..0.30).contains(&shares[2]), "{}", shares[2]);
    let suppressed = share(&surnames(REGISTER, Hardening::Suppress(10))[2]);
    assert!(suppressed > 0.15, "{suppressed}");
    let padded = share(&surnames(REGISTER, Hardening::Pad(10))[2]);
    assert!(padded < 0.05, "{padded}");
    let distinct = share(&surnames(REGISTER, Hardening::Distinct)[2]);
    assert!(distinct < 0.001, "{distinct}");
}

#[test]
fn the_keys_of_a_local_run_open_to_attacks_if_they_leave() {
    let lines = local(500, 1).unwrap();
    let share_of = |attack: &str| share(lines.iter().find(|l| l.attack == attack).unwrap());
    assert!(share_of("dictionary, shared secret") > 0.999_999);
    assert!(share_of("dictionary, another secret") < 0.000_001);
    assert!(
        share_of("graph matching") > 0.9,
        "{}",
        share_of("graph matching")
    );
}

#[test]
fn linked_keys_open_with_the_secret_and_hardly_without() {
    for line in linked(1_000, 10, 1).unwrap() {
        let records = line.score.records_right as f64 / line.score.records as f64;
        match line.attack {
            "dictionary, shared secret" => assert_eq!(line.score.right, line.score.rows),
            "dictionary, another secret" => assert_eq!(line.score.right, 0),
            // Of a thousand records one block more or less is many.
            _ => assert!(records < 0.03, "{} {records}", line.attack),
        }
    }
}

#[test]
fn files_of_the_exchange_open_to_their_owner_alone() {
    let lines = sealed(300, 1).unwrap();
    assert_eq!(lines.len(), 3 + 5 + 5 + 2 + 5 + 5);
    for line in lines {
        let rows = line.score.rows;
        assert!(rows > 0, "{} {}", line.file, line.attack);
        match line.attack {
            "dictionary, holder's seed" | "dictionary, asker's seed" => {
                assert_eq!(line.score.right, rows, "{}", line.file);
                assert_eq!(line.score.records_right, line.score.records);
            }
            "dictionary, another seed" | "dictionary, no key" => assert_eq!(line.score.right, 0),
            // By chance about one row is right; ten more are one in ten million.
            _ => {
                let most = line.chance * rows as f64 + 10.0;
                assert!(
                    (line.score.right as f64) < most,
                    "{} {}",
                    line.file,
                    line.attack
                );
            }
        }
    }
}

#[test]
#[cfg(feature = "cli")]
fn the_command_attacks_a_file_and_holds_claims_against_the_secret() {
    use veilmatch::keys::Prepared;
    use veilmatch::keys::conjunctions::{List, of_notice};
    use veilmatch::read::{ListSettings, read_list};

    let desk = crate::support::Desk::new();
    desk.put("list.csv", crate::support::NOTICES);
    let (list, _) = read_list(&[desk.path("list.csv")], &ListSettings::default()).unwrap();
    let held = list.notices.iter().map(|notice| HeldRecord {
        inputs: of_notice(List::Wide, &Prepared::new(&notice.record)).inputs,
        form: b"form".to_vec(),
        reference: Vec::new(),
    });
    let held: Vec<HeldRecord> = held.collect();
    let parties = crate::parties::Parties::new(100_000);
    let mut book = HolderBook::new(&parties.deal).unwrap();
    let (c0, _) = publish(&parties.holder(), &mut book, &held).unwrap();
    desk.put("index.parquet", &c0.envelope);
    desk.put("holder.book", book.encode());
    let attack = [
        "attack",
        "index.parquet",
        "--list",
        "list.csv",
        "--conjunctions",
        "wide",
    ];

    let done = desk.run(&[&attack[..], &["--holder-book", "holder.book", "--json"]].concat());
    done.ends(0, &[]);
    let lines = done
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let lines: Vec<serde_json::Value> = lines.collect();
    assert_eq!(lines.len(), 5);
    let all: u64 = held.iter().map(|record| record.inputs.len() as u64).sum();
    assert_eq!(lines[0]["attack"], "dictionary, with the secret");
    assert_eq!(
        (&lines[0]["score"]["right"], &lines[0]["score"]["rows"]),
        (&all.into(), &all.into())
    );
    for line in &lines[1..] {
        assert!(line["score"]["right"].as_u64().unwrap() < 10, "{line}");
    }
    let done = desk.run(&attack);
    done.ends(0, &[]);
    assert!(done.out.contains("co-occurrence") && !done.out.contains("right"));
    desk.run(&["attack", "index.parquet"]).ends(2, &["--list"]);
    desk.run(&["attack", "list.csv", "--list", "list.csv"])
        .ends(3, &["envelope"]);
    desk.put("holder.book", b"nothing of the kind");
    let done = desk.run(&[&attack[..], &["--holder-book", "holder.book"]].concat());
    done.ends(5, &["holder's book"]);
    assert!(done.out.is_empty());
}

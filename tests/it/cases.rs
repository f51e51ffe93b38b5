//! Curated name pairs: what the shipped model and threshold make of them. The list is
//! `tests/cases/pairs.tsv`; a new case is a new line there.

use veilmatch::record::{Kind, Name, PartialDate, Record};
use veilmatch::run::compare;
use veilmatch::score::Model;

const PAIRS: &str = include_str!("../cases/pairs.tsv");
const HEADER: &str = "a\tb\tkind\ta_birth\tb_birth\tverdict\treason\tsource";

fn record(name: &str, kind: Kind, birth: &str) -> Record {
    let dates = (!birth.is_empty())
        .then(|| PartialDate::parse(birth, None).expect("a date"))
        .into_iter()
        .collect();
    Record {
        kind,
        names: vec![Name::primary(name)],
        dates,
        ..Record::default()
    }
}

#[test]
fn every_pair_gets_its_verdict() {
    let model = Model::default();
    let mut lines = PAIRS.lines().filter(|l| !l.starts_with('#'));
    assert_eq!(lines.next(), Some(HEADER));
    let (mut hits, mut others) = (0, 0);
    let mut wrong = Vec::new();
    for line in lines {
        let cells: Vec<&str> = line.split('\t').collect();
        let [a, b, kind, a_birth, b_birth, verdict, reason, source] = cells[..] else {
            panic!("not 8 cells: {line}");
        };
        assert!(
            !reason.is_empty() && !source.is_empty(),
            "why, and who are they? {line}"
        );
        let kind = Kind::from_code(kind).expect("a kind");
        let scored = compare(&model, &record(a, kind, a_birth), &record(b, kind, b_birth));
        let bits = scored.map_or(f64::NEG_INFINITY, |s| s.bits);
        match verdict {
            "hit" => hits += 1,
            "no" => others += 1,
            _ => panic!("neither hit nor no: {line}"),
        }
        if (bits >= 0.0) != (verdict == "hit") {
            wrong.push(format!("{bits:.1} bits, wanted {verdict}: {line}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(hits >= 60 && others >= 40, "{hits} hits, {others} others");
}

//! What holds for any two names, and that the fast kernels answer what their naive twins answer.

use proptest::prelude::*;
use veilmatch::read::PairRow;
use veilmatch::record::{Kind, Name, PartialDate, Record};
use veilmatch::run::{PairScorer, compare};
use veilmatch::score::{Model, osa_distance, sound_distance};

use crate::reference;

const WORDS: &[&str] = &[
    "Maria",
    "Mario",
    "Mohammed",
    "Muhamad",
    "Omar",
    "Omar",
    "al",
    "bin",
    "abd",
    "Rahman",
    "Abdulrahman",
    "van",
    "Dr.",
    "Mullah",
    "Jr.",
    "J.",
    "Wang",
    "Wei",
    "Yong",
    "Su",
    "Yongsu",
    "Ivanovich",
    "Петров",
    "محمد",
    "김",
    "Trading",
    "Bank",
    "of",
    "Ltd",
    "GmbH",
    "7",
    "IX",
    "Zorvath",
    "Quillimane",
    "Müller",
    "Mueller",
];

const DATES: &[&str] = &["1970-05-03", "1970", "1970-03-05", "~1971", "1988-01-01"];

fn any_name() -> impl Strategy<Value = String> {
    let words = proptest::collection::vec(proptest::sample::select(WORDS), 1..7);
    prop_oneof![4 => words.prop_map(|w| w.join(" ")), 1 => "\\PC{0,40}", 1 => any::<String>()]
}

fn any_record() -> impl Strategy<Value = Record> {
    let kinds = [
        Kind::Person,
        Kind::Organization,
        Kind::Vessel,
        Kind::Unknown,
    ];
    let date = proptest::option::of(proptest::sample::select(DATES));
    let names = proptest::collection::vec(any_name(), 1..3);
    (names, proptest::sample::select(kinds.to_vec()), date).prop_map(|(names, kind, date)| Record {
        kind,
        names: names.into_iter().map(Name::primary).collect(),
        dates: date
            .iter()
            .filter_map(|d| PartialDate::parse(d, None).ok())
            .collect(),
        ..Record::default()
    })
}

#[test]
fn a_name_of_unknown_kind_and_an_organisation_may_change_places() {
    let named = |kind| Record {
        kind,
        names: vec![Name::primary("Jo Li")],
        ..Record::default()
    };
    let (a, b) = (named(Kind::Unknown), named(Kind::Organization));
    let bits = |x: &Record, y: &Record| compare(&Model::default(), x, y).map(|s| s.bits);
    assert_eq!(bits(&a, &b), bits(&b, &a));
}

#[test]
fn a_word_of_one_letter_and_an_initial_may_change_places() {
    let named = |name: &str| Record {
        names: vec![Name::primary(name)],
        ..Record::default()
    };
    let (a, b) = (named("\u{ce1}\u{11c92}"), named("\u{1d4c1}[\u{1ee6e}"));
    let bits = |x: &Record, y: &Record| compare(&Model::default(), x, y).map(|s| s.bits);
    assert_eq!(bits(&a, &b), bits(&b, &a));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Names are prepared once for all batches; a pair is worth what it is worth alone.
    #[test]
    fn pairs_of_later_batches_are_scored_as_alone(
        names in proptest::collection::vec(any_name(), 2..12),
        batch in 1_usize..5,
    ) {
        let model = Model::default();
        let kinds = [Kind::Person, Kind::Organization];
        let rows: Vec<PairRow> = (0..names.len() * 2)
            .map(|i| PairRow {
                a: names[i % names.len()].clone(),
                b: names[(i * 5 + 1) % names.len()].clone(),
                kind: kinds[i % 2],
                ..PairRow::default()
            })
            .collect();
        let mut scorer = PairScorer::new(&model);
        let bits: Vec<f64> = rows.chunks(batch).flat_map(|rows| scorer.score(rows)).collect();
        let record = |name: &str, kind| Record {
            kind,
            names: vec![Name::primary(name)],
            ..Record::default()
        };
        for (row, bits) in rows.iter().zip(bits) {
            let alone = compare(&model, &record(&row.a, row.kind), &record(&row.b, row.kind));
            let alone = alone.map_or(f64::NEG_INFINITY, |s| s.bits);
            prop_assert_eq!(alone.to_bits(), bits.to_bits());
        }
    }
}

proptest! {
    #[test]
    fn the_score_is_the_sum_of_its_evidence_and_between_0_and_1(
        a in any_record(),
        b in any_record(),
    ) {
        if let Some(scored) = compare(&Model::default(), &a, &b) {
            let sum: f64 = scored.evidence.iter().map(|e| e.bits).sum();
            prop_assert!((sum - scored.bits).abs() < 1e-6, "{sum} is not {}", scored.bits);
            prop_assert!(scored.score > 0.0 && scored.score < 1.0);
        }
    }

    #[test]
    fn the_two_sides_may_change_places(a in any_record(), b in any_record()) {
        let model = Model::default();
        let bits = |x: &Record, y: &Record| compare(&model, x, y).map(|s| s.bits);
        match (bits(&a, &b), bits(&b, &a)) {
            (Some(x), Some(y)) => prop_assert!((x - y).abs() < 0.01, "{x} is not {y}"),
            (x, y) => prop_assert_eq!(x, y),
        }
    }

    #[test]
    fn the_sound_distance_is_that_of_its_twin(
        a in "[a-z0-9]{0,34}",
        b in "[a-z]{0,12}",
        a_is_abjad in any::<bool>(),
        b_is_abjad in any::<bool>(),
    ) {
        let fast = sound_distance(a.as_bytes(), a_is_abjad, b.as_bytes(), b_is_abjad);
        let naive = reference::sound_distance(&a, a_is_abjad, &b, b_is_abjad);
        prop_assert!((fast - naive).abs() < 1e-3, "{fast} is not {naive}");
    }
}

/// Words over few letters, so that swaps and repeats come up; reproducible.
fn words() -> Vec<String> {
    let mut state = 1_u64;
    let mut draw = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    (0..160)
        .map(|_| {
            let len = draw(70);
            (0..len)
                .map(|_| char::from(b"abhiov"[usize::try_from(draw(6)).expect("below 6")]))
                .collect()
        })
        .collect()
}

#[test]
fn the_bit_parallel_distance_is_that_of_strsim() {
    let (mut fast, mut with_swaps) = (0, 0);
    let words = words();
    for a in &words {
        for b in &words {
            let (x, y) = (&a[..a.len().min(64)], &b[..b.len().min(64)]);
            let naive = strsim::osa_distance(x, y);
            assert_eq!(
                osa_distance(a.as_bytes(), b.as_bytes()) as usize,
                naive,
                "{a} {b}"
            );
            fast += usize::from(!x.is_empty() && !y.is_empty());
            with_swaps += usize::from(naive < strsim::levenshtein(x, y));
        }
    }
    assert!(
        fast > 0 && with_swaps > 0,
        "the fast path took {fast}, swaps in {with_swaps}"
    );
}

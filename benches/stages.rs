//! Stage benchmarks, one group per room in flow order: `cargo bench --bench stages`.
//!
//! Synthetic records, seed 7. Quote ratios from one run; on shared machines times mean little.
#![allow(missing_docs, reason = "criterion's macros make undocumented items")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use jiff::civil::date;
use veilmatch::keys::{KeyMaker, Prepared, Secret, Side};
use veilmatch::read::List;
use veilmatch::record::Subject;
use veilmatch::run::{Run, Settings};
use veilmatch::score::{Model, Scorer, WeakAliases};
use veilmatch::synth;
use veilmatch::{candidates, normalize, translit};

const SUBJECTS: usize = 1_000;
const NOTICES: usize = 10_000;

fn secret() -> Secret {
    Secret::from_material(b"benchmarks need no real secret").expect("long enough")
}

fn stages(c: &mut Criterion) {
    let world = synth::generate(&synth::Settings::sized(SUBJECTS, NOTICES, 7));
    let subjects: &[Subject] = &world.subjects;
    let prepared: Vec<Prepared> = subjects.iter().map(|s| Prepared::new(&s.record)).collect();
    let list = List {
        notices: world.notices.clone(),
        ..List::default()
    };
    let run = Run::new(vec![list], secret(), Settings::on(date(2026, 1, 1))).expect("a run");
    let borrowed: Vec<&Prepared> = prepared.iter().collect();
    let (envelope, book) = run.subject_envelope(&borrowed).expect("an envelope");
    let (pairs, _) = candidates::join(&envelope, run.envelope()).expect("same recipes");

    let mut group = c.benchmark_group("stages");
    group.throughput(Throughput::Elements(SUBJECTS as u64));
    group.bench_function("normalize and romanize (subjects)", |b| {
        b.iter(|| {
            for name in subjects.iter().flat_map(|s| &s.record.names) {
                let normal = normalize::normalize(&name.full, veilmatch::record::Kind::Person);
                std::hint::black_box(translit::latinize(&normal));
            }
        });
    });
    group.bench_function("prepare (subjects)", |b| {
        b.iter(|| {
            subjects
                .iter()
                .map(|s| Prepared::new(&s.record))
                .collect::<Vec<_>>()
        });
    });
    group.bench_function("keys (subjects)", |b| {
        let keys = KeyMaker::new(&secret());
        b.iter(|| {
            let mut n = 0_u64;
            for record in &prepared {
                keys.blind(record, Side::Subject, |_, _| n += 1);
            }
            n
        });
    });
    group.bench_function("candidates (subjects)", |b| {
        b.iter(|| {
            candidates::join(&envelope, run.envelope())
                .map(|(p, _)| p.len())
                .ok()
        });
    });
    group.throughput(Throughput::Elements(pairs.len() as u64));
    group.bench_function("score (candidates)", |b| {
        let model = Model::default();
        b.iter_batched_ref(
            || Scorer::new(&model, WeakAliases::default()).from_bits(0.0),
            |scorer| {
                pairs
                    .iter()
                    .filter_map(|pair| {
                        let subject = &prepared[book.row(pair.subject)? as usize];
                        let notice = run.notice(pair.notice)?;
                        scorer.score(subject, &notice.prepared)
                    })
                    .count()
            },
            BatchSize::SmallInput,
        );
    });
    group.throughput(Throughput::Elements(SUBJECTS as u64));
    group.bench_function("whole batch (subjects)", |b| {
        b.iter(|| run.screen_batch(subjects).map(|(hits, _)| hits.len()).ok());
    });
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);

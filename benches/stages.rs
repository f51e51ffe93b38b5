//! Stage benchmarks, one group per room in flow order: `cargo bench --bench stages`.
//!
//! Synthetic records, seed 7. Quote ratios from one run; on shared machines times mean little.
#![allow(missing_docs, reason = "criterion's macros make undocumented items")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use jiff::civil::date;
use veilmatch::keys::{KeyMaker, Prepared, Secret, Side};
use veilmatch::read::List;
use veilmatch::record::{Kind, Name, Record, Subject};
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
    let batch = run.batch(subjects).expect("a batch");
    let shard = run.shards().first().expect("one shard");
    let join = || candidates::join(batch.envelope(), shard.envelope()).expect("same recipes");
    let (found, _) = join();

    let mut group = c.benchmark_group("stages");
    group.throughput(Throughput::Elements(SUBJECTS as u64));
    group.bench_function("normalize and romanize (subjects)", |b| {
        b.iter(|| {
            for name in subjects.iter().flat_map(|s| &s.record.names) {
                let normal = normalize::normalize(&name.full, Kind::Person);
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
            keys.blind((0..).zip(&prepared), Side::Subject, |_, _, _| n += 1);
            n
        });
    });
    group.bench_function("candidates (subjects)", |b| {
        b.iter(|| join().0.pair_count());
    });
    group.throughput(Throughput::Elements(found.pair_count() as u64));
    group.bench_function("score (candidates)", |b| {
        let model = Model::default();
        b.iter_batched_ref(
            || Scorer::new(&model, WeakAliases::default()).from_bits(0.0),
            |scorer| {
                let mut scored = 0;
                for group in found.groups() {
                    let (_, subject) = batch.get(group.subject).expect("a subject");
                    let lives = group.notices.iter().filter_map(|h| shard.notice(*h));
                    scored += lives
                        .filter(|live| scorer.score(subject, &live.prepared).is_some())
                        .count();
                }
                scored
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

/// Names of people that are written in Latin letters, or in none of them, each with the other names
/// of its bearer; and prepared.
struct Names {
    records: Vec<Record>,
    prepared: Vec<Prepared>,
    /// Half of them two names of one person, half of two people.
    pairs: Vec<(usize, usize)>,
}

impl Names {
    /// `wanted`: whether names are Latin; pairs have a Latin name on the second side.
    fn new(latin: bool) -> Self {
        let world = synth::generate(&synth::Settings::sized(0, NOTICES, 7));
        let people = world
            .notices
            .iter()
            .filter(|n| n.record.kind == Kind::Person);
        let is_latin = |name: &Name| name.full.chars().all(|c| u32::from(c) < 0x250);
        let (mut records, mut pairs) = (Vec::new(), Vec::new());
        for person in people {
            let names = &person.record.names;
            let first = names.iter().find(|n| is_latin(n) == latin);
            let second = names.iter().rfind(|n| is_latin(n));
            let (Some(first), Some(second)) = (first, second) else {
                continue;
            };
            if first.full != second.full {
                let at = records.len();
                let record = |name: &Name| Record {
                    kind: Kind::Person,
                    names: vec![Name::primary(&name.full)],
                    ..Record::default()
                };
                records.extend([record(first), record(second)]);
                pairs.extend([(at, at + 1), (at, ((at * 7919 + 1) % (at + 1)) | 1)]);
            }
        }
        pairs.retain(|(_, b)| *b < records.len());
        let prepared = records.iter().map(Prepared::new).collect();
        Self {
            records,
            prepared,
            pairs,
        }
    }
}

fn names(c: &mut Criterion) {
    let mut group = c.benchmark_group("names");
    for (what, latin) in [("Latin", true), ("cross-script", false)] {
        let names = Names::new(latin);
        group.throughput(Throughput::Elements(names.records.len() as u64));
        let keys = KeyMaker::new(&secret());
        group.bench_function(format!("{what}: normalize, prepare, keys (names)"), |b| {
            b.iter(|| {
                let mut n = 0_u64;
                for chunk in names.records.chunks(256) {
                    let prepared: Vec<Prepared> = chunk.iter().map(Prepared::new).collect();
                    keys.blind((0..).zip(&prepared), Side::Notice, |_, _, _| n += 1);
                }
                n
            });
        });
        group.throughput(Throughput::Elements(names.pairs.len() as u64));
        let model = Model::default();
        group.bench_function(format!("{what}: score (pairs of names)"), |b| {
            b.iter_batched_ref(
                || Scorer::new(&model, WeakAliases::Screen),
                |scorer| {
                    let scored = names.pairs.iter().filter_map(|(x, y)| {
                        scorer.score(&names.prepared[*x], &names.prepared[*y])
                    });
                    scored.map(|o| o.bits).sum::<f64>()
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, stages, names);
criterion_main!(benches);

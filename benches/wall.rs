//! The wall: keys a second of each step of the function, and of the whole exchange.
//!
//! `cargo bench --bench wall`. One thread for the steps, so that a rate is one of a core; `exchange`
//! takes all there are. `RAYON_NUM_THREADS=1` makes that one core too. The proof is measured alone:
//! with it, `evaluate` and `prove` add up for the holder, `verify` and `finalize` for the asker.
#![allow(missing_docs, reason = "criterion's macros make undocumented items")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rayon::ThreadPoolBuilder;
use veilmatch::oprf::{Blind, Element, Mode, SecretKey, blind, evaluate, finalize, prove, verify};

/// Rows of one batch: some chunks of encoding, one proof.
const ROWS: usize = 16_384;

fn steps(c: &mut Criterion) {
    let inputs: Vec<Vec<u8>> = (0..ROWS)
        .map(|n| format!("veilmatch input {n:08} of some sixty bytes, as conjunctions are").into())
        .collect();
    let fresh = || Blind::fresh().expect("randomness");
    let blinds: Vec<Blind> = inputs.iter().map(|_| fresh()).collect();
    let key = SecretKey::derive(&[7; 32], b"bench", Mode::Voprf).expect("a key");
    let rows = blind(&inputs, &blinds, Mode::Voprf).expect("blinded");
    let blinded = Element::decode_all(&rows).expect("elements");
    let answers = evaluate(&key, &blinded);
    let evaluated = Element::decode_all(&answers).expect("elements");
    let proofs = prove(&key, &blinded, &answers).expect("proofs");

    let mut group = c.benchmark_group("wall");
    group.sample_size(10);
    group.throughput(Throughput::Elements(ROWS as u64));
    let one = ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .expect("a thread");
    let mut bench = |name: &str, step: &mut (dyn FnMut() + Send)| {
        group.bench_function(name, |b| b.iter(|| one.install(&mut *step)));
    };
    bench("blind", &mut || {
        std::hint::black_box(blind(&inputs, &blinds, Mode::Voprf).expect("blinded"));
    });
    bench("decode and evaluate", &mut || {
        let blinded = Element::decode_all(&rows).expect("elements");
        std::hint::black_box(evaluate(&key, &blinded));
    });
    bench("prove", &mut || {
        std::hint::black_box(prove(&key, &blinded, &answers).expect("proofs"));
    });
    bench("decode and finalize", &mut || {
        let evaluated = Element::decode_all(&answers).expect("elements");
        std::hint::black_box(finalize(&inputs, &blinds, &evaluated).expect("outputs"));
    });
    bench("verify", &mut || {
        verify(&key.public(), &blinded, &evaluated, &proofs, Mode::Voprf).expect("proved");
    });
    bench("outputs (holder's own inputs)", &mut || {
        std::hint::black_box(key.outputs(&inputs).expect("outputs"));
    });
    group.finish();
}

criterion_group!(benches, steps);
criterion_main!(benches);

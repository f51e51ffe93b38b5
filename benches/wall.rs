//! The wall: keys a second of each step of the function, and of the whole exchange.
//!
//! `cargo bench --bench wall`. The steps run on one thread, so that a rate is that of a core.
//! Proofs are measured alone: `evaluate` and `prove` add up for the holder, `verify` and `finalize`
//! for the asker. `exchange` is all of it with as many notices as subjects, one input each: what a
//! private set intersection does, files, signatures and forms included.
#![allow(missing_docs, reason = "criterion's macros make undocumented items")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::civil::date;
use rayon::ThreadPoolBuilder;
use veilmatch::exchange::agreement::{Agreement, Deal, Intent};
use veilmatch::exchange::identity::Identity;
use veilmatch::exchange::manifest::{Received, Sent, Side};
use veilmatch::exchange::name::{Code, PartyName};
use veilmatch::exchange::sealed::{
    Admission, AskerState, HeldRecord, HolderBook, Question, Subject, publish,
};
use veilmatch::exchange::table::Kind;
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

/// The two parties of the exchange that is measured, and what they agreed.
struct World {
    holder: Identity,
    asker: Identity,
    deal: Deal,
}

impl World {
    fn new() -> Self {
        let party = |name: &str| {
            let name = PartyName::new(name).expect("a name");
            Identity::fresh(name).expect("randomness")
        };
        let (holder, asker) = (party("holder"), party("asker"));
        let hex = |bytes: &[u8; 32]| {
            let two = |half: [u8; 16]| format!("{:032x}", u128::from_be_bytes(half));
            let (halves, _) = bytes.as_chunks::<16>();
            halves.iter().copied().map(two).collect::<Vec<_>>().concat()
        };
        let keys = |identity: &Identity| {
            let party = identity.party();
            let sign = hex(party.signatory.key.as_bytes());
            format!(
                "name = \"{}\"\nsign = \"{sign}\"\nseal = \"{}\"\ncountries = []\n",
                party.name(),
                hex(&party.seal.bytes())
            )
        };
        let text = format!(
            "# veilmatch agreement/1\nlearns = [\"asker\"]\npurposes = [\"P\"]\n\
             legal_bases = [\"L\"]\nrecipe_digest = \"{}\"\nreleasable_fields = []\n\
             no_send = []\nbarred_handling = []\nprotected_roles = false\n\
             retention_days = 1\ndisputes = \"nobody\"\n[[party]]\n{}[[party]]\n{}\
             [[list]]\nid = \"L\"\nholder = \"holder\"\npolitical_review = false\n\
             [[notice]]\ntype = \"T\"\nthreshold_bits = 0.0\ndeciders = 1\n\
             [caps]\nsubjects = 10000000\ninputs_per_record = 64\nrequest_rows = 100000000\n\
             index_rows = 100000000\nasks = 1000\nform_bytes = 256\nrelease_bytes = 4096\n\
             [epochs]\nfirst_day = \"2026-01-01\"\ndays = 30\ncount = 1\n",
            hex(&[0; 32]),
            keys(&holder),
            keys(&asker),
        );
        let mut agreement = Agreement::draft(&text).expect("terms");
        holder.sign(agreement.note_mut());
        asker.sign(agreement.note_mut());
        let code = |text: &str| Code::new(text).expect("a code");
        let intent = Intent {
            asker: asker.party().name().clone(),
            holder: holder.party().name().clone(),
            purpose: code("P"),
            legal_basis: code("L"),
            recipe_digest: [0; 32],
            today: date(2026, 1, 2),
        };
        let deal = agreement.deal(&intent).expect("a deal");
        Self {
            holder,
            asker,
            deal,
        }
    }

    fn side<'a>(&'a self, identity: &'a Identity) -> Side<'a> {
        Side {
            identity,
            deal: &self.deal,
            log: (0, [0; 32]),
        }
    }

    fn take(&self, kind: Kind, sent: &Sent) -> Received {
        let manifest = sent.manifest.as_bytes();
        self.deal
            .receive(kind, &sent.envelope, manifest)
            .expect("taken")
    }

    /// All of it, files in memory, signatures and checks included: how many records opened.
    fn exchange(&self, records: &[HeldRecord], subjects: &[Subject]) -> usize {
        let (holder, asker) = (self.side(&self.holder), self.side(&self.asker));
        let mut book = HolderBook::new(&self.deal).expect("a book");
        let (c0, c1) = publish(&holder, &mut book, records).expect("an index");
        let (index, forms) = (self.take(Kind::Index, &c0), self.take(Kind::Forms, &c1));
        let mut state = AskerState::new(&self.deal).expect("a session");
        let question = Question::new(&asker, &mut state, &index, subjects).expect("a question");
        let c2 = question.request(&asker).expect("a request");
        let request = self.take(Kind::Request, &c2);
        let Ok(Admission::New(admitted)) = book.admit(&holder, &request) else {
            panic!("a new request within the caps");
        };
        let c3 = admitted.respond(&holder, &mut book).expect("a response");
        let response = self.take(Kind::Response, &c3);
        let outputs = question.finish(&request, &response).expect("outputs");
        outputs
            .open(&index, &forms)
            .expect("an opening")
            .records
            .len()
    }
}

/// As many notices as subjects, one input each, half of them shared.
fn exchange(c: &mut Criterion) {
    let world = World::new();
    let input = |n: usize| format!("input {n:08}").into_bytes();
    let records: Vec<HeldRecord> = (0..ROWS)
        .map(|n| HeldRecord {
            inputs: vec![input(n)],
            form: b"form".to_vec(),
            reference: Vec::new(),
        })
        .collect();
    let subjects: Vec<Subject> = (ROWS / 2..ROWS / 2 + ROWS)
        .map(|n| Subject {
            record: input(n),
            inputs: vec![input(n)],
        })
        .collect();
    let mut group = c.benchmark_group("exchange");
    group.sample_size(10);
    group.throughput(Throughput::Elements(ROWS as u64));
    for threads in [1, 2] {
        let pool = ThreadPoolBuilder::new().num_threads(threads);
        let pool = pool.build().expect("threads");
        group.bench_function(format!("C0 to opened forms, {threads} threads"), |b| {
            b.iter(|| {
                let opened = pool.install(|| world.exchange(&records, &subjects));
                assert_eq!(opened, ROWS / 2);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, steps, exchange);
criterion_main!(benches);

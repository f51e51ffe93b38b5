//! Files made as the program makes them, or as it would without its protection, and how far the
//! attacks get with each.

use std::collections::{BTreeMap, BTreeSet};

use veilmatch::attack::home::{blind_keys, inputs, recipe_keys, truth};
use veilmatch::attack::{Claims, Score, Truth, View, guesses};
use veilmatch::error::Result;
use veilmatch::exchange::linked::{LinkedRecord, Meeting, protect};
use veilmatch::exchange::name::Code;
use veilmatch::exchange::sealed::{
    Admission, AskerState, HeldRecord, HolderBook, Question, Subject, publish,
};
use veilmatch::exchange::table::Kind;
use veilmatch::exchange::{Envelope, Handle, HandleBook};
use veilmatch::keys::conjunctions::List;
use veilmatch::keys::{BlindKey, KeyMaker, Prepared, Secret, Side};
use veilmatch::synth::{Generator, Settings};

use crate::parties::Parties;

/// One line of the table.
pub(crate) struct Line {
    pub(crate) file: String,
    pub(crate) attack: &'static str,
    pub(crate) score: Score,
    /// Share of rows that would be right if claims were dealt at random.
    pub(crate) chance: f64,
}

/// Surnames as in a register: value `n` of `distinct` is drawn with a weight of `1 / (n + shift)^slope`.
#[derive(Clone, Copy)]
pub(crate) struct Surnames {
    pub(crate) records: usize,
    pub(crate) distinct: u32,
    pub(crate) slope: f64,
    pub(crate) shift: f64,
    pub(crate) seed: u64,
}

impl Surnames {
    fn weights(&self) -> Vec<f64> {
        let weight = |n| (f64::from(n) + self.shift).powf(-self.slope);
        (1..=self.distinct).map(weight).collect()
    }

    fn draw(&self) -> Vec<u32> {
        let mut sum = 0.0;
        let weights = self.weights().into_iter();
        let sums: Vec<f64> = weights
            .map(|weight| {
                sum += weight;
                sum
            })
            .collect();
        let mut random = blake3::Hasher::new()
            .update(&self.seed.to_le_bytes())
            .finalize_xof();
        let mut next = || {
            let mut bytes = [0; 8];
            random.fill(&mut bytes);
            // 53 bits, as many as a number has.
            (u64::from_le_bytes(bytes) >> 11) as f64 / 2_f64.powi(53) * sum
        };
        (0..self.records)
            .map(|_| {
                let drawn = next();
                sums.partition_point(|sum| *sum <= drawn) as u32
            })
            .collect()
    }

    /// What is public: the values in the order of their weights, in numbers as expected.
    fn home(&self) -> View {
        let weights = self.weights();
        let all: f64 = weights.iter().sum();
        let rows: Vec<[u8; 4]> = (0_u32..)
            .zip(&weights)
            .flat_map(|(value, weight)| {
                let rows = (weight / all * self.records as f64).round().max(1.0) as usize;
                std::iter::repeat_n(value.to_be_bytes(), rows)
            })
            .collect();
        View::of(rows.iter().map(|value| (value.as_slice(), None))).expect("few rows")
    }
}

/// What is done to blocks before they leave.
#[derive(Clone, Copy)]
pub(crate) enum Hardening {
    /// Nothing.
    None,
    /// Blocks of fewer rows are left out.
    Suppress(usize),
    /// Blocks are filled up with dummies to a power of this.
    Pad(usize),
    /// Each key stands once.
    Distinct,
}

impl Hardening {
    fn name(self) -> String {
        match self {
            Self::None => "shared key, block sizes visible".to_owned(),
            Self::Suppress(least) => format!("blocks below {least} left out"),
            Self::Pad(base) => format!("blocks padded to powers of {base}"),
            Self::Distinct => "each key once".to_owned(),
        }
    }
}

/// One keyed surname a record, in the envelope of a local run.
pub(crate) fn surnames(settings: Surnames, hardening: Hardening) -> Vec<Line> {
    let home = settings.home();
    let key = |secret: u8, value: u32| -> BlindKey {
        let hash = blake3::keyed_hash(&[secret; 32], &value.to_be_bytes());
        BlindKey::from_bytes(*hash.as_bytes().first_chunk().expect("32 bytes"))
    };
    let mut blocks: BTreeMap<u32, usize> = BTreeMap::new();
    for value in settings.draw() {
        *blocks.entry(value).or_default() += 1;
    }
    let secret = Secret::from_material(&settings.seed.to_le_bytes().repeat(2)).expect("16 bytes");
    let sizes = blocks
        .into_iter()
        .filter_map(|(value, size)| match hardening {
            Hardening::None => Some((value, size, size)),
            Hardening::Suppress(least) => (size >= least).then_some((value, size, size)),
            Hardening::Pad(base) => {
                let mut padded = 1;
                while padded < size {
                    padded *= base;
                }
                Some((value, size, padded))
            }
            Hardening::Distinct => Some((value, 1, 1)),
        });
    let sizes: Vec<(u32, usize, usize)> = sizes.collect();
    let all = sizes.iter().map(|(_, _, padded)| *padded).sum::<usize>() as u32;
    let book = HandleBook::deal(&secret, "veilmatch 2026-11 bench handles v1", all);
    let mut rows = Vec::new();
    let mut real = Vec::new();
    for (value, size, padded) in &sizes {
        for number in 0..*padded {
            let handle = book.handle(rows.len() as u32).expect("a row");
            rows.push((key(1, *value), handle));
            real.push((handle, number < *size));
        }
    }
    let file = Envelope::seal([0; 32], rows).encode();
    let view = View::of_file(&file).expect("an envelope");
    let keys_of = |secret| -> Vec<Vec<Vec<u8>>> {
        let keys = home.keys.iter().map(|value| {
            let value = u32::from_be_bytes(*value.first_chunk().expect("4 bytes"));
            vec![key(secret, value).to_bytes().to_vec()]
        });
        keys.collect()
    };
    let opened = guesses::dictionary(&view, &keys_of(1));
    let mut truth = truth(&view, &home, &opened);
    // The view numbers handles in their order, which is from 0: all handles are in use.
    let real: BTreeMap<Handle, bool> = real.into_iter().collect();
    let own = view.rows.iter().map(|(_, handle)| {
        let is_real = real.get(&Handle(*handle)).copied().unwrap_or_default();
        is_real.then_some(*handle)
    });
    truth.records = own.collect();
    let chance = 1.0 / home.keys.len() as f64;
    let name = format!("{} surnames, {}", settings.records, hardening.name());
    let line = |attack, claims: &Claims| Line {
        file: name.clone(),
        attack,
        score: claims.score(&view, &truth),
        chance,
    };
    let stranger = guesses::dictionary(&view, &keys_of(2));
    vec![
        line("dictionary, shared secret", &opened),
        line("dictionary, another secret", &stranger),
        line("rank, public frequencies", &guesses::rank(&view, &home)),
    ]
}

/// Invented notices, prepared.
fn people(count: usize, seed: u64) -> Vec<Prepared> {
    let generator = Generator::new(Settings::sized(0, count, seed));
    let notices = (0..count).map(|index| generator.notice(index));
    notices
        .map(|notice| Prepared::new(&notice.record))
        .collect()
}

/// All attacks that need no secret, on one view.
fn onlooker(file: &str, view: &View, homes: [(&View, &Truth); 2]) -> Vec<Line> {
    let [(home, truth), (others, of_others)] = homes;
    let line = |attack, claims: &Claims, home: &View, truth| Line {
        file: file.to_owned(),
        attack,
        score: claims.score(view, truth),
        chance: 1.0 / home.keys.len().max(1) as f64,
    };
    vec![
        line("rank, same people", &guesses::rank(view, home), home, truth),
        line(
            "rank, other people",
            &guesses::rank(view, others),
            others,
            of_others,
        ),
        line(
            "degree-stripped rank",
            &guesses::stripped_rank(view, home),
            home,
            truth,
        ),
        line(
            "co-occurrence",
            &guesses::co_occurrence(view, home),
            home,
            truth,
        ),
        line(
            "graph matching",
            &guesses::matching(view, home),
            home,
            truth,
        ),
    ]
}

/// The keys of a local run, in its envelope, as a partner would get them.
pub(crate) fn local(records: usize, seed: u64) -> Result<Vec<Line>> {
    let (prepared, strangers) = (people(records, seed), people(records, seed + 1));
    let secret = Secret::from_material(&seed.to_le_bytes().repeat(2))?;
    let maker = KeyMaker::new(&secret);
    let book = HandleBook::deal(
        &secret,
        "veilmatch 2026-11 bench handles v1",
        records as u32,
    );
    let mut rows = Vec::new();
    maker.blind((0..).zip(&prepared), Side::Notice, |record, _, key| {
        rows.push((key, book.handle(record).expect("a row")));
    });
    let file = Envelope::seal([0; 32], rows).encode();
    let view = View::of_file(&file)?;
    let (home, known) = recipe_keys(&prepared, Side::Notice)?;
    let (others, others_known) = recipe_keys(&strangers, Side::Notice)?;
    let opened = guesses::dictionary(&view, &blind_keys(&secret, &known));
    let by_others = guesses::dictionary(&view, &blind_keys(&secret, &others_known));
    let wrong = Secret::from_material(b"another secret, as long")?;
    let failed = guesses::dictionary(&view, &blind_keys(&wrong, &known));
    let truths = (
        truth(&view, &home, &opened),
        truth(&view, &others, &by_others),
    );
    let name = format!("{records} records, all keys of a local run");
    let line = |attack, claims: &Claims| Line {
        file: name.clone(),
        attack,
        score: claims.score(&view, &truths.0),
        chance: 1.0 / home.keys.len() as f64,
    };
    let mut lines = vec![
        line("dictionary, shared secret", &opened),
        line("dictionary, another secret", &failed),
    ];
    lines.extend(onlooker(
        &name,
        &view,
        [(&home, &truths.0), (&others, &truths.1)],
    ));
    Ok(lines)
}

/// C0 to C3 of an exchange in which everybody on the list is asked about.
pub(crate) fn sealed(records: usize, seed: u64) -> Result<Vec<Line>> {
    let (prepared, strangers) = (people(records, seed), people(records, seed + 1));
    let home = inputs(List::Wide, &prepared, Side::Subject)?;
    let others = inputs(List::Wide, &strangers, Side::Subject)?;
    let of_records = home.keys_of_records();
    let input = |key: &u32| home.keys.get(*key as usize).cloned().unwrap_or_default();
    let inputs_of = |record: &Vec<u32>| record.iter().map(input).collect::<Vec<_>>();
    let notices: Vec<HeldRecord> = (0_u32..)
        .zip(&of_records)
        .map(|(number, record)| HeldRecord {
            inputs: inputs_of(record),
            form: number.to_be_bytes().to_vec(),
            reference: number.to_be_bytes().to_vec(),
        })
        .collect();
    let subjects: Vec<Subject> = of_records
        .iter()
        .map(|record| Subject {
            inputs: inputs_of(record),
            record: Vec::new(),
        })
        .collect();

    let parties = Parties::new(100_000_000);
    let (holder, asker) = (parties.holder(), parties.asker());
    let mut book = HolderBook::new(&parties.deal)?;
    let (c0, c1) = publish(&holder, &mut book, &notices)?;
    let index = parties.take(Kind::Index, &c0)?;
    let forms = parties.take(Kind::Forms, &c1)?;
    let mut state = AskerState::new(&parties.deal)?;
    let question = Question::new(&asker, &mut state, &index, &subjects)?;
    let c2 = question.request(&asker)?;
    let request = parties.take(Kind::Request, &c2)?;
    let Admission::New(admitted) = book.admit(&holder, &request)? else {
        panic!("a new request");
    };
    let c3 = admitted.respond(&holder, &mut book)?;
    let response = parties.take(Kind::Response, &c3)?;
    let opening = question.finish(&request, &response)?.open(&index, &forms)?;

    let mut lines = Vec::new();
    let views = [&c0, &c1, &c2, &c3].map(|sent| View::of_file(&sent.envelope));
    let [tags, handles, blinded, evaluated] = views;
    let (tags, handles, blinded, evaluated) = (tags?, handles?, blinded?, evaluated?);
    let name = |file: &str| format!("{records} records, {file}");

    // C0: who has the seed finds all; the truth is what it finds.
    let dictionary = |book: &HolderBook| book.guess(&index.table, &home.keys);
    let opened = guesses::dictionary(&tags, &dictionary(&book)?);
    let by_others = guesses::dictionary(&tags, &book.guess(&index.table, &others.keys)?);
    let owner = truth(&tags, &home, &opened);
    let truths = (
        owner.clone(),
        of_the_same(&owner, truth(&tags, &others, &by_others)),
    );
    let other_key = guesses::dictionary(&tags, &dictionary(&HolderBook::new(&parties.deal)?)?);
    let no_key: Vec<Vec<Vec<u8>>> = home
        .keys
        .iter()
        .map(|input| vec![blake3::hash(input).as_bytes()[..16].to_vec()])
        .collect();
    let chance = 1.0 / home.keys.len() as f64;
    let by = |file: &str, attack, claims: &Claims, view: &View, truth: &Truth| Line {
        file: name(file),
        attack,
        score: claims.score(view, truth),
        chance,
    };
    lines.push(by(
        "C0",
        "dictionary, holder's seed",
        &opened,
        &tags,
        &truths.0,
    ));
    lines.push(by(
        "C0",
        "dictionary, another seed",
        &other_key,
        &tags,
        &truths.0,
    ));
    let unkeyed = guesses::dictionary(&tags, &no_key);
    lines.push(by("C0", "dictionary, no key", &unkeyed, &tags, &truths.0));
    lines.extend(onlooker(
        &name("C0"),
        &tags,
        [(&home, &truths.0), (&others, &truths.1)],
    ));

    // C1: a handle is a record; which, its opened form says.
    let numbers: BTreeMap<[u8; 32], u32> = opening
        .records
        .iter()
        .map(|record| {
            (
                record.handle.0,
                u32::from_be_bytes(*record.form.first_chunk().expect("4")),
            )
        })
        .collect();
    let number_of = |key: &u32| {
        let handle = handles.keys.get(*key as usize)?;
        numbers.get(handle.first_chunk::<32>()?).copied()
    };
    let numbers: Vec<Option<u32>> = handles.rows.iter().map(|(key, _)| number_of(key)).collect();
    let of_forms = Truth {
        values: numbers.clone(),
        records: numbers,
    };
    let list: Vec<[u8; 4]> = (0..records as u32).map(u32::to_be_bytes).collect();
    let list = View::of(list.iter().map(|record| (record.as_slice(), None)))?;
    let homes = [(&list, &of_forms), (&list, &of_forms)];
    lines.extend(onlooker(&name("C1"), &handles, homes));

    // C2 and C3: the same rows in the same order; who has the session's seed finds all of C2.
    let guessed = |state: &AskerState| state.guess(&request.table, &home.keys);
    let opened = guesses::dictionary(&blinded, &guessed(&state)?);
    let of_others = guesses::dictionary(&blinded, &state.guess(&request.table, &others.keys)?);
    let owner = truth(&blinded, &home, &opened);
    let truths = (
        owner.clone(),
        of_the_same(&owner, truth(&blinded, &others, &of_others)),
    );
    let other_seed = guesses::dictionary(&blinded, &guessed(&AskerState::new(&parties.deal)?)?);
    lines.push(by(
        "C2",
        "dictionary, asker's seed",
        &opened,
        &blinded,
        &truths.0,
    ));
    lines.push(by(
        "C2",
        "dictionary, another seed",
        &other_seed,
        &blinded,
        &truths.0,
    ));
    lines.extend(onlooker(
        &name("C2"),
        &blinded,
        [(&home, &truths.0), (&others, &truths.1)],
    ));
    lines.extend(onlooker(
        &name("C3"),
        &evaluated,
        [(&home, &truths.0), (&others, &truths.1)],
    ));
    Ok(lines)
}

/// Keys as a party gives them to the unit of linked mode, which does not have the secret.
pub(crate) fn linked(records: usize, base: u32, seed: u64) -> Result<Vec<Line>> {
    let (prepared, strangers) = (people(records, seed), people(records, seed + 1));
    let home = inputs(List::Wide, &prepared, Side::Notice)?;
    let others = inputs(List::Wide, &strangers, Side::Notice)?;
    let input = |key: &u32| home.keys.get(*key as usize).cloned().unwrap_or_default();
    let held = home
        .keys_of_records()
        .into_iter()
        .map(|record| LinkedRecord {
            inputs: record.iter().map(input).collect(),
            reference: Vec::new(),
        });
    let held: Vec<LinkedRecord> = held.collect();
    let meeting = |material: &[u8]| -> Result<Meeting> {
        let session = Code::new("bench").expect("a code");
        Ok(Meeting::new(
            &Secret::from_material(material)?,
            &List::Wide.digest(),
            &session,
        ))
    };
    let (own, other) = (
        meeting(b"the secret of both")?,
        meeting(b"another secret, as long")?,
    );
    let (file, _, _) = protect(&own, Side::Notice, &held, base, None)?;
    let view = View::of_file(&file.envelope)?;
    let keys_of = |meeting: &Meeting, home: &View| -> Vec<Vec<Vec<u8>>> {
        let keys = home
            .keys
            .iter()
            .map(|input| vec![meeting.key(input).to_vec()]);
        keys.collect()
    };
    let opened = guesses::dictionary(&view, &keys_of(&own, &home));
    let by_others = guesses::dictionary(&view, &keys_of(&own, &others));
    let line = |attack, claims: &Claims, opened: &Claims, known: &View| Line {
        file: format!("{records} records, linked, powers of {base}"),
        attack,
        score: by_value(claims, opened, &view, known, &home),
        chance: 1.0 / known.keys.len() as f64,
    };
    let wrong = guesses::dictionary(&view, &keys_of(&other, &home));
    Ok(vec![
        line("dictionary, shared secret", &opened, &opened, &home),
        line("dictionary, another secret", &wrong, &opened, &home),
        line(
            "rank, same people",
            &guesses::rank(&view, &home),
            &opened,
            &home,
        ),
        line(
            "rank, other people",
            &guesses::rank(&view, &others),
            &by_others,
            &others,
        ),
        line(
            "degree-stripped rank",
            &guesses::stripped_rank(&view, &home),
            &opened,
            &home,
        ),
        line(
            "co-occurrence",
            &guesses::co_occurrence(&view, &home),
            &opened,
            &home,
        ),
        line(
            "graph matching",
            &guesses::matching(&view, &home),
            &opened,
            &home,
        ),
    ])
}

/// How many of the holder's rows and records have a value whose key was rightly named, or were
/// rightly named themselves.
fn by_value(claims: &Claims, opened: &Claims, view: &View, known: &View, home: &View) -> Score {
    let Claims::Values(opened) = opened else {
        panic!("a dictionary claims values");
    };
    let value_of = |key: u32| opened.get(key as usize).copied().flatten();
    let of_known = known.keys_of_records();
    let right = view.rows.iter().filter_map(|(key, seen)| {
        let value = value_of(*key)?;
        let is_right = match claims {
            Claims::Values(claims) => claims.get(*key as usize).copied().flatten() == Some(value),
            Claims::Records(claims) => {
                let record = claims.get(*seen as usize).copied().flatten();
                record.is_some_and(|record| of_known[record as usize].contains(&value))
            }
        };
        // A number at the onlooker's home, as the holder numbers it.
        let number = home.number(&known.keys[value as usize]);
        number.filter(|_| is_right)
    });
    let right: BTreeSet<u32> = right.collect();
    let rows = home.rows.iter().filter(|(value, _)| right.contains(value));
    let found: BTreeSet<u32> = rows.clone().map(|(_, record)| *record).collect();
    Score {
        right: rows.count() as u64,
        rows: home.rows.len() as u64,
        records_right: found.len() as u64,
        records: u64::from(home.records),
    }
}

/// The truth for an onlooker who knows other people: the same rows count.
fn of_the_same(owner: &Truth, others: Truth) -> Truth {
    Truth {
        values: others.values,
        records: owner.records.clone(),
    }
}

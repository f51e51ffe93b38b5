//! The protocol from end to end, and everything that must be refused on the way.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "a failing step should stop the test"
)]

use std::collections::BTreeSet;

use jiff::civil::date;
use proptest::prelude::*;
use zeroize::Zeroizing;

use super::*;
use crate::exchange::agreement::{Agreement, Intent};
use crate::exchange::codec::hex;
use crate::exchange::identity::Identity;
use crate::exchange::manifest::{Detail, Manifest, Received, Sent, Side};
use crate::exchange::name::{Code, PartyName};
use crate::exchange::note::Note;
use crate::exchange::table::{Kind, Table};

const NO_LOG: (u64, [u8; 32]) = (0, [0; 32]);

/// Two parties and what they agreed.
struct World {
    north: Identity,
    south: Identity,
    agreement: Agreement,
}

fn party(name: &str, seed: u8) -> Identity {
    Identity::from_seed(PartyName::new(name).unwrap(), Zeroizing::new([seed; 32]))
}

/// The text of an agreement between the two, with a few limits.
pub(crate) fn agreement_text(north: &Identity, south: &Identity) -> String {
    let keys = |identity: &Identity| {
        let party = identity.party();
        let sign = hex(party.signatory.key.as_bytes());
        format!(
            "sign = \"{sign}\"\nseal = \"{}\"\n",
            hex(&party.seal.bytes())
        )
    };
    format!(
        r#"# veilmatch agreement/1
learns = ["south"]
purposes = ["BORDER-CHECK", "VISA"]
legal_bases = ["TREATY-7:3"]
recipe_digest = "{}"
releasable_fields = ["name", "birth_date"]
no_send = ["XX"]
barred_handling = ["NOFORN"]
protected_roles = false
retention_days = 30
disputes = "the data protection officers of both"

[[party]]
name = "north"
{}countries = ["NN"]

[[party]]
name = "south"
{}countries = ["SS"]

[[list]]
id = "north-wanted"
holder = "north"
political_review = false

[[list]]
id = "north-doubtful"
holder = "north"
political_review = true

[[notice]]
type = "wanted"
threshold_bits = 5.0
automatic_up_to = 1
deciders = 2

[[notice]]
type = "missing"
threshold_bits = 3.0
deciders = 1

[caps]
subjects = 100
inputs_per_record = 8
request_rows = 300
index_rows = 500
asks = 20
form_bytes = 64
release_bytes = 256

[epochs]
first_day = "2026-11-01"
days = 30
count = 3
"#,
        hex(&[9; 32]),
        keys(north),
        keys(south),
    )
}

impl World {
    fn new() -> Self {
        Self::with(|text| text)
    }

    fn with(change: impl FnOnce(String) -> String) -> Self {
        let (north, south) = (party("north", 1), party("south", 2));
        let text = change(agreement_text(&north, &south));
        let mut agreement = Agreement::draft(&text).unwrap();
        north.sign(agreement.note_mut());
        south.sign(agreement.note_mut());
        Self {
            north,
            south,
            agreement,
        }
    }

    fn intent() -> Intent {
        Intent {
            asker: PartyName::new("south").unwrap(),
            holder: PartyName::new("north").unwrap(),
            purpose: Code::new("VISA").unwrap(),
            legal_basis: Code::new("TREATY-7:3").unwrap(),
            recipe_digest: [9; 32],
            today: date(2026, 11, 22),
        }
    }

    fn deal(&self) -> Deal {
        self.agreement.deal(&Self::intent()).unwrap()
    }

    fn holder<'a>(&'a self, deal: &'a Deal) -> Side<'a> {
        Side {
            identity: &self.north,
            deal,
            log: NO_LOG,
        }
    }

    fn asker<'a>(&'a self, deal: &'a Deal) -> Side<'a> {
        Side {
            identity: &self.south,
            deal,
            log: NO_LOG,
        }
    }
}

fn take(deal: &Deal, kind: Kind, sent: &Sent) -> Received {
    let manifest = sent.manifest.as_bytes();
    deal.receive(kind, &sent.envelope, manifest).unwrap()
}

/// Inputs of a record of words: each word is one.
fn inputs_of(record: &[u8]) -> Vec<Vec<u8>> {
    record.split(|b| *b == b' ').map(<[u8]>::to_vec).collect()
}

fn subjects(records: &[&str]) -> Vec<Subject> {
    let subject = |record: &&str| Subject {
        record: record.as_bytes().to_vec(),
        inputs: inputs_of(record.as_bytes()),
    };
    records.iter().map(subject).collect()
}

fn notices(records: &[&str]) -> Vec<HeldRecord> {
    let notice = |record: &&str| HeldRecord {
        inputs: inputs_of(record.as_bytes()),
        form: format!("form of {record}").into_bytes(),
        reference: format!("N-{record}").into_bytes(),
    };
    records.iter().map(notice).collect()
}

const NOTICES: &[&str] = &[
    "holmes1854 sherlock-holmes",
    "moriarty1840 james-moriarty moriarty-prof",
    "moran1834 moran-col",
    "adler1858 irene-adler",
    "moriarty1840 other-moriarty",
];
const SUBJECTS: &[&str] = &[
    "watson1852 john-watson",
    "moriarty1840 james-moriarty",
    "adler1858 irena-adler",
    "lestrade1850",
];

/// A whole exchange up to the response.
struct Exchange {
    index: Received,
    forms: Received,
    request: Received,
    response: Received,
    sent: [Sent; 4],
    book: HolderBook,
    state: AskerState,
}

fn exchange(world: &World, deal: &Deal, subjects: &[Subject]) -> Exchange {
    let (holder, asker) = (world.holder(deal), world.asker(deal));
    let mut book = HolderBook::new(deal).unwrap();
    let (c0, c1) = publish(&holder, &mut book, &notices(NOTICES)).unwrap();
    let index = take(deal, Kind::Index, &c0);
    let mut state = AskerState::new(deal).unwrap();
    let question = Question::new(&asker, &mut state, &index, subjects).unwrap();
    let c2 = question.request(&asker).unwrap();
    let request = take(deal, Kind::Request, &c2);
    let c3 = match book.admit(&holder, &request).unwrap() {
        Admission::New(admitted) => admitted.respond(&holder, &mut book).unwrap(),
        Admission::Answered(_) => panic!("nothing was answered yet"),
    };
    Exchange {
        forms: take(deal, Kind::Forms, &c1),
        response: take(deal, Kind::Response, &c3),
        sent: [c0, c1, c2, c3],
        index,
        request,
        book,
        state,
    }
}

/// What opened: forms, each with the texts of the inputs that opened it.
fn opened_texts(question: &Question<'_>, opening: &Opening) -> BTreeSet<(String, Vec<String>)> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let records = opening.records.iter().map(|record| {
        let inputs = record.inputs.iter();
        let inputs = inputs.map(|i| text(question.input(*i).unwrap()));
        (text(&record.form), inputs.collect())
    });
    records.collect()
}

fn expected() -> BTreeSet<(String, Vec<String>)> {
    [
        (
            "form of moriarty1840 james-moriarty moriarty-prof",
            vec!["james-moriarty", "moriarty1840"],
        ),
        ("form of moriarty1840 other-moriarty", vec!["moriarty1840"]),
        ("form of adler1858 irene-adler", vec!["adler1858"]),
    ]
    .into_iter()
    .map(|(form, inputs)| (form.into(), inputs.into_iter().map(String::from).collect()))
    .collect()
}

#[test]
fn records_open_to_whom_shares_an_input_and_to_nobody_else() {
    let world = World::new();
    let deal = world.deal();
    let subjects = subjects(SUBJECTS);
    let mut done = exchange(&world, &deal, &subjects);
    let asker = world.asker(&deal);
    let question = Question::new(&asker, &mut done.state, &done.index, &subjects).unwrap();
    let outputs = question.finish(&done.request, &done.response).unwrap();
    let opening = outputs.open(&done.index, &done.forms).unwrap();
    assert_eq!(opened_texts(&question, &opening), expected());
    let labels = OpenTally {
        labels: 4,
        ..OpenTally::default()
    };
    assert_eq!(opening.tally, labels);
    let whose: BTreeSet<u32> = opening
        .records
        .iter()
        .flat_map(|r| r.inputs.iter().flat_map(|i| question.subjects_with(*i)))
        .copied()
        .collect();
    assert_eq!(whose, BTreeSet::from([1, 2]));
}

#[test]
fn a_notice_is_asked_for_and_released_or_refused() {
    let world = World::new();
    let deal = world.deal();
    let subjects = subjects(SUBJECTS);
    let mut done = exchange(&world, &deal, &subjects);
    let (holder, asker) = (world.holder(&deal), world.asker(&deal));
    let question = Question::new(&asker, &mut done.state, &done.index, &subjects).unwrap();
    let outputs = question.finish(&done.request, &done.response).unwrap();
    let opening = outputs.open(&done.index, &done.forms).unwrap();
    let wanted: Vec<Asked<'_>> = (0..)
        .zip(&opening.records)
        .map(|(n, record)| Asked {
            record,
            band: n % 3,
            case: [n; 16],
        })
        .collect();
    let (ask_book, c4) = ask(&asker, &outputs, &opening, &wanted).unwrap();
    let ask_book = AskBook::decode(&ask_book.encode()).unwrap();
    let received = take(&deal, Kind::Ask, &c4);
    assert_eq!(received.table.head().rows, 16);

    done.book.withdraw(&[b"N-adler1858 irene-adler"]);
    let mut book = HolderBook::decode(&done.book.encode()).unwrap();
    let rows = book.read_ask(&holder, &received).unwrap();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows.iter().filter(|row| row.withdrawn).count(), 1);
    // The same ask, and another for the same notices, are charged once.
    book.read_ask(&holder, &received).unwrap();
    let (_, again) = ask(&asker, &outputs, &opening, &wanted).unwrap();
    book.read_ask(&holder, &take(&deal, Kind::Ask, &again))
        .unwrap();
    assert_eq!(book.notices_asked(), 3);

    let decisions: Vec<Decision> = rows
        .iter()
        .map(|row| match row.reference.as_slice() {
            b"N-moriarty1840 other-moriarty" => Decision::Refuse(Refusal::MoreNeeded),
            reference => Decision::Release([b"full ", reference].concat()),
        })
        .collect();
    let c5 = release(&holder, &received, &rows, &decisions).unwrap();
    let released = ask_book
        .receive(&asker, &take(&deal, Kind::Release, &c5))
        .unwrap();
    let mut outcomes: Vec<String> = released
        .iter()
        .map(|r| match &r.outcome {
            Ok(fields) => String::from_utf8(fields.to_vec()).unwrap(),
            Err(refusal) => refusal.word().to_owned(),
        })
        .collect();
    outcomes.sort();
    let full = "full N-moriarty1840 james-moriarty moriarty-prof";
    assert_eq!(outcomes, [full, "more_needed", "withdrawn"]);

    // Refusals and releases are of one length, and so are files.
    let none: Vec<Decision> = rows
        .iter()
        .map(|_| Decision::Refuse(Refusal::Decided))
        .collect();
    let refused = release(&holder, &received, &rows, &none).unwrap();
    assert_eq!(refused.envelope.len(), c5.envelope.len());
    // The answer to another ask is not taken.
    let (other_book, _) = ask(&asker, &outputs, &opening, &wanted[..1]).unwrap();
    assert!(
        other_book
            .receive(&asker, &take(&deal, Kind::Release, &c5))
            .is_err()
    );
    // Too few decisions, and a release that is too long.
    assert!(release(&holder, &received, &rows, &none[1..]).is_err());
    let long = vec![Decision::Release(vec![1; 255]); rows.len()];
    assert!(release(&holder, &received, &rows, &long).is_err());
}

#[test]
fn an_ask_without_the_key_of_its_record_is_refused() {
    let world = World::new();
    let deal = world.deal();
    let subjects = subjects(SUBJECTS);
    let mut done = exchange(&world, &deal, &subjects);
    let (holder, asker) = (world.holder(&deal), world.asker(&deal));
    let question = Question::new(&asker, &mut done.state, &done.index, &subjects).unwrap();
    let outputs = question.finish(&done.request, &done.response).unwrap();
    let mut opening = outputs.open(&done.index, &done.forms).unwrap();
    // A handle stands in C1 for all to see; its key does not.
    let known: BTreeSet<_> = opening.records.iter().map(|r| r.handle.0).collect();
    let handles: &[[u8; 32]] = done.forms.table.rows(0);
    let unopened = handles.iter().filter(|h| !known.contains(*h));
    for handle in unopened.copied().collect::<Vec<_>>() {
        opening.records[0].handle = OpaqueHandle(handle);
        let wanted = [Asked {
            record: &opening.records[0],
            band: 0,
            case: [0; 16],
        }];
        let (_, c4) = ask(&asker, &outputs, &opening, &wanted).unwrap();
        let refused = done.book.read_ask(&holder, &take(&deal, Kind::Ask, &c4));
        assert!(refused.unwrap_err().is_integrity());
    }
    assert_eq!(done.book.notices_asked(), 0);
}

#[test]
fn killing_either_side_at_any_step_gives_the_same_opened_set() {
    let world = World::new();
    let deal = world.deal();
    let (holder, asker) = (world.holder(&deal), world.asker(&deal));
    let subjects = subjects(SUBJECTS);
    let book = HolderBook::new(&deal).unwrap();
    // Killed before the index left: it is made anew, and is another.
    let mut first = HolderBook::decode(&book.encode()).unwrap();
    let (lost, _) = publish(&holder, &mut first, &notices(NOTICES)).unwrap();
    let mut book = HolderBook::decode(&book.encode()).unwrap();
    let (c0, c1) = publish(&holder, &mut book, &notices(NOTICES)).unwrap();
    assert_ne!(lost, c0);
    let saved_book = book.encode();
    let (index, forms) = (take(&deal, Kind::Index, &c0), take(&deal, Kind::Forms, &c1));

    // Killed before the request left, and again after it; the order of subjects' inputs and where
    // the log stands do not matter.
    let mut state = AskerState::new(&deal).unwrap();
    Question::new(&asker, &mut state, &index, &subjects).unwrap();
    let saved_state = state.encode();
    let requests: Vec<Sent> = (0..2)
        .map(|log| {
            let mut state = AskerState::decode(&saved_state).unwrap();
            let question = Question::new(&asker, &mut state, &index, &subjects).unwrap();
            let asker = Side {
                log: (log, [0; 32]),
                ..asker
            };
            question.request(&asker).unwrap()
        })
        .collect();
    assert_eq!(requests[0].envelope, requests[1].envelope);
    assert_eq!(requests[0].id, requests[1].id);

    // Killed after it was let in; after it was answered; the asker sends it once more.
    let request = take(&deal, Kind::Request, &requests[0]);
    let again = take(&deal, Kind::Request, &requests[1]);
    let mut book = HolderBook::decode(&saved_book).unwrap();
    assert!(matches!(
        book.admit(&holder, &request),
        Ok(Admission::New(_))
    ));
    let spent = book.rows_spent();
    let mut book = HolderBook::decode(&book.encode()).unwrap();
    let Ok(Admission::New(admitted)) = book.admit(&holder, &again) else {
        panic!("it was not answered yet");
    };
    let c3 = admitted.respond(&holder, &mut book).unwrap();
    let mut book = HolderBook::decode(&book.encode()).unwrap();
    match book.admit(&holder, &again).unwrap() {
        Admission::Answered(id) => assert_eq!(id, c3.id),
        Admission::New(_) => panic!("it was answered"),
    }
    assert_eq!(book.rows_spent(), spent);

    // Killed while opening.
    for request in [&request, &again] {
        let mut state = AskerState::decode(&saved_state).unwrap();
        let question = Question::new(&asker, &mut state, &index, &subjects).unwrap();
        let response = take(&deal, Kind::Response, &c3);
        let outputs = question.finish(request, &response).unwrap();
        let opening = outputs.open(&index, &forms).unwrap();
        assert_eq!(opened_texts(&question, &opening), expected());
    }
}

#[test]
fn outputs_serve_a_new_index_of_the_same_epoch() {
    let world = World::new();
    let deal = world.deal();
    let (holder, asker) = (world.holder(&deal), world.asker(&deal));
    let subjects = subjects(SUBJECTS);
    let mut done = exchange(&world, &deal, &subjects);
    let question = Question::new(&asker, &mut done.state, &done.index, &subjects).unwrap();
    let outputs = question.finish(&done.request, &done.response).unwrap();
    let saved = outputs.encode();
    let outputs = Outputs::decode(&saved, &question).unwrap();
    for at in 0..saved.len() {
        let mut flipped = saved.to_vec();
        flipped[at] ^= 4;
        assert!(Outputs::decode(&flipped, &question).is_err());
    }
    let mut another = AskerState::new(&deal).unwrap();
    let another = Question::new(&asker, &mut another, &done.index, &subjects).unwrap();
    assert!(Outputs::decode(&saved, &another).is_err());
    let more = notices(&["watson1852 john-h-watson", NOTICES[0]]);
    let (c0, c1) = publish(&holder, &mut done.book, &more).unwrap();
    let (index, forms) = (take(&deal, Kind::Index, &c0), take(&deal, Kind::Forms, &c1));
    let opening = outputs.open(&index, &forms).unwrap();
    let opened = opened_texts(&question, &opening);
    assert_eq!(
        opened.first().unwrap().0,
        "form of watson1852 john-h-watson"
    );
    assert_eq!(opened.len(), 1);
    // Asks may go by the new index; nothing goes by the old one any more.
    let wanted = [Asked {
        record: &opening.records[0],
        band: 0,
        case: [0; 16],
    }];
    let (_, c4) = ask(&asker, &outputs, &opening, &wanted).unwrap();
    done.book
        .read_ask(&holder, &take(&deal, Kind::Ask, &c4))
        .unwrap();
    let old = outputs.open(&done.index, &done.forms).unwrap();
    let wanted = [Asked {
        record: &old.records[0],
        band: 0,
        case: [0; 16],
    }];
    let (_, c4) = ask(&asker, &outputs, &old, &wanted).unwrap();
    assert!(
        done.book
            .read_ask(&holder, &take(&deal, Kind::Ask, &c4))
            .is_err()
    );
    let mut state = AskerState::new(&deal).unwrap();
    let question = Question::new(&asker, &mut state, &done.index, &subjects).unwrap();
    let late = take(&deal, Kind::Request, &question.request(&asker).unwrap());
    assert!(done.book.admit(&holder, &late).unwrap_err().is_integrity());
    // Rows of two indexes do not mix.
    assert!(outputs.open(&index, &done.forms).is_err());
}

#[test]
fn one_session_stands_for_one_request() {
    let world = World::new();
    let deal = world.deal();
    let (holder, asker) = (world.holder(&deal), world.asker(&deal));
    let (few, many) = (subjects(&SUBJECTS[..2]), subjects(SUBJECTS));
    let mut done = exchange(&world, &deal, &few);
    // The asker's own state refuses another question.
    assert!(Question::new(&asker, &mut done.state, &done.index, &many).is_err());
    // The holder refuses it too, if the asker has tampered with its state.
    let mut state = AskerState::new(&deal).unwrap();
    state.session = done.state.session;
    let question = Question::new(&asker, &mut state, &done.index, &many).unwrap();
    let other = take(&deal, Kind::Request, &question.request(&asker).unwrap());
    assert!(done.book.admit(&holder, &other).unwrap_err().is_integrity());
}

#[test]
fn caps_hold_over_all_requests_of_an_epoch() {
    let world = World::new();
    let deal = world.deal();
    let (holder, asker) = (world.holder(&deal), world.asker(&deal));
    let mut done = exchange(&world, &deal, &subjects(SUBJECTS));
    let before = done.book.rows_spent();
    let many: Vec<String> = (0..64).map(|n| format!("a{n} b{n} c{n} d{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let many = subjects(&many);
    let request = |subjects: &[Subject]| {
        let mut state = AskerState::new(&deal).unwrap();
        let question = Question::new(&asker, &mut state, &done.index, subjects).unwrap();
        take(&deal, Kind::Request, &question.request(&asker).unwrap())
    };
    let first = request(&many);
    assert_eq!(first.manifest.head.rows, 256);
    assert!(matches!(
        done.book.admit(&holder, &first),
        Ok(Admission::New(_))
    ));
    assert_eq!(done.book.rows_spent(), before + 256);
    // 256 rows more are too many, and so are 41 subjects more.
    for over in [request(&many[..12]), request(&subjects(&["x"; 41]))] {
        let refused = done.book.admit(&holder, &over).unwrap_err();
        assert!(refused.is_usage(), "{refused}");
    }
    assert!(matches!(
        done.book.admit(&holder, &request(&many[..2])),
        Ok(Admission::New(_))
    ));
    // What passes a cap by itself is not even made.
    let mut state = AskerState::new(&deal).unwrap();
    let crowd = subjects(&vec!["x"; 101]);
    assert!(Question::new(&asker, &mut state, &done.index, &crowd).is_err());
    let wordy = subjects(&["a b c d e f g h i"]);
    assert!(Question::new(&asker, &mut state, &done.index, &wordy).is_err());
    assert!(Question::new(&asker, &mut state, &done.index, &subjects(&[])).is_err());
    let mut book = HolderBook::new(&deal).unwrap();
    assert!(publish(&holder, &mut book, &notices(&["a b c d e f g h i"])).is_err());
    let long = "f".repeat(60);
    assert!(publish(&holder, &mut book, &notices(&[long.as_str()])).is_err());
    assert!(publish(&holder, &mut book, &[]).is_err());
}

#[test]
fn steps_of_the_other_party_are_refused() {
    let world = World::new();
    let deal = world.deal();
    let (holder, asker) = (world.holder(&deal), world.asker(&deal));
    let mut book = HolderBook::new(&deal).unwrap();
    assert!(publish(&asker, &mut book, &notices(NOTICES)).is_err());
    let done = exchange(&world, &deal, &subjects(SUBJECTS));
    let mut state = AskerState::new(&deal).unwrap();
    assert!(Question::new(&holder, &mut state, &done.index, &subjects(SUBJECTS)).is_err());
    assert!(book.admit(&asker, &done.request).is_err());
    // A book of another epoch answers nothing.
    let later = Intent {
        today: date(2026, 12, 2),
        ..World::intent()
    };
    let later = world.agreement.deal(&later).unwrap();
    assert_eq!((deal.epoch, later.epoch), (1, 2));
    let mut other = HolderBook::new(&later).unwrap();
    assert!(other.admit(&holder, &done.request).is_err());
    assert!(publish(&holder, &mut other, &notices(NOTICES)).is_err());
    assert!(
        later
            .receive(
                Kind::Index,
                &done.sent[0].envelope,
                done.sent[0].manifest.as_bytes()
            )
            .is_err()
    );
}

#[test]
fn a_response_under_another_key_is_refused() {
    let world = World::new();
    let deal = world.deal();
    let (holder, asker) = (world.holder(&deal), world.asker(&deal));
    let subjects = subjects(SUBJECTS);
    let mut done = exchange(&world, &deal, &subjects);
    let question = Question::new(&asker, &mut done.state, &done.index, &subjects).unwrap();
    // The holder answers with a key of its own for this asker: proofs hold, under that key.
    let mut other = HolderBook::new(&deal).unwrap();
    publish(&holder, &mut other, &notices(NOTICES)).unwrap();
    other.index = done.book.index.take();
    let Ok(Admission::New(admitted)) = other.admit(&holder, &done.request) else {
        panic!("the other book knows nothing of it");
    };
    let c3 = take(
        &deal,
        Kind::Response,
        &admitted.respond(&holder, &mut other).unwrap(),
    );
    assert!(
        question
            .finish(&done.request, &c3)
            .unwrap_err()
            .is_integrity()
    );
    // Rows in another order, and proofs of another response.
    let rows: &[[u8; 32]] = done.response.table.rows(0);
    let mut swapped = rows.to_vec();
    swapped.swap(0, 1);
    let table = Table::new(*done.response.table.head(), vec![swapped.concat()]).unwrap();
    let forged = holder
        .send(
            &table,
            done.request.id,
            done.response.manifest.detail.clone(),
        )
        .unwrap();
    let forged = take(&deal, Kind::Response, &forged);
    assert!(
        question
            .finish(&done.request, &forged)
            .unwrap_err()
            .is_integrity()
    );
    let spliced = holder
        .send(
            &done.response.table,
            done.request.id,
            c3.manifest.detail.clone(),
        )
        .unwrap();
    let spliced = take(&deal, Kind::Response, &spliced);
    assert!(
        question
            .finish(&done.request, &spliced)
            .unwrap_err()
            .is_integrity()
    );
    question.finish(&done.request, &done.response).unwrap();
}

#[test]
fn hostile_rows_of_a_request_are_refused_before_they_are_answered() {
    let world = World::new();
    let deal = world.deal();
    let (holder, asker) = (world.holder(&deal), world.asker(&deal));
    let done = exchange(&world, &deal, &subjects(SUBJECTS));
    let good: &[[u8; 32]] = done.request.table.rows(0);
    let hostile = |rows: Vec<[u8; 32]>, session: u8| {
        let head = asker.head(Kind::Request, [session; 32], done.index.manifest.head.index);
        let table = Table::new(head, vec![rows.concat()]).unwrap();
        let detail = Detail::Subjects {
            count: 4,
            root: [0; 32],
        };
        take(
            &deal,
            Kind::Request,
            &asker.send(&table, done.index.id, detail).unwrap(),
        )
    };
    let mut book = HolderBook::decode(&done.book.encode()).unwrap();
    let twice = hostile(vec![good[0], good[1], good[0]], 1);
    assert!(book.admit(&holder, &twice).unwrap_err().is_integrity());
    let none = hostile(vec![], 2);
    assert!(book.admit(&holder, &none).is_err());
    let many = hostile((0..40_u8).map(|n| [n; 32]).collect(), 3);
    assert!(book.admit(&holder, &many).unwrap_err().is_usage());
    for (session, bad) in [(4, [0; 32]), (5, [0xff; 32])] {
        let request = hostile(vec![good[0], bad], session);
        let Ok(Admission::New(admitted)) = book.admit(&holder, &request) else {
            panic!("that a row is no element shows later");
        };
        let refused = admitted.respond(&holder, &mut book).unwrap_err();
        assert_eq!(refused.place().row, Some(2));
    }
}

#[test]
fn labels_and_forms_that_do_not_fit_are_counted_and_open_nothing() {
    let world = World::new();
    let deal = world.deal();
    let (holder, asker) = (world.holder(&deal), world.asker(&deal));
    let subjects = subjects(SUBJECTS);
    let mut done = exchange(&world, &deal, &subjects);
    let question = Question::new(&asker, &mut done.state, &done.index, &subjects).unwrap();
    let outputs = question.finish(&done.request, &done.response).unwrap();
    let damaged = |received: &Received, kind: Kind, column: usize, change: fn(&mut u8)| {
        let mut columns: Vec<Vec<u8>> = (0..2)
            .map(|c| received.table.slices(c).flatten().copied().collect())
            .collect();
        columns[column].iter_mut().for_each(change);
        let table = Table::new(*received.table.head(), columns).unwrap();
        let detail = received.manifest.detail.clone();
        take(&deal, kind, &holder.send(&table, [0; 32], detail).unwrap())
    };
    let labels = damaged(&done.index, Kind::Index, 1, |b| *b ^= 1);
    let opening = outputs.open(&labels, &done.forms).unwrap();
    assert_eq!((opening.records.len(), opening.tally.bad_labels), (0, 4));
    let boxes = damaged(&done.forms, Kind::Forms, 1, |b| *b ^= 1);
    let opening = outputs.open(&done.index, &boxes).unwrap();
    assert_eq!((opening.records.len(), opening.tally.bad_forms), (0, 4));
    let unsorted = damaged(&done.forms, Kind::Forms, 0, |b| *b = !*b);
    assert!(outputs.open(&done.index, &unsorted).is_err());
}

#[test]
fn an_auditor_sees_that_every_row_drawn_asks_about_a_subject_or_nothing() {
    let world = World::new();
    let deal = world.deal();
    let subjects = subjects(&["a b c d e", "b f g h", "i j k l m n o", "p q"]);
    let mut done = exchange(&world, &deal, &subjects);
    let asker = world.asker(&deal);
    let question = Question::new(&asker, &mut done.state, &done.index, &subjects).unwrap();
    let rows = done.request.manifest.head.rows;
    assert_eq!(rows, 18);
    let all = Sample::draw(&done.request, rows).unwrap();
    assert_eq!(all, (0..rows).collect::<Vec<_>>());
    assert!(Sample::draw(&done.request, rows + 1).is_err());
    let some = Sample::draw(&done.request, 5).unwrap();
    assert!(some.len() == 5 && some.is_sorted_by(|a, b| a < b));

    let sample = question.open_sample(&done.request, &all).unwrap();
    let bytes = sample.encode();
    let sample = Sample::decode(&bytes).unwrap();
    let tally = sample
        .verify(&deal, &done.request, &all, inputs_of)
        .unwrap();
    assert_eq!((tally.subjects, tally.paddings), (17, 1));
    // Other rows than drawn, another recipe, another request.
    assert!(
        sample
            .verify(&deal, &done.request, &some, inputs_of)
            .is_err()
    );
    assert!(
        sample
            .verify(&deal, &done.request, &all, |_| vec![])
            .is_err()
    );
    let other = exchange(&world, &deal, &subjects);
    assert!(
        sample
            .verify(&deal, &other.request, &all, inputs_of)
            .is_err()
    );
    assert!(question.open_sample(&other.request, &all).is_err());
    for byte in 0..bytes.len() {
        let mut flipped = bytes.to_vec();
        flipped[byte] ^= 0x10;
        assert!(Sample::decode(&flipped).is_err());
    }
}

#[test]
fn rows_from_a_phone_book_do_not_open_for_an_auditor() {
    let world = World::new();
    let deal = world.deal();
    let asker = world.asker(&deal);
    let honest = subjects(&["a b", "c d"]);
    // The cheat asks about two names that none of its subjects has, under the honest commitment.
    let mut cheat = honest.clone();
    cheat[1]
        .inputs
        .extend([b"dictionary1".to_vec(), b"dictionary2".to_vec()]);
    let mut done = exchange(&world, &deal, &cheat);
    let question = Question::new(&asker, &mut done.state, &done.index, &cheat).unwrap();
    let rows = done.request.manifest.head.rows;
    let caught = (0..rows)
        .filter(|row| {
            let sample = question.open_sample(&done.request, &[*row]).unwrap();
            sample
                .verify(&deal, &done.request, &[*row], inputs_of)
                .is_err()
        })
        .count();
    assert_eq!((caught, rows), (2, 6));
}

#[test]
fn nothing_of_the_inputs_stands_in_any_file() {
    let world = World::new();
    let deal = world.deal();
    let done = exchange(&world, &deal, &subjects(SUBJECTS));
    let secrets = NOTICES
        .iter()
        .chain(SUBJECTS)
        .flat_map(|record| record.split([' ', '-']));
    for word in secrets.filter(|word| word.len() >= 6) {
        for sent in &done.sent {
            let found = sent
                .envelope
                .windows(word.len())
                .any(|w| w == word.as_bytes());
            assert!(!found && !sent.manifest.contains(word), "{word}");
        }
    }
}

#[test]
fn any_flipped_byte_of_any_file_is_caught() {
    let world = World::new();
    let deal = world.deal();
    let done = exchange(&world, &deal, &subjects(&SUBJECTS[..2]));
    let kinds = [Kind::Index, Kind::Forms, Kind::Request, Kind::Response];
    for (kind, sent) in kinds.into_iter().zip(&done.sent) {
        let (envelope, manifest) = (&sent.envelope, sent.manifest.as_bytes());
        let held =
            |envelope: &[u8], manifest: &[u8]| deal.receive(kind, envelope, manifest).is_ok();
        assert!(held(envelope, manifest));
        for byte in 0..envelope.len() {
            let mut flipped = envelope.clone();
            flipped[byte] ^= 1 << (byte % 8);
            assert!(!held(&flipped, manifest), "byte {byte} of {kind:?}");
        }
        for byte in 0..manifest.len() {
            let mut flipped = manifest.to_vec();
            flipped[byte] ^= 1 << (byte % 7);
            assert!(
                !held(envelope, &flipped),
                "byte {byte} of the manifest of {kind:?}"
            );
        }
        for cut in (0..envelope.len()).step_by(7) {
            assert!(!held(&envelope[..cut], manifest));
        }
        for cut in 0..manifest.len() {
            assert!(!held(envelope, &manifest[..cut]));
        }
        // Files change places.
        for other in kinds.into_iter().filter(|other| *other != kind) {
            assert!(deal.receive(other, envelope, manifest).is_err());
        }
    }
    assert!(
        deal.receive(
            Kind::Index,
            &done.sent[1].envelope,
            done.sent[0].manifest.as_bytes()
        )
        .is_err()
    );
}

#[test]
fn manifests_of_another_signer_agreement_or_purpose_are_refused() {
    let world = World::new();
    let deal = world.deal();
    let done = exchange(&world, &deal, &subjects(SUBJECTS));
    let [c0, ..] = &done.sent;
    let text = Note::decode(c0.manifest.as_bytes())
        .unwrap()
        .text()
        .to_owned();
    let signed = |signer: &Identity, text: &str| {
        let mut note = Note::new(text.to_owned()).unwrap();
        signer.sign(&mut note);
        let bytes = note.encode();
        deal.receive(Kind::Index, &c0.envelope, bytes.as_bytes())
            .map(drop)
    };
    assert!(signed(&world.north, &text).is_ok());
    assert!(signed(&world.south, &text).is_err());
    assert!(signed(&party("north", 9), &text).is_err());
    for (from, to) in [
        ("purpose VISA", "purpose MARKETING"),
        ("legal-basis TREATY-7:3", "legal-basis TREATY-7:4"),
        ("epoch 1", "epoch 2"),
        ("epoch 1", "epoch 01"),
        ("from north", "from south"),
        ("to south", "to north"),
        ("manifest/1", "manifest/2"),
        ("width 0", "width 7"),
        ("kind c0", "kind c1"),
    ] {
        assert!(text.contains(from));
        assert!(
            signed(&world.north, &text.replacen(from, to, 1)).is_err(),
            "{to}"
        );
    }
    assert!(signed(&world.north, &format!("{text}more 1\n")).is_err());
    let other = World::with(|text| text.replace("retention_days = 30", "retention_days = 31"));
    let manifest = c0.manifest.as_bytes();
    assert!(
        other
            .deal()
            .receive(Kind::Index, &c0.envelope, manifest)
            .is_err()
    );
}

#[test]
fn an_index_serves_any_agreed_purpose_and_other_files_their_own() {
    let world = World::new();
    let deal = world.deal();
    let done = exchange(&world, &deal, &subjects(SUBJECTS));
    let border = Intent {
        purpose: Code::new("BORDER-CHECK").unwrap(),
        ..World::intent()
    };
    let other = world.agreement.deal(&border).unwrap();
    let kinds = [Kind::Index, Kind::Forms, Kind::Request, Kind::Response];
    for (kind, sent) in kinds.into_iter().zip(&done.sent) {
        let manifest = sent.manifest.as_bytes();
        let taken = other.receive(kind, &sent.envelope, manifest).is_ok();
        assert_eq!(taken, matches!(kind, Kind::Index | Kind::Forms), "{kind:?}");
        // The manifest itself leads to the deal that it was made under.
        let today = date(2026, 11, 22);
        let intent = world.agreement.intent_of(manifest, [9; 32], today).unwrap();
        let deal = world.agreement.deal(&intent).unwrap();
        assert!(deal.receive(kind, &sent.envelope, manifest).is_ok());
    }
    let forged = done.sent[2]
        .manifest
        .replace("purpose VISA", "purpose BORDER-CHECK");
    let today = date(2026, 11, 22);
    assert!(
        world
            .agreement
            .intent_of(forged.as_bytes(), [9; 32], today)
            .is_err()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Files that are cut, doubled, mixed and overwritten end in errors, never in a panic.
    #[test]
    fn mangled_files_are_refused_without_panic(
        which in 0..6_usize,
        at in any::<prop::sample::Index>(),
        length in 0..300_usize,
        noise in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let (world, done) = shared();
        let deal = world.deal();
        let [c0, _, c2, _] = &done.sent;
        let book = done.book.encode();
        let (form, state) = (done.state.encode(), world.agreement.encode().into_bytes());
        let files: [&[u8]; 6] = [
            &c0.envelope, c0.manifest.as_bytes(), &c2.envelope, &book, &form, &state,
        ];
        let file = files[which];
        let at = at.index(file.len());
        let end = (at + length).min(file.len());
        let mangled = [&file[..at], &noise, &file[end..]].concat();
        let twice = [&file[..end], &file[at..]].concat();
        for bytes in [&mangled, &twice, &noise] {
            let unchanged = |number: usize| bytes == file && which == number;
            let manifest = c0.manifest.as_bytes();
            let envelope = deal.receive(Kind::Index, bytes, manifest);
            prop_assert_eq!(envelope.is_ok(), unchanged(0));
            let signed = deal.receive(Kind::Index, &c0.envelope, bytes);
            prop_assert_eq!(signed.is_ok(), unchanged(1));
            // Bytes within the rows are the manifest's affair.
            Table::decode(bytes, 1_000).ok();
            prop_assert_eq!(HolderBook::decode(bytes).is_ok(), unchanged(3));
            prop_assert_eq!(AskerState::decode(bytes).is_ok(), unchanged(4));
            let agreed = Agreement::decode(bytes).and_then(|a| a.verify());
            prop_assert_eq!(agreed.is_ok(), unchanged(5));
            prop_assert!(AskBook::decode(bytes).is_err() && Sample::decode(bytes).is_err());
        }
    }
}

/// One exchange for tests that only read it.
fn shared() -> &'static (World, Exchange) {
    static SHARED: std::sync::OnceLock<(World, Exchange)> = std::sync::OnceLock::new();
    SHARED.get_or_init(|| {
        let world = World::new();
        let done = exchange(&world, &world.deal(), &subjects(SUBJECTS));
        (world, done)
    })
}

#[test]
fn state_files_come_back_and_any_flipped_byte_is_caught() {
    let world = World::new();
    let deal = world.deal();
    let done = exchange(&world, &deal, &subjects(SUBJECTS));
    let book = done.book.encode();
    assert_eq!(*HolderBook::decode(&book).unwrap().encode(), *book);
    let state = done.state.encode();
    assert_eq!(*AskerState::decode(&state).unwrap().encode(), *state);
    for at in 0..book.len() {
        let mut flipped = book.to_vec();
        flipped[at] ^= 2;
        assert!(HolderBook::decode(&flipped).is_err());
        assert!(HolderBook::decode(&book[..at]).is_err());
    }
    for at in 0..state.len() {
        let mut flipped = state.to_vec();
        flipped[at] ^= 2;
        assert!(AskerState::decode(&flipped).is_err());
    }
}

#[test]
fn the_two_sides_may_change_places() {
    let world = World::with(|text| text.replace("[\"south\"]", "[\"north\", \"south\"]"));
    let other_way = Intent {
        asker: PartyName::new("north").unwrap(),
        holder: PartyName::new("south").unwrap(),
        ..World::intent()
    };
    let deal = world.agreement.deal(&other_way).unwrap();
    let (holder, asker) = (world.asker(&deal), world.holder(&deal));
    let mut book = HolderBook::new(&deal).unwrap();
    let (c0, _) = publish(&holder, &mut book, &notices(NOTICES)).unwrap();
    let index = take(&deal, Kind::Index, &c0);
    let mut state = AskerState::new(&deal).unwrap();
    let subjects = subjects(SUBJECTS);
    Question::new(&asker, &mut state, &index, &subjects).unwrap();
    // Keys of the two ways have nothing to do with each other, even from one seed.
    let this_way = world.deal();
    assert!(book.key(&this_way).is_err());
    assert!(Manifest::clone(&index.manifest).id() == index.id);
}

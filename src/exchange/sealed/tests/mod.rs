//! The protocol: a world of two parties, what the steps do in it, and what must be refused.
#![allow(
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

mod refused;
mod steps;

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

fn receive(deal: &Deal, kind: Kind, sent: &Sent) -> Result<Received> {
    deal.receive(kind, &sent.envelope, sent.manifest.as_bytes())
}

fn take(deal: &Deal, kind: Kind, sent: &Sent) -> Received {
    receive(deal, kind, sent).unwrap()
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

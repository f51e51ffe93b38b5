//! Two parties, what they agreed, and one whole exchange between them, through the public steps.

use jiff::civil::date;
use veilmatch::exchange::agreement::{Agreement, Deal, Intent};
use veilmatch::exchange::identity::Identity;
use veilmatch::exchange::manifest::{Received, Sent, Side};
use veilmatch::exchange::name::{Code, PartyName};
use veilmatch::exchange::note::Note;
use veilmatch::exchange::sealed::{
    Admission, AskBook, Asked, AskedRow, AskerState, Decision, HeldRecord, HolderBook, Opening,
    Outputs, Question, Refusal, Subject, ask, publish, release,
};
use veilmatch::exchange::table::Kind;

/// North holds notices, south asks.
pub(crate) struct Parties {
    pub(crate) north: Identity,
    pub(crate) south: Identity,
    pub(crate) agreement: Agreement,
    pub(crate) deal: Deal,
}

/// The kinds of files of an exchange, in their order.
pub(crate) const SEALED: [Kind; 6] = [
    Kind::Index,
    Kind::Forms,
    Kind::Request,
    Kind::Response,
    Kind::Ask,
    Kind::Release,
];

/// All files of one exchange, in the order of [`SEALED`], and what each side keeps.
pub(crate) struct Files {
    pub(crate) sent: Vec<Sent>,
    pub(crate) book: HolderBook,
    pub(crate) state: AskerState,
    pub(crate) outputs: Vec<u8>,
    pub(crate) ask_book: AskBook,
    pub(crate) sample: Vec<u8>,
}

pub(crate) const NOTICES: &[&str] = &[
    "holmes1854 sherlock-holmes",
    "moriarty1840 james-moriarty moriarty-prof",
    "moran1834 moran-col",
    "adler1858 irene-adler",
    "moriarty1840 other-moriarty",
];
pub(crate) const SUBJECTS: &[&str] = &[
    "watson1852 john-watson",
    "moriarty1840 james-moriarty",
    "adler1858 irena-adler",
    "lestrade1850",
];

pub(crate) fn identity(name: &str) -> Identity {
    Identity::fresh(PartyName::new(name).unwrap()).unwrap()
}

/// What a party is in the text of an agreement.
fn entry(identity: &Identity) -> String {
    let note = identity.public_note().unwrap();
    let value = |name: &str| {
        let mut lines = note.lines();
        let line = lines.find_map(|line| line.strip_prefix(name)).unwrap();
        line.to_owned()
    };
    let (name, sign, seal) = (value("name "), value("sign "), value("seal "));
    format!("[[party]]\nname = \"{name}\"\nsign = \"{sign}\"\nseal = \"{seal}\"\ncountries = []\n")
}

/// An agreement on the first days of 2026 with room for `rows` rows.
pub(crate) fn agreement_text(north: &Identity, south: &Identity, rows: u64) -> String {
    format!(
        "# veilmatch agreement/1\nlearns = [\"south\"]\npurposes = [\"VISA\", \"BORDER\"]\n\
         legal_bases = [\"TREATY-7\"]\nrecipe_digest = \"{}\"\nreleasable_fields = [\"name\"]\n\
         no_send = []\nbarred_handling = []\nprotected_roles = false\nretention_days = 30\n\
         disputes = \"the data protection officers\"\n{}{}[[list]]\nid = \"wanted\"\n\
         holder = \"north\"\npolitical_review = false\n[[notice]]\ntype = \"wanted\"\n\
         threshold_bits = 5.0\ndeciders = 1\n[caps]\nsubjects = {rows}\ninputs_per_record = 1024\n\
         request_rows = {rows}\nindex_rows = {rows}\nasks = 20\nform_bytes = 64\n\
         release_bytes = 256\n[epochs]\nfirst_day = \"2026-01-01\"\ndays = 30\ncount = 3\n",
        "00".repeat(32),
        entry(north),
        entry(south),
    )
}

pub(crate) fn intent() -> Intent {
    Intent {
        asker: PartyName::new("south").unwrap(),
        holder: PartyName::new("north").unwrap(),
        purpose: Code::new("VISA").unwrap(),
        legal_basis: Code::new("TREATY-7").unwrap(),
        recipe_digest: [0; 32],
        today: date(2026, 1, 2),
    }
}

impl Parties {
    pub(crate) fn new(rows: u64) -> Self {
        let (north, south) = (identity("north"), identity("south"));
        let mut agreement = Agreement::draft(&agreement_text(&north, &south, rows)).unwrap();
        north.sign(agreement.note_mut());
        south.sign(agreement.note_mut());
        let deal = agreement.deal(&intent()).unwrap();
        Self {
            north,
            south,
            agreement,
            deal,
        }
    }

    pub(crate) fn holder(&self) -> Side<'_> {
        Side {
            identity: &self.north,
            deal: &self.deal,
            log: (0, [0; 32]),
        }
    }

    pub(crate) fn asker(&self) -> Side<'_> {
        Side {
            identity: &self.south,
            ..self.holder()
        }
    }

    pub(crate) fn take(&self, kind: Kind, sent: &Sent) -> veilmatch::error::Result<Received> {
        let manifest = sent.manifest.as_bytes();
        self.deal.receive(kind, &sent.envelope, manifest)
    }

    /// The maker of a kind of file.
    pub(crate) fn maker(&self, kind: Kind) -> &Identity {
        match kind {
            Kind::Request | Kind::Ask => &self.south,
            _ => &self.north,
        }
    }

    /// A file whose maker has changed its rows or its manifest and signs what came out.
    pub(crate) fn signed_anew(
        &self,
        kind: Kind,
        sent: &Sent,
        envelope: Vec<u8>,
        change: impl Fn(String) -> String,
    ) -> Sent {
        let note = Note::decode(sent.manifest.as_bytes()).unwrap();
        let digest = |bytes: &[u8]| blake3::hash(bytes).to_hex().to_string();
        let text = note
            .text()
            .replace(&digest(&sent.envelope), &digest(&envelope));
        let mut note = Note::new(change(text)).unwrap();
        self.maker(kind).sign(&mut note);
        Sent {
            envelope,
            manifest: note.encode(),
            id: sent.id,
        }
    }

    /// The whole exchange of notices and subjects, each a record of words: each word is an input.
    pub(crate) fn exchange(&self, notices: &[&str], subjects: &[&str]) -> Files {
        let (holder, asker) = (self.holder(), self.asker());
        let mut book = HolderBook::new(&self.deal).unwrap();
        let (c0, c1) = publish(&holder, &mut book, &held(notices)).unwrap();
        let index = self.take(Kind::Index, &c0).unwrap();
        let forms = self.take(Kind::Forms, &c1).unwrap();
        let mut state = AskerState::new(&self.deal).unwrap();
        let subjects = asked(subjects);
        let question = Question::new(&asker, &mut state, &index, &subjects).unwrap();
        let c2 = question.request(&asker).unwrap();
        let request = self.take(Kind::Request, &c2).unwrap();
        let c3 = match book.admit(&holder, &request).unwrap() {
            Admission::New(admitted) => admitted.respond(&holder, &mut book).unwrap(),
            Admission::Answered(_) => panic!("nothing was answered yet"),
        };
        let response = self.take(Kind::Response, &c3).unwrap();
        let outputs = question.finish(&request, &response).unwrap();
        let opening = outputs.open(&index, &forms).unwrap();
        let (ask_book, c4) = self.ask(&outputs, &opening);
        let taken = self.take(Kind::Ask, &c4).unwrap();
        let rows = book.read_ask(&holder, &taken).unwrap();
        let c5 = release(&holder, &taken, &rows, &decisions(&rows)).unwrap();
        let sample = question.open_sample(&request, &[0, 1]).unwrap();
        Files {
            outputs: outputs.encode().to_vec(),
            sample: sample.encode().to_vec(),
            sent: vec![c0, c1, c2, c3, c4, c5],
            book,
            state,
            ask_book,
        }
    }

    /// Asks for all that opened.
    pub(crate) fn ask(&self, outputs: &Outputs<'_>, opening: &Opening) -> (AskBook, Sent) {
        let wanted = opening.records.iter().map(|record| Asked {
            record,
            band: 1,
            case: [7; 16],
        });
        let wanted: Vec<Asked<'_>> = wanted.collect();
        ask(&self.asker(), outputs, opening, &wanted).unwrap()
    }
}

/// Releases the first and refuses the others.
pub(crate) fn decisions(rows: &[AskedRow]) -> Vec<Decision> {
    let decide = |(number, _)| match number {
        0 => Decision::Release(b"name: as agreed".to_vec()),
        _ => Decision::Refuse(Refusal::Decided),
    };
    rows.iter().enumerate().map(decide).collect()
}

/// The words of a record.
pub(crate) fn inputs_of(record: &[u8]) -> Vec<Vec<u8>> {
    record.split(|b| *b == b' ').map(<[u8]>::to_vec).collect()
}

pub(crate) fn held(records: &[&str]) -> Vec<HeldRecord> {
    let held = |record: &&str| HeldRecord {
        inputs: inputs_of(record.as_bytes()),
        form: format!("form of {record}").into_bytes(),
        reference: record.as_bytes().to_vec(),
    };
    records.iter().map(held).collect()
}

pub(crate) fn asked(records: &[&str]) -> Vec<Subject> {
    let asked = |record: &&str| Subject {
        record: record.as_bytes().to_vec(),
        inputs: inputs_of(record.as_bytes()),
    };
    records.iter().map(asked).collect()
}

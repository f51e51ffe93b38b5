//! Files as an enemy would make them: changed on the way, or made and signed by a peer that cheats.
//! Each must end in an error with advice, change nothing, and never panic.

use veilmatch::audit::{Act, Checkpoint, Entry, Log, LogFile, Proof};
use veilmatch::error::Result;
use veilmatch::exchange::agreement::Agreement;
use veilmatch::exchange::identity::Party;
use veilmatch::exchange::manifest::{Received, Sent};
use veilmatch::exchange::note::Note;
use veilmatch::exchange::sealed::{
    Admission, AskBook, AskerState, HolderBook, Outputs, Question, Sample, Subject, publish,
};
use veilmatch::exchange::table::Kind;

use crate::parties::{
    Files, NOTICES, Parties, SEALED, SUBJECTS, agreement_text, asked, held, identity, inputs_of,
    intent,
};

/// Counts what was refused.
#[derive(Default)]
struct Refusals(usize);

impl Refusals {
    #[track_caller]
    fn add<T>(&mut self, what: &str, result: Result<T>) {
        let Err(error) = result else {
            panic!("{what}: it was taken");
        };
        assert!(error.is_integrity() || error.is_usage(), "{what}: {error}");
        assert!(!error.help().is_empty() && !error.to_string().is_empty());
        self.0 += 1;
    }
}

/// A type of notice, and a list, that stand in the agreement already.
const TWICE_NOTICE: &str =
    "[[notice]]\ntype = \"wanted\"\nthreshold_bits = 1.0\ndeciders = 1\n[caps]";
const TWICE_LIST: &str =
    "[[list]]\nid = \"wanted\"\nholder = \"north\"\npolitical_review = true\n[[notice]]";

/// A reader of one kind of file.
type Door<'a> = Box<dyn Fn(&[u8]) -> Result<()> + 'a>;

/// Bytes of the rows of one column of a received file, for a search in its envelope.
fn rows(received: &Received, column: usize) -> Vec<Vec<u8>> {
    received.table.slices(column).map(<[u8]>::to_vec).collect()
}

/// Puts bytes in the place of others of the same length, once.
fn put(file: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = file.windows(from.len()).position(|w| w == from).unwrap();
    [&file[..at], to, &file[at + from.len()..]].concat()
}

/// The file with two rows of a column in each other's places.
fn swapped(file: &[u8], a: &[u8], b: &[u8]) -> Vec<u8> {
    let mark = vec![0xa5; a.len()];
    put(&put(&put(file, a, &mark), b, a), &mark, b)
}

/// Ways to damage a file that need no knowledge of it.
fn damaged(file: &[u8], other: &[u8]) -> Vec<(String, Vec<u8>)> {
    let (half, end) = (file.len() / 2, file.len());
    let mut out: Vec<(String, Vec<u8>)> = [0, 1, 4, 8, half, end - 8, end - 1]
        .into_iter()
        .map(|cut| (format!("cut at {cut}"), file[..cut].to_vec()))
        .collect();
    let mut add = |what: &str, bytes: Vec<u8>| out.push((what.to_owned(), bytes));
    add("without its first byte", file[1..].to_vec());
    add("one byte longer", [file, &[0]].concat());
    add("one byte before it", [&[0], file].concat());
    add("twice", [file, file].concat());
    add("halves swapped", [&file[half..], &file[..half]].concat());
    add(
        "spliced with another",
        [&file[..half], &other[other.len() / 2..]].concat(),
    );
    add("another in its place", other.to_vec());
    add("zeros", vec![0; end]);
    add(
        "a hole",
        [&file[..half], &file[(half + 1).min(end)..]].concat(),
    );
    let mut all_ones = file.to_vec();
    all_ones[end - 8..end - 4].fill(0xff);
    add("ones before the last four bytes", all_ones);
    out
}

fn parties() -> (Parties, Files) {
    let parties = Parties::new(1_000);
    let files = parties.exchange(NOTICES, SUBJECTS);
    (parties, files)
}

#[test]
fn damaged_envelopes_and_manifests_are_refused() {
    let (parties, files) = parties();
    let mut refusals = Refusals::default();
    for (number, kind) in SEALED.into_iter().enumerate() {
        let (sent, other) = (&files.sent[number], &files.sent[(number + 1) % 6]);
        assert!(parties.take(kind, sent).is_ok());
        for (what, envelope) in damaged(&sent.envelope, &other.envelope) {
            // On the way: the manifest does not fit. By its maker: the manifest does, the form not.
            let manifest = sent.manifest.as_bytes();
            refusals.add(&what, parties.deal.receive(kind, &envelope, manifest));
            let signed = parties.signed_anew(kind, sent, envelope, |text| text);
            refusals.add(&what, parties.take(kind, &signed));
        }
        for (what, manifest) in damaged(sent.manifest.as_bytes(), other.manifest.as_bytes()) {
            refusals.add(&what, parties.deal.receive(kind, &sent.envelope, &manifest));
        }
    }
    assert_eq!(refusals.0, 6 * 3 * 17);
}

#[test]
fn any_flipped_byte_of_any_file_of_the_exchange_is_caught() {
    let (parties, files) = parties();
    for (kind, sent) in SEALED.into_iter().zip(&files.sent) {
        for at in 0..sent.envelope.len() {
            let mut flipped = sent.envelope.clone();
            flipped[at] ^= 1 << (at % 8);
            let taken = parties
                .deal
                .receive(kind, &flipped, sent.manifest.as_bytes());
            assert!(taken.is_err(), "byte {at} of {kind:?}");
        }
        for at in 0..sent.manifest.len() {
            let mut flipped = sent.manifest.as_bytes().to_vec();
            flipped[at] ^= 1 << (at % 8);
            let taken = parties.deal.receive(kind, &sent.envelope, &flipped);
            assert!(taken.is_err(), "byte {at} of the manifest of {kind:?}");
        }
    }
}

#[test]
fn manifests_that_their_maker_has_made_up_are_refused() {
    let (parties, files) = parties();
    let mut refusals = Refusals::default();
    let ones = "11".repeat(32);
    for (kind, sent) in SEALED.into_iter().zip(&files.sent) {
        let manifest = parties.take(kind, sent).unwrap().manifest;
        let head = manifest.head;
        let set = |name: &str, value: &str| {
            let (name, value) = (name.to_owned(), value.to_owned());
            move |text: String| {
                let line = |line: &str| match line.split_once(' ') {
                    Some((found, _)) if found == name => format!("{name} {value}\n"),
                    _ => format!("{line}\n"),
                };
                text.lines().map(line).collect::<String>()
            }
        };
        let (rows, width) = (head.rows, head.width);
        let other = SEALED.into_iter().find(|other| *other != kind).unwrap();
        for (name, value) in [
            ("veilmatch", "manifest/2"),
            ("veilmatch", "manifest/01"),
            ("kind", other.code()),
            ("kind", "c9"),
            ("ctx", &ones),
            ("epoch", "2"),
            ("epoch", "01"),
            ("epoch", "-1"),
            ("session", &ones),
            ("index", &ones),
            ("from", "nobody"),
            ("to", "nobody"),
            ("purpose", "MARKETING"),
            ("legal-basis", "NONE"),
            ("rows", &(rows + 1).to_string()),
            ("rows", "18446744073709551616"),
            ("width", &(width + 1).to_string()),
            ("width", "4294967296"),
            ("digest", &ones),
            ("log-size", "one"),
            ("log-root", "00"),
        ] {
            let envelope = sent.envelope.clone();
            let signed = parties.signed_anew(kind, sent, envelope, set(name, value));
            refusals.add(&format!("{name} {value}"), parties.take(kind, &signed));
        }
        // One form only: nothing more, nothing less, in no other order.
        for change in [
            |text: String| format!("{text}more 1\n"),
            |text: String| text.replace("answers ", "answers  "),
            |text: String| text.replacen("ctx", "CTX", 1),
            |text: String| {
                text.lines()
                    .rev()
                    .map(|l| format!("{l}\n"))
                    .collect::<String>()
            },
            |text: String| {
                text.lines()
                    .take(15)
                    .map(|l| format!("{l}\n"))
                    .collect::<String>()
            },
        ] {
            let signed = parties.signed_anew(kind, sent, sent.envelope.clone(), change);
            refusals.add("another form", parties.take(kind, &signed));
        }
        // By nobody, by the wrong one, by one too many.
        let text = Note::decode(sent.manifest.as_bytes())
            .unwrap()
            .text()
            .to_owned();
        let note = Note::new(text).unwrap();
        let mut stranger = note.clone();
        identity(parties.maker(kind).party().name().as_str()).sign(&mut stranger);
        let mut both = Note::decode(sent.manifest.as_bytes()).unwrap();
        parties.north.sign(&mut both);
        parties.south.sign(&mut both);
        for note in [note, stranger, both] {
            let bytes = note.encode();
            let taken = parties.deal.receive(kind, &sent.envelope, bytes.as_bytes());
            refusals.add("signatures", taken);
        }
        // An identity for a key, and an encoding that is none.
        if matches!(kind, Kind::Index | Kind::Forms) {
            for key in ["00".repeat(32), "ff".repeat(32)] {
                let envelope = sent.envelope.clone();
                let signed = parties.signed_anew(kind, sent, envelope, set("key", &key));
                refusals.add("key", parties.take(kind, &signed));
            }
        }
    }
    assert_eq!(refusals.0, 6 * (21 + 5 + 3) + 4);
}

#[test]
fn an_index_that_is_tied_to_a_session_or_to_an_answer_is_refused_at_the_door() {
    let (parties, files) = parties();
    let zero = "00".repeat(32);
    for (kind, sent) in [(Kind::Index, &files.sent[0]), (Kind::Forms, &files.sent[1])] {
        let ones = "11".repeat(32);
        // The head stands in the envelope too: ctx, session, index.
        let envelope = put(
            &sent.envelope,
            format!(" {zero} ").as_bytes(),
            format!(" {ones} ").as_bytes(),
        );
        let tied = parties.signed_anew(kind, sent, envelope, |text| {
            text.replace(&format!("session {zero}"), &format!("session {ones}"))
        });
        let answers = parties.signed_anew(kind, sent, sent.envelope.clone(), |text| {
            text.replace(&format!("answers {zero}"), &format!("answers {ones}"))
        });
        let mut refusals = Refusals::default();
        refusals.add("session", parties.take(kind, &tied));
        refusals.add("answers", parties.take(kind, &answers));
    }
}

/// A session of its own up to the response.
struct Session<'a> {
    question: Question<'a>,
    request: Received,
    response: Received,
}

fn session<'a>(
    parties: &'a Parties,
    book: &mut HolderBook,
    index: &Received,
    subjects: &'a [Subject],
) -> Session<'a> {
    let mut state = AskerState::new(&parties.deal).unwrap();
    let question = Question::new(&parties.asker(), &mut state, index, subjects).unwrap();
    let c2 = question.request(&parties.asker()).unwrap();
    let request = parties.take(Kind::Request, &c2).unwrap();
    let Ok(Admission::New(admitted)) = book.admit(&parties.holder(), &request) else {
        panic!("a new request");
    };
    let c3 = admitted.respond(&parties.holder(), book).unwrap();
    Session {
        response: parties.take(Kind::Response, &c3).unwrap(),
        question,
        request,
    }
}

#[test]
fn rows_that_a_cheating_asker_has_put_in_are_refused() {
    let (parties, files) = parties();
    let mut refusals = Refusals::default();
    let request = parties.take(Kind::Request, &files.sent[2]).unwrap();
    let blinded = rows(&request, 0);
    let fresh = |envelope: Vec<u8>, subjects: &str| {
        // A session of its own, in the envelope and in the manifest.
        let (old, new) = (hex(&request.manifest.head.session), "7".repeat(64));
        let envelope = put(&envelope, old.as_bytes(), new.as_bytes());
        let sent = parties.signed_anew(Kind::Request, &files.sent[2], envelope, |text| {
            let text = text.replace(&old, &new);
            text.replace("subjects 4\n", &format!("subjects {subjects}\n"))
        });
        parties.take(Kind::Request, &sent).unwrap()
    };
    let file = &files.sent[2].envelope;
    let book = || HolderBook::decode(&files.book.encode()).unwrap();
    let twice = put(file, &blinded[1], &blinded[0]);
    for (what, envelope, subjects) in [
        ("a row twice", twice, "4"),
        ("no subjects", file.clone(), "0"),
        ("more subjects than agreed", file.clone(), "1001"),
        (
            "as many subjects as there are numbers",
            file.clone(),
            "18446744073709551615",
        ),
    ] {
        let (request, mut book) = (fresh(envelope, subjects), book());
        let before = book.encode();
        refusals.add(what, book.admit(&parties.holder(), &request));
        assert_eq!(*book.encode(), *before, "{what}: the book has changed");
    }
    // No elements: zero, all ones, an odd one, the field's prime, one above it, a negative one.
    let mut prime = [0xff; 32];
    (prime[0], prime[31]) = (0xed, 0x7f);
    let mut above = prime;
    above[0] = 0xee;
    let mut odd = [0; 32];
    odd[0] = 1;
    let mut high: [u8; 32] = blinded[1].as_slice().try_into().unwrap();
    high[31] |= 0x80;
    for bad in [[0; 32], [0xff; 32], odd, prime, above, high] {
        let (request, mut book) = (fresh(put(file, &blinded[1], &bad), "4"), book());
        let Ok(Admission::New(admitted)) = book.admit(&parties.holder(), &request) else {
            panic!("that it is no element shows later");
        };
        refusals.add("no element", admitted.respond(&parties.holder(), &mut book));
    }
    // The session that was answered stands for those bytes alone.
    let other = put(
        file,
        &blinded[1],
        &blinded[1].iter().map(|b| b ^ 2).collect::<Vec<_>>(),
    );
    let other = parties.signed_anew(Kind::Request, &files.sent[2], other, |text| text);
    let other = parties.take(Kind::Request, &other).unwrap();
    refusals.add(
        "another request in its session",
        book().admit(&parties.holder(), &other),
    );
    // An index that was replaced, and a book that never had one.
    let mut newer = book();
    publish(&parties.holder(), &mut newer, &held(NOTICES)).unwrap();
    refusals.add(
        "a stale index",
        newer.admit(&parties.holder(), &fresh(file.clone(), "4")),
    );
    let ask = parties.take(Kind::Ask, &files.sent[4]).unwrap();
    refusals.add("a stale index", newer.read_ask(&parties.holder(), &ask));
    let mut empty = HolderBook::new(&parties.deal).unwrap();
    refusals.add("no index", empty.admit(&parties.holder(), &request));
    refusals.add("no request", empty.read_ask(&parties.holder(), &ask));
    // An ask whose rows have changed places, and one of another file.
    let sealed = rows(&ask, 0);
    let file = &files.sent[4].envelope;
    for (what, envelope) in [
        ("rows swapped", swapped(file, &sealed[0], &sealed[1])),
        ("a row twice", put(file, &sealed[1], &sealed[0])),
        (
            "a row of zeros",
            put(file, &sealed[0], &vec![0; sealed[0].len()]),
        ),
    ] {
        let sent = parties.signed_anew(Kind::Ask, &files.sent[4], envelope, |text| text);
        let (taken, mut book) = (parties.take(Kind::Ask, &sent).unwrap(), book());
        let before = book.encode();
        refusals.add(what, book.read_ask(&parties.holder(), &taken));
        assert_eq!(*book.encode(), *before, "{what}: the book has changed");
    }
    let zero = "00".repeat(32);
    for (name, value) in [("encapsulated", &zero), ("answers", &zero)] {
        let sent = parties.signed_anew(Kind::Ask, &files.sent[4], file.clone(), |text| {
            let line = |l: &str| match l.split_once(' ') {
                Some((found, _)) if found == name => format!("{name} {value}\n"),
                _ => format!("{l}\n"),
            };
            text.lines().map(line).collect()
        });
        let taken = parties.take(Kind::Ask, &sent).unwrap();
        refusals.add(name, book().read_ask(&parties.holder(), &taken));
    }
    assert_eq!(refusals.0, 4 + 6 + 1 + 4 + 3 + 2);
}

#[test]
fn rows_that_a_cheating_holder_has_put_in_are_refused() {
    let (parties, files) = parties();
    let mut refusals = Refusals::default();
    let mut book = HolderBook::decode(&files.book.encode()).unwrap();
    let index = parties.take(Kind::Index, &files.sent[0]).unwrap();
    let forms = parties.take(Kind::Forms, &files.sent[1]).unwrap();
    let subjects = asked(SUBJECTS);
    let first = session(&parties, &mut book, &index, &subjects);
    let second = session(&parties, &mut book, &index, &subjects);
    let outputs = first
        .question
        .finish(&first.request, &first.response)
        .unwrap();

    // Replayed: the answer to another session.
    refusals.add(
        "replayed",
        first.question.finish(&first.request, &second.response),
    );
    refusals.add(
        "replayed",
        second.question.finish(&second.request, &first.response),
    );
    refusals.add(
        "another's request",
        first.question.finish(&second.request, &second.response),
    );
    // An index with rows out of order, twice, or of another index.
    for (kind, sent, received) in [
        (Kind::Index, &files.sent[0], &index),
        (Kind::Forms, &files.sent[1], &forms),
    ] {
        let names = rows(received, 0);
        for envelope in [
            swapped(&sent.envelope, &names[0], &names[1]),
            put(&sent.envelope, &names[1], &names[0]),
        ] {
            let signed = parties.signed_anew(kind, sent, envelope, |text| text);
            let taken = parties.take(kind, &signed).unwrap();
            let opened = match kind {
                Kind::Index => outputs.open(&taken, &forms),
                _ => outputs.open(&index, &taken),
            };
            refusals.add("rows of an index", opened);
        }
    }
    refusals.add("forms for an index", outputs.open(&forms, &index));
    let mut other_book = HolderBook::new(&parties.deal).unwrap();
    let (o0, o1) = publish(&parties.holder(), &mut other_book, &held(NOTICES)).unwrap();
    let other_index = parties.take(Kind::Index, &o0).unwrap();
    let other_forms = parties.take(Kind::Forms, &o1).unwrap();
    refusals.add("another key", outputs.open(&other_index, &other_forms));
    refusals.add("forms of another index", outputs.open(&index, &other_forms));
    // Answers: rows swapped, no elements, doubled, of another key, proofs of others.
    let c3 = &files.sent[3];
    let (request, response) = (
        parties.take(Kind::Request, &files.sent[2]).unwrap(),
        parties.take(Kind::Response, c3).unwrap(),
    );
    let mut state = AskerState::decode(&files.state.encode()).unwrap();
    let question = Question::new(&parties.asker(), &mut state, &index, &subjects).unwrap();
    question.finish(&request, &response).unwrap();
    let evaluated = rows(&response, 0);
    for (what, envelope) in [
        (
            "swapped",
            swapped(&c3.envelope, &evaluated[0], &evaluated[1]),
        ),
        ("twice", put(&c3.envelope, &evaluated[1], &evaluated[0])),
        ("identity", put(&c3.envelope, &evaluated[1], &[0; 32])),
        ("no element", put(&c3.envelope, &evaluated[1], &[0xff; 32])),
        (
            "its own row",
            put(&c3.envelope, &evaluated[1], &rows(&request, 0)[1]),
        ),
    ] {
        let signed = parties.signed_anew(Kind::Response, c3, envelope, |text| text);
        let taken = parties.take(Kind::Response, &signed).unwrap();
        refusals.add(what, question.finish(&request, &taken));
    }
    let proof = format!("proof {}\n", "00".repeat(64));
    for change in [
        |text: String, _: &str| {
            let lines = text.lines().filter(|l| !l.starts_with("proof "));
            lines.map(|l| format!("{l}\n")).collect::<String>()
        },
        |text: String, proof: &str| format!("{text}{proof}"),
        |text: String, proof: &str| text[..text.find("proof ").unwrap()].to_owned() + proof,
    ] {
        let signed = parties.signed_anew(Kind::Response, c3, c3.envelope.clone(), |text| {
            change(text, &proof)
        });
        let refused = parties
            .take(Kind::Response, &signed)
            .and_then(|taken| question.finish(&request, &taken).map(drop));
        refusals.add("proofs", refused);
    }
    // A release whose rows have changed places, or that answers another ask.
    let c5 = &files.sent[5];
    let sealed = rows(&parties.take(Kind::Release, c5).unwrap(), 0);
    for envelope in [
        swapped(&c5.envelope, &sealed[0], &sealed[1]),
        put(&c5.envelope, &sealed[1], &sealed[0]),
        put(&c5.envelope, &sealed[15], &sealed[14]),
    ] {
        let signed = parties.signed_anew(Kind::Release, c5, envelope, |text| text);
        let taken = parties.take(Kind::Release, &signed).unwrap();
        refusals.add(
            "rows of a release",
            files.ask_book.receive(&parties.asker(), &taken),
        );
    }
    let opening = outputs.open(&index, &forms).unwrap();
    let (other_ask, _) = parties.ask(&outputs, &opening);
    let release = parties.take(Kind::Release, c5).unwrap();
    refusals.add("another ask", other_ask.receive(&parties.asker(), &release));
    assert_eq!(refusals.0, 3 + 4 + 3 + 5 + 3 + 3 + 1);
}

#[test]
fn agreements_and_identities_of_an_enemy_are_refused() {
    let (parties, _) = parties();
    let mut refusals = Refusals::default();
    let (north, south) = (&parties.north, &parties.south);
    let good = agreement_text(north, south, 10);
    assert!(Agreement::draft(&good).is_ok());
    for (from, to) in [
        ("# veilmatch agreement/1", "# veilmatch agreement/2"),
        ("# veilmatch agreement/1\n", ""),
        ("learns = [\"south\"]\n", ""),
        ("learns = [\"south\"]", "learns = [\"south\", \"west\"]"),
        ("learns = [\"south\"]", "learns = []"),
        (
            "learns = [\"south\"]",
            "learns = [\"south\"]\nlearns = [\"north\"]",
        ),
        ("purposes = [\"VISA\", \"BORDER\"]", "purposes = []"),
        (
            "purposes = [\"VISA\", \"BORDER\"]",
            "purposes = [\"two words\"]",
        ),
        ("legal_bases = [\"TREATY-7\"]", "legal_bases = []"),
        ("recipe_digest = \"00", "recipe_digest = \"0"),
        ("recipe_digest = \"00", "recipe_digest = \"zz"),
        ("protected_roles = false", "protected_roles = \"no\""),
        (
            "protected_roles = false",
            "protected_roles = false\nbackdoor = true",
        ),
        ("retention_days = 30", "retention_days = -1"),
        ("retention_days = 30", "retention_days = 1e9"),
        ("name = \"south\"", "name = \"north\""),
        ("name = \"south\"", "name = \"South\""),
        ("deciders = 1", "deciders = 0"),
        ("deciders = 1", "deciders = 200"),
        ("threshold_bits = 5.0", "threshold_bits = nan"),
        ("[caps]", TWICE_NOTICE),
        ("[[notice]]", TWICE_LIST),
        ("subjects = 10\n", "subjects = 99999999999999999999\n"),
        ("inputs_per_record = 128", "inputs_per_record = 65536"),
        ("form_bytes = 64", "form_bytes = 1"),
        ("form_bytes = 64", "form_bytes = 65535"),
        ("release_bytes = 256", "release_bytes = 1"),
        ("release_bytes = 256", "release_bytes = 65535"),
        ("days = 30\ncount", "days = 0\ncount"),
        ("count = 3", "count = 0"),
        ("first_day = \"2026-01-01\"", "first_day = \"2026-02-30\""),
        ("first_day = \"2026-01-01\"", "first_day = \"-9999-01-01\""),
        ("holder = \"north\"", "holder = \"west\""),
        ("[caps]", "[caps]\nmore = 1"),
        (
            "[caps]",
            &format!("[caps]\nx = {}{}", "[".repeat(10_000), "]".repeat(10_000)),
        ),
    ] {
        assert!(good.contains(from), "{from}");
        let text = good.replacen(from, to, 1);
        let drafted = Agreement::draft(&text).and_then(|mut agreement| {
            north.sign(agreement.note_mut());
            south.sign(agreement.note_mut());
            agreement.deal(&intent()).map(drop)
        });
        refusals.add(
            &format!("{from} as {}", to.get(..40).unwrap_or(to)),
            drafted,
        );
    }
    // Signatures: none, one, a stranger's, and one moved from another text.
    let draft = || Agreement::draft(&good).unwrap();
    refusals.add("nobody signed", draft().deal(&intent()));
    for signer in [north, south, &identity("south")] {
        let mut one = draft();
        signer.sign(one.note_mut());
        refusals.add("one signed", one.verify());
    }
    let signed = parties.agreement.encode();
    let moved = signed.replace("retention_days = 30", "retention_days = 31");
    refusals.add(
        "moved",
        Agreement::decode(moved.as_bytes()).and_then(|a| a.verify()),
    );
    let other = agreement_text(north, south, 11);
    for (what, bytes) in damaged(signed.as_bytes(), other.as_bytes()) {
        refusals.add(&what, Agreement::decode(&bytes).and_then(|a| a.verify()));
    }
    // Identities.
    let note = north.public_note().unwrap();
    let text = Note::decode(note.as_bytes()).unwrap().text().to_owned();
    let key = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().to_owned()
    };
    let weak = format!("01{}", "00".repeat(31));
    for (from, to) in [
        ("identity/1".to_owned(), "identity/2".to_owned()),
        ("name north".to_owned(), "name North".to_owned()),
        ("name north".to_owned(), "name south".to_owned()),
        (key("sign "), weak),
        (key("sign "), "ff".repeat(32)),
        (key("seal "), "00".repeat(32)),
        (key("seal "), key("seal ").to_uppercase()),
        (
            "name north\n".to_owned(),
            "name north\nname north\n".to_owned(),
        ),
    ] {
        let mut note = Note::new(text.replacen(&from, &to, 1)).unwrap();
        north.sign(&mut note);
        refusals.add(&to, Party::decode(note.encode().as_bytes()));
    }
    let other = south.public_note().unwrap();
    for (what, bytes) in damaged(note.as_bytes(), signed.as_bytes()) {
        refusals.add(&what, Party::decode(&bytes));
    }
    let spliced = note.replace(&text, Note::decode(other.as_bytes()).unwrap().text());
    refusals.add("another's signature", Party::decode(spliced.as_bytes()));
    assert_eq!(refusals.0, 35 + 1 + 3 + 1 + 17 + 8 + 17 + 1);
}

#[test]
fn logs_checkpoints_and_proofs_of_an_enemy_are_refused() {
    let (parties, _) = parties();
    let (north, south) = (&parties.north, &parties.south);
    let mut refusals = Refusals::default();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("north.log");
    let entry = |n: u64| Entry {
        counts: vec![n],
        digests: vec![[7; 32]],
        ..Entry::new(jiff::civil::datetime(2026, 1, 2, 3, 4, 5, 0), Act::Answered)
    };
    let mut file = LogFile::open(&path, north).unwrap();
    let checkpoint_of = || std::fs::read(folder.path().join("north.checkpoint")).unwrap();
    file.append((0..3).map(entry).collect(), north).unwrap();
    let older = checkpoint_of();
    file.append((3..7).map(entry).collect(), north).unwrap();
    let newer = checkpoint_of();
    let inclusion = file.log().prove_inclusion(4).unwrap();
    let consistency = file.log().prove_consistency(3).unwrap();
    drop(file);
    let party = north.party();
    let text = std::fs::read(&path).unwrap();
    let verify = |text: &[u8], checkpoint: &[u8], party: &Party| {
        let lies = tempfile::tempdir().unwrap();
        let path = lies.path().join("x.log");
        std::fs::write(&path, text).unwrap();
        std::fs::write(lies.path().join("x.checkpoint"), checkpoint).unwrap();
        Log::verify(&path, party).map(drop)
    };
    assert!(verify(&text, &newer, party).is_ok());
    refusals.add("another party's", verify(&text, &newer, south.party()));
    refusals.add("an older checkpoint", verify(&text, &older, party));
    let lines: Vec<&str> = std::str::from_utf8(&text).unwrap().lines().collect();
    for (what, order) in [
        ("a line is gone", vec![0, 1, 2, 3, 4, 5, 6]),
        ("two lines swapped", vec![0, 1, 3, 2, 4, 5, 6, 7]),
        ("a line twice", vec![0, 1, 1, 2, 3, 4, 5, 6, 7]),
        ("no first line", vec![1, 2, 3, 4, 5, 6, 7]),
    ] {
        let text: String = order.iter().map(|at| format!("{}\n", lines[*at])).collect();
        refusals.add(what, verify(text.as_bytes(), &newer, party));
    }
    for (what, bytes) in damaged(&text, &newer) {
        refusals.add(&what, verify(&bytes, &newer, party));
    }
    for (what, bytes) in damaged(&newer, &text) {
        refusals.add(&what, verify(&text, &bytes, party));
        refusals.add(&what, Checkpoint::decode(&bytes, party));
    }
    // Proofs: of another kind, between the wrong checkpoints, of other entries.
    inclusion.check_inclusion(&newer, party).unwrap();
    consistency
        .check_consistency(&older, &newer, party)
        .unwrap();
    refusals.add(
        "inclusion in another",
        inclusion.check_inclusion(&older, party),
    );
    refusals.add(
        "wrong kind",
        inclusion.check_consistency(&older, &newer, party),
    );
    refusals.add("wrong kind", consistency.check_inclusion(&newer, party));
    refusals.add(
        "backwards",
        consistency.check_consistency(&newer, &older, party),
    );
    let mangled = |proof: &Proof, from: &str, to: &str| {
        let text = proof.encode();
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    };
    for (proof, from, to) in [
        (&inclusion, "entry 4", "entry 5"),
        (&inclusion, "entry 4", "entry 18446744073709551615"),
        (&inclusion, "entry 4", "entry 04"),
        (&inclusion, "count=4", "count=5"),
        (
            &inclusion,
            "hash ",
            &format!("hash {}\nhash ", "00".repeat(32)),
        ),
        (&consistency, "from 3", "from 4"),
        (&consistency, "from 3", "from 0"),
        (
            &consistency,
            "hash ",
            &format!("hash {}\nhash ", "00".repeat(32)),
        ),
        (&consistency, "proof/1", "proof/2"),
    ] {
        let bytes = mangled(proof, from, to);
        let checked = Proof::decode(bytes.as_bytes()).and_then(|proof| match proof {
            Proof::Inclusion { .. } => proof.check_inclusion(&newer, party),
            Proof::Consistency { .. } => proof.check_consistency(&older, &newer, party),
        });
        refusals.add(to, checked);
    }
    let many = format!("{}{}", consistency.encode(), "hash 00\n".repeat(1_000));
    refusals.add("too many hashes", Proof::decode(many.as_bytes()));
    let (a, b) = (inclusion.encode(), consistency.encode());
    for (what, bytes) in damaged(a.as_bytes(), b.as_bytes()) {
        let checked = Proof::decode(&bytes).and_then(|p| p.check_inclusion(&newer, party));
        refusals.add(&what, checked);
    }
    assert_eq!(refusals.0, 2 + 4 + 17 + 34 + 4 + 9 + 1 + 17);
}

#[test]
fn state_that_was_tampered_with_is_refused_and_never_believed_in_its_counts() {
    let (parties, files) = parties();
    let mut refusals = Refusals::default();
    let index = parties.take(Kind::Index, &files.sent[0]).unwrap();
    let subjects = asked(SUBJECTS);
    let mut state = AskerState::decode(&files.state.encode()).unwrap();
    let question = Question::new(&parties.asker(), &mut state, &index, &subjects).unwrap();
    let (book, own) = (files.book.encode().to_vec(), files.state.encode().to_vec());
    let asks = files.ask_book.encode();
    let doors: [(&[u8], Door<'_>); 5] = [
        (&book, Box::new(|b| HolderBook::decode(b).map(drop))),
        (&own, Box::new(|b| AskerState::decode(b).map(drop))),
        (&asks, Box::new(|b| AskBook::decode(b).map(drop))),
        (&files.sample, Box::new(|b| Sample::decode(b).map(drop))),
        (
            &files.outputs,
            Box::new(|b| Outputs::decode(b, &question).map(drop)),
        ),
    ];
    for (number, (bytes, door)) in doors.iter().enumerate() {
        assert!(door(bytes).is_ok());
        for at in 0..bytes.len() {
            let mut flipped = bytes.to_vec();
            flipped[at] ^= 1 << (at % 8);
            assert!(door(&flipped).is_err(), "byte {at} of state {number}");
        }
        for (what, bytes) in damaged(bytes, doors[(number + 1) % 5].0) {
            refusals.add(&what, door(&bytes));
        }
        // Numbers far too large, under a digest that fits: nothing is allocated on their word.
        let body = bytes.len() - 32;
        for at in 8..body.saturating_sub(8) {
            let mut huge = bytes[..body].to_vec();
            huge[at..at + 8].copy_from_slice(&(u64::MAX >> 1).to_le_bytes());
            let digest = blake3::hash(&huge);
            huge.extend_from_slice(digest.as_bytes());
            door(&huge).ok();
        }
    }
    assert_eq!(refusals.0, 5 * 17);
}

#[test]
fn samples_that_show_other_rows_or_another_request_are_refused() {
    let (parties, files) = parties();
    let mut refusals = Refusals::default();
    let request = parties.take(Kind::Request, &files.sent[2]).unwrap();
    let sample = Sample::decode(&files.sample).unwrap();
    let verify = |request: &Received, drawn: &[u64]| {
        sample
            .verify(&parties.deal, request, drawn, inputs_of)
            .map(drop)
    };
    assert!(verify(&request, &[0, 1]).is_ok());
    for drawn in [
        vec![],
        vec![0],
        vec![1, 0],
        vec![0, 1, 2],
        vec![0, 2],
        vec![u64::MAX, 0],
    ] {
        refusals.add("other rows", verify(&request, &drawn));
    }
    let mut book = HolderBook::decode(&files.book.encode()).unwrap();
    let index = parties.take(Kind::Index, &files.sent[0]).unwrap();
    let subjects = asked(SUBJECTS);
    let other = session(&parties, &mut book, &index, &subjects);
    refusals.add("another request", verify(&other.request, &[0, 1]));
    let recipe = |_: &[u8]| vec![b"other".to_vec()];
    let other_recipe = sample.verify(&parties.deal, &request, &[0, 1], recipe);
    refusals.add("another recipe", other_recipe);
    assert!(Sample::draw(&request, request.manifest.head.rows + 1).is_err());
    assert_eq!(refusals.0, 6 + 1 + 1);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Signing anew is not what the refusals above rest on.
#[test]
fn files_that_are_signed_anew_without_a_change_are_taken() {
    let (parties, files) = parties();
    for (kind, sent) in SEALED.into_iter().zip(&files.sent) {
        let same: Sent = parties.signed_anew(kind, sent, sent.envelope.clone(), |text| text);
        assert!(parties.take(kind, &same).is_ok());
    }
}

//! Rows that a peer has put in, under its own signature.

use veilmatch::exchange::manifest::Received;
use veilmatch::exchange::sealed::{
    Admission, AskerState, HolderBook, Question, Sample, Subject, publish,
};
use veilmatch::exchange::table::Kind;

use super::{Refusals, parties, put, slices, swapped};
use crate::parties::{NOTICES, Parties, SUBJECTS, asked, held, inputs_of};

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
    let blinded = slices(&request, 0);
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
    let sealed = slices(&ask, 0);
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
        let names = slices(received, 0);
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
    let evaluated = slices(&response, 0);
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
            put(&c3.envelope, &evaluated[1], &slices(&request, 0)[1]),
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
    let sealed = slices(&parties.take(Kind::Release, c5).unwrap(), 0);
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

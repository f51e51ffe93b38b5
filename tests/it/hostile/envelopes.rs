//! Envelopes and manifests: damaged, exchanged, forged.

use veilmatch::exchange::manifest::Sent;
use veilmatch::exchange::note::Note;
use veilmatch::exchange::table::Kind;

use super::{Refusals, damaged, parties, put};
use crate::parties::{SEALED, identity};

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

/// Signing anew is not what the refusals above rest on.
#[test]
fn files_that_are_signed_anew_without_a_change_are_taken() {
    let (parties, files) = parties();
    for (kind, sent) in SEALED.into_iter().zip(&files.sent) {
        let same: Sent = parties.signed_anew(kind, sent, sent.envelope.clone(), |text| text);
        assert!(parties.take(kind, &same).is_ok());
    }
}

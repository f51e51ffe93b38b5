//! Agreements, identities, logs, checkpoints and proofs.

use veilmatch::audit::{Act, Checkpoint, Entry, Log, LogFile, Proof};
use veilmatch::exchange::agreement::Agreement;
use veilmatch::exchange::identity::Party;
use veilmatch::exchange::note::Note;

use super::{Refusals, damaged, parties};
use crate::parties::{agreement_text, identity, intent};

/// A type of notice, and a list, that stand in the agreement already.
const TWICE_NOTICE: &str =
    "[[notice]]\ntype = \"wanted\"\nthreshold_bits = 1.0\ndeciders = 1\n[caps]";
const TWICE_LIST: &str =
    "[[list]]\nid = \"wanted\"\nholder = \"north\"\npolitical_review = true\n[[notice]]";

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
        ("inputs_per_record = 1024", "inputs_per_record = 65536"),
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

//! `leak` on the files of a whole exchange, and on those that stay at home.

use veilmatch::attack::leak;

use crate::parties::{NOTICES, Parties, SUBJECTS};
use crate::support::{Desk, imported};

#[test]
fn every_file_of_an_exchange_may_leave_and_everything_else_stays() {
    let parties = Parties::new(1_000);
    let files = parties.exchange(NOTICES, SUBJECTS);
    for sent in &files.sent {
        for bytes in [sent.envelope.as_slice(), sent.manifest.as_bytes()] {
            let leakage = leak(bytes);
            assert!(
                leakage.may_leave(),
                "{}: {:?}",
                leakage.kind,
                leakage.excess
            );
        }
        let alike = leak(&sent.envelope).alike.unwrap();
        assert_eq!(alike.smallest_set, alike.records);
    }
    let identity = parties.north.public_note().unwrap();
    for bytes in [identity, parties.agreement.encode()] {
        let leakage = leak(bytes.as_bytes());
        assert!(leakage.may_leave(), "{:?}", leakage.excess);
    }
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("north.key");
    parties.north.write(&key, None).unwrap();
    let log = folder.path().join("north.log");
    drop(veilmatch::audit::LogFile::open(&log, &parties.north).unwrap());
    let checkpoint = std::fs::read(folder.path().join("north.checkpoint")).unwrap();
    assert!(leak(&checkpoint).may_leave());
    let stays: [(&str, Vec<u8>); 9] = [
        ("holder's book", files.book.encode().to_vec()),
        ("asker's state", files.state.encode().to_vec()),
        ("outputs", files.outputs.clone()),
        ("ask book", files.ask_book.encode()),
        ("sample", files.sample.clone()),
        ("key file", std::fs::read(key).unwrap()),
        ("log", std::fs::read(log).unwrap()),
        ("notices/1", imported().to_vec()),
        ("unknown file", b"id,name\n1,x\n".to_vec()),
    ];
    for (kind, bytes) in stays {
        let leakage = leak(&bytes);
        assert_eq!(leakage.kind, kind);
        assert!(!leakage.may_leave(), "{kind}");
    }
}

#[test]
fn the_command_shows_what_a_file_reveals_and_fails_where_it_is_too_much() {
    let desk = Desk::new();
    let parties = Parties::new(1_000);
    let files = parties.exchange(NOTICES, SUBJECTS);
    desk.put("c0.parquet", &files.sent[0].envelope);
    desk.put("c0.manifest", &files.sent[0].manifest);
    desk.put("kvetanik.csv", "id,name\n77431,Tarvo Kvetanik\n");
    let done = desk.run(&["leak", "c0.parquet", "c0.manifest"]);
    done.ends(0, &[]);
    for says in [
        "C0 index",
        "all rows differ",
        "may leave",
        "purpose VISA",
        "stands for",
    ] {
        assert!(done.out.contains(says), "{says}: {}", done.out);
    }
    let done = desk.run(&["leak", "c0.parquet", "kvetanik.csv"]);
    done.ends(5, &["do not send file 2"]);
    assert!(done.out.contains("EXCEEDS") && !done.out.contains("77431"));
    done.keeps_silent();
    let done = desk.run(&["leak", "--json", "c0.parquet"]);
    done.ends(0, &[]);
    let value: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(
        (&value["kind"], &value["excess"]),
        (&"C0 index".into(), &serde_json::json!([]))
    );
    desk.run(&["leak", "nothing"]).ends(3, &["file 1"]);
}

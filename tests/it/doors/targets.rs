//! Each door for foreign bytes, as a function of bytes. None may panic, whatever comes.
//!
//! Shared by `tests/it/doors.rs` and by the targets of `fuzz/`. Decoders of Parquet and
//! XLSX are other crates', and may panic on damage; veilmatch catches that. A fuzzer takes a caught
//! panic for a crash, so it is not given such files.

use std::path::Path;

use veilmatch::attack::{View, leak};
use veilmatch::audit::{Checkpoint, Log, LogFile, Proof};
use veilmatch::exchange::Envelope;
use veilmatch::exchange::agreement::Agreement;
use veilmatch::exchange::identity::{Identity, Party};
use veilmatch::exchange::linked::{Book, Paper};
use veilmatch::exchange::manifest::Manifest;
use veilmatch::exchange::name::PartyName;
use veilmatch::exchange::sealed::{AskBook, AskerState, HolderBook, Sample};
use veilmatch::exchange::table::Table;
use veilmatch::index::IndexReader;
use veilmatch::keys::conjunctions;
use veilmatch::read::{ListSettings, SubjectSettings, read_list, read_subjects};
use veilmatch::record::Kind;
use veilmatch::report::read_hits;
use veilmatch::{normalize, translit};

/// A door and its name.
pub(crate) type Door = (&'static str, fn(&[u8]));

/// All doors.
pub(crate) const DOORS: &[Door] = &[
    ("list", list),
    ("subjects", subjects),
    ("hits", hits),
    ("envelope", envelope),
    ("manifest", manifest),
    ("agreement", agreement),
    ("identity", identity),
    ("log", log),
    ("proof", proof),
    ("state", state),
    ("name", name),
    ("leakage", leakage),
    ("index", index),
];

/// Hands bytes to a reader of files.
fn as_file(bytes: &[u8], read: impl FnOnce(&Path)) {
    let packed = [b"PAR1".as_slice(), b"PK\x03\x04"];
    if cfg!(fuzzing) && packed.iter().any(|magic| bytes.starts_with(magic)) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    // For its owner only, as key files must be.
    let file = tempfile::NamedTempFile::new_in(&folder).expect("a file");
    std::fs::write(file.path(), bytes).expect("room on the disk");
    read(file.path());
}

/// Published lists, of any format.
pub(crate) fn list(bytes: &[u8]) {
    as_file(bytes, |path| {
        read_list(&[path.to_owned()], &ListSettings::default()).ok();
    });
}

/// Files of subjects, of any format.
pub(crate) fn subjects(bytes: &[u8]) {
    as_file(bytes, |path| {
        if let Ok(chunks) = read_subjects(&[path.to_owned()], &SubjectSettings::default()) {
            // The first error ends a file.
            let read = chunks.take_while(Result::is_ok);
            read.for_each(drop);
        }
    });
}

/// Hits that are read back.
pub(crate) fn hits(bytes: &[u8]) {
    as_file(bytes, |path| {
        if let Ok(hits) = read_hits(path) {
            hits.take_while(Result::is_ok).for_each(drop);
        }
    });
}

/// Envelopes, of the exchange and of a local run.
pub(crate) fn envelope(bytes: &[u8]) {
    Table::decode(bytes, 1 << 20).ok();
    Envelope::decode(bytes).ok();
    View::of_file(bytes).ok();
}

/// Manifests, papers of linked files and checkpoints.
pub(crate) fn manifest(bytes: &[u8]) {
    if let Ok(manifest) = Manifest::stated(bytes) {
        assert!(!manifest.lines().is_empty());
    }
    Paper::stated(bytes).ok();
    Checkpoint::stated(bytes).ok();
}

/// Agreements.
pub(crate) fn agreement(bytes: &[u8]) {
    if let Ok(agreement) = Agreement::decode(bytes) {
        agreement.verify().ok();
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        Agreement::draft(text).ok();
    }
}

/// Public identities and key files.
pub(crate) fn identity(bytes: &[u8]) {
    Party::decode(bytes).ok();
    as_file(bytes, |path| {
        Identity::read(path, None).ok();
    });
}

/// Logs, read and opened for writing beside a checkpoint of our own.
pub(crate) fn log(bytes: &[u8]) {
    let name = PartyName::new("north").expect("a name");
    let own = Identity::fresh(name).expect("randomness");
    as_file(b"", |path| {
        // Makes a checkpoint; then the log is another.
        drop(LogFile::open(path, &own));
        std::fs::write(path, bytes).expect("room on the disk");
        Log::verify(path, own.party()).ok();
        LogFile::open(path, &own).ok();
    });
}

/// Proofs about logs.
pub(crate) fn proof(bytes: &[u8]) {
    let name = PartyName::new("north").expect("a name");
    let Ok(proof) = Proof::decode(bytes) else {
        return;
    };
    let own = Identity::fresh(name).expect("randomness");
    for head in [(0, [0; 32]), (5, [1; 32]), (u64::MAX, [2; 32])] {
        let checkpoint = Checkpoint::sign(head, &own).expect("a checkpoint");
        let checkpoint = checkpoint.as_bytes();
        assert!(proof.check_inclusion(checkpoint, own.party()).is_err());
        proof
            .check_consistency(checkpoint, checkpoint, own.party())
            .ok();
    }
}

/// State files of both sides, and samples.
pub(crate) fn state(bytes: &[u8]) {
    HolderBook::decode(bytes).ok();
    AskerState::decode(bytes).ok();
    AskBook::decode(bytes).ok();
    Sample::decode(bytes).ok();
    Book::decode(bytes).ok();
    // Behind the digest, which mutations never fit.
    let whole = [bytes, blake3::hash(bytes).as_bytes().as_slice()].concat();
    HolderBook::decode(&whole).ok();
    AskerState::decode(&whole).ok();
    AskBook::decode(&whole).ok();
    Sample::decode(&whole).ok();
    Book::decode(&whole).ok();
}

/// Names, of any script and none; and inputs of the exchange that are read back.
pub(crate) fn name(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for kind in [Kind::Person, Kind::Organization, Kind::Vessel] {
        let normal = normalize::normalize(&text, kind);
        assert!(normal.tokens.len() <= normalize::MAX_TOKENS);
        translit::latinize(&normal);
    }
    if let Some(conjunction) = conjunctions::parse(bytes) {
        conjunction.year();
    }
}

/// `leak` looks at any file.
pub(crate) fn leakage(bytes: &[u8]) {
    if !(cfg!(fuzzing) && bytes.starts_with(b"PAR1")) {
        leak(bytes);
    }
}

/// Indexes of lists; as they are, and with digests that fit, so that what these guard is met too.
pub(crate) fn index(bytes: &[u8]) {
    for bytes in [bytes.to_vec(), bound(bytes)] {
        let size = bytes.len();
        let Ok(mut reader) = IndexReader::new(bytes.into()) else {
            continue;
        };
        while let Ok(Some(shard)) = reader.next_shard() {
            assert!(shard.envelope.row_count() <= size);
            for at in 0..shard.notices.glances().len() {
                if let Ok(notice) = shard.notices.read(at) {
                    assert!(notice.names.len() <= size);
                }
            }
        }
    }
}

/// The blocks of an index, each with the digest that it should have.
fn bound(bytes: &[u8]) -> Vec<u8> {
    let (magic, mut rest) = bytes.split_at(bytes.len().min(8));
    let mut out = magic.to_vec();
    let mut last = blake3::hash(magic);
    while let Some((head, after)) = rest.split_at_checked(9) {
        let stated = head[1..].try_into().map_or(0, u64::from_le_bytes);
        let length = usize::try_from(stated).unwrap_or(usize::MAX);
        let block = &after[..length.min(after.len())];
        let mut hasher = blake3::Hasher::new();
        hasher.update(last.as_bytes()).update(head).update(block);
        last = hasher.finalize();
        out.extend([head, block, last.as_bytes()].concat());
        rest = after.get(block.len() + 32..).unwrap_or_default();
    }
    out
}

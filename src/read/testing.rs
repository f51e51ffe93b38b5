//! What the readers' tests share: bytes as an input file, and the real lists where they are at
//! hand.
#![allow(clippy::print_stderr, reason = "tests")]

use std::io::Write as _;
use std::path::PathBuf;

use super::Input;

/// A temporary file with these bytes. The file lives as long as the first value.
pub(crate) fn input_of(bytes: &[u8]) -> (tempfile::NamedTempFile, Input) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file.flush().unwrap();
    let input = Input::new(file.path(), 1);
    (file, input)
}

/// A folder of the real data that is no part of the project: under the folder in `VEILMATCH_SHARED`,
/// else under `../shared`. `None`, with a note, where it is not at hand.
pub(crate) fn shared(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("VEILMATCH_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let folder = root.join(folder);
    if folder.is_dir() {
        Some(folder)
    } else {
        eprintln!("skipped: no real data here; VEILMATCH_SHARED names their folder");
        None
    }
}

/// Real list files; `None`, with a note, where one is not at hand.
pub(crate) fn real_lists(names: &[&str]) -> Option<Vec<Input>> {
    let folder = shared("data/lists")?;
    let inputs: Vec<Input> = (1..)
        .zip(names)
        .map(|(n, name)| Input::new(&folder.join(name), n))
        .collect();
    let absent = inputs.iter().find(|i| !i.path().exists());
    if let Some(absent) = absent {
        eprintln!("skipped: no {}", absent.path().display());
    }
    absent.is_none().then_some(inputs)
}

/// Prints what a real list gave, for reading by eye (`cargo test -- --nocapture`).
pub(super) fn show(what: &str, intake: &super::Intake) {
    let counts: Vec<String> = intake
        .tally
        .counts()
        .map(|(name, n)| format!("{name} {n}"))
        .collect();
    let mut fields = std::collections::BTreeMap::new();
    for r in intake.tally.refusals() {
        *fields.entry((r.field, r.reason.code())).or_insert(0_u32) += 1;
    }
    eprintln!("{what}: {} | {fields:?}", counts.join(", "));
}

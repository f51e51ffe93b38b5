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

/// Real list files under `data/lists` of the folder in `VEILMATCH_SHARED`, else of `../shared`.
/// `None`, with a note, where they are not at hand.
pub(crate) fn real_lists(names: &[&str]) -> Option<Vec<Input>> {
    let root = std::env::var_os("VEILMATCH_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let inputs: Vec<Input> = (1..)
        .zip(names)
        .map(|(n, name)| Input::new(&root.join("data/lists").join(name), n))
        .collect();
    if inputs.iter().all(|i| i.path().exists()) {
        Some(inputs)
    } else {
        eprintln!("skipped: no real lists at hand");
        None
    }
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

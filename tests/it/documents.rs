//! The documents keep up with the code: every format and exit code is in its table, and every
//! path that a document names is there.

use std::path::{Path, PathBuf};

use veilmatch::read::Format;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap()
}

/// Cells of the table rows of a document.
fn rows(document: &str) -> Vec<Vec<&str>> {
    let rows = document.lines().filter(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect())
        .collect()
}

#[test]
fn every_format_is_documented_with_its_default_list_id() {
    let document = text("docs/formats.md");
    let rows = rows(&document);
    for format in Format::all() {
        let code = format!("`{}`", format.code());
        let row = rows
            .iter()
            .find(|row| row[0].split(", ").any(|cell| cell == code));
        let row = row.unwrap_or_else(|| panic!("docs/formats.md does not name {code}"));
        assert_eq!(row[2], format!("`{}`", format.default_list_id()), "{code}");
        assert!(!row[3].is_empty(), "{code}: tested on what?");
    }
}

#[cfg(all(feature = "cli", feature = "synth"))]
#[test]
fn every_exit_code_is_documented() {
    use veilmatch::cli::Exit;
    let document = text("docs/cli.md");
    let rows = rows(&document);
    for exit in [
        Exit::Done,
        Exit::Hits,
        Exit::Warnings,
        Exit::WarningsAndHits,
        Exit::Usage,
        Exit::Input,
        Exit::Guard,
        Exit::Integrity,
        Exit::Internal,
    ] {
        let code = (exit as u8).to_string();
        assert!(
            rows.iter().any(|row| row[0] == code),
            "docs/cli.md does not name {code}"
        );
    }
}

#[test]
fn every_path_that_a_document_names_exists() {
    let folders = [root().to_owned(), root().join("docs")];
    let documents: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .collect();
    assert!(documents.len() > 8, "only {} documents", documents.len());
    let mut missing = Vec::new();
    for document in documents {
        let text = std::fs::read_to_string(&document).unwrap();
        // Every second piece stands between backticks.
        for named in text.split('`').skip(1).step_by(2) {
            let tops = [
                "docs/",
                "src/",
                "tests/",
                "benches/",
                "datasets-synthetic/",
                ".ci/",
            ];
            let is_path = tops.iter().any(|top| named.starts_with(top))
                && !named.contains([' ', '*', '<', '{', '\n']);
            if is_path && !root().join(named).exists() {
                missing.push(format!(
                    "{}: {named}",
                    document.file_name().unwrap().display()
                ));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "named and not there:\n{}",
        missing.join("\n")
    );
}

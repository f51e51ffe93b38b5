//! The flow and the wall, held by reading the source.
//!
//! A room uses only rooms before it; the wall uses less; files, the console, the clock and the
//! environment are touched at few doors. Rust allows cycles inside a crate, so this test reads
//! `src/` and names each step against the flow with its file and line. Code under `#[cfg(test)]`
//! is free. Where a rule has to give way, widen its row here and say why in the row.

mod source;

use std::collections::BTreeMap;
use std::path::Path as FilePath;

use source::Source;

/// The rooms in the order of the data. `src/lib.rs` lists the same order.
const FLOW: &str = "error record tally read normalize translit rarity keys oprf merkle exchange \
    candidates score hits report index audit party config run synth learn evaluate attack cli main";

/// The wall: all that these rooms may use.
const WALL: &[(&str, &str)] = &[
    ("oprf", "error"),
    ("merkle", ""),
    ("exchange", "error tally keys oprf merkle"),
    ("candidates", "error tally keys exchange"),
];

/// Things that only some rooms may touch: what it is, paths that touch it, the rooms.
const DOORS: &[(&str, &str, &str)] = &[
    (
        "files",
        "std::fs fs File OpenOptions tempfile NamedTempFile",
        "read exchange report audit party config synth learn cli main",
    ),
    (
        "the console",
        "println! eprintln! print! eprint! dbg! std::io::stdout std::io::stderr io::stdout io::stderr",
        "cli main",
    ),
    (
        "the clock",
        "std::time SystemTime Instant jiff::Zoned Zoned jiff::Timestamp Timestamp::now",
        "cli main",
    ),
    ("the environment", "std::env env", "cli main"),
    (
        "the network",
        "std::net TcpStream TcpListener UdpSocket",
        "",
    ),
];

/// Rooms whose types hold names in clear, and traits that would let these out.
const CLEAR: &str = "record normalize translit rarity keys score hits";
const OUTWARD: &str = "Serialize Display";

/// Where a word stands in a list of words.
fn position(words: &str, word: &str) -> Option<usize> {
    words.split_whitespace().position(|w| w == word)
}

/// Path below `src/`, with `/`, and text of each file.
type Files = BTreeMap<String, String>;

/// Every breach of the rules, one a line: file, line, what is wrong.
fn breaches(files: &Files) -> Vec<String> {
    let sources: BTreeMap<&str, Source> = files
        .iter()
        .map(|(file, text)| (file.as_str(), Source::parse(text)))
        .collect();
    let tests: Vec<String> = sources
        .iter()
        .flat_map(|(file, source)| source.test_modules.iter().map(|name| inside(file, name)))
        .collect();
    let mut out = Vec::new();
    for (file, source) in &sources {
        let module = file.trim_end_matches(".rs").trim_end_matches("/mod");
        if *file == "lib.rs" {
            front_page(source, &mut out);
        } else if !tests
            .iter()
            .any(|t| module == t || module.starts_with(&format!("{t}/")))
        {
            one_file(file, module, source, &mut out);
        }
    }
    out
}

/// The module path, with `/`, of a module or of the file of a module that a file declares.
fn inside(file: &str, name: &str) -> String {
    if let Some(stem) = name.strip_suffix(".rs") {
        return file
            .rsplit_once('/')
            .map_or(stem.to_owned(), |(dir, _)| format!("{dir}/{stem}"));
    }
    match file.trim_end_matches(".rs").trim_end_matches("/mod") {
        "lib" | "main" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

/// `lib.rs` declares known rooms in the order of the flow.
fn front_page(source: &Source, out: &mut Vec<String>) {
    let mut last = 0;
    for room in &source.modules {
        match position(FLOW, room) {
            None => out.push(format!(
                "lib.rs: `{room}` is not in the flow; add it to FLOW"
            )),
            Some(at) if at < last => out.push(format!("lib.rs: `{room}` stands too late")),
            Some(at) => last = at,
        }
    }
}

fn one_file(file: &str, module: &str, source: &Source, out: &mut Vec<String>) {
    let room = module.split('/').next().unwrap_or(module);
    let Some(own) = position(FLOW, room) else {
        out.push(format!(
            "{file}: `{room}` is not in the flow; add it to FLOW"
        ));
        return;
    };
    let depth = module.split('/').count();
    let wall = WALL
        .iter()
        .find(|(walled, _)| *walled == room)
        .map(|(_, may)| *may);
    for path in &source.paths {
        let mut say = |what: String| out.push(format!("{file}:{}: {what}", path.line));
        // `crate` alone is a visibility.
        if let [first, target, ..] = path.parts.as_slice()
            && first == "crate"
        {
            let target = target.as_str();
            let at = position(FLOW, target);
            match (at, wall) {
                _ if target == room => {}
                (None, _) => say(format!("`{room}` uses `crate::{target}`, which is no room")),
                (_, Some(may)) if position(may, target).is_none() => {
                    say(format!("the wall: `{room}` may not use `{target}`"));
                }
                (Some(at), _) if at > own => {
                    say(format!("against the flow: `{room}` uses `{target}`"));
                }
                _ => {}
            }
        }
        if path
            .parts
            .iter()
            .take_while(|part| *part == "super")
            .count()
            >= depth
        {
            say(format!(
                "`super` leads out of `{room}`; write `crate::room::Thing`"
            ));
        }
        for (what, touches, rooms) in DOORS {
            let touched = touches
                .split_whitespace()
                .any(|touch| path.starts_with(touch));
            if touched && position(rooms, room).is_none() {
                say(format!(
                    "`{room}` touches {what}: `{}`",
                    path.parts.join("::")
                ));
            }
        }
    }
    if position(CLEAR, room).is_some() {
        for (line, name) in source
            .traits
            .iter()
            .filter(|(_, n)| position(OUTWARD, n).is_some())
        {
            out.push(format!(
                "{file}:{line}: `{name}` in `{room}`, which holds names in clear"
            ));
        }
    }
}

fn read_folder(folder: &FilePath, prefix: &str, files: &mut Files) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            read_folder(&path, &format!("{name}/"), files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.insert(name, std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn no_step_goes_against_the_flow() {
    let mut files = Files::new();
    read_folder(
        &FilePath::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        "",
        &mut files,
    );
    assert!(files.contains_key("lib.rs") && files.contains_key("exchange/mod.rs"));
    let found = breaches(&files);
    assert!(
        found.is_empty(),
        "{} breaches:\n{}",
        found.len(),
        found.join("\n")
    );
}

/// Asserts what the rules say of one invented file.
fn check(file: &str, text: &str, wanted: &[&str]) {
    let found = breaches(&Files::from([(file.to_owned(), text.to_owned())]));
    assert_eq!(found, wanted, "in {file}: {text}");
}

#[test]
fn a_planted_step_against_the_flow_is_named() {
    check("score/a.rs", "use crate::keys::Prepared;", &[]);
    check(
        "score/a.rs",
        "\nuse crate::{keys::Prepared, run::Run};",
        &["score/a.rs:2: against the flow: `score` uses `run`"],
    );
    check(
        "keys/mod.rs",
        "fn f() { crate::hits::rank() }",
        &["keys/mod.rs:1: against the flow: `keys` uses `hits`"],
    );
    check(
        "tally.rs",
        "use super::read::List;",
        &["tally.rs:1: `super` leads out of `tally`; write `crate::room::Thing`"],
    );
    check("read/un/a.rs", "use super::super::xml; use super::b;", &[]);
    check(
        "read/un/a.rs",
        "use super::super::super::run;",
        &["read/un/a.rs:1: `super` leads out of `read`; write `crate::room::Thing`"],
    );
    check(
        "read/a.rs",
        "use crate::Error;",
        &["read/a.rs:1: `read` uses `crate::Error`, which is no room"],
    );
    check(
        "utils.rs",
        "",
        &["utils.rs: `utils` is not in the flow; add it to FLOW"],
    );
}

#[test]
fn a_planted_hole_in_the_wall_is_named() {
    check(
        "exchange/mod.rs",
        "use crate::keys::BlindKey; use crate::tally::Tally;",
        &[],
    );
    check(
        "exchange/mod.rs",
        "use crate::record::Name;",
        &["exchange/mod.rs:1: the wall: `exchange` may not use `record`"],
    );
    check(
        "candidates/mod.rs",
        "use crate::exchange::Envelope; use crate::rarity::bits;",
        &["candidates/mod.rs:1: the wall: `candidates` may not use `rarity`"],
    );
}

#[test]
fn planted_doors_and_traits_are_named() {
    check("read/a.rs", "use std::fs::File;", &[]);
    check(
        "score/a.rs",
        "use std::{fmt, fs::File};",
        &["score/a.rs:1: `score` touches files: `std::fs::File`"],
    );
    check(
        "hits/a.rs",
        "fn f(a: bool) { if a != true { println!(\"\") } }",
        &["hits/a.rs:1: `hits` touches the console: `println!`"],
    );
    check(
        "run/mod.rs",
        "fn f() { std::time::Instant::now(); }",
        &["run/mod.rs:1: `run` touches the clock: `std::time::Instant::now`"],
    );
    check(
        "record/name.rs",
        "#[derive(Clone, Serialize)] struct Name;",
        &["record/name.rs:1: `Serialize` in `record`, which holds names in clear"],
    );
    check(
        "hits/mod.rs",
        "impl fmt::Display for Hit {}",
        &["hits/mod.rs:1: `Display` in `hits`, which holds names in clear"],
    );
}

#[test]
fn tests_are_free_and_the_front_page_keeps_the_order() {
    check(
        "keys/a.rs",
        "#[cfg(test)] mod tests { use crate::run::Run; fn f() { println!() } }",
        &[],
    );
    let mut files = Files::new();
    files.insert("keys/mod.rs".into(), "#[cfg(test)] mod tests;".into());
    files.insert("keys/tests.rs".into(), "use crate::run::Run;".into());
    files.insert(
        "read/a.rs".into(),
        "#[cfg(test)] #[path = \"a_tests.rs\"] mod tests;".into(),
    );
    files.insert("read/a_tests.rs".into(), "fn f() { println!() }".into());
    assert_eq!(breaches(&files), [""; 0]);
    check(
        "lib.rs",
        "pub mod error; pub mod keys; pub mod read;",
        &["lib.rs: `read` stands too late"],
    );
}

//! Every crate that is built here has a licence that `deny.toml` allows, comes from crates.io, and
//! is none of the banned ones. Needs no network: asks cargo about what it has already fetched.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What `deny.toml` says.
struct Rules {
    allowed: BTreeSet<String>,
    banned: BTreeSet<String>,
}

impl Rules {
    fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deny.toml");
        let toml: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
        let allowed = toml["licenses"]["allow"].as_array().unwrap().iter();
        let banned = toml["bans"]["deny"].as_array().unwrap().iter();
        Self {
            allowed: allowed.map(|id| id.as_str().unwrap().to_owned()).collect(),
            banned: banned
                .map(|ban| ban["crate"].as_str().unwrap().to_owned())
                .collect(),
        }
    }

    /// Whether a licence expression can be satisfied: an `OR` needs one side, an `AND` both. A
    /// crate under a licence with an exception counts as one under the licence.
    fn satisfy(&self, expression: &str) -> bool {
        let spaced = expression
            .replace('/', " OR ")
            .replace('(', " ( ")
            .replace(')', " ) ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let (holds, rest) = self.either(&words);
        holds && rest.is_empty()
    }

    fn either<'a>(&self, words: &'a [&'a str]) -> (bool, &'a [&'a str]) {
        let (mut holds, mut rest) = self.both(words);
        while let ["OR", after @ ..] = rest {
            let (right, after) = self.both(after);
            (holds, rest) = (holds | right, after);
        }
        (holds, rest)
    }

    fn both<'a>(&self, words: &'a [&'a str]) -> (bool, &'a [&'a str]) {
        let (mut holds, mut rest) = self.one(words);
        while let ["AND", after @ ..] = rest {
            let (right, after) = self.one(after);
            (holds, rest) = (holds & right, after);
        }
        (holds, rest)
    }

    fn one<'a>(&self, words: &'a [&'a str]) -> (bool, &'a [&'a str]) {
        match words {
            ["(", after @ ..] => match self.either(after) {
                (holds, [")", after @ ..]) => (holds, after),
                (_, rest) => (false, rest),
            },
            [id, "WITH", _, after @ ..] | [id, after @ ..] => (self.allowed.contains(*id), after),
            [] => (false, words),
        }
    }
}

/// Runs cargo and returns what it printed.
fn cargo(arguments: &[&str]) -> String {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(program)
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_dependency_has_an_allowed_licence_and_source() {
    let rules = Rules::read();
    let version = cargo(&["-vV"]);
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap();
    let metadata = cargo(&[
        "metadata",
        "--format-version=1",
        "--locked",
        "--offline",
        "--filter-platform",
        host,
    ]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(
        packages.len() > 50,
        "only {} packages were looked at",
        packages.len()
    );
    let refused: Vec<String> = packages
        .iter()
        .filter_map(|package| {
            let name = package["name"].as_str()?;
            let licence = package["license"].as_str().unwrap_or("no licence");
            let source = package["source"].as_str();
            let is_known =
                source.is_none_or(|s| s.contains("github.com/rust-lang/crates.io-index"));
            let is_fine = rules.satisfy(licence) && is_known && !rules.banned.contains(name);
            (!is_fine).then(|| format!("{name}: {licence}, from {source:?}"))
        })
        .collect();
    assert!(
        refused.is_empty(),
        "deny.toml refuses:\n{}",
        refused.join("\n")
    );
}

#[test]
fn licence_expressions_are_weighed() {
    let rules = Rules {
        allowed: ["MIT", "Apache-2.0", "Unicode-3.0"]
            .map(str::to_owned)
            .into(),
        banned: BTreeSet::new(),
    };
    let check = |expression, wanted| assert_eq!(rules.satisfy(expression), wanted, "{expression}");
    check("MIT", true);
    check("GPL-3.0-only", false);
    check("GPL-3.0-only OR MIT", true);
    check("GPL-3.0-only/MIT", true);
    check("GPL-3.0-only AND MIT", false);
    check("(MIT OR GPL-3.0-only) AND Unicode-3.0", true);
    check("MIT AND (GPL-3.0-only OR MPL-2.0)", false);
    check("MIT OR GPL-3.0-only AND MPL-2.0", true);
    check("Apache-2.0 WITH LLVM-exception", true);
    check("(MIT", false);
    check("no licence", false);
    check("", false);
}

//! Published lists as they are: every record that the publisher counts comes in.
//!
//! The files name real people and are not in this repository. They are looked for in the folder
//! that `VEILMATCH_SHARED` names, else in `../shared`; without them these tests say so and end.

use std::path::{Path, PathBuf};

use crate::support::Desk;

fn lists() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("VEILMATCH_SHARED").map_or(beside, PathBuf::from);
    let lists = shared.join("data/lists");
    let found = lists.is_dir().then_some(lists);
    if found.is_none() {
        eprintln!("no published lists at hand: not tested");
    }
    found
}

/// Files of one edition, and counts of `list check --json` that must come out.
type Edition = (&'static [&'static str], &'static [(&'static str, u64)]);

const EDITIONS: &[Edition] = &[
    (
        &[
            "ofac-legacy-csv/sdn-2019-01.csv.gz",
            "ofac-legacy-csv/alt-2019-01.csv.gz",
            "ofac-legacy-csv/add-2019-01.csv.gz",
        ],
        &[
            ("notices", 7_379),
            ("kind person", 3_845),
            ("kind vessel", 323),
            ("kind aircraft", 217),
        ],
    ),
    (
        &[
            "ofac-legacy-csv/cons_prim-2025-12.csv.gz",
            "ofac-legacy-csv/cons_alt-2025-12.csv.gz",
            "ofac-legacy-csv/cons_add-2025-12.csv.gz",
            "ofac-legacy-csv/cons_comments-2025-12.csv",
        ],
        &[("notices", 442)],
    ),
    (
        &["ofac-xml/consolidated-2020-03-17.xml.gz"],
        &[("notices", 375), ("published", 375)],
    ),
    (
        &["ofac-xml/sdn-carve-2026-08-07.xml"],
        &[("notices", 2), ("published", 2)],
    ),
    (
        &["un/consolidated-2018-06-07.xml.gz"],
        &[("kind person", 693), ("kind organization", 405)],
    ),
    (
        &["un/consolidated-2018-06-21.xml.gz"],
        &[("kind person", 695), ("kind organization", 405)],
    ),
    (
        &["un/consolidated-2020-03-20.xml.gz"],
        &[("kind person", 709), ("kind organization", 305)],
    ),
    (&["eu-fsf/fsf-1.1-carve-2020-04-15.xml"], &[("notices", 7)]),
    (
        &["eu-fsf/fsf-legacy-csv-2018-07-04-first1000.csv.gz"],
        &[("notices", 93)],
    ),
    (
        &["uk-ofsi-legacy/ConList-2020-04-27.csv.gz"],
        &[("notices", 2_114)],
    ),
    (
        &["uk-sanctions-list/uksl-carve-2026-08-14.xml"],
        &[("notices", 2)],
    ),
    (
        &["uk-sanctions-list/uksl-carve-2026.csv"],
        &[("notices", 1)],
    ),
    (
        &["ch-seco/seco-carve-2026-08.xml"],
        &[("notices", 3), ("status delisted", 1), ("status active", 2)],
    ),
    (
        &["us-csl/consolidated-2022-04.csv.gz"],
        &[("notices", 14_159), ("read: notices merged", 1)],
    ),
    (
        &["us-bis-dpl/dpl-2019-07.txt.gz"],
        &[("notices", 543), ("read: notices merged", 3)],
    ),
    (&["ca-sema/sema-lmes-2020-04.xml.gz"], &[("notices", 1_369)]),
    (
        &["interpol/format-example-FICTIONAL.json"],
        &[("notices", 2)],
    ),
    (
        &["opensanctions-ftm/t1.entities.ftm.json"],
        &[("notices", 6)],
    ),
    (
        // A night without changes is an empty file.
        &[
            "opensanctions-ftm/t1.entities.ftm.json",
            "opensanctions-ftm/t2.20240527134702-zbn.entities.delta.json",
            "opensanctions-ftm/t2.20240527194702-wnk.entities.delta.json",
            "opensanctions-ftm/t2.20240528014702-pfh.entities.delta.json",
        ],
        &[("notices", 9)],
    ),
    (&["opensanctions-ftm/targets.simple.csv"], &[("notices", 5)]),
];

#[test]
fn every_published_record_comes_in() {
    let Some(lists) = lists() else { return };
    let desk = Desk::new();
    for (files, counts) in EDITIONS {
        let paths: Vec<String> = files
            .iter()
            .map(|file| lists.join(file).canonicalize().unwrap())
            .map(|path| path.to_str().unwrap().to_owned())
            .collect();
        let mut args = vec!["list", "check", "--json"];
        args.extend(paths.iter().map(String::as_str));
        let done = desk.run(&args);
        assert_eq!(done.code, 0, "{files:?}: {}", done.err);
        let report: serde_json::Value = serde_json::from_str(&done.out).unwrap();
        for (what, count) in *counts {
            assert_eq!(report[*what].as_u64(), Some(*count), "{files:?}: {what}");
        }
    }
}

#[test]
fn two_editions_of_the_un_list_differ_by_two_added_notices() {
    let Some(lists) = lists() else { return };
    let desk = Desk::new();
    for (day, file) in [("07", "old.parquet"), ("21", "new.parquet")] {
        let path = lists.join(format!("un/consolidated-2018-06-{day}.xml.gz"));
        let path = path.canonicalize().unwrap();
        let args = ["list", "import", path.to_str().unwrap(), "-o", file];
        desk.run(&args).ends(0, &[]);
    }
    let done = desk.run(&["list", "diff", "old.parquet", "new.parquet"]);
    done.ends(0, &[]);
    let last = done.out.lines().last();
    assert_eq!(last, Some("2 added, 0 changed, 0 removed, 1098 unchanged"));
}

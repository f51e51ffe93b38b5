//! An analyst's batch: a list comes in, a file of subjects is screened against it, and what comes
//! out depends on nothing but their content.
//!
//! Here belongs what somebody with files in a folder meets from the import to the explanation of
//! one hit. Quality is measured elsewhere, bad inputs are in `refusals`.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use veilmatch::hits::rank;
use veilmatch::keys::Secret;
use veilmatch::read::{ListSettings, SubjectSettings, read_list, read_subjects};
use veilmatch::run::{Run, Settings};

use crate::support::{Desk, Done, NOTICES, gzip, jsonl, parquet, xlsx};

const SUBJECTS: &str = "\
id,kind,role,name,birth_date,nationality,passport
S-1,person,customer,Tarvo Kvetanik,1970-05-03,EE,
S-2,person,customer,Тарво Кветаник,,,
S-3,person,customer,Sivorog Dremuch,,,
S-4,person,customer,Sivorog Dremuch,1961-11-20,,
S-5,person,customer,Yusrana Haddovine,1982-02-14,,
S-6,person,customer,Pavlen Drozhevit,1955-08-30,,
S-7,organization,customer,Brimholt Quarrend Shipping Limited,,,
S-8,person,customer,Elkana Frostwick,,,PZ5520417
S-9,person,victim,Zdenmira Olvaskova,1990-12-01,,
S-10,person,customer,Grelda Montavish,1977-07-07,,
";
const HITS: &[(&str, &str)] = &[
    ("S-1", "N-1"),
    ("S-2", "N-1"),
    ("S-4", "N-2"),
    ("S-7", "N-5"),
    ("S-8", "N-6"),
    ("S-9", "N-6"),
];

fn screened(more: &[&str]) -> (Desk, Done) {
    let desk = Desk::with_list();
    desk.put("kvetanik.csv", SUBJECTS);
    let done = desk.screen(more);
    (desk, done)
}

fn pairs(desk: &Desk) -> Vec<(String, String)> {
    desk.hits()
}

fn expected(without: &[&str], more: &[(&str, &str)]) -> Vec<(String, String)> {
    let kept = HITS
        .iter()
        .filter(|(subject, _)| !without.contains(subject));
    let mut all: Vec<(String, String)> = kept
        .chain(more)
        .map(|(subject, notice)| ((*subject).to_owned(), (*notice).to_owned()))
        .collect();
    all.sort();
    all
}

/// The lines below the header in reverse.
fn reversed(text: &str) -> String {
    let (header, rows) = text.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().rev().collect();
    format!("{header}\n{}\n", rows.join("\n"))
}

#[test]
fn subjects_of_every_format_give_the_same_hits() {
    let (desk, done) = screened(&[]);
    done.ends(
        0,
        &["10 screened", "1 de-listed", "1 expired", "held back: 1"],
    );
    assert_eq!(pairs(&desk), expected(&[], &[]));
    let csv = desk.bytes("hits.csv");
    for bytes in [
        jsonl(SUBJECTS).into_bytes(),
        xlsx(SUBJECTS),
        parquet(SUBJECTS),
        gzip(SUBJECTS.as_bytes()),
        SUBJECTS.replace(',', ";").into_bytes(),
        format!("\u{feff}{}", SUBJECTS.replace('\n', "\r\n")).into_bytes(),
    ] {
        desk.put("kvetanik.csv", bytes);
        desk.screen(&[]).ends(0, &[]);
        assert!(desk.bytes("hits.csv") == csv);
    }
}

#[test]
fn hits_of_every_format_can_be_explained() {
    let (desk, _) = screened(&[]);
    let id = desk.rows("hits.csv")[0].cell("hit_id").to_owned();
    let explained = desk.run(&["explain", "hits.csv", &id]);
    explained.ends(0, &[]);
    for part in ["birth", "A notice is not a conviction", "total"] {
        assert!(explained.out.contains(part), "{}", explained.out);
    }
    for file in ["hits.jsonl", "hits.parquet", "hits.xlsx"] {
        let args = [
            "screen",
            "kvetanik.csv",
            "--list",
            "list.parquet",
            "-o",
            file,
        ];
        let args = [&args[..], &["--as-of", "2026-01-01"]].concat();
        desk.run(&args).ends(0, &[]);
        let other = desk.run(&["explain", file, &id[..9]]);
        other.ends(0, &[]);
        assert_eq!(other.out, explained.out, "{file}");
    }
    desk.run(&["explain", "hits.csv", "h"])
        .ends(2, &["fits more than one"]);
    desk.run(&["explain", "hits.csv", "h0000000000"])
        .ends(2, &["with that id"]);
}

#[test]
fn threads_secrets_and_the_order_of_rows_change_nothing() {
    let (desk, _) = screened(&["--threads", "1"]);
    let once = desk.bytes("hits.csv");
    desk.put("run.secret", "0123456789abcdef0123456789abcdef");
    for more in [&["--threads", "2"][..], &["--secret-file", "run.secret"]] {
        desk.screen(more).ends(0, &[]);
        assert!(desk.bytes("hits.csv") == once, "{more:?}");
    }
    desk.put("kvetanik.csv", reversed(SUBJECTS));
    desk.put("notices.csv", reversed(NOTICES));
    let args = ["list", "import", "notices.csv", "--list-id", "invented"];
    let done = desk.run(&[&args[..], &["-o", "list.parquet"]].concat());
    done.ends(0, &[]);
    desk.screen(&[]).ends(0, &[]);
    assert!(desk.bytes("hits.csv") == once);
}

/// A run over the invented list as the library makes it.
fn run(desk: &Desk) -> Run {
    let path = desk.path("list.parquet");
    let (list, _) = read_list(&[path], &ListSettings::default()).unwrap();
    let settings = Settings::on("2026-01-01".parse().unwrap());
    Run::new(vec![list], Secret::fresh().unwrap(), settings).unwrap()
}

#[test]
fn the_size_of_chunks_changes_nothing() {
    let desk = Desk::with_list();
    desk.put("kvetanik.csv", SUBJECTS);
    let run = run(&desk);
    let [small, big] = [1, 1000].map(|rows| {
        let mut settings = SubjectSettings::default();
        settings.chunk_rows = rows;
        let paths: [PathBuf; 1] = [desk.path("kvetanik.csv")];
        let mut hits = Vec::new();
        for chunk in read_subjects(&paths, &settings).unwrap() {
            hits.extend(run.screen_batch(&chunk.unwrap().0).unwrap().0);
        }
        format!("{:?}", rank(hits, None).hits)
    });
    assert_eq!(small, big);
    assert!(small.contains("S-8"));
}

#[test]
fn an_envelope_holds_no_name_token_of_its_side() {
    let desk = Desk::with_list();
    desk.put("kvetanik.csv", SUBJECTS);
    let run = run(&desk);
    let paths = [desk.path("kvetanik.csv")];
    let mut reader = read_subjects(&paths, &SubjectSettings::default()).unwrap();
    let (subjects, _) = reader.next().unwrap().unwrap();
    let batch = run.batch(&subjects).unwrap();
    let of_notices = run.shards()[0].envelope();
    for (text, envelope) in [(NOTICES, of_notices), (SUBJECTS, batch.envelope())] {
        let bytes = envelope.encode().to_ascii_lowercase();
        assert!(bytes.len() > 1_000);
        let tokens = text.split(|c: char| !c.is_alphanumeric());
        let long = tokens.filter(|token| token.chars().count() >= 4);
        for token in long.map(str::to_lowercase) {
            let found = bytes.windows(token.len()).any(|w| w == token.as_bytes());
            assert!(!found, "{token} is in the envelope");
        }
    }
}

#[test]
fn outputs_are_private_and_lie_beside_each_other() {
    let (desk, _) = screened(&["--purpose", "customer-screening"]);
    let mut outputs = desk.files();
    outputs.retain(|name| name.starts_with("hits"));
    assert_eq!(
        outputs,
        ["hits.csv", "hits.manifest.json", "hits.refused.csv"]
    );
    #[cfg(unix)]
    for name in outputs {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = desk.path(&name).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let manifest = desk.text("hits.manifest.json").to_lowercase();
    assert!(manifest.contains("customer-screening"));
    for secret in ["kvetanik", "tarvo", "s-1\"", "hits.csv", "list.parquet"] {
        assert!(!manifest.contains(secret), "{secret}");
    }
    let digest = blake3::hash(&desk.bytes("hits.csv")).to_hex();
    assert!(manifest.contains(digest.as_str()));
}

#[test]
fn victims_are_masked_unless_asked_for() {
    let (desk, _) = screened(&[]);
    let victim = |desk: &Desk| {
        let rows = desk.rows("hits.csv");
        let row = rows.iter().find(|r| r.cell("subject_id") == "S-9").unwrap();
        row.cell("matched_subject_name").to_owned()
    };
    assert_eq!(victim(&desk), "[masked]");
    let (desk, _) = screened(&["--unmask"]);
    assert_eq!(victim(&desk), "Zdenmira Olvaskova");
}

#[test]
fn a_notice_is_judged_on_the_stated_day() {
    let (desk, done) = screened(&["--exit-code"]);
    done.ends(10, &["1 expired"]);
    let args = [
        "screen",
        "kvetanik.csv",
        "--list",
        "list.parquet",
        "-o",
        "hits.csv",
    ];
    let done = desk.run(&[&args[..], &["--as-of", "2019-06-01"]].concat());
    done.ends(0, &["1 de-listed", "0 expired"]);
    assert_eq!(pairs(&desk), expected(&[], &[("S-5", "N-3")]));
}

#[test]
fn weak_aliases_do_what_the_policy_says() {
    let (desk, done) = screened(&["--weak-aliases", "corroborate"]);
    done.ends(0, &["held back: 1"]);
    assert_eq!(pairs(&desk), expected(&[], &[]));
    let (desk, _) = screened(&["--weak-aliases", "screen"]);
    assert_eq!(pairs(&desk), expected(&[], &[("S-3", "N-2")]));
    let (desk, _) = screened(&["--weak-aliases", "ignore"]);
    assert_eq!(pairs(&desk), expected(&["S-4"], &[]));
}

#[test]
fn a_strong_identifier_hits_however_names_differ_and_says_so() {
    let (desk, _) = screened(&[]);
    let rows = desk.rows("hits.csv");
    let row = rows.iter().find(|r| r.cell("subject_id") == "S-8").unwrap();
    assert_eq!(row.cell("matched_id"), "PZ5520417");
    assert_eq!(row.cell("conflicts"), "name");
}

#[test]
fn what_top_cuts_is_counted() {
    let desk = Desk::with_list();
    let text = "id,name,alias\nS-1,Tarvo Kvetanik,Bronislav Uhlomir\nS-2,Zdenmira Olvaskova,\n";
    desk.put("kvetanik.csv", text);
    desk.screen(&[]).ends(0, &["possible matches: 3"]);
    desk.screen(&["--top", "1"])
        .ends(0, &["possible matches: 2", "cut by --top: 1"]);
    assert_eq!(desk.hits().len(), 2);
}

#[test]
fn a_threshold_of_zero_keeps_every_scored_candidate() {
    let (desk, _) = screened(&["--threshold", "0"]);
    let all = pairs(&desk).len();
    let (desk, _) = screened(&["--threshold", "0.9"]);
    assert!(all >= HITS.len() && pairs(&desk).len() < HITS.len());
    let (desk, _) = screened(&["--threshold", "0.999999"]);
    assert_eq!(pairs(&desk).len(), 0);
}

#[test]
fn another_model_changes_scores_and_is_named_in_the_manifest() {
    let (shipped, _) = screened(&[]);
    let model = |desk: &Desk| {
        let manifest: serde_json::Value =
            serde_json::from_str(&desk.text("hits.manifest.json")).unwrap();
        manifest["model"].as_str().unwrap().to_owned()
    };
    shipped.put("model.toml", "prior = [-40, -40.0]\n");
    let before = model(&shipped);
    shipped.screen(&["--model", "model.toml"]).ends(0, &[]);
    assert!(pairs(&shipped).len() < HITS.len());
    assert!(model(&shipped).starts_with(&format!("{before} with ")));
    shipped.put("settings.toml", "model = \"model.toml\"\n");
    shipped.screen(&["--config", "settings.toml"]).ends(0, &[]);
    assert!(pairs(&shipped).len() < HITS.len());
}

#[test]
fn a_killed_run_leaves_no_output_and_its_leftovers_go() {
    let desk = Desk::new();
    let many = |n: usize, id: &str| {
        let rows = (0..n).map(|i| format!("{id}{i},Tarvo Kvetanik\n"));
        format!("id,name\n{}", rows.collect::<String>())
    };
    desk.put("kvetanik.csv", many(150, "S-"));
    desk.put("list.csv", many(200, "N-"));
    desk.put("hits.jsonl", "yesterday");
    let args = [
        "screen",
        "kvetanik.csv",
        "--list",
        "list.csv",
        "-o",
        "hits.jsonl",
    ];
    let mut child = desk.command(&args).spawn().unwrap();
    let is_temporary = |name: &String| name.starts_with(".veilmatch-hits.jsonl");
    let start = Instant::now();
    while !desk.files().iter().any(is_temporary) {
        assert!(
            start.elapsed() < Duration::from_mins(1),
            "never began to write"
        );
        std::thread::sleep(Duration::from_micros(200));
    }
    child.kill().unwrap();
    assert!(
        !child.wait().unwrap().success(),
        "it ended before it was killed"
    );
    assert_eq!(desk.text("hits.jsonl"), "yesterday");
    assert!(desk.files().iter().any(is_temporary), "{:?}", desk.files());
    desk.put("kvetanik.csv", "id,name\nS-1,Grelda Montavish\n");
    desk.run(&args).ends(0, &[]);
    let files = ["hits.jsonl", "hits.manifest.json", "hits.refused.csv"];
    assert_eq!(desk.files()[..3], files);
    assert_eq!(desk.files().len(), 5);
}

//! Two agencies find out with the program who of one is on the other's list.
//!
//! Here belongs what both do with commands alone: the tutorial as it stands, what crosses and what
//! does not, policy and people's decisions, interruption, the log. Steps as functions are tested
//! beside `exchange::sealed`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use crate::support::{Desk, Done};
use veilmatch::keys::Prepared;
use veilmatch::keys::conjunctions::{self, List};
use veilmatch::read::{ListSettings, SubjectSettings, read_list, read_subjects};

/// What both need for every step.
const NORTH: &str = "--key north/north.key --agreement agreement.toml --state north/state";
const SOUTH: &str = "--key south/south.key --agreement agreement.toml --state south/state";
const INDEX: &str = "exchange index wanted.parquet --to to-south";
const REQUEST: &str = "exchange request subjects.csv --from to-south --to to-north";
const RESPOND: &str = "exchange respond --from to-north --to to-south";
const OPEN: &str = "exchange open --threshold 0 --from to-south -o south/hits.csv";
const ASK: &str = "exchange ask --hits south/hits.csv --from to-south --to to-north";
const RELEASE: &str = "exchange release --list wanted.parquet --from to-north --to to-south";
const RECEIVE: &str = "exchange receive --from to-south -o south/released.csv";

/// All steps, and whose each is.
const STEPS: [(&str, &str); 7] = [
    (INDEX, NORTH),
    (REQUEST, SOUTH),
    (RESPOND, NORTH),
    (OPEN, SOUTH),
    (ASK, SOUTH),
    (RELEASE, NORTH),
    (RECEIVE, SOUTH),
];

impl Desk {
    /// Runs a command line without quotes.
    fn line(&self, line: &str) -> Done {
        self.run(&line.split_whitespace().collect::<Vec<_>>())
    }

    fn north(&self, line: &str) -> Done {
        self.line(&format!("{line} {NORTH}"))
    }

    fn south(&self, line: &str) -> Done {
        self.line(&format!("{line} {SOUTH}"))
    }

    /// A CSV of a step: rows of header to cell.
    fn csv(&self, name: &str) -> Vec<BTreeMap<String, String>> {
        let bytes = self.bytes(name);
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let header = reader.headers().unwrap().clone();
        let row = |record: csv::StringRecord| {
            let cells = header.iter().zip(record.iter());
            cells
                .map(|(name, cell)| (name.to_owned(), cell.to_owned()))
                .collect()
        };
        reader
            .records()
            .map(|record| row(record.unwrap()))
            .collect()
    }
}

#[track_caller]
fn succeeds(done: &Done) {
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
}

/// Two agencies with keys, north with a list, and an agreement that both have signed after `change`.
fn agencies(notices: &str, subjects: &str, change: impl Fn(String) -> String) -> Desk {
    let desk = Desk::new();
    desk.put("notices.csv", notices);
    desk.put("subjects.csv", subjects);
    for folder in ["north", "south"] {
        std::fs::create_dir(desk.path(folder)).unwrap();
        succeeds(&desk.line(&format!("keys new {folder}/{folder}.key --name {folder}")));
    }
    succeeds(&desk.line("list import notices.csv --list-id wanted -o wanted.parquet"));
    succeeds(&desk.line(
        "exchange agree new north/north.pub south/south.pub --learns south --list north:wanted \
         --type wanted --type sanction --type red --type blue --purpose VISA --legal-basis TREATY-7:3 --country south:SE \
         --rules wide --first-day 2020-01-01 --days 366 --epochs 1000 -o agreement.toml",
    ));
    let text = change(desk.text("agreement.toml"));
    desk.put("agreement.toml", text);
    for name in ["north", "south"] {
        succeeds(&desk.line(&format!(
            "exchange agree sign agreement.toml --key {name}/{name}.key"
        )));
    }
    desk
}

/// Everything is asked for and released by the program.
#[allow(clippy::needless_pass_by_value, reason = "as `agencies` takes it")]
fn open_handed(text: String) -> String {
    text.replace("threshold_bits = 0.0", "threshold_bits = -1000.0")
        .replace("automatic_up_to = 0", "automatic_up_to = 4")
        .replace("barred_handling = [\"H3\"]", "barred_handling = []")
        .replace("asks = 5000", "asks = 100000")
}

fn index(desk: &Desk) {
    succeeds(&desk.north(INDEX));
}

/// All steps from the request on.
fn exchange(desk: &Desk) {
    for (step, office) in &STEPS[1..] {
        succeeds(&desk.line(&format!("{step} {office}")));
    }
}

/// Invented notices and subjects.
fn synthetic(seed: u32) -> (String, String) {
    let desk = Desk::new();
    succeeds(&desk.line(&format!(
        "synth --subjects 300 --notices 300 --overlap 0.4 --seed {seed} -o synth"
    )));
    (
        desk.text("synth/notices.csv"),
        desk.text("synth/subjects.csv"),
    )
}

/// Pairs of subject and notice that the hits and the release of an exchange lead to.
fn candidates(desk: &Desk) -> BTreeSet<(String, String)> {
    let uid_of: BTreeMap<String, String> = desk
        .csv("south/released.csv")
        .into_iter()
        .map(|mut row| {
            assert_eq!(row["decision"], "released");
            (
                row.remove("handle").unwrap(),
                row.remove("notice_uid").unwrap(),
            )
        })
        .collect();
    let hits = desk.csv("south/hits.csv");
    let pair = |hit: &BTreeMap<String, String>| {
        (hit["subject_id"].clone(), uid_of[&hit["source_id"]].clone())
    };
    hits.iter().map(pair).collect()
}

/// Pairs that share a conjunction, found with both files at hand.
fn local_candidates(desk: &Desk, list: List) -> BTreeSet<(String, String)> {
    let read = read_list(&[desk.path("wanted.parquet")], &ListSettings::default());
    let mut by_input: BTreeMap<Vec<u8>, Vec<String>> = BTreeMap::new();
    for notice in read.unwrap().0.notices {
        let inputs = conjunctions::of_notice(list, &Prepared::new(&notice.record)).inputs;
        for input in inputs {
            by_input.entry(input).or_default().push(notice.uid());
        }
    }
    let mut pairs = BTreeSet::new();
    let files = [desk.path("subjects.csv")];
    for chunk in read_subjects(&files, &SubjectSettings::default()).unwrap() {
        for subject in chunk.unwrap().0 {
            let inputs = conjunctions::of_subject(list, &Prepared::new(&subject.record)).inputs;
            let met = inputs
                .iter()
                .filter_map(|input| by_input.get(input))
                .flatten();
            pairs.extend(met.map(|uid| (subject.record.id.0.clone(), uid.clone())));
        }
    }
    pairs
}

#[test]
fn the_tutorial_runs_from_two_clean_folders() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("docs/tutorial-two-agencies.md")).unwrap();
    let desk = Desk::new();
    let data = "datasets-synthetic/trafficking";
    std::fs::create_dir_all(desk.path(data)).unwrap();
    for name in ["notices.csv", "subjects.csv"] {
        desk.put(
            &format!("{data}/{name}"),
            std::fs::read(root.join(data).join(name)).unwrap(),
        );
    }
    let mut of_exchange = 0;
    let mut is_exchange = false;
    let mut is_code = false;
    for line in text.lines() {
        match line {
            "```sh" => is_code = true,
            "```" => is_code = false,
            _ if is_code => {
                let (program, rest) = line.split_once(' ').unwrap();
                of_exchange += usize::from(is_exchange);
                if program == "mkdir" {
                    for folder in rest.split(' ') {
                        std::fs::create_dir(desk.path(folder)).unwrap();
                    }
                } else {
                    assert_eq!(program, "veilmatch");
                    let done = desk.line(rest);
                    assert_eq!(done.code, 0, "{line}\n{}{}", done.out, done.err);
                }
            }
            _ if line.starts_with("## ") => is_exchange = line == "## The exchange",
            _ => {}
        }
    }
    assert_eq!(of_exchange, 10, "ten commands");

    // No file on the way shows more than it may.
    let mut looked_at = 0;
    for folder in ["to-south", "to-north"] {
        for file in std::fs::read_dir(desk.path(folder)).unwrap() {
            let path = file.unwrap().path();
            succeeds(&desk.run(&["leak", path.to_str().unwrap()]));
            looked_at += 1;
        }
    }
    assert_eq!(looked_at, 12, "C0 to C5, each with its manifest");

    // What came back is about true pairs for the most part, and says what was agreed.
    let truth = std::fs::read_to_string(root.join(data).join("truth.csv")).unwrap();
    let true_pairs: BTreeSet<(String, String)> = truth
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            (cells[0].to_owned(), format!("wanted:{}", cells[2]))
        })
        .collect();
    let found = candidates(&desk);
    let right = found.intersection(&true_pairs).count();
    assert!(
        right * 4 >= true_pairs.len() * 3,
        "{right} of {} true pairs",
        true_pairs.len()
    );
    assert!(
        right * 2 >= found.len(),
        "{right} of {} hits are right",
        found.len()
    );
    let released = desk.csv("south/released.csv");
    assert!(
        released
            .iter()
            .all(|row| !row["name"].is_empty() && row["reason"].is_empty())
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name| {
            std::fs::metadata(desk.path(name))
                .unwrap()
                .permissions()
                .mode()
                & 0o777
        };
        assert_eq!((mode("north/state"), mode("to-south")), (0o700, 0o700));
        assert_eq!(
            (mode("south/hits.csv"), mode("to-north/request.parquet")),
            (0o600, 0o600)
        );
    }
}

/// Files of a folder and all below it.
fn all_bytes(folder: &Path) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(all_bytes(&path));
        } else {
            found.push(std::fs::read(path).unwrap());
        }
    }
    found
}

#[test]
fn nothing_of_either_file_crosses_in_clear() {
    for seed in [3, 8] {
        let (notices, subjects) = synthetic(seed);
        let desk = agencies(&notices, &subjects, open_handed);
        index(&desk);
        exchange(&desk);
        let mut wanted: BTreeSet<String> = BTreeSet::new();
        for file in [&notices, &subjects] {
            let mut reader = csv::Reader::from_reader(file.as_bytes());
            let header = reader.headers().unwrap().clone();
            for record in reader.records() {
                let record = record.unwrap();
                for (name, cell) in header.iter().zip(record.iter()) {
                    let is_name = name.contains("name") || name.contains("alias");
                    if is_name {
                        let tokens = cell.split(|c: char| !c.is_alphanumeric());
                        wanted.extend(tokens.flat_map(|t| [t.to_owned(), t.to_lowercase()]));
                    } else if name.contains("id") || name.contains("date") {
                        wanted.extend(cell.split(';').map(str::to_owned));
                    }
                }
            }
        }
        wanted.retain(|text| text.len() >= 6);
        assert!(wanted.len() > 1_000, "{}", wanted.len());
        let holds =
            |bytes: &[u8], text: &str| memchr::memmem::find(bytes, text.as_bytes()).is_some();
        let crossed = [desk.path("to-north"), desk.path("to-south")];
        let crossed: Vec<Vec<u8>> = crossed
            .iter()
            .flat_map(|folder| all_bytes(folder))
            .collect();
        assert_eq!(crossed.len(), 12, "six files with their manifests");
        for text in &wanted {
            assert!(
                !crossed.iter().any(|bytes| holds(bytes, text)),
                "{text} crosses"
            );
        }
        // Nor do the logs and checkpoints hold any of it; what south keeps for itself does.
        for state in ["north", "south"] {
            let log = desk.text(&format!("{state}/state/party.log"));
            assert!(!wanted.iter().any(|text| log.contains(text.as_str())));
        }
        let kept = all_bytes(&desk.path("south/state"));
        assert!(
            wanted
                .iter()
                .any(|text| kept.iter().any(|bytes| holds(bytes, text)))
        );
    }
}

#[test]
fn sealed_candidates_are_those_of_a_local_join() {
    let (notices, subjects) = synthetic(5);
    for list in List::ALL {
        let change = |text: String| {
            let digest = |list: List| veilmatch::record::hex(&list.digest());
            open_handed(text).replace(&digest(List::Wide), &digest(*list))
        };
        let desk = agencies(&notices, &subjects, change);
        index(&desk);
        exchange(&desk);
        let (sealed, local) = (candidates(&desk), local_candidates(&desk, *list));
        assert!(local.len() > 50, "{}", local.len());
        assert_eq!(sealed, local);
    }
}

/// Records for policy: what each is, and what becomes of it.
const POLICY: &str = "\
id,kind,name,birth_date,notice_type,handling,no_send_to,role,valid_to
N-1,person,Tarvo Ilmar Kvetanik,1970-05-03,wanted,,,,
N-2,person,Bronislav Uhlomir,1961-11-20,wanted,H1,,,
N-3,person,Yusrana Haddovine,1982-02-14,wanted,H3,,,
N-4,person,Pavlen Drozhevit,1955-08-30,wanted,,SE,,
N-5,person,Zdenmira Olvaskova,1990-12-01,wanted,,,victim,
N-6,person,Orsolvina Tepukari,1988-07-19,yellow,,,,
N-7,person,Ilmenas Vardukov,1979-03-27,wanted,,,,2020-01-01
N-8,person,Rozmarin Quellstadt,1968-10-05,wanted,H1,,,
";
const TRAVELLERS: &str = "\
id,kind,name,birth_date
77431,person,Tarvo Ilmar Kvetanik,1970-05-03
77432,person,Bronislav Uhlomir,1961-11-20
77433,person,Yusrana Haddovine,1982-02-14
77434,person,Pavlen Drozhevit,1955-08-30
77435,person,Zdenmira Olvaskova,1990-12-01
77436,person,Orsolvina Tepukari,1988-07-19
77437,person,Ilmenas Vardukov,1979-03-27
77438,person,Rozmarin Quellstadt,1968-10-05
77439,person,Nobody Wellknown,1999-09-09
";

fn ids(rows: &[BTreeMap<String, String>], column: &str) -> Vec<String> {
    let mut ids: Vec<String> = rows.iter().map(|row| row[column].clone()).collect();
    ids.sort();
    ids
}

#[test]
fn policy_keeps_notices_out_of_the_index_and_people_decide_on_the_rest() {
    let change = |text: String| {
        text.replace("deciders = 1", "deciders = 2")
            .replace("protected_roles = false", "protected_roles = true")
    };
    let desk = agencies(POLICY, TRAVELLERS, change);
    index(&desk);
    succeeds(&desk.south(REQUEST));
    succeeds(&desk.north(RESPOND));
    succeeds(&desk.south(OPEN));
    // Barred by handling code, by country, of a type that is not agreed, expired: never found.
    let hits = desk.csv("south/hits.csv");
    assert_eq!(
        ids(&hits, "subject_id"),
        ["77431", "77432", "77435", "77438"]
    );
    assert!(
        hits.iter()
            .all(|hit| hit["band"] == "strong" && hit["notice_uid"].starts_with("north:"))
    );
    // The day is known from the input that met; the score counts it.
    assert!(hits.iter().all(|hit| hit["evidence"].contains("same day")));

    succeeds(&desk.south(ASK));
    let waits = desk.north(RELEASE);
    waits.ends(20, &["waiting for people: 3"]);
    assert!(!desk.path("to-south/release.parquet").exists());
    let pending = desk.north(&format!("{RELEASE} --list-pending"));
    succeeds(&pending);
    desk.put("pending.csv", &pending.out);
    let pending = desk.csv("pending.csv");
    assert_eq!(
        ids(&pending, "notice_uid"),
        ["wanted:N-2", "wanted:N-5", "wanted:N-8"]
    );
    let row = |uid: &str| pending.iter().find(|p| p["notice_uid"] == uid).unwrap()["row"].clone();
    let (two, five, eight) = (row("wanted:N-2"), row("wanted:N-5"), row("wanted:N-8"));
    let decide = |rows: &[String]| {
        let header = "row,decision,by,reason,redact\n";
        desk.put("decided.csv", format!("{header}{}\n", rows.join("\n")));
        desk.north(&format!("{RELEASE} --decisions decided.csv"))
    };
    // One person is not two, and the same person twice is not either.
    let first = [
        format!("{two},release,desk-7,,"),
        format!("{five},refuse,desk-7,protected,"),
        format!("{eight},release,desk-7,,"),
    ];
    decide(&first).ends(20, &["waiting for people: 2"]);
    decide(&first).ends(20, &["waiting for people: 2"]);
    decide(&[format!("{two},refuse,desk-7,,")]).ends(2, &["row 2", "same person"]);
    decide(&["9,release,desk-8,,".to_owned()]).ends(2, &["waits for nobody"]);
    desk.north(&format!("{RELEASE} --decisions none.csv"))
        .ends(3, &[]);
    // Meanwhile a notice is withdrawn.
    let fewer: String = POLICY
        .lines()
        .filter(|l| !l.starts_with("N-8"))
        .map(|l| format!("{l}\n"))
        .collect();
    desk.put("notices.csv", fewer);
    succeeds(&desk.line("list import notices.csv --list-id wanted -o wanted.parquet"));
    let second = decide(&[format!("{two},release,desk-8,,years")]);
    succeeds(&second);
    second.ends(0, &["released: 2", "refused: 2"]);
    second.keeps_silent();
    succeeds(&desk.south(RECEIVE));
    let released = desk.csv("south/released.csv");
    let of = |subject: &str| {
        released
            .iter()
            .find(|r| r["subject_ids"] == subject)
            .unwrap()
            .clone()
    };
    assert_eq!(of("77431")["birth_date"], "1970-05-03");
    assert_eq!(of("77431")["notice_uid"], "wanted:N-1");
    assert_eq!(
        of("77432")["birth_date"],
        "1961",
        "the one who lets out less prevails"
    );
    assert_eq!(
        (
            of("77435")["reason"].as_str(),
            of("77438")["reason"].as_str()
        ),
        ("protected", "withdrawn")
    );
    assert!(of("77435")["name"].is_empty());
    // Handed out again as it was, whatever the lists say now.
    let before = desk.bytes("to-south/release.parquet");
    std::fs::remove_file(desk.path("to-south/release.parquet")).unwrap();
    succeeds(&desk.north(RELEASE));
    assert_eq!(desk.bytes("to-south/release.parquet"), before);

    let log = desk.line("audit show north/state --by north/north.pub").out;
    for decided in [
        "release years wanted",
        "refuse protected",
        "release automatic",
        "withdrawn",
    ] {
        assert!(log.contains(decided), "no {decided} in\n{log}");
    }
    assert!(!log.contains("desk-7"));
    let report = "report oversight north/state --by north/north.pub";
    let few = desk.line(report).out;
    assert!(few.contains("< 5") && !few.contains("Kvetanik"), "{few}");
    let all = desk.line(&format!("{report} --least 1 --json")).out;
    let automatic = r#""detail":"release automatic","count":1"#;
    assert!(
        all.contains(automatic) && all.contains("the same day"),
        "{all}"
    );
}

#[test]
fn steps_may_be_killed_at_any_time_and_run_again() {
    let (notices, subjects) = synthetic(6);
    let opened = |desk: &Desk| -> Vec<(String, String, String)> {
        let hits = desk.csv("south/hits.csv");
        let row = |h: &BTreeMap<String, String>| {
            (
                h["subject_id"].clone(),
                h["bits"].clone(),
                h["matched_notice_name"].clone(),
            )
        };
        let mut rows: Vec<_> = hits.iter().map(row).collect();
        rows.sort();
        rows
    };
    let quiet = agencies(&notices, &subjects, open_handed);
    index(&quiet);
    exchange(&quiet);
    let wanted = opened(&quiet);
    assert!(wanted.len() > 50);

    let desk = agencies(&notices, &subjects, open_handed);
    let mut killed = 0;
    for (step, office) in STEPS {
        let line = format!("{step} {office}");
        let line: Vec<&str> = line.split_whitespace().collect();
        for wait in [20, 60, 120, 250, 400] {
            let mut child = desk.command(&line).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(wait));
            killed += u32::from(child.try_wait().unwrap().is_none());
            child.kill().unwrap();
            child.wait().unwrap();
        }
        succeeds(&desk.run(&line));
    }
    assert!(killed > 5, "only {killed} runs were killed in the middle");
    assert_eq!(opened(&desk), wanted);
    for (name, by) in [("north", "north/north.pub"), ("south", "south/south.pub")] {
        succeeds(&desk.line(&format!("audit verify {name}/state --by {by}")));
    }
    let said = desk.north(RESPOND).err;
    assert!(said.contains("answered before: 1"), "{said}");
    let spent = |err: &str| {
        err.lines()
            .find(|l| l.starts_with("rows of this"))
            .map(str::to_owned)
    };
    assert_eq!(
        spent(&said),
        spent(&quiet.north(RESPOND).err),
        "charged once"
    );

    // A new index of the same epoch opens with the outputs at hand, and can be asked about.
    index(&desk);
    for done in [
        desk.south(OPEN),
        desk.south(ASK),
        desk.north(RELEASE),
        desk.south(RECEIVE),
    ] {
        succeeds(&done);
    }
    assert_eq!(opened(&desk), wanted);
}

#[test]
fn what_is_not_agreed_or_was_changed_is_refused_without_output() {
    let desk = agencies(POLICY, TRAVELLERS, |text| text);
    // Purposes, days and parties outside the agreement; a key file in the place of another.
    desk.north(&format!("{INDEX} --purpose TOURISM"))
        .ends(2, &["outside the agreement", "purpose"]);
    desk.north(&format!("{INDEX} --as-of 2019-06-01"))
        .ends(2, &["first epoch has not begun"]);
    desk.south(INDEX).ends(2, &["not one who may learn"]);
    assert!(!desk.path("to-south").exists());
    desk.north(RESPOND).ends(2, &["holds no request.parquet"]);
    succeeds(&desk.north(INDEX));
    desk.south(RESPOND).ends(2, &[]);
    succeeds(&desk.south(REQUEST));
    succeeds(&desk.north(RESPOND));
    for name in ["index", "forms", "response"] {
        for ending in ["parquet", "manifest"] {
            let file = format!("to-south/{name}.{ending}");
            let good = desk.bytes(&file);
            for at in [good.len() / 3, good.len() - 2] {
                let mut bad = good.clone();
                bad[at] ^= 1;
                desk.put(&file, bad);
                let done = desk.south(OPEN);
                assert_eq!(done.code, 5, "{file} byte {at}: {}", done.err);
                assert!(!desk.path("south/hits.csv").exists());
            }
            desk.put(&file, &good[..good.len() / 2]);
            desk.south(OPEN).ends(5, &[]);
            desk.put(&file, good);
        }
    }
    let log = desk.line("audit show south/state --by south/south.pub").out;
    assert!(log.contains("refused"), "{log}");
    // An agreement that one party changed is signed by nobody.
    let agreed = desk.text("agreement.toml");
    desk.put(
        "agreement.toml",
        agreed.replace("index_rows = ", "index_rows = 9"),
    );
    desk.south(OPEN).ends(5, &["signature"]);
    desk.line("exchange agree verify agreement.toml")
        .ends(5, &[]);
    desk.put("agreement.toml", agreed);
    succeeds(&desk.line(
        "exchange agree verify agreement.toml --identity north/north.pub --identity south/south.pub",
    ));
    succeeds(&desk.south(OPEN));
    // Somebody else's key signs nothing, and a key file is never overwritten.
    succeeds(&desk.line("keys new south/other.key --name south"));
    desk.line("exchange agree sign agreement.toml --key south/other.key")
        .ends(2, &["no party"]);
    desk.line("exchange agree verify agreement.toml --identity south/other.pub")
        .ends(5, &[]);
    desk.line("keys new south/south.key --name south")
        .ends(2, &["never overwritten"]);
    // A key file under a passphrase needs it.
    desk.put("words", "correct horse battery\n");
    let keys = "south/third.key --passphrase-file words";
    succeeds(&desk.line(&format!("keys new {keys} --name south")));
    desk.line("keys show south/third.key")
        .ends(2, &["passphrase"]);
    let shown = desk.line(&format!("keys show {keys}"));
    assert_eq!(shown.out, desk.line("keys show south/third.pub").out);
    // Lists that wait for a review take no part.
    let waits = agencies(POLICY, TRAVELLERS, |text| {
        text.replace("political_review = false", "political_review = true")
    });
    waits.north(INDEX).ends(5, &["it would hold no record"]);
}

#[test]
fn logs_are_proved_and_rows_of_a_request_are_audited() {
    let desk = agencies(POLICY, TRAVELLERS, |text| text);
    index(&desk);
    succeeds(&desk.line("audit verify north/state --by north/north.pub"));
    let old = desk.bytes("north/state/party.checkpoint");
    desk.put("old.checkpoint", old);
    succeeds(&desk.south(REQUEST));
    succeeds(&desk.north(RESPOND));
    let checkpoint = "--checkpoint north/state/party.checkpoint --by north/north.pub";
    for (what, older) in [("--entry 2", ""), ("--since 1", "--older old.checkpoint")] {
        let prove = format!("audit prove north/state --by north/north.pub {what} -o a.proof");
        succeeds(&desk.line(&prove));
        let check = format!("audit check a.proof {older} {checkpoint}");
        succeeds(&desk.line(&check));
        let proof = desk.text("a.proof");
        desk.put(
            "a.proof",
            proof
                .replacen("hash 1", "hash 2", 1)
                .replacen("entry 1", "entry 0", 1)
                .replacen("from 1", "from 2", 1),
        );
        desk.line(&check).ends(5, &["proof refused"]);
    }
    desk.line("audit prove north/state --by north/north.pub --entry 99 -o b.proof")
        .ends(2, &[]);
    desk.line("audit verify north/state --by south/south.pub")
        .ends(5, &[]);
    let log = desk.text("north/state/party.log");
    desk.put(
        "north/state/party.log",
        log.replacen("count=", "count=1", 1),
    );
    desk.line("audit verify north/state --by north/north.pub")
        .ends(5, &[]);
    desk.put("north/state/party.log", log);

    let audited = "--agreement agreement.toml --from to-north";
    succeeds(&desk.line(&format!("audit draw {audited} --rows 20 -o rows.txt")));
    succeeds(&desk.south("audit open-sample --rows rows.txt --from to-north -o sample"));
    let check = format!("audit check-sample sample --rows rows.txt {audited}");
    let done = desk.line(&check);
    succeeds(&done);
    assert!(done.out.contains("were committed to"), "{}", done.out);
    // A sample of other rows, and one that was changed.
    let rows = desk.text("rows.txt");
    desk.put(
        "rows.txt",
        rows.lines()
            .skip(1)
            .map(|l| format!("{l}\n"))
            .collect::<String>(),
    );
    desk.line(&check).ends(5, &["other rows are opened"]);
    desk.put("rows.txt", rows);
    let mut sample = desk.bytes("sample");
    let middle = sample.len() / 2;
    sample[middle] ^= 1;
    desk.put("sample", sample);
    desk.line(&check).ends(5, &[]);
    desk.line(&format!("audit draw {audited} --rows 99999 -o rows.txt"))
        .ends(2, &[]);
}

#[test]
fn what_may_not_stay_is_deleted_and_the_log_says_so() {
    let desk = agencies(POLICY, TRAVELLERS, open_handed);
    index(&desk);
    exchange(&desk);
    let holds_names = |state: &str| {
        let files = all_bytes(&desk.path(state));
        let mut files = files.iter();
        files.any(|bytes| memchr::memmem::find(bytes, b"Kvetanik").is_some())
    };
    let epochs = |state: &str| {
        let entries = std::fs::read_dir(desk.path(state)).unwrap();
        entries
            .filter(|e| e.as_ref().unwrap().path().is_dir())
            .count()
    };
    let purge = "exchange purge";
    let soon = desk.south(purge);
    soon.ends(0, &["sessions kept: 1"]);
    succeeds(&desk.north(purge));
    assert!(holds_names("south/state") && epochs("north/state") == 1);

    // Long after: the days of retention have passed, and the epoch has ended.
    let late = format!("{purge} --as-of 2090-01-01");
    desk.south(&late).ends(0, &["sessions deleted: 1"]);
    desk.north(&late).ends(0, &["epochs deleted: 1"]);
    assert!(!holds_names("south/state") && epochs("north/state") == 0);
    for name in ["north", "south"] {
        let log = desk.line(&format!("audit show {name}/state --by {name}/{name}.pub"));
        succeeds(&log);
        assert!(log.out.contains("purged"), "{}", log.out);
    }
    // What was deleted opens nothing any more; a second time there is nothing left to do.
    desk.south(OPEN).ends(5, &["no request of its session"]);
    assert!(!desk.south(&late).err.contains("sessions"));
}

#[test]
fn either_asks_where_both_may_learn() {
    let desk = agencies(POLICY, TRAVELLERS, |text| {
        let list = "[[list]]\nid = \"watch\"\nholder = \"south\"\npolitical_review = false\n";
        open_handed(text)
            .replace("learns = [\"south\"]", "learns = [\"south\", \"north\"]")
            .replacen("[[list]]", &format!("{list}\n[[list]]"), 1)
    });
    succeeds(&desk.line("list import notices.csv --list-id watch -o watch.parquet"));
    // Both ways in the same folders of state, one after the other.
    index(&desk);
    exchange(&desk);
    let swapped = |line: &str| {
        let roles = [
            ("north", "\0"),
            ("south", "north"),
            ("\0", "south"),
            ("wanted", "watch"),
        ];
        let text = roles
            .iter()
            .fold(line.to_owned(), |text, (a, b)| text.replace(a, b));
        succeeds(&desk.line(&text));
    };
    for (step, office) in STEPS {
        swapped(&format!("{step} {office}"));
    }
    let names = |file: &str, column: &str| ids(&desk.csv(file), column);
    let there = names("south/hits.csv", "subject_id");
    let mut back = names("north/hits.csv", "subject_id");
    // What may not be sent to Sweden is not kept from north.
    back.retain(|id| id != "77434");
    assert_eq!((there.len(), there), (back.len(), back));
    let released = names("north/released.csv", "notice_uid");
    assert!(released.contains(&"watch:N-1".to_owned()), "{released:?}");
}

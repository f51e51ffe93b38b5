//! Lists and subjects that do not fit in memory, and lists made ready once.
//!
//! Here belongs what must not change a hit: how much memory there is, how a list is cut into
//! shards, whether it comes from an index; and what an index refuses.

use crate::support::{Desk, Done, NOTICES};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// A list and subjects of 600 invented records each, with repeated subject ids.
fn crowd() -> Desk {
    let desk = Desk::new();
    let args = ["synth", "--subjects", "600", "--notices", "600"];
    let done = desk.run(&[&args[..], &["--seed", "5", "--overlap", "0.5", "-o", "."]].concat());
    done.ends(0, &[]);
    let args = ["list", "import", "notices.csv", "--list-id", "invented"];
    let done = desk.run(&[&args[..], &["-o", "list.parquet"]].concat());
    done.ends(0, &[]);
    let subjects = desk.text("subjects.csv");
    let (header, rows) = subjects.split_once('\n').unwrap();
    // Every tenth row once more under the id of another one.
    let more: Vec<String> = rows
        .lines()
        .step_by(10)
        .filter_map(|row| {
            Some(format!(
                "S-again-{},{}",
                row.len() % 3,
                row.split_once(',')?.1
            ))
        })
        .collect();
    desk.put(
        "kvetanik.csv",
        format!("{header}\n{rows}{}\n", more.join("\n")),
    );
    desk.put("run.secret", SECRET);
    desk
}

fn screen(desk: &Desk, list: &str, more: &[&str]) -> Done {
    let args = ["screen", "kvetanik.csv", "--list", list, "-o", "hits.csv"];
    let args = [
        &args[..],
        &["--as-of", "2026-01-01", "--secret-file", "run.secret"],
        more,
    ];
    desk.run(&args.concat())
}

/// The counts of a stage that do not depend on how a list is cut.
fn stages(desk: &Desk) -> serde_json::Value {
    let text = desk.text("hits.manifest.json");
    let mut manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    for stage in manifest["stages"].as_array_mut().unwrap() {
        let counts = stage["counts"].as_object_mut().unwrap();
        counts.retain(|name, _| !name.contains("big_blocks"));
    }
    manifest["stages"].take()
}

#[test]
fn any_limit_of_memory_and_any_index_give_the_same_hits() {
    let desk = crowd();
    desk.index(&["--memory", "1M"]).ends(0, &["invented: 600"]);
    for (more, limits) in [
        (&[][..], &["40K", "700K", "2M"][..]),
        (&["--top", "1"], &["700K"]),
        (&["--threshold", "0.2"], &["700K"]),
    ] {
        screen(&desk, "list.parquet", more).ends(0, &[]);
        let (hits, counts) = (desk.bytes("hits.csv"), stages(&desk));
        assert!(desk.rows("hits.csv").len() > 200);
        for limit in limits {
            for (list, threads) in [
                ("list.parquet", "1"),
                ("list.parquet", "2"),
                ("list.vmx", "2"),
            ] {
                let limited = ["--memory", limit, "--threads", threads];
                screen(&desk, list, &[more, &limited].concat()).ends(0, &[]);
                assert!(
                    desk.bytes("hits.csv") == hits,
                    "{list} {limit} {threads} {more:?}"
                );
                assert_eq!(stages(&desk), counts, "{list} {limit}");
            }
        }
    }
    desk.index(&[]).ends(0, &[]);
    screen(&desk, "list.parquet", &[]).ends(0, &[]);
    let hits = desk.bytes("hits.csv");
    screen(&desk, "list.vmx", &[]).ends(0, &[]);
    assert!(desk.bytes("hits.csv") == hits);
}

#[test]
fn an_index_and_other_lists_are_screened_together() {
    let desk = Desk::with_list();
    desk.put("run.secret", SECRET);
    desk.put("notices.csv", NOTICES.replace("N-", "M-"));
    let args = ["list", "import", "notices.csv", "--list-id", "other"];
    let done = desk.run(&[&args[..], &["-o", "other.parquet"]].concat());
    done.ends(0, &[]);
    desk.put(
        "kvetanik.csv",
        "id,name,birth_date\nS-1,Tarvo Kvetanik,1970-05-03\n",
    );
    let both = |first: &str| {
        screen(&desk, first, &["--list", "other.parquet"]).ends(0, &[]);
        (desk.bytes("hits.csv"), stages(&desk))
    };
    let whole = both("list.parquet");
    desk.index(&[]).ends(0, &[]);
    assert_eq!(both("list.vmx"), whole);
    assert_eq!(desk.hits().len(), 2);
}

#[test]
fn an_index_judges_notices_on_the_day_of_the_screening() {
    let desk = Desk::with_list();
    desk.put("run.secret", SECRET);
    let subjects = "id,name,birth_date\nS-5,Yusrana Haddovine,1982-02-14\n";
    desk.put("kvetanik.csv", subjects);
    desk.index(&[]).ends(0, &["1 de-listed left out"]);
    for (day, hits) in [("2019-06-01", 1), ("2026-01-01", 0)] {
        for list in ["list.parquet", "list.vmx"] {
            let args = ["screen", "kvetanik.csv", "--list", list, "-o", "hits.csv"];
            let more = ["--as-of", day, "--secret-file", "run.secret"];
            let done = desk.run(&[&args[..], &more].concat());
            done.ends(0, &["1 de-listed"]);
            assert_eq!(desk.hits().len(), hits, "{list} {day}");
        }
    }
}

#[test]
fn a_foreign_stale_or_damaged_index_is_refused() {
    let desk = Desk::with_list();
    desk.put("run.secret", SECRET);
    desk.put("kvetanik.csv", "id,name\nS-1,Tarvo Kvetanik\n");
    desk.put("hits.csv", "yesterday");
    desk.index(&[]).ends(0, &[]);
    let whole = desk.bytes("list.vmx");
    let refused = |says: &str| {
        let done = screen(&desk, "list.vmx", &[]);
        done.keeps_silent();
        done.ends(5, &["list 1", says, "list index"]);
        assert_eq!(desk.text("hits.csv"), "yesterday");
        let left = desk
            .files()
            .into_iter()
            .filter(|name| name.starts_with('.'));
        assert_eq!(left.count(), 0);
    };
    desk.put("run.secret", "another secret of some length");
    refused("another secret");
    desk.put("run.secret", SECRET);
    for cut in [whole.len() - 1, whole.len() / 2, 20] {
        desk.put("list.vmx", &whole[..cut]);
        refused("damaged");
    }
    desk.put("list.vmx", [&whole[..], b"x"].concat());
    refused("damaged");
    // The byte at 7 is the version.
    for at in [7, 9, 60, whole.len() / 2, whole.len() - 1] {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        desk.put("list.vmx", flipped);
        refused("damaged");
    }
}

#[test]
fn an_index_is_private_and_the_one_before_stays_where_a_list_is_broken() {
    let desk = Desk::with_list();
    desk.put("run.secret", SECRET);
    desk.put("list.vmx", "yesterday");
    let list = desk.bytes("list.parquet");
    desk.put("list.parquet", &list[..list.len() / 2]);
    desk.index(&[]).ends(3, &["cut short"]);
    assert_eq!(desk.text("list.vmx"), "yesterday");
    desk.put("list.parquet", list);
    desk.index(&[]).ends(0, &[]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = desk
            .path("list.vmx")
            .metadata()
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let leak = desk.run(&["leak", "list.vmx"]);
    leak.ends(5, &[]);
    assert!(leak.out.contains("index of a list"), "{}", leak.out);
}

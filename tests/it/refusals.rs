//! Refusals: what is wrong with an input is said with its place and an advice, ends in the
//! documented exit code, leaves earlier outputs as they were, and tells nothing about a person.
//!
//! Here belong bad inputs and bad settings, met through the program. What a reader makes of one
//! odd cell is tested beside the reader.

use crate::support::{Desk, NOTICES, gzip, imported, jsonl, parquet, xlsx};

const SUBJECTS: &str = "\
id,name,birth_date
C-77431,Tarvo Kvetanik,1970-05-03
C-77432,Somebody Else,1980-01-01
";

/// A subject file that must be refused as a whole.
#[track_caller]
fn refuses(bytes: impl AsRef<[u8]>, more: &[&str], code: i32, says: &[&str]) {
    let desk = Desk::with_list();
    desk.put("kvetanik.csv", bytes);
    desk.put("hits.csv", "yesterday");
    let done = desk.screen(more);
    done.ends(code, says);
    let last = done.err.trim_end().lines().last().unwrap_or_default();
    assert!(last.starts_with("  "), "no advice: {}", done.err);
    assert_eq!(desk.text("hits.csv"), "yesterday");
    let files = ["hits.csv", "kvetanik.csv", "list.parquet"];
    assert_eq!(desk.files(), files, "something was left");
}

/// A list that must be refused as a whole.
#[track_caller]
fn refuses_list(bytes: impl AsRef<[u8]>, more: &[&str], code: i32, says: &[&str]) {
    let desk = Desk::new();
    desk.put("list", bytes);
    desk.put("list.parquet", "yesterday");
    let args = ["list", "import", "list", "-o", "list.parquet"];
    let done = desk.run(&[&args, more].concat());
    done.keeps_silent();
    done.ends(code, says);
    assert!(done.err.contains("\n  "), "no advice: {}", done.err);
    assert_eq!(desk.text("list.parquet"), "yesterday");
    assert_eq!(desk.files(), ["list", "list.parquet"]);
}

/// A subject file that is screened although something in it is bad: exit code, hits and the lines
/// of the refused file.
#[track_caller]
fn screens(bytes: impl AsRef<[u8]>, more: &[&str], code: i32, hits: &[(&str, &str)], bad: &[&str]) {
    let desk = Desk::with_list();
    desk.put("kvetanik.csv", bytes);
    let done = desk.screen(more);
    done.ends(code, &[]);
    let found = desk.hits();
    let found: Vec<(&str, &str)> = found
        .iter()
        .map(|(subject, notice)| (subject.as_str(), notice.as_str()))
        .collect();
    assert_eq!(found, hits, "{}", done.err);
    assert_eq!(desk.refused(), bad, "{}", done.err);
    let rows = bad.iter().filter(|line| line.contains(",row,")).count();
    assert_eq!(done.err.contains("NOT SCREENED"), rows > 0, "{}", done.err);
}

const TARVO: &[(&str, &str)] = &[("C-77431", "N-1")];

#[test]
fn a_file_of_another_kind_is_refused() {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\x01\0\x08\x06\0\0\0\\r\xa8f";
    refuses(png, &[], 3, &["file 1"]);
    refuses_list(png, &[], 3, &["file 1"]);
    refuses(imported(), &[], 3, &["file 1", "notices/1"]);
}

#[test]
fn a_cut_gzip_is_refused() {
    let whole = gzip(SUBJECTS.repeat(50).as_bytes());
    refuses(&whole[..whole.len() / 2], &[], 3, &["file 1"]);
    let list = gzip(NOTICES.as_bytes());
    refuses_list(&list[..list.len() - 6], &[], 3, &["file 1"]);
}

#[test]
fn a_cut_parquet_is_refused() {
    let whole = parquet(SUBJECTS);
    refuses(&whole[..whole.len() - 9], &[], 3, &["file 1"]);
    refuses_list(&imported()[..imported().len() / 2], &[], 3, &["file 1"]);
}

#[test]
fn flipped_parquet_bytes_are_refused_or_read_and_never_a_panic() {
    let whole = parquet(SUBJECTS);
    let desk = Desk::with_list();
    for at in (4..whole.len()).step_by(whole.len() / 12) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x5a;
        desk.put("kvetanik.csv", &bytes);
        let done = desk.screen(&[]);
        assert!([0, 3, 20].contains(&done.code), "{at}: {}", done.err);
        let mut bytes = imported().to_vec();
        let at = at * bytes.len() / whole.len();
        bytes[at] ^= 0x5a;
        desk.put("bad", &bytes);
        let done = desk.run(&["list", "check", "bad"]);
        assert!([0, 3, 4].contains(&done.code), "{at}: {}", done.err);
    }
}

#[test]
fn entities_and_document_types_are_refused_unexpanded() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE z [<!ENTITY a \"aaaaaaaaaa\">\
        <!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><sdnList><sdnEntry>&b;</sdnEntry></sdnList>";
    refuses_list(bomb, &[], 3, &["file 1"]);
    let outside = "<!DOCTYPE s SYSTEM \"file:///etc/passwd\"><sdnList></sdnList>";
    refuses_list(outside, &["--format", "ofac-xml"], 3, &["file 1", "row 1"]);
}

#[test]
fn malformed_xml_is_refused_with_line_and_column() {
    let xml = "<CONSOLIDATED_LIST>\n<INDIVIDUALS>\n<INDIVIDUAL></ENTITY>\n";
    refuses_list(xml, &[], 3, &["file 1, row 3, column "]);
}

#[test]
fn a_cut_xml_is_refused_whole() {
    let xml = ofac_xml(1);
    refuses_list(&xml[..xml.len() - 12], &[], 3, &["file 1, row "]);
}

#[test]
fn another_encoding_is_refused_until_it_is_stated() {
    let text = "id,name\nC-77431,Тарво Кветаник\nC-77432,Бронислав Неизвестный\n";
    let bytes = encoding_rs::WINDOWS_1251.encode(text).0;
    refuses(&bytes, &[], 3, &["file 1", "--encoding"]);
    screens(&bytes, &["--encoding", "windows-1251"], 0, TARVO, &[]);
    refuses(SUBJECTS, &["--encoding", "klingon"], 2, &["encoding"]);
}

#[test]
fn a_missing_column_is_named_by_what_is_expected() {
    let without_id = "passenger,name\n77431,Tarvo Kvetanik\n";
    refuses(
        without_id,
        &[],
        3,
        &["file 1", "no column for id", "subject id"],
    );
    let without_name = "id,who\n77431,Tarvo Kvetanik\n";
    refuses(
        without_name,
        &[],
        3,
        &["file 1", "no column for name", "--map"],
    );
    let headerless = "C-77431,Tarvo Kvetanik,1970-05-03\nC-9,Ann Other,1980-01-01\n";
    refuses(headerless, &[], 3, &["file 1", "no column for"]);
    refuses(SUBJECTS, &["--map", "name=Wer"], 3, &["file 1"]);
    screens(
        without_name,
        &["--map", "name=who"],
        0,
        &[("77431", "N-1")],
        &[],
    );
}

#[test]
fn empty_inputs_are_refused() {
    refuses("", &[], 3, &["file 1"]);
    refuses_list(NOTICES.lines().next().unwrap(), &[], 4, &["no records"]);
    refuses_list("", &[], 4, &["no records"]);
    // Nobody to screen is no error: nothing of it was lost.
    screens("id,name\n", &[], 0, &[], &[]);
}

/// OFAC XML of one invented entry with a stated count.
fn ofac_xml(count: u32) -> String {
    format!(
        "<sdnList xmlns=\"http://tempuri.org/sdnList.xsd\">\n<publshInformation>\n\
         <Publish_Date>01/02/2026</Publish_Date><Record_Count>{count}</Record_Count>\n\
         </publshInformation>\n<sdnEntry><uid>7</uid><firstName>Tarvo</firstName>\n\
         <lastName>Kvetanik</lastName><sdnType>Individual</sdnType></sdnEntry>\n</sdnList>\n"
    )
}

#[test]
fn a_published_count_that_differs_trips_the_guard() {
    refuses_list(ofac_xml(2), &[], 4, &["2 records but 1"]);
    let desk = Desk::new();
    desk.put("list.xml", ofac_xml(2));
    let args = ["list", "import", "list.xml", "-o", "list.parquet"];
    let done = desk.run(&[&args[..], &["--allow-count-mismatch"]].concat());
    done.ends(0, &[]);
    assert!(desk.bytes("list.parquet").starts_with(b"PAR1"));
}

#[test]
fn every_row_refused_is_an_error_and_too_many_are_one() {
    let nameless = "id,name\nC-77431,\n,Tarvo Kvetanik\n";
    refuses(nameless, &[], 3, &["every row was refused (2)"]);
    let half = format!("{SUBJECTS}C-9,,1990-01-01\n");
    refuses(
        &half,
        &["--max-refused", "0"],
        3,
        &["1 rows were refused", "the 0 allowed"],
    );
    let bad = ["1,4,row,no_name"];
    screens(&half, &["--max-refused", "1"], 20, TARVO, &bad);
}

#[test]
fn wrong_settings_are_usage_errors_before_any_work() {
    for threshold in ["1.5", "-0.1", "NaN", "1"] {
        let threshold = format!("--threshold={threshold}");
        refuses(SUBJECTS, &[&threshold], 2, &["--threshold"]);
    }
    refuses(SUBJECTS, &["--delimiter", "ab"], 2, &["--delimiter"]);
    let desk = Desk::with_list();
    desk.put("kvetanik.csv", SUBJECTS);
    for (config, says) in [
        ("treshold = 0.6", "unknown field"),
        ("threshold = [", "--config"),
        ("weak-aliases = \"maybe\"", "weak-aliases"),
        ("date-order = \"mixed\"", "date-order"),
    ] {
        desk.put("run.toml", config);
        desk.screen(&["--config", "run.toml"])
            .ends(2, &[says, "\n  "]);
    }
    desk.screen(&["--as-of", "yesterday"]).ends(2, &[]);
    desk.screen(&["--weak-aliases", "maybe"]).ends(2, &[]);
    desk.screen(&["--secret-file", "none"]).ends(2, &["secret"]);
    let wrong_ending = [
        "screen",
        "kvetanik.csv",
        "--list",
        "list.parquet",
        "-o",
        "hits.doc",
    ];
    desk.run(&wrong_ending).ends(2, &["output"]);
    let files = ["kvetanik.csv", "list.parquet", "run.toml"];
    assert_eq!(desk.files(), files);
}

#[test]
fn what_cannot_be_opened_or_written_is_said_without_its_path() {
    let desk = Desk::with_list();
    let list = ["--list", "list.parquet", "-o"];
    let run = |subjects: &str, output: &str| {
        let done = desk.run(&[&["screen", subjects][..], &list, &[output]].concat());
        done.keeps_silent();
        done
    };
    run("kvetanik.csv", "hits.csv").ends(3, &["file 1", "\n  "]);
    run(".", "hits.csv").ends(3, &["file 1"]);
    desk.put("kvetanik.csv", SUBJECTS);
    run("kvetanik.csv", "kvetanik/hits.csv").ends(70, &["cannot write the output", "\n  "]);
    std::fs::create_dir(desk.path("hits.csv")).unwrap();
    run("kvetanik.csv", "hits.csv").ends(2, &["folder"]);
    let done = desk.run(&["screen", "kvetanik.csv", "--list", "gone", "-o", "h.csv"]);
    done.ends(3, &["list 1"]);
    for args in [
        &["compare", "Tarvo", "Kvetanik", "Kvetanik"][..],
        &["explain", "hits.csv", "h1", "C-77431"],
        &["subjects", "check", "second.csv", "kvetanik.csv"],
    ] {
        let done = desk.run(args);
        done.ends(2, &[]);
        done.keeps_silent();
    }
    assert_eq!(desk.files(), ["hits.csv", "kvetanik.csv", "list.parquet"]);
}

#[test]
fn a_bad_second_file_stops_the_run_before_any_output() {
    let desk = Desk::with_list();
    desk.put("kvetanik.csv", SUBJECTS);
    desk.put("second.csv", "nobody,here\n1,2\n");
    let args = [
        "screen",
        "kvetanik.csv",
        "second.csv",
        "--list",
        "list.parquet",
    ];
    let done = desk.run(&[&args[..], &["-o", "hits.csv"]].concat());
    done.keeps_silent();
    done.ends(3, &["file 2"]);
    assert_eq!(desk.files(), ["kvetanik.csv", "list.parquet", "second.csv"]);
}

#[test]
fn a_list_given_twice_gives_each_hit_once() {
    let desk = Desk::with_list();
    desk.put("kvetanik.csv", SUBJECTS);
    desk.screen(&[]).ends(0, &[]);
    let once = desk.bytes("hits.csv");
    desk.screen(&["--list", "list.parquet"]).ends(0, &[]);
    assert_eq!(desk.hits().len(), 1);
    assert!(desk.bytes("hits.csv") == once);
}

#[test]
fn an_impossible_date_is_emptied_and_the_row_is_screened() {
    for (date, reason) in [
        ("1970-02-31", "bad_date"),
        ("31.02.1970", "bad_date"),
        ("03/05/1970", "ambiguous_date"),
        ("999999999-01-01", "bad_date"),
        ("1970-05-03T99", "bad_date"),
        ("soon", "bad_date"),
    ] {
        let text = format!("id,name,birth_date\nC-77431,Tarvo Kvetanik,{date}\n");
        let bad = format!("1,2,birth_date,{reason}");
        screens(&text, &[], 0, TARVO, &[&bad]);
        let (book, lines) = (xlsx(&text), jsonl(&text));
        screens(book, &[], 0, TARVO, &[&bad]);
        screens(lines, &[], 0, TARVO, &[&format!("1,1,birth_date,{reason}")]);
    }
    let text = "id,name,birth_date\nC-77431,Tarvo Kvetanik,03/05/1970\n";
    screens(text, &["--date-order", "dmy"], 0, TARVO, &[]);
}

#[test]
fn rows_under_one_id_are_each_screened_and_their_hits_joined_and_counted() {
    let desk = Desk::with_list();
    let text = "id,name\nC-77431,Tarvo Kvetanik\nC-77431,Tarvo Ilmar Kvetanik\nC-77431,Bronislav Uhlomir\n";
    desk.put("kvetanik.csv", text);
    desk.screen(&[]).ends(0, &["3 screened", "joined: 1"]);
    let mut notices: Vec<String> = desk.hits().into_iter().map(|(_, n)| n).collect();
    notices.sort();
    assert_eq!(notices, ["N-1", "N-2"]);
}

#[test]
fn hostile_names_are_screened() {
    for name in [
        "Ta\u{200b}rvo Kve\u{200d}tanik",
        "\u{202e}Tarvo Kvetanik\u{202c}",
        "\u{feff}Tarvo\u{2060} Kvetanik",
        "Тarvо Kvеtаnik",
        "Ta\0rvo Kvetanik",
        "Tarvo\u{a0}\u{3000}Kvetanik",
        "Ｔａｒｖｏ Ｋｖｅｔａｎｉｋ",
    ] {
        let desk = Desk::with_list();
        desk.put("kvetanik.csv", format!("id,name\nC-77431,{name}\n"));
        let done = desk.screen(&[]);
        done.ends(0, &[]);
        assert_eq!(desk.hits().len(), 1, "{name:?} {}", done.err);
    }
}

#[test]
fn a_name_of_a_megabyte_is_cut_and_listed() {
    let long = "x".repeat(1 << 20);
    let text = format!("id,name\nC-1,{long}\nC-77431,Tarvo Kvetanik\n");
    screens(text, &[], 0, TARVO, &["1,2,name,too_long"]);
}

#[test]
fn ten_thousand_aliases_are_screened() {
    let aliases: Vec<String> = (0..10_000).map(|n| format!("Qo{n} Wexley;")).collect();
    let aliases = aliases.concat();
    let text = format!("id,name,alias\nC-77431,Nobody Atall,{aliases}Tarvo Kvetanik\n");
    let desk = Desk::with_list();
    desk.put("kvetanik.csv", text);
    let done = desk.screen(&[]);
    done.ends(0, &[]);
    assert!(
        desk.hits().len() == 1 || !desk.refused().is_empty(),
        "{}",
        done.err
    );
}

#[test]
fn an_unclosed_quote_loses_no_row_silently() {
    let text = "id,name\nC-1,\"Tarvo Kvetanik\nC-2,Bronislav Uhlomir\nC-3,Zdenmira Olvaskova\n";
    refuses(text, &[], 3, &["file 1, row 2", "quotation mark"]);
    refuses_list(
        "id,name\nC-1,\"Tarvo Kvetanik\nC-2,Bronislav Uhlomir\n",
        &["--format", "csv"],
        3,
        &["file 1"],
    );
}

#[test]
fn rows_of_another_width_are_screened_or_listed() {
    let text = "id,name,birth_date\nC-77431,Tarvo Kvetanik\nC-2,Ann,1970-01-01,x,y\n";
    let bad = ["1,2,cells,wrong_width", "1,3,row,wrong_width"];
    screens(text, &[], 20, TARVO, &bad);
}

#[test]
fn cells_that_a_spreadsheet_would_execute_are_defused_in_csv_only() {
    let text = "id,name\n=cmd|'/c calc'!A1,Tarvo Kvetanik\n+49,\"=Tarvo Kvetanik\"\n";
    let desk = Desk::with_list();
    desk.put("kvetanik.csv", text);
    desk.screen(&[]).ends(0, &[]);
    let ids: Vec<String> = desk
        .hits()
        .into_iter()
        .map(|(subject, _)| subject)
        .collect();
    assert_eq!(ids, ["'+49", "'=cmd|'/c calc'!A1"]);
    let csv = desk.text("hits.csv");
    for cell in csv.split([',', '\n']) {
        assert!(
            !cell.trim_matches('"').starts_with(['=', '@', '\t', '\r']),
            "{cell}"
        );
    }
    assert!(desk.text("hits.manifest.json").contains("cells_escaped"));
    let args = [
        "screen",
        "kvetanik.csv",
        "--list",
        "list.parquet",
        "-o",
        "hits.jsonl",
    ];
    desk.run(&args).ends(0, &[]);
    assert!(desk.text("hits.jsonl").contains("\"=cmd|'/c calc'!A1\""));
}

/// A limit of the size of files stands for a full disk; without its signal, writing fails.
#[cfg(unix)]
#[test]
fn an_output_that_cannot_be_written_is_no_wrong_usage() {
    let desk = Desk::with_list();
    desk.put("kvetanik.csv", SUBJECTS);
    desk.screen(&[]).ends(0, &[]);
    desk.put("pairs.csv", "id,a,b\n1,Tarvo Kvetanik,Tarvo Kvetanik\n");
    desk.put("truth.csv", "subject_id,list_id,source_id,kind,date_kind\n");
    desk.put("out", "yesterday");
    let (compare, hits) = (["compare", "--pairs", "pairs.csv", "-o", "out"], "hits.csv");
    let evaluate = [
        "evaluate",
        "hits",
        hits,
        "--truth",
        "truth.csv",
        "--subjects",
        "2",
    ];
    let learn = [
        "learn",
        "frequencies",
        "--organizations",
        "pairs.csv",
        "-o",
        "out",
    ];
    for args in [
        &compare[..],
        &[&evaluate[..], &["--curve", "out"]].concat(),
        &learn,
    ] {
        let full = "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\"";
        let mut shell = std::process::Command::new("sh");
        shell.current_dir(desk.path("")).args(["-c", full]);
        shell.arg(env!("CARGO_BIN_EXE_veilmatch")).args(args);
        let output = shell.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(70), "{args:?}: {said}");
        assert!(said.contains("cannot write the output"), "{args:?}: {said}");
        assert_eq!(desk.text("out"), "yesterday");
    }
}

#[test]
fn a_model_that_no_score_can_be_made_with_is_refused() {
    for (text, says) in [
        ("plase = 2.0", "plase"),
        ("place = -2.0", "`place` has a figure outside 0 to 100"),
        ("kin = [0.7, 0.5]", "tuple"),
        ("version = \"mine\"", "version"),
        ("place = nan", "`place`"),
        ("similarity = [[0.3, 0.5], [0.1, 1.0]]", "`similarity`"),
        ("place = ", "--model"),
    ] {
        let desk = Desk::new();
        desk.put("model.toml", text);
        let done = desk.run(&["compare", "Ann Lee", "Ann Li", "--model", "model.toml"]);
        done.ends(2, &[says, "\n  Correct the option"]);
        desk.put("kvetanik.csv", SUBJECTS);
        desk.put("list.parquet", imported());
        desk.screen(&["--model", "model.toml"]).ends(2, &[says]);
        assert!(!desk.files().contains(&"hits.csv".to_owned()));
    }
}

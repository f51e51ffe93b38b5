//! Hits written and read back in every format; the files of a run together.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::date;
use proptest::prelude::*;

use crate::hits::{Conflict, Hit};
use crate::record::{
    Action, Band, Digest, Handling, Kind, ListId, ListInfo, NameKind, NoticeType, Sex, Status,
    Strength,
};
use crate::report::{
    HitFormat, HitRuns, HitSettings, HitWriter, InputFile, ListEdition, Manifest, OutputFile,
    Stage, beside, commit, find_hit, read_hits, write_refused,
};
use crate::score::{Evidence, EvidenceKind};
use crate::tally::{Reason, Refusal, Tally};

const FORMATS: [&str; 4] = ["hits.csv", "hits.jsonl", "hits.parquet", "hits.xlsx"];

fn piece(kind: EvidenceKind, bits: f64, subject: &str, notice: &str, note: &str) -> Evidence {
    Evidence {
        kind,
        bits,
        subject: subject.into(),
        notice: notice.into(),
        note: note.into(),
    }
}

/// An invented hit with something in every field.
pub(crate) fn hit() -> Hit {
    let evidence = vec![
        piece(EvidenceKind::Prior, -17.5, "", "", "before any comparison"),
        piece(EvidenceKind::NameToken, 9.8125, "ada", "ада", "same sound"),
        piece(
            EvidenceKind::NameToken,
            13.25,
            "example",
            "экзампл",
            "one letter differs",
        ),
        piece(EvidenceKind::Date, 7.0, "1970-05-03", "1970", "same year"),
        piece(EvidenceKind::Country, -1.5, "DE", "FR", "differ"),
        piece(
            EvidenceKind::Identifier,
            12.0,
            "AB123",
            "AB123",
            "same passport",
        ),
    ];
    Hit {
        hit_id: "h00112233445566778899aabbccddeeff".into(),
        subject_id: "S-17".into(),
        notice_uid: "test:7".into(),
        list_id: "test".into(),
        source_id: "7".into(),
        score: 0.987_654_321_098_765_4,
        bits: evidence.iter().map(|e| e.bits).sum(),
        band: Band::Strong,
        matched_subject_name: "Ada Example".into(),
        matched_notice_name: "Ада Экзампл".into(),
        matched_notice_name_latin: "Ada Ekzampl".into(),
        notice_primary_name: "EXAMPLE, Ada".into(),
        name_kind: NameKind::OriginalScript,
        name_strength: Strength::Strong,
        other_names_hit: 2,
        notice_kind: Kind::Person,
        notice_type: NoticeType::Red,
        action_requested: Action::Arrest,
        status: Status::UnderReview,
        subject_birth: "1970-05-03".into(),
        notice_birth: "1970".into(),
        subject_countries: "DE".into(),
        notice_countries: "FR;IT".into(),
        subject_sex: Sex::Female,
        notice_sex: Sex::Unknown,
        matched_id: "passport AB123".into(),
        conflicts: vec![Conflict::Country, Conflict::Name],
        programs: "TEST-1".into(),
        same_entity: "e1".into(),
        handling: Handling::H1,
        list_date: Some(date(2026, 11, 1)),
        record_hash: Digest([7; 32]),
        explanation: "Ada Example and Ада Экзампл share a rare family name.".into(),
        evidence,
        links: Vec::new(),
    }
}

fn write(path: &Path, hits: &[Hit], excel: bool) -> Tally {
    let mut settings = HitSettings::new(HitFormat::of(path).unwrap());
    settings.excel = excel;
    let mut writer = HitWriter::create(path, &settings).unwrap();
    writer.write(hits).unwrap();
    let (pending, tally) = writer.finish().unwrap();
    pending.commit().unwrap();
    tally
}

fn read(path: &Path) -> Vec<Hit> {
    read_hits(path).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn every_format_gives_back_every_field() {
    let folder = tempfile::tempdir().unwrap();
    let mut empty = hit();
    empty.list_date = None;
    empty.conflicts.clear();
    empty.evidence.clear();
    empty.explanation.clear();
    empty.same_entity.clear();
    let hits = [hit(), empty];
    for name in FORMATS {
        let path = folder.path().join(name);
        assert_eq!(write(&path, &hits, true).count("hits_written"), 2);
        assert_eq!(read(&path), hits, "{name}");
        write(&path, &[], false);
        assert_eq!(read(&path), [], "{name}");
    }
}

#[test]
fn the_same_hits_give_the_same_bytes_in_any_portions() {
    let folder = tempfile::tempdir().unwrap();
    let hits: Vec<Hit> = (0..5000)
        .map(|i| Hit {
            subject_id: format!("S-{i}"),
            ..hit()
        })
        .collect();
    for name in FORMATS {
        let (whole, parts) = (
            folder.path().join(name),
            folder.path().join(format!("p{name}")),
        );
        write(&whole, &hits, false);
        let settings = HitSettings::new(HitFormat::of(&parts).unwrap());
        let mut writer = HitWriter::create(&parts, &settings).unwrap();
        for part in hits.chunks(777) {
            writer.write(part).unwrap();
        }
        writer.finish().unwrap().0.commit().unwrap();
        let same = std::fs::read(whole).unwrap() == std::fs::read(parts).unwrap();
        assert!(same, "{name}");
    }
}

#[test]
fn csv_is_plain_utf_8_and_quotes_formulas_but_no_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hits.csv");
    let mut formula = hit();
    formula.matched_subject_name = "=HYPERLINK(\"x\")".into();
    formula.subject_id = "-7".into();
    formula.bits = -3.25;
    let tally = write(&path, std::slice::from_ref(&formula), false);
    assert_eq!(tally.count("cells_escaped"), 2);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("hit_id,subject_id,"));
    assert!(!text.contains('\r'));
    assert!(text.contains(",'-7,") && text.contains(",-3.25,"), "{text}");
    assert!(text.contains("\"'=HYPERLINK(\"\"x\"\")\""), "{text}");
    assert_eq!(read(&path), [formula.clone()]);
    write(&path, &[formula], true);
    let excel = std::fs::read_to_string(&path).unwrap();
    assert!(excel.starts_with('\u{feff}') && excel.ends_with("\r\n"));
}

#[test]
fn a_csv_row_looks_as_documented() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hits.csv");
    write(&path, &[hit()], false);
    let text = std::fs::read_to_string(&path).unwrap();
    insta::assert_snapshot!(text.lines().nth(1).unwrap(), @r#"h00112233445566778899aabbccddeeff,S-17,test:7,test,7,0.9876543210987654,23.0625,strong,Ada Example,Ада Экзампл,Ada Ekzampl,"EXAMPLE, Ada",original_script,strong,2,person,red,arrest,under_review,1970-05-03,1970,DE,FR;IT,f,unknown,passport AB123,country;name,TEST-1,e1,H1,2026-11-01,0707070707070707070707070707070707070707070707070707070707070707,Ada Example and Ада Экзампл share a rare family name.,"[{""kind"":""prior"",""bits"":-17.5,""subject"":"""",""notice"":"""",""note"":""before any comparison""},{""kind"":""name_token"",""bits"":9.8125,""subject"":""ada"",""notice"":""ада"",""note"":""same sound""},{""kind"":""name_token"",""bits"":13.25,""subject"":""example"",""notice"":""экзампл"",""note"":""one letter differs""},{""kind"":""date"",""bits"":7.0,""subject"":""1970-05-03"",""notice"":""1970"",""note"":""same year""},{""kind"":""country"",""bits"":-1.5,""subject"":""DE"",""notice"":""FR"",""note"":""differ""},{""kind"":""identifier"",""bits"":12.0,""subject"":""AB123"",""notice"":""AB123"",""note"":""same passport""}]""#);
}

#[test]
fn a_hit_is_found_by_the_beginning_of_its_id() {
    let folder = tempfile::tempdir().unwrap();
    let other = Hit {
        hit_id: "h00ff".into(),
        ..hit()
    };
    for name in FORMATS {
        let path = folder.path().join(name);
        write(&path, &[hit(), other.clone()], false);
        assert_eq!(find_hit(&path, "h001").unwrap(), hit());
        assert!(find_hit(&path, "h00").unwrap_err().is_usage());
        assert!(find_hit(&path, "hfe").unwrap_err().is_usage());
        assert!(find_hit(&path, "").unwrap_err().is_usage());
    }
}

#[test]
fn damaged_files_are_errors_with_a_place_and_no_value() {
    let folder = tempfile::tempdir().unwrap();
    for name in FORMATS {
        let path = folder.path().join(name);
        write(&path, &vec![hit(); 20], false);
        let bytes = std::fs::read(&path).unwrap();
        for length in (0..bytes.len()).step_by(97) {
            std::fs::write(&path, &bytes[..length]).unwrap();
            let Err(error) = read_hits(&path).and_then(Iterator::collect::<Result<Vec<_>, _>>)
            else {
                continue; // cut at the end of a row
            };
            assert!(error.is_input(), "{name}: {error}");
            assert!(!error.to_string().contains("Ada"), "{error}");
        }
    }
    refuse_broken_tables(&folder.path().join("hits.csv"));
}

fn refuse_broken_tables(path: &Path) {
    std::fs::write(path, "hit_id,subject_id\nh1,2\n").unwrap();
    assert!(read_hits(path).unwrap_err().is_input());
    std::fs::write(path, "hit_id,subject_id,notice_uid,bits\nh1,2,t:3,many\n").unwrap();
    let error = read_hits(path).unwrap().next().unwrap().unwrap_err();
    insta::assert_snapshot!(error, @"file 1, row 2, column 4: not well-formed hits file: a cell does not fit its column");
}

#[test]
fn flipped_bytes_never_panic() {
    let folder = tempfile::tempdir().unwrap();
    for name in FORMATS {
        let path = folder.path().join(name);
        write(&path, &[hit(), hit()], false);
        let bytes = std::fs::read(&path).unwrap();
        let step = bytes.len() / 1500 + 1;
        for (n, i) in (0..bytes.len()).step_by(step).enumerate() {
            let mut flipped = bytes.clone();
            flipped[i] ^= [0xff, 0x01, 0x80, 0x10][n % 4];
            std::fs::write(&path, &flipped).unwrap();
            if let Ok(hits) = read_hits(&path) {
                assert!(hits.take(100).count() <= 100);
            }
        }
    }
}

#[test]
fn a_file_with_fewer_and_unknown_columns_still_reads() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hits.csv");
    std::fs::write(&path, "notice_uid,new,hit_id,subject_id\nt:3,x,h1,2\n").unwrap();
    let hits = read(&path);
    assert_eq!(
        (hits[0].notice_uid.as_str(), hits[0].hit_id.as_str()),
        ("t:3", "h1")
    );
}

#[test]
fn the_files_of_a_run_appear_together_and_hold_no_name_or_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hits.csv");
    let settings = HitSettings::new(HitFormat::Csv);
    let mut writer = HitWriter::create(&path, &settings).unwrap();
    writer.write(&[hit()]).unwrap();
    let (hits, counts) = writer.finish().unwrap();
    let refusal = |row, field, reason| Refusal {
        file: 1,
        row,
        field,
        reason,
    };
    let refused = write_refused(
        &beside(&path, "refused.csv"),
        &[
            refusal(9, "birth_date", Reason::BadDate),
            refusal(2, "row", Reason::NoName),
        ],
    )
    .unwrap();
    let as_of = date(2026, 11, 22);
    let mut manifest = Manifest::new("screen", as_of);
    manifest.settings.insert("threshold".into(), "0.5".into());
    manifest.subjects.push(InputFile {
        file: 1,
        blake3: "00".into(),
    });
    let info = ListInfo {
        list_id: ListId::parse("test").unwrap(),
        date: Some(date(2026, 11, 1)),
        published_count: Some(1),
        ..ListInfo::default()
    };
    let mut tally = Tally::new();
    tally.add("notices", 1);
    manifest.lists.push(ListEdition::new(&info, as_of, &tally));
    manifest.stages.push(Stage::new("report", &counts));
    manifest.outputs.push(OutputFile::new("hits", &hits));
    manifest.outputs.push(OutputFile::new("refused", &refused));
    let written = manifest.write(&beside(&path, "manifest.json")).unwrap();
    assert!(!path.exists());
    commit(vec![hits, refused, written]).unwrap();

    let refused = std::fs::read_to_string(beside(&path, "refused.csv")).unwrap();
    assert_eq!(
        refused,
        "file,row,field,reason\n1,2,row,no_name\n1,9,birth_date,bad_date\n"
    );
    let json = std::fs::read_to_string(beside(&path, "manifest.json")).unwrap();
    assert_eq!(serde_json::from_str::<Manifest>(&json).unwrap(), manifest);
    assert!(json.contains("\"age_days\": 21") && json.contains("\"not stated\""));
    assert!(!json.contains("Ada") && !json.contains("hits.csv"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
}

/// Any text, with what spreadsheets, CSV and XML stumble over made likely.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "['=+@\t\r\n\"; _x0041,-]{0,8}",
        "_x00(0D|41|5F)_",
        " ?[a-zA-Z\u{202e}\u{200b}\u{0}-\u{1f}é王]{0,5} ?",
    ]
}

fn any_hit() -> impl Strategy<Value = Hit> {
    let evidence = (
        proptest::sample::select(EvidenceKind::ALL),
        -1e6..1e6f64,
        any_text(),
        any_text(),
        any_text(),
    )
        .prop_map(|(kind, bits, a, b, c)| piece(kind, bits, &a, &b, &c));
    (
        proptest::collection::vec(any_text(), 15),
        (any::<f64>(), -1e4..1e4f64, any::<u32>(), 1583i16..9000),
        proptest::sample::subsequence(Conflict::ALL.to_vec(), 0..6),
        proptest::collection::vec(evidence, 0..4),
        any::<[u8; 32]>(),
        (
            0..Status::ALL.len(),
            0..NoticeType::ALL.len(),
            0..Kind::ALL.len(),
        ),
    )
        .prop_map(|(texts, numbers, conflicts, evidence, hash, codes)| {
            let mut texts = texts.into_iter();
            let mut next = || texts.next().unwrap_or_default();
            Hit {
                hit_id: next(),
                subject_id: next(),
                notice_uid: next(),
                source_id: next(),
                matched_subject_name: next(),
                matched_notice_name: next(),
                matched_notice_name_latin: next(),
                notice_primary_name: next(),
                subject_birth: next(),
                notice_countries: next(),
                matched_id: next(),
                programs: next(),
                same_entity: next(),
                explanation: next(),
                score: if numbers.0.is_finite() {
                    numbers.0
                } else {
                    0.5
                },
                bits: numbers.1,
                other_names_hit: numbers.2,
                list_date: Some(date(numbers.3, 2, 28)),
                conflicts,
                evidence,
                record_hash: Digest(hash),
                status: Status::ALL[codes.0],
                notice_type: NoticeType::ALL[codes.1],
                notice_kind: Kind::ALL[codes.2],
                ..hit()
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_hit_comes_back_from_any_format(hits in proptest::collection::vec(any_hit(), 0..4)) {
        let folder = tempfile::tempdir().unwrap();
        for name in FORMATS {
            let path = folder.path().join(name);
            write(&path, &hits, false);
            prop_assert_eq!(read(&path), hits.clone(), "{}", name);
        }
    }
}

#[test]
fn hits_come_back_subject_by_subject_from_disk_and_from_memory() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("hits.csv");
    let hits: Vec<Hit> = (0..4_000)
        .map(|n: u64| {
            let number = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 52;
            let mut one = hit();
            one.subject_id = format!("s{}", number % 900);
            one.notice_uid = format!("n{n}");
            one.links = vec![format!("passport:\u{1f}\"{n}")];
            one
        })
        .collect();
    let mut expected: BTreeMap<String, Vec<Hit>> = BTreeMap::new();
    for hit in &hits {
        let same = expected.entry(hit.subject_id.clone()).or_default();
        same.push(hit.clone());
    }
    for room in [0, u64::MAX] {
        let mut runs = HitRuns::beside(&output, room);
        for some in hits.chunks(70) {
            runs.add(some.to_vec()).unwrap();
        }
        assert_eq!(runs.runs() > 2, room == 0);
        // The file has no name.
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let mut found = BTreeMap::new();
        let mut last = String::new();
        for same in runs.by_subject().unwrap() {
            let mut same = same.unwrap();
            same.sort_by_key(|hit| hit.notice_uid[1..].parse::<u32>().unwrap());
            let subject = same[0].subject_id.clone();
            assert!(last < subject);
            last.clone_from(&subject);
            found.insert(subject, same);
        }
        assert!(found == expected, "{room}");
    }
}

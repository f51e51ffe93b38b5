//! Generic files, good and bad, through both doors.

use std::io::Write as _;

use super::*;
use crate::error::{Error, Result};
use crate::record::{
    CountryKind, IdKind, Kind, NameKind, NoticeType, PartKind, PlaceKind, Role, Sex, Status,
    Strength, Subject,
};
use crate::tally::{Reason, Tally};

fn file(content: impl AsRef<[u8]>) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content.as_ref()).unwrap();
    file
}

fn subjects_with(
    content: impl AsRef<[u8]>,
    settings: &SubjectSettings,
) -> Result<(Vec<Subject>, Tally)> {
    let file = file(content);
    let mut subjects = Vec::new();
    let mut tally = Tally::new();
    for chunk in read_subjects(&[file.path().to_owned()], settings)? {
        let (more, counts) = chunk?;
        subjects.extend(more);
        tally.merge(counts);
    }
    Ok((subjects, tally))
}

fn subjects(content: impl AsRef<[u8]>) -> Result<(Vec<Subject>, Tally)> {
    subjects_with(content, &SubjectSettings::default())
}

fn list(content: impl AsRef<[u8]>) -> Result<(List, Tally)> {
    let file = file(content);
    read_list(&[file.path().to_owned()], &ListSettings::default())
}

fn refusals(tally: &Tally) -> Vec<(u64, &'static str, Reason)> {
    tally
        .refusals()
        .iter()
        .map(|r| (r.row, r.field, r.reason))
        .collect()
}

fn names(subject: &Subject) -> Vec<&str> {
    subject
        .record
        .names
        .iter()
        .map(|n| n.full.as_str())
        .collect()
}

#[test]
fn a_subject_file_with_every_usual_column_is_read() {
    let (got, tally) = subjects(
        "Customer ID,Type,Vorname,Nachname,alias,DOB,Nationality,Country,Gender,role,\
         id_type,id_number,id_country,Place of birth,Segment\n\
         C-1,Individual,Ada Maria,Example,A. Example;Адa Пример,1970-05-03,German;FRA,DEU,weiblich,\
         victim,passport;tax,X 12-34;99,DE;FR,Berlin,gold\n",
    )
    .unwrap();
    let subject = &got[0];
    let r = &subject.record;
    assert_eq!(r.id.0, "C-1");
    assert_eq!(
        (r.kind, r.sex, subject.role),
        (Kind::Person, Sex::Female, Role::Victim)
    );
    assert_eq!(
        names(subject),
        ["Ada Maria Example", "A. Example", "Адa Пример"]
    );
    let parts: Vec<(PartKind, &str)> = r.names[0]
        .parts
        .iter()
        .map(|p| (p.kind, p.value.as_str()))
        .collect();
    assert_eq!(
        parts,
        [
            (PartKind::Given, "Ada Maria"),
            (PartKind::Family, "Example")
        ]
    );
    assert_eq!(r.dates[0].to_text(), "1970-05-03");
    let countries: Vec<(CountryKind, &str)> = r
        .countries
        .iter()
        .map(|c| (c.kind, c.iso2.as_str()))
        .collect();
    assert_eq!(
        countries,
        [
            (CountryKind::Nationality, "DE"),
            (CountryKind::Nationality, "FR"),
            (CountryKind::Residence, "DE")
        ]
    );
    let ids: Vec<(IdKind, &str, &str)> = r
        .ids
        .iter()
        .map(|i| (i.kind, i.norm.as_str(), i.country.as_str()))
        .collect();
    assert_eq!(
        ids,
        [(IdKind::Passport, "X1234", "DE"), (IdKind::Tax, "99", "FR")]
    );
    assert_eq!(
        (r.places[0].kind, r.places[0].text.as_str()),
        (PlaceKind::Birth, "Berlin")
    );
    assert_eq!(subject.extra["Segment"], "gold");
    assert_eq!((tally.count("rows_in"), tally.count("subjects")), (1, 1));
    assert!(tally.refusals().is_empty());
}

#[test]
fn the_full_name_is_put_together_in_reading_order() {
    let (got, _) = subjects(
        "id,family,given,middle,patronymic\n1,Example,Ada,Maria,Borisovna\n2,Mononym,,,\n",
    )
    .unwrap();
    assert_eq!(names(&got[0]), ["Ada Maria Borisovna Example"]);
    assert_eq!(names(&got[1]), ["Mononym"]);
}

#[test]
fn an_unreadable_field_is_emptied_and_the_row_is_still_there() {
    let (got, tally) = subjects(
        "id,name,birth_date,sex,kind,nationality\n\
         1,Ada Example,31/02/1970,female,person,DE\n\
         2,Bo Example,03/05/1970,q,perhaps,Atlantis\n",
    )
    .unwrap();
    assert_eq!(got.len(), 2);
    assert!(got.iter().all(|s| s.record.dates.is_empty()));
    assert_eq!(
        refusals(&tally),
        [
            (2, "birth_date", Reason::BadDate),
            (3, "kind", Reason::UnknownCode),
            (3, "sex", Reason::UnknownCode),
            (3, "birth_date", Reason::AmbiguousDate),
            (3, "nationality", Reason::UnknownCountry),
        ]
    );
    assert_eq!(tally.count("rows_refused"), 0);
}

#[test]
fn a_stated_order_reads_the_ambiguous_date() {
    let settings = SubjectSettings {
        date_order: Some(DateOrder::DayMonthYear),
        ..SubjectSettings::default()
    };
    let (got, tally) = subjects_with("id;name;dob\n1;Ada;03/05/1970\n", &settings).unwrap();
    assert_eq!(got[0].record.dates[0].to_text(), "1970-05-03");
    assert!(tally.refusals().is_empty());
}

#[test]
fn partial_circa_and_range_dates_are_kept() {
    let (got, _) =
        subjects("id,name,birth_date\n1,A A,1970-05\n2,B B,~1970\n3,C C,1968..1970\n4,D D,1970\n")
            .unwrap();
    let dates: Vec<String> = got.iter().map(|s| s.record.dates[0].to_text()).collect();
    assert_eq!(dates, ["1970-05", "~1970", "1968..1970", "1970"]);
}

#[test]
fn only_a_row_without_id_or_name_is_refused() {
    let (got, tally) =
        subjects("id,name\n,Ada Example\n2,\n3,N/A\nnull,Bo Example\n5,---\n6,李娜\n").unwrap();
    assert_eq!(got.len(), 1);
    assert_eq!(
        refusals(&tally),
        [
            (2, "row", Reason::NoId),
            (3, "row", Reason::NoName),
            (4, "row", Reason::NoName),
            (5, "row", Reason::NoId),
            (6, "row", Reason::NoName),
        ]
    );
}

#[test]
fn all_rows_refused_is_an_error() {
    let error = subjects("id,name\n,Ada\n,Bo\n").unwrap_err();
    assert!(
        error.is_input() && error.to_string().contains('2'),
        "{error}"
    );
    let settings = SubjectSettings {
        max_refused: Some(1),
        ..SubjectSettings::default()
    };
    assert!(
        subjects_with("id,name\n,A\n,B\n3,Ada\n", &settings)
            .unwrap_err()
            .is_input()
    );
}

#[test]
fn a_row_wider_than_the_header_is_refused_and_a_short_one_noted() {
    let (got, tally) =
        subjects("id,name,dob\n1,Example, Ada,1970\n2,Bo Example\n3,Cy Example,1980,,\n").unwrap();
    let ids: Vec<&str> = got.iter().map(|s| s.record.id.0.as_str()).collect();
    assert_eq!(ids, ["2", "3"]);
    assert_eq!(
        refusals(&tally),
        [
            (2, "row", Reason::WrongWidth),
            (3, "cells", Reason::WrongWidth)
        ]
    );
}

#[test]
fn a_headerless_file_is_told_without_its_first_row() {
    let error = subjects("17,Ada Example,1970-05-03\n18,Bo Example,1980-01-01\n").unwrap_err();
    let text = format!("{error} {}", error.help());
    assert!(
        error.is_input() && !text.contains("Ada") && text.contains("--map"),
        "{text}"
    );
}

#[test]
fn utf_16_bom_nul_bytes_and_other_delimiters_are_met() {
    let utf16: Vec<u8> = "\u{feff}id\tname\r\n1\tАнна Примерова\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(names(&subjects(utf16).unwrap().0[0]), ["Анна Примерова"]);
    let (got, tally) = subjects("\u{feff}id|name\n1|A\0da Example\n\u{1a}").unwrap();
    assert_eq!(names(&got[0]), ["Ada Example"]);
    assert_eq!(tally.count("control_bytes_removed"), 2);
}

#[test]
fn a_cyrillic_file_of_unknown_encoding_is_refused_and_read_when_stated() {
    let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode("id;name\n1;Анна Примерова\n");
    let error = subjects(&bytes).unwrap_err();
    assert!(error.is_input() && error.help().contains("--encoding"));
    let settings = SubjectSettings {
        encoding: Some("windows-1251".into()),
        ..SubjectSettings::default()
    };
    let (got, _) = subjects_with(&bytes, &settings).unwrap();
    assert_eq!(names(&got[0]), ["Анна Примерова"]);
}

#[test]
fn a_second_header_row_is_skipped_and_counted() {
    let (got, tally) = subjects("id,name\n1,Ada\nID,Name\n2,Bo\n").unwrap();
    assert_eq!((got.len(), tally.count("header_rows_skipped")), (2, 1));
}

#[test]
fn rows_under_one_id_stay_apart_for_subjects() {
    let (got, _) = subjects("id,name\n1,Ada\n1,Adah\n").unwrap();
    assert_eq!(got.len(), 2);
}

#[test]
fn very_long_names_and_very_many_aliases_are_bounded() {
    let long = "x".repeat(1 << 20);
    let many = ["alias"]
        .repeat(12_000)
        .iter()
        .enumerate()
        .fold(String::new(), |text, (i, alias)| {
            format!("{text};{alias} {i}")
        });
    let (got, tally) = subjects(format!(
        "id,name,alias,note\n1,{long},,\n2,Bo,{many},\n3,Cy,,{long}\n"
    ))
    .unwrap();
    assert_eq!(got[0].record.names[0].full.chars().count(), 1_000);
    assert_eq!(got[1].record.names.len(), 10_000);
    assert_eq!(got.len(), 3);
    assert_eq!((tally.count("too_long"), tally.count("too_many")), (2, 1));
}

#[test]
fn json_lines_are_subjects_too() {
    let (got, _) = subjects(
        "{\"id\":7,\"name\":\"Ada Example\",\"alias\":[\"A; B\",\"Adah\"],\"score\":{\"a\":1}}\n\n\
         {\"name\":[\"Bo\",\"Bob\"],\"id\":\"8\",\"birth_date\":\"1970\",\"nationality\":[\"DE\",\"FR\"]}\n",
    )
    .unwrap();
    assert_eq!(got[0].record.id.0, "7");
    assert_eq!(names(&got[0]), ["Ada Example", "A; B", "Adah"]);
    assert_eq!(names(&got[1]), ["Bo", "Bob"]);
    assert_eq!(got[1].record.dates.len(), 1);
    assert_eq!(got[1].record.countries.len(), 2);
    assert_eq!(got[0].extra["score"], "{\"a\":1}");
}

#[test]
fn a_cut_json_line_is_an_error_with_its_place() {
    let error = subjects("{\"id\":7,\"name\":\"Ada\"}\n{\"id\":8,\"na").unwrap_err();
    assert_eq!(error.place().row, Some(2));
    assert!(error.is_input());
}

#[test]
fn a_workbook_is_read_with_ids_and_dates_as_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("subjects");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let date = rust_xlsxwriter::ExcelDateTime::from_ymd(1970, 5, 3).unwrap();
    let format = rust_xlsxwriter::Format::new().set_num_format("dd/mm/yyyy");
    for (i, header) in ["ID", "Name", "Geb.-Datum", "passport"].iter().enumerate() {
        sheet.write(0, u16::try_from(i).unwrap(), *header).unwrap();
    }
    sheet.write(2, 0, 12_345_678_901_u64).unwrap();
    sheet.write(2, 1, "Ada Example").unwrap();
    sheet.write_with_format(2, 2, &date, &format).unwrap();
    sheet.write(3, 0, "x-1").unwrap();
    sheet.write(3, 3, "P 1").unwrap();
    book.save(&path).unwrap();
    let mut reader =
        read_subjects(std::slice::from_ref(&path), &SubjectSettings::default()).unwrap();
    let (got, tally) = reader.next().unwrap().unwrap();
    assert_eq!(got[0].record.id.0, "12345678901");
    assert_eq!(got[0].record.dates[0].to_text(), "1970-05-03");
    assert_eq!(refusals(&tally), [(4, "row", Reason::NoName)]);
    let (list, _) = read_list(std::slice::from_ref(&path), &ListSettings::default()).unwrap();
    assert_eq!(list.notices.len(), 1);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    assert!(
        read_subjects(&[path], &SubjectSettings::default())
            .unwrap_err()
            .is_input()
    );
}

#[test]
fn flat_parquet_with_integer_ids_and_dates_is_read() {
    use arrow::array::{ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray};
    use std::sync::Arc;
    let batch = RecordBatch::try_from_iter([
        ("id", Arc::new(Int64Array::from(vec![7, 8])) as ArrayRef),
        (
            "name",
            Arc::new(StringArray::from(vec![Some("Ada Example"), None])) as ArrayRef,
        ),
        (
            "birth_date",
            Arc::new(Date32Array::from(vec![122, 0])) as ArrayRef,
        ),
    ])
    .unwrap();
    let mut bytes = Vec::new();
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let (got, tally) = subjects(&bytes).unwrap();
    assert_eq!(got[0].record.id.0, "7");
    assert_eq!(got[0].record.dates[0].to_text(), "1970-05-03");
    assert_eq!(refusals(&tally), [(2, "row", Reason::NoName)]);
    assert!(subjects(&bytes[..bytes.len() - 9]).unwrap_err().is_input());
}

#[test]
fn chunks_of_any_size_give_the_same_subjects() {
    let content: String = std::iter::once("id,name\n".to_owned())
        .chain((0..57).map(|i| format!("{i},Name {i}\n")))
        .collect();
    let whole = subjects(&content).unwrap();
    for chunk_rows in [1, 7, 57, 58] {
        let settings = SubjectSettings {
            chunk_rows,
            ..SubjectSettings::default()
        };
        assert_eq!(subjects_with(&content, &settings).unwrap(), whole);
    }
}

#[test]
fn files_are_checked_before_the_first_row_is_given() {
    let good = file("id,name\n1,Ada\n");
    let bad = file("colour\nred\n");
    let paths = [good.path().to_owned(), bad.path().to_owned()];
    let error = read_subjects(&paths, &SubjectSettings::default()).unwrap_err();
    assert_eq!(error.place().file, Some(2));
    let absent = read_subjects(
        &["/nowhere/to/be/found".into()],
        &SubjectSettings::default(),
    );
    let error: Error = absent.unwrap_err();
    assert!(error.is_input() && !error.to_string().contains("nowhere"));
}

const NOTICES: &str = "id,name,alias,weak_alias,kind,notice_type,valid_to,status,program,handling,\
    source_grade,info_grade,nationality,birth_date,no_send_to,vehicle,legal_basis,shoe size\n\
    n1,Ada Example,Adah,Ace,person,red notice,2031-01-01,suspended,P1;P2,H1,B,2,Iran,1970,XK,WVW 1,UNTOC,41\n\
    n2,Example Trading Ltd,,,company,sanctions,,,,,,,,,,,,\n";

#[test]
fn a_generic_notice_file_is_a_list() {
    let (list, tally) = list(NOTICES).unwrap();
    let n = &list.notices[0];
    assert_eq!(
        (n.notice_type, n.status),
        (NoticeType::Red, Status::Suspended)
    );
    assert_eq!(n.valid_to.unwrap().to_string(), "2031-01-01");
    assert_eq!(n.programs.len(), 2);
    assert_eq!(n.handling.code.code(), "H1");
    assert_eq!(n.handling.source_grade.unwrap().code(), "B");
    assert_eq!(n.handling.info_grade.unwrap().code(), "2");
    assert_eq!(n.handling.no_send_to, ["XK"]);
    assert_eq!(n.record.ids[0].kind, IdKind::Vehicle);
    assert_eq!(n.legal_basis, ["UNTOC"]);
    assert_eq!(n.extra["shoe size"], "41");
    let kinds: Vec<(NameKind, Strength)> = n
        .record
        .names
        .iter()
        .map(|x| (x.kind, x.strength))
        .collect();
    assert_eq!(
        kinds,
        [
            (NameKind::Primary, Strength::Unknown),
            (NameKind::Alias, Strength::Unknown),
            (NameKind::Alias, Strength::Weak)
        ]
    );
    assert_eq!(list.notices[1].record.kind, Kind::Organization);
    assert_eq!(n.uid(), "list:n1");
    assert_eq!(list.info.format, "csv");
    assert_eq!(
        list.info.file_hash.0,
        *blake3::hash(NOTICES.as_bytes()).as_bytes()
    );
    assert_eq!(
        (
            tally.count("rows_in"),
            tally.count("notices"),
            tally.count("names")
        ),
        (2, 2, 4)
    );
}

#[test]
fn rows_under_one_id_become_one_notice_in_any_order() {
    let header = "id,name,birth_date,nationality,remarks,status\n";
    let rows = [
        "1,Ada Example,1970,DE,first,delisted\n",
        "1,Adah Example,1970-05-03,FR,second,active\n",
        "1,Ada Example,1970,DE,third,\n",
    ];
    let (one, tally) = list(format!("{header}{}", rows.concat())).unwrap();
    let reversed: String = rows.iter().rev().copied().collect();
    let (other, _) = list(format!("{header}{reversed}")).unwrap();
    assert_eq!(one.notices, other.notices);
    assert_eq!(one.notices[0].record.names.len(), 2);
    assert_eq!(one.notices[0].record.dates.len(), 2);
    assert_eq!(one.notices[0].status, Status::Active);
    assert_eq!(
        (tally.count("notices_merged"), tally.count("ids_repeated")),
        (2, 1)
    );
}

#[test]
fn an_empty_list_trips_the_guard() {
    assert!(list("id,name\n").unwrap_err().is_guard());
    assert!(list("").unwrap_err().is_guard());
}

#[test]
fn a_web_page_is_no_list() {
    assert!(
        list("<html><body>0 vessels</body></html>")
            .unwrap_err()
            .is_input()
    );
}

#[test]
fn a_mapping_file_describes_a_new_list() {
    let text = include_str!("../../docs/mapping-example.toml");
    let mapping: Mapping = toml::from_str(text).unwrap();
    let content = "Register of examples, 2 of 2\n\
        Reg.Nr;Bezeichnung;Auch bekannt als;Geboren;Art;Land;Farbe\n\
        7;Ada Example;Adah / A. Example;03.05.1970;NP;Deutschland;rot\n\
        8;Example GmbH;;;JP;Frankreich;\n";
    let source = file(content);
    let settings = ListSettings {
        mapping: Some(mapping),
        ..ListSettings::default()
    };
    let (list, tally) = read_list(&[source.path().to_owned()], &settings).unwrap();
    let n = &list.notices[0];
    assert_eq!(n.uid(), "xx-register:7");
    assert_eq!(n.record.kind, Kind::Person);
    assert_eq!(list.notices[1].record.kind, Kind::Organization);
    assert_eq!(n.notice_type, NoticeType::Debarment);
    assert_eq!(n.record.dates[0].to_text(), "1970-05-03");
    let names: Vec<&str> = n.record.names.iter().map(|x| x.full.as_str()).collect();
    assert_eq!(names, ["Ada Example", "Adah", "A. Example"]);
    assert_eq!(n.extra["Farbe"], "rot");
    assert!(tally.refusals().is_empty());
}

#[test]
fn a_notice_file_comes_back_as_it_was_and_damage_is_an_error() {
    let (list, _) = list(NOTICES).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("n.parquet");
    crate::report::write_notices(&path, &list).unwrap();
    let first = std::fs::read(&path).unwrap();
    crate::report::write_notices(&path, &list).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(first, bytes, "the same list gives the same bytes");
    let (back, tally) = read_list(std::slice::from_ref(&path), &ListSettings::default()).unwrap();
    assert_eq!(back.notices, list.notices);
    assert_eq!(back.info, list.info);
    assert_eq!(tally.count("notices"), 2);
    assert!(
        read_subjects(std::slice::from_ref(&path), &SubjectSettings::default())
            .unwrap_err()
            .is_input()
    );
    for cut in [4, 100, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&path, &bytes[..cut]).unwrap();
        let error = read_list(std::slice::from_ref(&path), &ListSettings::default()).unwrap_err();
        assert!(error.is_input(), "{cut}: {error}");
    }
}

#[test]
fn a_flipped_byte_in_a_notice_file_never_panics() {
    let (list, _) = list(NOTICES).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("n.parquet");
    crate::report::write_notices(&path, &list).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    for at in (0..bytes.len()).step_by(41) {
        for flip in [1, 0x80] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            std::fs::write(&path, &damaged).unwrap();
            // Some flips change a value or nothing at all; none may bring the program down.
            let _ = read_list(std::slice::from_ref(&path), &ListSettings::default());
        }
    }
}

#[cfg(unix)]
#[test]
fn a_notice_file_is_for_its_owner_only_and_the_old_one_stays_on_failure() {
    use std::os::unix::fs::PermissionsExt as _;
    let (list, _) = list(NOTICES).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("n.parquet");
    crate::report::write_notices(&path, &list).unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let absent = folder.path().join("absent/n.parquet");
    assert!(crate::report::write_notices(&absent, &list).is_err());
}

#[test]
fn subject_files_of_ours_come_back_as_they_were() {
    let (got, _) = subjects("id,name,dob,extra1\n1,Ada,1970,x\n2,Bo,~1980,\n").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.parquet");
    crate::report::write_subjects(&path, &got).unwrap();
    let mut reader = read_subjects(&[path], &SubjectSettings::default()).unwrap();
    assert_eq!(reader.next().unwrap().unwrap().0, got);
    assert!(reader.next().is_none());
}

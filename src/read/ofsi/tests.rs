use super::*;
use crate::read::testing::{input_of, real_lists, show};
use crate::record::{NameKind, PartialDate, Strength};

const OLD: &str = "Last Updated,27/04/2020\r\n\
Name 6,Name 1,Name 2,Name 3,Name 4,Name 5,Title,DOB,Town of Birth,Country of Birth,Nationality,\
Passport Details,NI Number,Position,Address 1,Address 2,Address 3,Address 4,Address 5,Address 6,\
Post/Zip Code,Country,Other Information,Group Type,Alias Type,Regime,Listed On,Last Updated,\
Group ID\r\n";

fn row(name6: &str, name1: &str, dob: &str, alias: &str, rest: &str) -> String {
    format!(
        "{name6},{name1},,,,,,{dob},(1) Exampleville (2) Sampleton,(1) Egypt (2) Sudan,\
         1) Saudi Arabia 2) Qatar,{rest},,,,,,,Cairo,,Egypt (since 2009),\
         \"UN Ref QDe.004. See also QDe.009.\",Individual,{alias},Norland,01/04/2016,02/04/2016,77\r\n"
    )
}

fn read_text(bytes: &[u8]) -> Result<Intake> {
    let (_keep, input) = input_of(bytes);
    read(&[input], &ListSettings::default())
}

#[test]
fn the_rows_of_a_group_become_one_notice_in_any_order() {
    let passport = "Passport No: 592667 (Qatari passport issued on 3 May 2007).,";
    let a = row("EXAMPLE", "Ada", "00/00/1980", "Prime Alias", passport);
    let b = row("EXAMPLE", "Ada", "00/05/1981", "Prime Alias", passport);
    let c = row("SAMPLE", "Ada", "03/05/1982", "AKA", passport);
    let got = read_text(format!("{OLD}{a}{b}{c}").as_bytes()).unwrap();
    assert_eq!(got.date.unwrap().to_string(), "2020-04-27");
    assert_eq!(got.notices.len(), 1);
    let n = &got.notices[0];
    assert_eq!(n.record.id.0, "77");
    let names: Vec<_> = n
        .record
        .names
        .iter()
        .map(|n| (n.full.as_str(), n.kind))
        .collect();
    assert_eq!(
        names,
        [
            ("Ada EXAMPLE", NameKind::Primary),
            ("Ada SAMPLE", NameKind::Alias)
        ]
    );
    let dates: Vec<String> = n.record.dates.iter().map(PartialDate::to_text).collect();
    assert_eq!(dates, ["1980", "1981-05", "1982-05-03"]);
    let countries: Vec<_> = n.record.countries.iter().map(|c| c.iso2.as_str()).collect();
    assert_eq!(countries, ["EG", "SD", "SA", "QA"]);
    assert_eq!(n.record.places[0].text, "Exampleville, Egypt");
    assert_eq!(n.record.places[2].text, "Cairo, Egypt (since 2009)");
    assert_eq!(n.record.places[2].country, "EG");
    assert_eq!(
        (n.record.ids.len(), n.record.ids[0].norm.as_str()),
        (1, "592667")
    );
    let refs: Vec<_> = n
        .refs
        .iter()
        .map(|r| (r.scheme.as_str(), r.value.as_str()))
        .collect();
    assert_eq!(refs, [("un_ref", "QDe.004"), ("ofsi_group", "77")]);
    assert_eq!(n.programs[0].listed_on.unwrap().to_string(), "2016-04-01");
    assert_eq!(got.tally.count("rows_in"), 3);

    let turned = read_text(format!("{OLD}{c}{b}{a}").as_bytes()).unwrap();
    let sorted = |n: &Notice| {
        let mut names: Vec<String> = n.record.names.iter().map(|n| n.full.clone()).collect();
        let mut dates: Vec<String> = n.record.dates.iter().map(PartialDate::to_text).collect();
        names.sort();
        dates.sort();
        (names, dates)
    };
    assert_eq!(sorted(&turned.notices[0]), sorted(n));
}

#[test]
fn cp1252_a_header_in_the_middle_and_rows_without_group_do_no_harm() {
    let a = row("EXAMPLE", "Zo\u{eb}", "00/00/1980", "Prime Alias", ",");
    let header = OLD.lines().nth(1).unwrap();
    let text = format!("{OLD}{a}{header}\r\nNOBODY,,,\r\n");
    let bytes: Vec<u8> = text
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    let got = read_text(&bytes).unwrap();
    assert_eq!(got.notices[0].record.names[0].full, "Zoë EXAMPLE");
    assert_eq!(got.tally.count("decoded_as_windows_1252"), 1);
    assert_eq!(got.tally.count("header_rows_skipped"), 1);
    assert_eq!(got.tally.count("rows_refused"), 1);
}

#[test]
fn the_layout_of_2022_has_scripts_strengths_and_split_documents() {
    let text = "Last Updated,01/03/2022\r\nName 6,Name 1,Name 2,Name 3,Name 4,Name 5,Title,\
Name Non-Latin Script,Non-Latin Script Type,Non-Latin Script Language,DOB,Town of Birth,\
Country of Birth,Nationality,Passport Number,Passport Details,National Identification Number,\
National Identification Details,Position,Address 1,Address 2,Address 3,Address 4,Address 5,\
Address 6,Post/Zip Code,Country,Other Information,Group Type,Alias Type,Alias Quality,Regime,\
Listed On,UK Sanctions List Date Designated,Last Updated,Group ID\r\n\
EXAMPLE,Anna,,,,,,Анна Пример,Cyrillic,Russian,03/05/1970,,,Russia,\"(1) 123456 (2) AB 654321\",\
\"(1) Issued in Russia (2) Russian\",99887766,Tax number,a) Judge b) Clerk,,,,,,,,,,Individual,\
Primary name,,Russia,01/03/2022,28/02/2022,01/03/2022,78\r\n\
NICK,,,,,,,,,,,,,,,,,,,,,,,,,,,,Individual,AKA,Low quality,Russia,01/03/2022,28/02/2022,\
01/03/2022,78\r\n";
    let got = read_text(text.as_bytes()).unwrap();
    let n = &got.notices[0];
    let names: Vec<_> = n
        .record
        .names
        .iter()
        .map(|n| (n.full.as_str(), n.kind, n.strength))
        .collect();
    assert_eq!(
        names,
        [
            ("Anna EXAMPLE", NameKind::Primary, Strength::Unknown),
            ("NICK", NameKind::Alias, Strength::Weak),
            ("Анна Пример", NameKind::OriginalScript, Strength::Unknown),
        ]
    );
    let ids: Vec<_> = n
        .record
        .ids
        .iter()
        .map(|i| (i.kind, i.norm.as_str()))
        .collect();
    assert_eq!(
        ids,
        [
            (IdKind::Passport, "123456"),
            (IdKind::Passport, "AB654321"),
            (IdKind::Tax, "99887766"),
        ]
    );
    assert_eq!(n.positions, ["Judge", "Clerk"]);
    assert_eq!(n.extra["uk sanctions list date designated"], "28/02/2022");
    assert!(n.refs.iter().all(|r| r.scheme != "un_ref"));
}

#[test]
fn a_file_of_another_kind_is_refused_with_the_expected_columns() {
    let error = read_text(b"id,name\r\n1,Ada\r\n").unwrap_err();
    assert!(error.is_input() && error.to_string().contains("Group ID"));
}

#[test]
fn the_real_list_of_2020_has_its_2114_groups() {
    let Some(inputs) = real_lists(&["uk-ofsi-legacy/ConList-2020-04-27.csv.gz"]) else {
        return;
    };
    let got = read(&inputs, &ListSettings::default()).unwrap();
    show("OFSI 2020", &got);
    assert_eq!(got.tally.count("rows_in"), 9492);
    assert_eq!(got.notices.len(), 2114);
    assert_eq!(got.tally.count("rows_refused"), 0);
    let bad_dates = got
        .tally
        .refusals()
        .iter()
        .filter(|r| r.field == "birth_date");
    assert_eq!(bad_dates.count(), 0);
}

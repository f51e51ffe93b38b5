use super::*;
use crate::read::testing::{input_of, real_lists, show};

const OLD: &str = "Date_file;Entity_logical_id;Subject_type;Leba_numtitle;Leba_publication_date;\
Leba_url;Programme;Entity_remark;Naal_logical_id;Naal_leba_numtitle;Naal_lastname;Naal_firstname;\
Naal_middlename;Naal_wholename;Naal_gender;Naal_title;Naal_function;Naal_language;Addr_street;\
Addr_zipcode;Addr_city;Addr_country;Addr_other;Birt_date;Birt_place;Birt_country;Iden_number;\
Iden_country;Citi_country;EU_ref_num";

/// Three rows of one person and one of a firm.
const ROWS: &[&str] = &[
    "04/07/2018;1;P;12/2018;2018-02-16;http://example.org;NOR;(remark)\\nmore;5;x;Example;Zo\u{eb};Mia;\
     Zo\u{eb} Mia Example;F;;Judge;;;;;;;;;;;;;EU.1.2",
    "04/07/2018;1;P;12/2018;2018-02-16;http://example.org;NOR;;6;x;;;;Zoe Exempel;;;;DE;;;;;;;;;;;;EU.1.2",
    "04/07/2018;1;P;12/2018;2018-02-16;http://example.org;NOR;;;;;;;;;;;;;;;;PHONE[12 34\t 56 78];\
     1970-05-03;al-Awja\t near Town;IRQ;AD001095 (passport-National passport) (issued: 17 october \
     1997 expires: 1 october 2005);;SAU;EU.1.2",
    "04/07/2018;2;E;12/2018;2018-02-16;http://example.org;NOR;;7;x;;;;Example Trading;;;;;\
     1 Street;123;-;PAK;;N/A;;;;;;EU.2.9",
];

fn read_text(bytes: &[u8]) -> Intake {
    let (_keep, input) = input_of(bytes);
    read(&[input], &ListSettings::default()).unwrap()
}

fn check_old(got: &Intake) {
    assert_eq!(got.notices.len(), 2);
    assert_eq!(got.date.unwrap().to_string(), "2018-07-04");
    let n = &got.notices[0];
    assert_eq!(n.record.id.0, "EU.1.2");
    let names: Vec<_> = n
        .record
        .names
        .iter()
        .map(|n| (n.full.as_str(), n.kind))
        .collect();
    assert_eq!(
        names,
        [
            ("Zoë Mia Example", NameKind::Primary),
            ("Zoe Exempel", NameKind::Variant)
        ]
    );
    assert_eq!(n.record.names[0].parts.len(), 3);
    assert_eq!(n.record.dates[0].to_text(), "1970-05-03");
    assert_eq!(n.record.dates.len(), 1);
    assert_eq!(n.record.places[0].country, "IQ");
    let id = &n
        .record
        .ids
        .iter()
        .find(|i| i.kind == IdKind::Passport)
        .unwrap();
    assert_eq!(id.norm, "AD001095");
    assert_eq!(id.issued.as_ref().unwrap().to_text(), "1997-10-17");
    assert_eq!(id.expires.as_ref().unwrap().to_text(), "2005-10-01");
    assert_eq!(n.positions, ["Judge"]);
    assert_eq!(n.remarks, "(remark)\nmore");
    let firm = &got.notices[1];
    assert_eq!(firm.record.kind, Kind::Organization);
    assert!(firm.record.dates.is_empty());
    assert_eq!(firm.record.places[0].text, "1 Street, 123, PAK");
    assert_eq!(got.tally.count("rows_refused"), 0);
    assert_eq!(got.tally.count("rows_in"), 4);
}

#[test]
fn the_old_layout_is_read_as_published() {
    let rows = ROWS.join("\n").replace('\t', ",");
    check_old(&read_text(format!("\u{feff}{OLD}\n{rows}\n").as_bytes()));
}

#[test]
fn a_file_saved_again_by_a_spreadsheet_says_the_same() {
    let mut bytes = Vec::new();
    for line in std::iter::once(&OLD).chain(ROWS) {
        let latin: Vec<u8> = line
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect();
        bytes.extend([b"\"", latin.as_slice(), b"\t\t\t\t\"\r\n"].concat());
    }
    let got = read_text(&bytes);
    check_old(&got);
    assert_eq!(got.tally.count("lines_unwrapped"), 5);
    assert_eq!(got.notices[0].record.places[0].city, "al-Awja, near Town");
}

#[test]
fn csv_1_1_has_partial_dates_flags_and_unknown_countries() {
    let header = "fileGenerationDate;Entity_LogicalId;Entity_EU_ReferenceNumber;\
Entity_UnitedNationId;Entity_SubjectType_ClassificationCode;Entity_Regulation_Programme;\
NameAlias_WholeName;NameAlias_NameLanguage;BirthDate_BirthDate;BirthDate_Day;BirthDate_Month;\
BirthDate_Year;BirthDate_YearRangeFrom;BirthDate_YearRangeTo;BirthDate_Circa;\
Identification_Number;Identification_KnownFalse;Identification_TypeCode;\
Citizenship_CountryIso2Code;Citizenship_CountryDescription;Something_New";
    let rows = "15/04/2020;13;EU.3.4;NOi.001;person;NOR;Anna Example;;;;5;1970;;;false;;;;;;\n\
15/04/2020;13;EU.3.4;NOi.001;person;NOR;Анна Пример;RU;;;;;1968;1970;true;;;;;;\n\
15/04/2020;13;EU.3.4;NOi.001;person;NOR;;;;;;;;;;X12345;true;passport;00;UNKNOWN;kept\n\
15/04/2020;13;EU.3.4;NOi.001;person;NOR;;;;;;;;;;;;;IQ;IRAQ;\n";
    let got = read_text(format!("{header}\n{rows}{header}\n").as_bytes());
    let n = &got.notices[0];
    assert_eq!(n.record.names[1].kind, NameKind::OriginalScript);
    let dates: Vec<String> = n.record.dates.iter().map(PartialDate::to_text).collect();
    assert_eq!(dates, ["1970-05", "~1968..1970"]);
    assert_eq!(n.record.ids[0].kind, IdKind::Passport);
    assert_eq!(n.record.ids[0].flags, [IdFlag::KnownFalse]);
    let countries: Vec<&str> = n.record.countries.iter().map(|c| c.iso2.as_str()).collect();
    assert_eq!(countries, ["IQ"]);
    assert_eq!(n.extra["something new"], "kept");
    assert!(
        n.refs
            .iter()
            .any(|r| r.scheme == "un_ref" && r.value == "NOi.001")
    );
    assert_eq!(got.tally.count("header_rows_skipped"), 1);
}

#[test]
fn a_file_of_another_kind_is_refused() {
    let (_keep, input) = input_of(b"id;name\n1;Ada\n");
    assert!(
        read(&[input], &ListSettings::default())
            .unwrap_err()
            .is_input()
    );
}

#[test]
fn the_real_resaved_list_of_2018_is_read_whole() {
    let Some(inputs) = real_lists(&["eu-fsf/fsf-legacy-csv-2018-07-04-first1000.csv.gz"]) else {
        return;
    };
    let got = read(&inputs, &ListSettings::default()).unwrap();
    show("EU 2018", &got);
    assert_eq!(got.tally.count("lines_unwrapped"), 1000);
    assert_eq!(got.tally.count("rows_in"), 999);
    assert_eq!(got.notices.len(), 93);
    assert_eq!(got.tally.count("rows_refused"), 0);
}

use super::*;
use crate::read::testing::{input_of, real_lists};

fn read_set(files: &[&str]) -> Result<Intake> {
    let kept: Vec<_> = files.iter().map(|f| input_of(f.as_bytes())).collect();
    let inputs: Vec<Input> = kept.iter().map(|(_, input)| input.clone()).collect();
    read(&inputs, &ListSettings::default())
}

const SDN: &str = "7,\"EXAMPLE, Ada\",\"individual\",\"SDGT] [NPWMD\",\"Minister; General\",-0- ,-0- ,\
-0- ,-0- ,-0- ,-0- ,\"DOB 03 May 1970; a.k.a. 'NICK'; Linked To: EXAMPLE TRADING CO., LTD.\"\r\n\
8,\"EXAMPLE TRADING CO., LTD.\",-0- ,\"NS-PLC\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n\
9,\"MAR EXAMPLE\",\"vessel\",\"CUBA\",-0- ,\"CL2685\",\"Tug\",\"2597\",\"1098\",\"Cuba\",\
\"Example Lines\",\"Vessel Registration Identification IMO 9187629.\"\r\n\
10,\"EP-XXX\",\"aircraft\",\"SDGT\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n\x1a";
const ALT: &str = "7,1,\"aka\",\"SAMPLE, Ada\",-0- \r\n7,2,\"fka\",\"OLDNAME, Ada\",-0- \r\n\
8,3,\"nka\",\"EXAMPLE GLOBAL\",-0- \r\n\x1a";
const ADD: &str = "7,1,\"1 Sample Street\",\"Havana\",\"Cuba\",-0- \r\n\
8,2,-0- ,-0- ,\"Region: Northland\",-0- \r\n8,3,-0- ,-0- ,-0- ,-0- \r\n\x1a";

#[test]
fn a_set_is_read_in_any_order_of_its_files() {
    let intake = read_set(&[ALT, SDN, ADD]).unwrap();
    let turned = read_set(&[SDN, ADD, ALT]).unwrap();
    assert_eq!(intake.notices, turned.notices);
    let n = &intake.notices[0];
    let names: Vec<_> = n
        .record
        .names
        .iter()
        .map(|n| (n.full.as_str(), n.kind, n.strength))
        .collect();
    assert_eq!(
        names,
        [
            ("Ada EXAMPLE", NameKind::Primary, Strength::Strong),
            ("Ada SAMPLE", NameKind::Alias, Strength::Strong),
            ("Ada OLDNAME", NameKind::Former, Strength::Strong),
            ("NICK", NameKind::Alias, Strength::Weak),
        ]
    );
    assert_eq!(n.record.dates[0].to_text(), "1970-05-03");
    assert_eq!(n.record.places[0].text, "1 Sample Street, Havana, Cuba");
    assert_eq!(n.positions, ["Minister", "General"]);
    assert_eq!(n.relations[0].to_uid, "8");
    let codes: Vec<&str> = n.programs.iter().map(|p| p.code.as_str()).collect();
    assert_eq!(codes, ["SDGT", "NPWMD"]);
    assert_eq!(intake.tally.count("alt_file_missing"), 0);
    assert_eq!(intake.tally.count("rows_in"), 4);
    assert_eq!(intake.tally.count("rows_refused"), 0);
}

#[test]
fn nulls_are_empty_and_firms_keep_their_comma() {
    let intake = read_set(&[SDN, ALT, ADD]).unwrap();
    let firm = &intake.notices[1];
    assert_eq!(firm.record.names[0].full, "EXAMPLE TRADING CO., LTD.");
    assert_eq!(firm.record.kind, Kind::Organization);
    assert_eq!(firm.action_requested, Action::Check);
    assert_eq!(firm.record.names[1].kind, NameKind::Alias);
    assert_eq!(firm.record.places.len(), 1);
    assert_eq!(firm.record.places[0].region, "Northland");
    assert!(firm.remarks.is_empty() && firm.positions.is_empty() && firm.record.ids.is_empty());
}

#[test]
fn ships_and_aircraft_have_their_marks() {
    let intake = read_set(&[SDN]).unwrap();
    let ship = &intake.notices[2];
    let ids: Vec<_> = ship
        .record
        .ids
        .iter()
        .map(|i| (i.kind, i.norm.as_str()))
        .collect();
    assert_eq!(
        ids,
        [(IdKind::CallSign, "CL2685"), (IdKind::Imo, "9187629")]
    );
    assert_eq!(ship.record.countries[0].iso2, "CU");
    assert_eq!(ship.relations[0].text, "Example Lines");
    assert_eq!(ship.extra["vessel_type"], "Tug");
    let aircraft = &intake.notices[3];
    assert_eq!(aircraft.record.ids[0].norm, "EPXXX");
}

#[test]
fn the_primary_file_alone_is_read_with_a_warning() {
    let intake = read_set(&[SDN]).unwrap();
    assert_eq!(intake.tally.count("alt_file_missing"), 1);
    assert_eq!(intake.notices.len(), 4);
}

#[test]
fn overflow_cut_in_the_middle_of_a_word_is_joined_before_it_is_read() {
    let primary = "7,\"EXAMPLE, Ada\",\"individual\",\"SDGT\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\
                   \"DOB 03 May 1970; Pass\"\r\n";
    let comments = "7,\"port 123456 (Egypt); a.k.a. 'NI\"\r\n7,\"CK'.\"\r\n9,\"orphan\"\r\n";
    let intake = read_set(&[comments, primary]).unwrap();
    let n = &intake.notices[0];
    assert_eq!(n.record.ids[0].kind, IdKind::Passport);
    assert_eq!(n.record.ids[0].norm, "123456");
    assert_eq!(n.record.names[1].full, "NICK");
    assert_eq!(n.remarks, "");
    assert_eq!(intake.tally.count("orphan_comments"), 1);
}

#[test]
fn minimal_quoting_a_byte_order_mark_and_a_second_header_do_no_harm() {
    let text = "\u{feff}7,\"EXAMPLE, Ada\",individual,SDGT,-0-,-0-,-0-,-0-,-0-,-0-,-0-,DOB 1970.\n\
                ent_num,SDN_Name,SDN_Type,Program,Title,Call_Sign,Vess_type,Tonnage,GRT,Vess_flag,\
                Vess_owner,Remarks\n\
                8,EXAMPLE BANK,-0-,SDGT,-0-,-0-,-0-,-0-,-0-,-0-,-0-,-0-\n\
                9,TOO SHORT\n";
    let intake = read_set(&[text]).unwrap();
    assert_eq!(intake.notices.len(), 2);
    assert_eq!(intake.notices[0].record.id.0, "7");
    assert_eq!(intake.tally.count("header_rows_skipped"), 1);
    assert_eq!(intake.tally.refusals()[0].reason, Reason::WrongWidth);
    assert_eq!(intake.tally.refusals()[0].row, 4);
}

#[test]
fn a_set_without_primary_file_is_refused() {
    assert!(read_set(&[ALT, ADD]).unwrap_err().is_input());
    assert!(read_set(&["a,b,c\r\n"]).unwrap_err().is_input());
}

#[test]
fn the_real_sdn_set_of_2019_is_read_whole() {
    let names = [
        "sdn-2019-01.csv.gz",
        "alt-2019-01.csv.gz",
        "add-2019-01.csv.gz",
    ];
    let names = names.map(|n| format!("ofac-legacy-csv/{n}"));
    let Some(inputs) = real_lists(&names.each_ref().map(String::as_str)) else {
        return;
    };
    let intake = read(&inputs, &ListSettings::default()).unwrap();
    crate::read::testing::show("SDN 2019", &intake);
    let of = |kind| {
        intake
            .notices
            .iter()
            .filter(|n| n.record.kind == kind)
            .count()
    };
    assert_eq!(intake.notices.len(), 7379);
    assert_eq!(of(Kind::Person), 3845);
    assert_eq!((of(Kind::Vessel), of(Kind::Aircraft)), (323, 217));
    assert_eq!(intake.tally.count("alias_rows_in"), 9682);
    assert_eq!(intake.tally.count("orphan_aliases"), 0);
    assert_eq!(intake.tally.count("rows_refused"), 0);
    let unreadable = |field| {
        let refusals = intake.tally.refusals().iter();
        refusals.filter(|r| r.field == field).count()
    };
    assert_eq!(unreadable("birth_date"), 0);
    assert!(unreadable("country") < 50);
}

#[test]
fn the_real_consolidated_set_of_2025_is_read_whole() {
    let names = [
        "ofac-legacy-csv/cons_comments-2025-12.csv",
        "ofac-legacy-csv/cons_add-2025-12.csv.gz",
        "ofac-legacy-csv/cons_prim-2025-12.csv.gz",
        "ofac-legacy-csv/cons_alt-2025-12.csv.gz",
    ];
    let Some(inputs) = real_lists(&names) else {
        return;
    };
    let intake = read(&inputs, &ListSettings::default()).unwrap();
    crate::read::testing::show("consolidated 2025", &intake);
    assert_eq!(intake.notices.len(), 442);
    assert_eq!(intake.tally.count("rows_refused"), 0);
    assert_eq!(intake.tally.count("remarks_cut"), 0);
    assert_eq!(intake.tally.count("orphan_comments"), 0);
}

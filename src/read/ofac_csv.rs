//! OFAC legacy CSV sets: SDN (`sdn`, `alt`, `add`, `sdn_comments`) and the consolidated non-SDN
//! list (`cons_prim`, `cons_alt`, `cons_add`, `cons_comments`).
//!
//! In: the files of a set in any order, told apart by their number of columns; `-0- ` is null.
//! Out: one notice per entity number. The overflow in the comments file is cut in the middle of a
//! word, so it is appended before remarks are read. Nothing says which of the two lists it is.

use rustc_hash::FxHashMap;

use crate::error::{Problem, Result};
use crate::read::draft::{Draft, squeeze};
use crate::read::table::{Row, Table, TableSettings};
use crate::read::{Input, Intake, ListSettings, habits, ofac_remarks};
use crate::record::{
    Action, CountryKind, IdKind, Kind, Location, Name, NameKind, Notice, PlaceKind, Program,
    Relation, Strength,
};
use crate::tally::{Reason, Refusal, Tally};

/// Number of columns of each file of the set.
const PRIMARY: usize = 12;
const ADDRESS: usize = 6;
const ALIAS: usize = 5;
const COMMENT: usize = 2;

/// Where a remark was cut in the primary file.
const REMARK_LIMIT: usize = 1000;

/// Programmes that by themselves block nothing (Palestinian Legislative Council, Chinese
/// military-industrial companies, menu-based sanctions, part 561, foreign sanctions evaders).
const NOT_BLOCKING: &[&str] = &[
    "NS-PLC",
    "CMIC-EO13959",
    "MBS",
    "561-Related",
    "561List",
    "FSE-IR",
    "FSE-SY",
];

/// What the other files say about the entities of the primary file.
#[derive(Default)]
struct Side {
    aliases: FxHashMap<String, Vec<(String, String)>>,
    addresses: FxHashMap<String, Vec<[String; 3]>>,
    comments: FxHashMap<String, String>,
    has_aliases: bool,
    has_addresses: bool,
    has_comments: bool,
}

/// Reads a set; the primary file alone will do, with a warning in the tally.
pub(super) fn read(inputs: &[Input], _settings: &ListSettings) -> Result<Intake> {
    let mut intake = Intake::default();
    let mut side = Side::default();
    let mut primaries = Vec::new();
    for input in inputs {
        match width(input)? {
            PRIMARY => primaries.push(input),
            ADDRESS => side.read_addresses(input, &mut intake.tally)?,
            ALIAS => side.read_aliases(input, &mut intake.tally)?,
            COMMENT => side.read_comments(input, &mut intake.tally)?,
            _ => return Err(malformed(input)),
        }
    }
    if primaries.is_empty() {
        return Err(inputs
            .first()
            .map_or(Problem::UnknownFormat.into(), malformed));
    }
    let tally = &mut intake.tally;
    tally.add("alt_file_missing", u64::from(!side.has_aliases));
    tally.add("add_file_missing", u64::from(!side.has_addresses));
    for input in primaries {
        each_row(input, PRIMARY, tally, |row, tally| {
            notice(row, &mut side, tally, &mut intake.notices);
        })?;
    }
    let orphans = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    tally.add("orphan_aliases", orphans(side.aliases.len()));
    tally.add("orphan_addresses", orphans(side.addresses.len()));
    tally.add("orphan_comments", orphans(side.comments.len()));
    link(&mut intake.notices);
    Ok(intake)
}

fn malformed(input: &Input) -> crate::error::Error {
    Problem::Malformed {
        format: "OFAC CSV",
        why: "a file of the set has 12, 6, 5 or 2 columns",
    }
    .at(input.place())
}

const SETTINGS: TableSettings<'_> = TableSettings {
    encoding: None,
    delimiter: Some(b','),
    unquoted: false,
};

/// Number of columns of the first row.
fn width(input: &Input) -> Result<usize> {
    let mut table = Table::open(input, &SETTINGS, &mut Tally::new())?;
    Ok(table.next_row()?.map_or(0, |row| row.len()))
}

/// Gives every row of the right width to `take`; others are refused and counted.
fn each_row(
    input: &Input,
    width: usize,
    tally: &mut Tally,
    mut take: impl FnMut(&Row<'_>, &mut Tally),
) -> Result<()> {
    let mut table = Table::open(input, &SETTINGS, tally)?;
    while let Some(row) = table.next_row()? {
        let is_header = row.cell(0).eq_ignore_ascii_case("ent_num");
        if is_header {
            tally.add("header_rows_skipped", 1);
        } else if row.len() == width {
            take(&row, tally);
        } else if row.cells().any(|c| !c.is_empty()) {
            tally.refuse(Refusal {
                file: input.file,
                row: row.number(),
                field: "row",
                reason: Reason::WrongWidth,
            });
        }
    }
    Ok(())
}

/// A cell, empty where it is null.
fn cell<'a>(row: &Row<'a>, position: usize) -> &'a str {
    match row.cell(position) {
        "-0-" => "",
        text => text,
    }
}

impl Side {
    fn read_aliases(&mut self, input: &Input, tally: &mut Tally) -> Result<()> {
        self.has_aliases = true;
        each_row(input, ALIAS, tally, |row, tally| {
            tally.add("alias_rows_in", 1);
            self.aliases
                .entry(row.cell(0).to_owned())
                .or_default()
                .push((cell(row, 2).to_owned(), cell(row, 3).to_owned()));
        })
    }

    fn read_addresses(&mut self, input: &Input, tally: &mut Tally) -> Result<()> {
        self.has_addresses = true;
        each_row(input, ADDRESS, tally, |row, tally| {
            tally.add("address_rows_in", 1);
            self.addresses
                .entry(row.cell(0).to_owned())
                .or_default()
                .push([2, 3, 4].map(|i| cell(row, i).to_owned()));
        })
    }

    fn read_comments(&mut self, input: &Input, tally: &mut Tally) -> Result<()> {
        self.has_comments = true;
        let mut table = Table::open(input, &SETTINGS, tally)?;
        while let Some(row) = table.next_row()? {
            tally.add("comment_rows_in", 1);
            // Trimming would join two words at the cut.
            let overflow = row.untrimmed(1);
            self.comments
                .entry(row.cell(0).to_owned())
                .or_default()
                .push_str(overflow);
        }
        Ok(())
    }
}

fn notice(row: &Row<'_>, side: &mut Side, tally: &mut Tally, notices: &mut Vec<Notice>) {
    let id = row.cell(0);
    let kind = match cell(row, 2).to_lowercase().as_str() {
        "individual" => Kind::Person,
        "vessel" => Kind::Vessel,
        "aircraft" => Kind::Aircraft,
        _ => Kind::Organization,
    };
    let overflow = side.comments.remove(id);
    let is_cut = row.untrimmed(11).len() >= REMARK_LIMIT && overflow.is_none();
    tally.add("remarks_cut", u64::from(is_cut));
    let (file, number) = (row.place.file.unwrap_or(0), row.number());
    let mut draft = Draft::sanction(tally, file, number, kind);
    draft.name(Name {
        kind: NameKind::Primary,
        strength: Strength::Strong,
        ..habits::family_first(cell(row, 1), kind)
    });
    for (what, name) in side.aliases.remove(id).unwrap_or_default() {
        draft.name(Name {
            // "Now known as" is a current name, whatever it replaced.
            kind: if what == "fka" {
                NameKind::Former
            } else {
                NameKind::Alias
            },
            strength: Strength::Strong,
            ..habits::family_first(&name, kind)
        });
    }
    for [street, city, country] in side.addresses.remove(id).unwrap_or_default() {
        address(&street, &city, &country, &mut draft);
    }
    programs(cell(row, 3), &mut draft);
    for title in cell(row, 4).split(';') {
        draft.position(title);
    }
    ship(row, &mut draft);
    if kind == Kind::Aircraft {
        // Aircraft stand under their mark.
        draft.id(IdKind::AircraftRegistration, cell(row, 1), "");
    }
    let mut remarks = match row.untrimmed(11) {
        null if null.trim() == "-0-" => String::new(),
        text => text.to_owned(),
    };
    remarks.push_str(&overflow.unwrap_or_default());
    ofac_remarks::read(&remarks, &mut draft);
    draft.reference("ofac_uid", id);
    draft.finish(id, notices);
}

/// Programmes stand as `SDGT] [NPWMD`.
fn programs(text: &str, draft: &mut Draft<'_>) {
    let codes: Vec<&str> = text
        .split("] [")
        .map(|c| c.trim_matches(['[', ']', ' ']))
        .filter(|c| !c.is_empty())
        .collect();
    if !codes.is_empty() && codes.iter().all(|c| NOT_BLOCKING.contains(c)) {
        draft.notice.action_requested = Action::Check;
    }
    for code in codes {
        draft.program(Program {
            code: code.to_owned(),
            authority: "OFAC".to_owned(),
            ..Program::default()
        });
    }
}

fn address(street: &str, city: &str, country: &str, draft: &mut Draft<'_>) {
    let (region, country) = match country.strip_prefix("Region:") {
        Some(region) => (region.trim(), ""),
        None if country.eq_ignore_ascii_case("undetermined") => ("", ""),
        None => ("", country),
    };
    let place = Location {
        kind: PlaceKind::Address,
        text: street.to_owned(),
        city: city.to_owned(),
        region: region.to_owned(),
        ..Location::default()
    };
    draft.place(place, country);
}

fn ship(row: &Row<'_>, draft: &mut Draft<'_>) {
    draft.id(IdKind::CallSign, cell(row, 5), "");
    draft.extra("vessel_type", cell(row, 6));
    draft.extra("tonnage", cell(row, 7));
    draft.extra("gross_registered_tonnage", cell(row, 8));
    if cell(row, 9) != "None Identified" {
        draft.country(CountryKind::Flag, cell(row, 9));
    }
    let owner = squeeze(cell(row, 10));
    if !owner.is_empty() {
        draft.notice.relations.push(Relation {
            kind: "owner".to_owned(),
            text: owner,
            ..Relation::default()
        });
    }
}

/// Gives "Linked To" the id of the entity, where exactly one has that primary name.
fn link(notices: &mut [Notice]) {
    let mut by_name: FxHashMap<String, Option<String>> = FxHashMap::default();
    for notice in notices.iter() {
        let Some(name) = notice.record.primary_name() else {
            continue;
        };
        let published = if name.raw.is_empty() {
            &name.full
        } else {
            &name.raw
        };
        by_name
            .entry(undotted(published).to_owned())
            .and_modify(|id| *id = None)
            .or_insert_with(|| Some(notice.record.id.0.clone()));
    }
    for relation in notices.iter_mut().flat_map(|n| &mut n.relations) {
        if let Some(Some(id)) = by_name.get(undotted(&relation.text)) {
            relation.to_uid.clone_from(id);
        }
    }
}

/// The full stop at the end of the remarks is also that of `LTD.`
fn undotted(name: &str) -> &str {
    name.trim_end_matches('.')
}

#[cfg(test)]
mod tests;

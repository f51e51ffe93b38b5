//! One row of a generic file to a record, a subject or a notice.
//!
//! In: cells with the column each stands in. Out: the nouns, and a note of every field that could
//! not be read: such a field is emptied, the row stays. Only a row without a usable id or name is
//! refused. Files are opened elsewhere.

use std::collections::BTreeMap;

use crate::error::Place;
use crate::read::layout::{Layout, Target};
use crate::read::table::{CELL_LIMIT, Row};
use crate::record::columns::Column;
use crate::record::words::{code_of, is_placeholder};
use crate::record::{
    Country, CountryKind, DateKind, DateOrder, DateProblem, IdKind, Identifier, Kind, Location,
    Name, NameKind, NamePart, PartKind, PartialDate, PlaceKind, Record, RecordId, Role, Sex,
    Strength, Subject, country,
};
use crate::tally::{Reason, Refusal, Tally};

/// Longest name taken over, in characters.
pub(super) const NAME_LIMIT: usize = 1_000;
/// Longest id, in bytes.
const ID_LIMIT: usize = 1_000;
/// Most names of one record.
pub(super) const NAMES_LIMIT: usize = 10_000;
/// Parts the values of one JSON or Parquet list, where `;` may belong to a value.
pub(super) const LIST_MARK: char = '\u{1f}';

/// Name columns, and what their names are.
const NAME_COLUMNS: &[(Column, NameKind, Strength)] = &[
    (Column::Alias, NameKind::Alias, Strength::Unknown),
    (Column::WeakAlias, NameKind::Alias, Strength::Weak),
    (Column::FormerName, NameKind::Former, Strength::Unknown),
    (Column::BirthName, NameKind::Birth, Strength::Unknown),
    (
        Column::OriginalName,
        NameKind::OriginalScript,
        Strength::Unknown,
    ),
];
const PART_COLUMNS: &[(Column, PartKind)] = &[
    (Column::Given, PartKind::Given),
    (Column::Middle, PartKind::Middle),
    (Column::Patronymic, PartKind::Patronymic),
    (Column::Family, PartKind::Family),
];
const DATE_COLUMNS: &[(Column, DateKind)] = &[
    (Column::BirthDate, DateKind::Birth),
    (Column::DeathDate, DateKind::Death),
    (Column::IncorporationDate, DateKind::Incorporation),
    (Column::BuildDate, DateKind::Build),
];
const COUNTRY_COLUMNS: &[(Column, CountryKind)] = &[
    (Column::Nationality, CountryKind::Nationality),
    (Column::Citizenship, CountryKind::Citizenship),
    (Column::Country, CountryKind::Residence),
    (Column::Flag, CountryKind::Flag),
    (Column::Jurisdiction, CountryKind::Jurisdiction),
    (Column::BirthCountry, CountryKind::Birth),
];
const ID_COLUMNS: &[(Column, IdKind)] = &[
    (Column::Passport, IdKind::Passport),
    (Column::NationalId, IdKind::NationalId),
    (Column::TaxId, IdKind::Tax),
    (Column::CompanyNumber, IdKind::CompanyRegistration),
    (Column::Lei, IdKind::Lei),
    (Column::Imo, IdKind::Imo),
    (Column::Mmsi, IdKind::Mmsi),
    (Column::CallSign, IdKind::CallSign),
    (Column::AircraftRegistration, IdKind::AircraftRegistration),
    (Column::SerialNumber, IdKind::SerialNumber),
    (Column::Vehicle, IdKind::Vehicle),
    (Column::Container, IdKind::Container),
    (Column::Iban, IdKind::Iban),
    (Column::Bic, IdKind::Bic),
    (Column::Wallet, IdKind::Wallet),
    (Column::Phone, IdKind::Phone),
    (Column::Email, IdKind::Email),
];

fn of<T: Copy>(table: &[(Column, T)], column: Column) -> Option<T> {
    table
        .iter()
        .find(|(c, _)| *c == column)
        .map(|(_, value)| *value)
}

/// The cells of one row that say something, and where notes about them go.
pub(super) struct Cells<'a> {
    found: Vec<(Column, &'a str)>,
    /// Cells under headers that no column table knows.
    pub extra: BTreeMap<String, String>,
    place: Place,
    order: Option<DateOrder>,
    tally: &'a mut Tally,
}

impl<'a> Cells<'a> {
    /// Sorts the cells of a row into columns. `None`, counted, where the row is too wide to know
    /// which cell belongs where.
    pub(super) fn new(
        row: &Row<'a>,
        layout: &Layout,
        order: Option<DateOrder>,
        tally: &'a mut Tally,
    ) -> Option<Self> {
        let mut cells = Self {
            found: Vec::with_capacity(layout.len()),
            extra: BTreeMap::new(),
            place: row.place,
            order,
            tally,
        };
        let beyond = row.cells().skip(layout.len());
        if beyond.into_iter().any(|cell| !cell.is_empty()) {
            cells.note("row", Reason::WrongWidth);
            return None;
        }
        if row.len() < layout.len() {
            cells.note("cells", Reason::WrongWidth);
        }
        for (target, cell) in layout.targets().iter().zip(row.cells()) {
            if cell.is_empty() {
                continue;
            }
            match target {
                Target::Column(column) => cells.take(*column, cell),
                Target::Extra(header) => {
                    if cell.len() > CELL_LIMIT {
                        cells.note("extra", Reason::TooLong);
                    } else {
                        cells.extra.insert(header.clone(), cell.to_owned());
                    }
                }
            }
        }
        Some(cells)
    }

    fn take(&mut self, column: Column, cell: &'a str) {
        let is_name = column == Column::Name || NAME_COLUMNS.iter().any(|(c, ..)| *c == column);
        if cell.len() > CELL_LIMIT && !is_name {
            self.note(column.name(), Reason::TooLong);
        } else {
            self.found.push((column, cell));
        }
    }

    /// Notes something that was not taken over. `field` is `row` for the row as a whole.
    pub(super) fn note(&mut self, field: &'static str, reason: Reason) {
        if reason == Reason::TooLong {
            self.tally.add("too_long", 1);
        }
        self.tally.refuse(Refusal {
            file: self.place.file.unwrap_or(0),
            row: self.place.row.unwrap_or(0),
            field,
            reason,
        });
    }

    /// The first cell of a column, or empty.
    pub(super) fn text(&self, column: Column) -> &'a str {
        self.found
            .iter()
            .find(|(c, _)| *c == column)
            .map_or("", |(_, text)| *text)
    }

    /// Every value of a column: its cells, cut at `;`.
    pub(super) fn values(&self, column: Column) -> Vec<&'a str> {
        let mut values = Vec::new();
        for (_, cell) in self.found.iter().filter(|(c, _)| *c == column) {
            values.extend(split(cell));
        }
        values
    }

    /// A code of a list, by code or word; unknown ones are noted.
    pub(super) fn code<T>(
        &mut self,
        column: Column,
        list: &str,
        from_code: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(column);
        if text.is_empty() {
            return None;
        }
        let code = from_code(text).or_else(|| from_code(code_of(list, text)?));
        if code.is_none() {
            self.note(column.name(), Reason::UnknownCode);
        }
        code
    }

    /// A date; what is none is noted.
    pub(super) fn date(&mut self, field: &'static str, text: &str) -> Option<PartialDate> {
        match PartialDate::parse(text, self.order) {
            Ok(date) => Some(date),
            Err(problem) => {
                self.note(
                    field,
                    match problem {
                        DateProblem::Ambiguous => Reason::AmbiguousDate,
                        DateProblem::Unreadable => Reason::BadDate,
                    },
                );
                None
            }
        }
    }

    /// A country code; what no table knows is noted and empty.
    pub(super) fn country(&mut self, field: &'static str, text: &str) -> String {
        country::iso2(text).map_or_else(
            || {
                self.note(field, Reason::UnknownCountry);
                String::new()
            },
            str::to_owned,
        )
    }

    /// The record of the row. `None`, noted, without a usable id or name.
    pub(super) fn record(&mut self) -> Option<Record> {
        let id = self.text(Column::Id);
        if is_placeholder(id) {
            self.note("row", Reason::NoId);
            return None;
        }
        if id.len() > ID_LIMIT {
            self.tally.add("too_long", 1);
            self.note("row", Reason::NoId);
            return None;
        }
        let names = self.names();
        if names.is_empty() {
            self.note("row", Reason::NoName);
            return None;
        }
        let kind = self.code(Column::Kind, "kind", Kind::from_code);
        let sex = self.code(Column::Sex, "sex", Sex::from_code);
        let mut record = Record {
            id: RecordId(id.to_owned()),
            kind: kind.unwrap_or_default(),
            names,
            sex: sex.unwrap_or_default(),
            ..Record::default()
        };
        // Most rows have few cells: one walk over them, each value to its table.
        for (column, cell) in self.found.clone() {
            if let Some(kind) = of(DATE_COLUMNS, column) {
                for text in split(cell) {
                    let date = self.date(column.name(), text);
                    record.dates.extend(date.map(|d| d.with_kind(kind)));
                }
            } else if let Some(kind) = of(COUNTRY_COLUMNS, column) {
                for text in split(cell) {
                    record.countries.push(Country {
                        kind,
                        iso2: self.country(column.name(), text),
                        raw: text.to_owned(),
                    });
                }
            } else if let Some(kind) = of(ID_COLUMNS, column) {
                for text in split(cell) {
                    record
                        .ids
                        .extend(self.identifier(column.name(), kind, text, ""));
                }
            }
        }
        self.documents(&mut record.ids);
        self.places(&mut record.places);
        record.settle();
        Some(record)
    }

    fn names(&mut self) -> Vec<Name> {
        let mut names = Vec::new();
        let parts: Vec<NamePart> = PART_COLUMNS
            .iter()
            .filter_map(|(column, kind)| {
                let value = self.text(*column);
                (!is_placeholder(value)).then(|| NamePart {
                    kind: *kind,
                    value: limited(value).to_owned(),
                })
            })
            .collect();
        let stated = self.text(Column::Name);
        let kind = self.code(Column::NameKind, "name_kind", NameKind::from_code);
        let strength = self.code(Column::NameStrength, "name_strength", Strength::from_code);
        let (kind, strength) = (kind.unwrap_or_default(), strength.unwrap_or_default());
        // A JSON list of names; elsewhere the cell is one name, semicolons included.
        for full in stated.split(LIST_MARK) {
            self.name(&mut names, full.trim(), kind, strength);
        }
        if names.is_empty() {
            self.name(&mut names, &reading_order(&parts), kind, strength);
        }
        if let Some(name) = names.first_mut() {
            name.parts = parts;
        }
        for (column, kind, strength) in NAME_COLUMNS {
            for value in self.values(*column) {
                if names.len() >= NAMES_LIMIT {
                    self.tally.add("too_many", 1);
                    self.note(column.name(), Reason::TooMany);
                    return names;
                }
                self.name(&mut names, value, *kind, *strength);
            }
        }
        names
    }

    fn name(&mut self, names: &mut Vec<Name>, text: &str, kind: NameKind, strength: Strength) {
        if is_placeholder(text) {
            return;
        }
        let full = limited(text);
        if full.len() < text.len() {
            self.note("name", Reason::TooLong);
        }
        if full.contains('\u{fffd}') {
            self.tally.add("names_with_broken_characters", 1);
        }
        names.push(Name {
            full: full.to_owned(),
            kind,
            strength,
            ..Name::default()
        });
    }

    fn identifier(
        &mut self,
        field: &'static str,
        kind: IdKind,
        text: &str,
        country: &str,
    ) -> Option<Identifier> {
        if is_placeholder(text) {
            self.note(field, Reason::Placeholder);
            return None;
        }
        let country = if country.is_empty() {
            String::new()
        } else {
            self.country(Column::IdCountry.name(), country)
        };
        Some(Identifier::new(kind, text, &country))
    }

    /// `id_number` with the `id_type` and `id_country` at the same place of their own lists; a
    /// single type or country holds for all numbers.
    fn documents(&mut self, ids: &mut Vec<Identifier>) {
        let types = self.values(Column::IdType);
        let countries = self.values(Column::IdCountry);
        for (i, number) in self.values(Column::IdNumber).into_iter().enumerate() {
            let word = parallel(&types, i);
            let kind =
                IdKind::from_code(word).or_else(|| IdKind::from_code(code_of("id_type", word)?));
            if kind.is_none() && !word.is_empty() {
                self.note(Column::IdType.name(), Reason::UnknownCode);
            }
            let country = parallel(&countries, i);
            ids.extend(self.identifier(
                Column::IdNumber.name(),
                kind.unwrap_or_default(),
                number,
                country,
            ));
        }
    }

    fn places(&mut self, places: &mut Vec<Location>) {
        for text in self.values(Column::BirthPlace) {
            places.push(Location {
                kind: PlaceKind::Birth,
                text: text.to_owned(),
                ..Location::default()
            });
        }
        let city = self.text(Column::City);
        let region = self.text(Column::Region);
        let postal = self.text(Column::PostalCode);
        let addresses = self.values(Column::Address);
        let parts = [city, region, postal].iter().any(|part| !part.is_empty());
        if addresses.is_empty() && parts {
            places.push(address("", city, region, postal));
        }
        for (i, text) in addresses.into_iter().enumerate() {
            places.push(match i {
                0 => address(text, city, region, postal),
                _ => address(text, "", "", ""),
            });
        }
    }

    /// The subject of the row.
    pub(super) fn subject(mut self) -> Option<Subject> {
        let record = self.record()?;
        let role = self.code(Column::Role, "role", Role::from_code);
        Some(Subject {
            record,
            role: role.unwrap_or_default(),
            extra: self.extra,
        })
    }
}

fn address(text: &str, city: &str, region: &str, postal: &str) -> Location {
    let line: Vec<&str> = [text, postal, city, region]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    Location {
        kind: PlaceKind::Address,
        text: line.join(", "),
        city: city.to_owned(),
        region: region.to_owned(),
        postal: postal.to_owned(),
        ..Location::default()
    }
}

fn parallel<'a>(values: &[&'a str], i: usize) -> &'a str {
    match values {
        [one] => one,
        _ => values.get(i).copied().unwrap_or_default(),
    }
}

/// Given, middle, patronymic, family.
fn reading_order(parts: &[NamePart]) -> String {
    let words: Vec<&str> = parts.iter().map(|part| part.value.as_str()).collect();
    words.join(" ")
}

/// The values of a cell: a list of a JSON or Parquet file, else what stands between semicolons.
pub(super) fn split(cell: &str) -> impl Iterator<Item = &str> {
    let mark = if cell.contains(LIST_MARK) {
        LIST_MARK
    } else {
        ';'
    };
    cell.split(mark)
        .map(str::trim)
        .filter(|value| !value.is_empty())
}

/// The first characters of a name, up to the limit.
pub(super) fn limited(name: &str) -> &str {
    if name.len() <= NAME_LIMIT {
        return name;
    }
    match name.char_indices().nth(NAME_LIMIT) {
        Some((end, _)) => name.get(..end).unwrap_or(name).trim_end(),
        None => name,
    }
}

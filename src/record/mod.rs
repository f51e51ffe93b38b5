//! The nouns: what a list or a subject file says about one person, organisation, vessel, aircraft
//! or object, in one canonical form for every source.
//!
//! In: nothing. Out: plain values that `read` fills and every later room borrows. These types hold
//! clear text, so they implement neither `Serialize` nor `Display`:
//!
//! ```compile_fail
//! fn needs_display<T: std::fmt::Display>(_: T) {}
//! needs_display(veilmatch::record::Name::primary("Ada Example"));
//! ```

pub(crate) mod batch;
mod codes;
pub mod columns;
pub mod country;
mod date;
mod definitions;
mod digest;
pub(crate) mod ftm;
mod id;
mod name;
mod notice;
mod subject;
pub mod words;

pub use codes::{
    Action, Band, CountryKind, Grade, Handling, IdFlag, IdKind, InfoGrade, Kind, NameKind,
    NoticeType, PartKind, PlaceKind, Role, Sex, Status, Strength,
};
pub use date::{Calendar, DateKind, DateOrder, DateProblem, PartialDate, ReadDate};
pub use definitions::{definition, definitions};
pub use digest::{Digest, hex};
pub use id::{Identifier, normalize_identifier};
pub use name::{Name, NamePart, Script, script_of};
pub use notice::{
    Charge, HandlingNote, ListId, ListInfo, Notice, Physical, Program, Reference, Relation,
};
pub use subject::Subject;

/// The id a publisher or subject holder gave a record. Clear text: never crosses the wall.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(pub String);

/// A country with the part it plays for a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Country {
    /// Nationality, residence, flag, ...
    pub kind: CountryKind,
    /// ISO 3166-1 alpha-2, upper case; empty where the source's text fits no country.
    pub iso2: String,
    /// As published.
    pub raw: String,
}

impl Country {
    /// Whether the country tells one record from another: not that of a document or of birth.
    pub fn is_compared(&self) -> bool {
        !matches!(self.kind, CountryKind::Issuer | CountryKind::Birth)
    }
}

/// A place: of birth, an address, last seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// What the place is to the record.
    pub kind: PlaceKind,
    /// The whole place as one line.
    pub text: String,
    /// City or town.
    pub city: String,
    /// Region, state or province.
    pub region: String,
    /// Postal code.
    pub postal: String,
    /// ISO 3166-1 alpha-2, or empty.
    pub country: String,
    /// The address was valid at listing time (EU).
    pub as_at: bool,
}

/// What is compared: the part that notices and subjects have in common.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// The publisher's or holder's own id.
    pub id: RecordId,
    /// Person, organisation, vessel, aircraft, object or unknown.
    pub kind: Kind,
    /// At least one name; the primary one first.
    pub names: Vec<Name>,
    /// Dates of birth, incorporation, build, ...; the first birth date is the main one.
    pub dates: Vec<PartialDate>,
    /// Places.
    pub places: Vec<Location>,
    /// Documents, registrations, marks.
    pub ids: Vec<Identifier>,
    /// Nationality, residence, flag, ...
    pub countries: Vec<Country>,
    /// Sex as stated.
    pub sex: Sex,
}

impl Record {
    /// The primary name: the first marked so, else the first.
    pub fn primary_name(&self) -> Option<&Name> {
        self.names
            .iter()
            .find(|n| n.kind == NameKind::Primary)
            .or_else(|| self.names.first())
    }

    /// Takes over what another row under the same id says: the union of names, dates, places,
    /// ids and countries. Call [`Record::settle`] afterwards to make the row order not matter.
    pub fn absorb(&mut self, other: Record) {
        self.names.extend(other.names);
        self.dates.extend(other.dates);
        self.places.extend(other.places);
        self.ids.extend(other.ids);
        self.countries.extend(other.countries);
        if self.sex == Sex::Unknown {
            self.sex = other.sex;
        }
        if self.kind == Kind::Unknown {
            self.kind = other.kind;
        }
    }

    /// Removes repeated values. The order of first mention stays, primary names come first.
    pub fn settle(&mut self) {
        keep_first(&mut self.names, |n| (n.full.clone(), n.kind, n.strength));
        self.names.sort_by_key(|n| n.kind != NameKind::Primary);
        keep_first(&mut self.dates, Clone::clone);
        keep_first(&mut self.places, Clone::clone);
        keep_first(&mut self.ids, |i| (i.kind, i.norm.clone(), i.value.clone()));
        keep_first(&mut self.countries, |c| {
            (c.kind, c.iso2.clone(), c.raw.clone())
        });
    }
}

fn keep_first<T, K: Ord>(values: &mut Vec<T>, key: impl Fn(&T) -> K) {
    if values.len() < 2 {
        return;
    }
    let mut seen = std::collections::BTreeSet::new();
    values.retain(|v| seen.insert(key(v)));
}

//! The gist of a record: all that is compared beside names and numbers, in a few machine words.

use crate::keys::prepared::Prepared;
use crate::record::{Country, DateKind, Kind, PartialDate, Sex};

/// What a quick look sees of the fields of a record.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gist {
    /// Countries that are compared, a bit each; several countries to a bit.
    pub countries: u64,
    /// Dates that are compared, where there are any and all are of one kind.
    pub years: Option<Years>,
    /// There are dates that are compared.
    pub has_dates: bool,
    /// Kind of the record.
    pub kind: Kind,
    /// Sex.
    pub sex: Sex,
    /// A place of birth is known.
    pub has_place: bool,
    /// Normalized identifiers, a bit each; several identifiers to a bit.
    pub ids: u64,
}

/// From the first to the last year of dates of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Years {
    /// What the dates are.
    pub kind: DateKind,
    /// First year.
    pub from: i16,
    /// Last year.
    pub to: i16,
    /// The day of the year, where there is one date, and it is whole.
    pub day: Option<Day>,
}

/// A day of the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// Month, 1 to 12.
    pub month: u8,
    /// Day, 1 to 31.
    pub day: u8,
}

impl Day {
    /// January 1st.
    pub fn is_new_year(self) -> bool {
        (self.month, self.day) == (1, 1)
    }

    /// Whether day and month of the other one have changed places.
    pub fn is_swapped(self, other: Self) -> bool {
        self.month == other.day && self.day == other.month
    }
}

impl Gist {
    pub(crate) fn of(record: &Prepared) -> Self {
        let countries = record.countries.iter().filter(|c| c.is_compared());
        Self {
            countries: countries.fold(0, |set, country| set | mark(country)),
            years: Years::of(&record.dates),
            has_dates: record.dates.iter().any(PartialDate::is_compared),
            kind: record.kind,
            sex: record.sex,
            has_place: !record.birth_places.is_empty(),
            ids: record.ids.iter().fold(0, |set, id| set | id_mark(&id.norm)),
        }
    }
}

fn mark(country: &Country) -> u64 {
    let letters = country.iso2.bytes().map(u32::from);
    1 << (letters.fold(0, |sum, letter| sum * 26 + letter) % 64)
}

fn id_mark(norm: &str) -> u64 {
    let mixed = norm.bytes().fold(0_u64, |mixed, byte| {
        (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    1 << (mixed % 61)
}

impl Years {
    fn of(dates: &[PartialDate]) -> Option<Self> {
        let mut compared = dates.iter().filter(|d| d.is_compared());
        let first = compared.next()?;
        let span = |date: &PartialDate| {
            let (from, to) = date.years();
            let day = date.month.zip(date.day);
            let day = day.filter(|_| from == to && !date.circa);
            let day = day.map(|(month, day)| Day { month, day });
            let kind = date.kind;
            Self {
                kind,
                from,
                to,
                day,
            }
        };
        compared.try_fold(span(first), |all, date| {
            let more = span(date);
            (date.kind == first.kind).then(|| Self {
                kind: first.kind,
                from: all.from.min(more.from),
                to: all.to.max(more.to),
                day: None,
            })
        })
    }

    /// Whether it is one year.
    pub fn is_one(self) -> bool {
        self.from == self.to
    }
}

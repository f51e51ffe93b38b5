//! What a conjunction takes of the dates: one field, in several variants.

use crate::keys::prepared::Prepared;
use crate::keys::recipes::Side;

/// What is taken of the dates.
///
/// Parts that speak of a date that is not whole, or not there, have a mark for the side that lacks
/// it. Both sides make the key for the case that the other one lacks the date; only who lacks it
/// makes the key that says so. So two records whose dates are known meet in no such key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum DatePart {
    /// None.
    None = 0,
    /// Year, month and day; month and day in either order.
    Day = 1,
    /// Year, month and tens of the day.
    Tens = 2,
    /// Month and day.
    MonthDay = 3,
    /// Year.
    Year = 4,
    /// The year, where a side has no more than that.
    YearOnly = 5,
    /// That a side has no date.
    Missing = 6,
}

impl DatePart {
    /// Every part.
    pub const ALL: &'static [Self] = &[
        Self::None,
        Self::Day,
        Self::Tens,
        Self::MonthDay,
        Self::Year,
        Self::YearOnly,
        Self::Missing,
    ];

    /// Stable short code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Day => "day",
            Self::Tens => "tens",
            Self::MonthDay => "month-day",
            Self::Year => "year",
            Self::YearOnly => "year-only",
            Self::Missing => "missing",
        }
    }

    /// The part of its byte in an input.
    pub(super) fn of_byte(byte: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|part| *part as u8 == byte)
    }

    /// How many bytes it has.
    pub(super) const fn width(self) -> usize {
        match self {
            Self::None => 0,
            Self::Missing => 1,
            Self::MonthDay | Self::Year => 2,
            Self::YearOnly => 3,
            Self::Day | Self::Tens => 4,
        }
    }
}

/// Widest range of years that is spelled out; wider ones say too little, and count as no date.
const WIDEST: i16 = 3;

/// Marks of the side that lacks something.
const SUBJECT_LACKS: u8 = 1;
const NOTICE_LACKS: u8 = 2;

/// The dates of a record, taken once for all its conjunctions.
pub(super) struct Dates {
    days: Vec<(i16, u8, u8)>,
    /// Years of all dates.
    years: Vec<i16>,
    /// Years of dates that are not whole.
    bare_years: Vec<i16>,
    side: Side,
}

impl Dates {
    pub(super) fn of(record: &Prepared, side: Side) -> Self {
        let compared = || record.dates.iter().filter(|d| d.is_compared());
        let whole = |d: &&crate::record::PartialDate| Some((d.year, d.month?, d.day?));
        let years = |d: &crate::record::PartialDate| {
            let (from, to) = d.years();
            let widen = i16::from(d.circa && side == Side::Notice);
            let years = from - widen..=to + widen;
            years.filter(move |_| to - from <= WIDEST)
        };
        let sorted = |mut years: Vec<i16>| {
            years.sort_unstable();
            years.dedup();
            years
        };
        let mut days: Vec<_> = compared().filter_map(|d| whole(&d)).collect();
        days.sort_unstable();
        days.dedup();
        Self {
            days,
            years: sorted(compared().flat_map(years).collect()),
            bare_years: sorted(
                compared()
                    .filter(|d| whole(d).is_none())
                    .flat_map(years)
                    .collect(),
            ),
            side,
        }
    }

    /// What a part takes of the dates, each once.
    pub(super) fn pieces(&self, part: DatePart) -> Vec<Vec<u8>> {
        let days = || self.days.iter();
        let (own, other) = match self.side {
            Side::Subject => (SUBJECT_LACKS, NOTICE_LACKS),
            Side::Notice => (NOTICE_LACKS, SUBJECT_LACKS),
        };
        let year = |year: i16| year.to_be_bytes();
        let mut out: Vec<Vec<u8>> = match part {
            DatePart::None => vec![Vec::new()],
            DatePart::Day => days()
                .map(|(y, m, d)| [year(*y), [*m.min(d), *m.max(d)]].concat())
                .collect(),
            DatePart::Tens => days()
                .map(|(y, m, d)| [year(*y), [*m, d / 10]].concat())
                .collect(),
            DatePart::MonthDay => days().map(|(_, m, d)| vec![*m, *d]).collect(),
            DatePart::Year => self.years.iter().map(|y| year(*y).to_vec()).collect(),
            DatePart::YearOnly => {
                let marked = |mark: u8| {
                    move |y: &i16| {
                        let [high, low] = y.to_be_bytes();
                        vec![mark, high, low]
                    }
                };
                let lacking = self.bare_years.iter().map(marked(own));
                lacking
                    .chain(self.years.iter().map(marked(other)))
                    .collect()
            }
            DatePart::Missing if self.years.is_empty() => vec![vec![own], vec![other]],
            DatePart::Missing => vec![vec![other]],
        };
        out.sort_unstable();
        out.dedup();
        out
    }
}

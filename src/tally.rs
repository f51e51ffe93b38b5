//! Counts of what came in, went out and was refused, and why.
//!
//! A tally holds numbers, field names and reason codes; never a value, a name or an id.

use std::collections::BTreeMap;

/// Why a row was refused or a field was emptied. The code is what stands in the refused file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Reason {
    /// No usable id.
    NoId,
    /// No usable name.
    NoName,
    /// The row has more or fewer cells than the header.
    WrongWidth,
    /// A date that is not in the calendar, or in a form that was not announced.
    BadDate,
    /// `03/05/1970` without a stated order of day and month.
    AmbiguousDate,
    /// A country that no table knows.
    UnknownCountry,
    /// A code outside its code list.
    UnknownCode,
    /// Longer than the limit; cut to it.
    TooLong,
    /// More values than the limit; the first ones are kept.
    TooMany,
    /// Bytes that are no text in the stated encoding, or control characters.
    BadText,
    /// A placeholder instead of a value (N/A, 000000).
    Placeholder,
}

impl Reason {
    /// Stable code for files and logs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoId => "no_id",
            Self::NoName => "no_name",
            Self::WrongWidth => "wrong_width",
            Self::BadDate => "bad_date",
            Self::AmbiguousDate => "ambiguous_date",
            Self::UnknownCountry => "unknown_country",
            Self::UnknownCode => "unknown_code",
            Self::TooLong => "too_long",
            Self::TooMany => "too_many",
            Self::BadText => "bad_text",
            Self::Placeholder => "placeholder",
        }
    }
}

/// One thing that was not taken over: a whole row, or one field of a row that still counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    /// Number of the file, from 1.
    pub file: u32,
    /// Row in the file as a person counts it: the header is row 1.
    pub row: u64,
    /// Canonical field name; `row` where the whole row was refused.
    pub field: &'static str,
    /// Why.
    pub reason: Reason,
}

impl Refusal {
    /// Whether the row as a whole was refused (not screened, not imported).
    pub fn is_row(&self) -> bool {
        self.field == "row"
    }
}

/// Counts by name, and what was refused. Tallies of parts add up to the tally of the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    counts: BTreeMap<&'static str, u64>,
    refusals: Vec<Refusal>,
}

impl Tally {
    /// An empty tally.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `n` to a count.
    pub fn add(&mut self, what: &'static str, n: u64) {
        if n > 0 {
            *self.counts.entry(what).or_insert(0) += n;
        }
    }

    /// The value of a count; 0 where nothing was counted.
    pub fn count(&self, what: &str) -> u64 {
        self.counts.get(what).copied().unwrap_or(0)
    }

    /// Notes a refused row or an emptied field, and counts it.
    pub fn refuse(&mut self, refusal: Refusal) {
        self.add(
            if refusal.is_row() {
                "rows_refused"
            } else {
                "fields_emptied"
            },
            1,
        );
        self.refusals.push(refusal);
    }

    /// Everything refused, in the order it was met.
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// All counts, by name.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        self.counts.iter().map(|(name, n)| (*name, *n))
    }

    /// Adds another tally to this one.
    pub fn merge(&mut self, other: Tally) {
        for (what, n) in other.counts {
            self.add(what, n);
        }
        self.refusals.extend(other.refusals);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tallies_of_parts_add_up() {
        let mut a = Tally::new();
        a.add("rows_in", 3);
        let mut b = Tally::new();
        b.add("rows_in", 2);
        b.refuse(Refusal {
            file: 1,
            row: 4,
            field: "row",
            reason: Reason::NoName,
        });
        a.merge(b);
        assert_eq!((a.count("rows_in"), a.count("rows_refused")), (5, 1));
        assert_eq!(a.refusals().len(), 1);
    }
}

//! The lists: which conjunctions there are, and how rare their words must be.

use super::{DatePart, DatePart as Date, NamePart, NamePart as Name};
use crate::keys::kin;
use crate::{normalize, rarity, translit};

/// A conjunction: a name part beside a date part, where the name part is rare enough.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// What it takes of the name.
    pub name: NamePart,
    /// What it takes of the dates.
    pub date: DatePart,
    /// Fewest bits of the name part, by the shipped frequencies.
    pub least_bits: f32,
}

impl Rule {
    /// A rule.
    pub const fn new(name: NamePart, date: DatePart, least_bits: f32) -> Self {
        Self {
            name,
            date,
            least_bits,
        }
    }

    /// Its name in tables: `pair:day@12`.
    pub fn code(&self) -> String {
        format!(
            "{}:{}@{}",
            self.name.code(),
            self.date.code(),
            self.least_bits
        )
    }
}

/// A list of conjunctions. Two parties agree on one by its digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// Few unrelated notices open.
    Narrow,
    /// More true pairs are found.
    Wide,
}

impl List {
    /// Every list.
    pub const ALL: &'static [Self] = &[Self::Narrow, Self::Wide];

    /// Stable short code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Narrow => "narrow",
            Self::Wide => "wide",
        }
    }

    /// The list of a code.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|list| list.code() == code)
    }

    /// The list that an agreement's recipe digest names.
    pub fn of_digest(digest: &[u8; 32]) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|list| list.digest() == *digest)
    }

    /// Its conjunctions. Where a name makes more inputs than there is room for, the first ones stay.
    pub const fn rules(self) -> &'static [Rule] {
        match self {
            Self::Narrow => NARROW,
            Self::Wide => WIDE,
        }
    }

    /// Digest of everything that shapes the inputs: the list, the encoding, the limits, and the tables
    /// below them.
    pub fn digest(self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("veilmatch 2026-11 conjunctions v1");
        for table in [
            normalize::digest(),
            translit::digest(),
            rarity::digest(),
            kin::digest(),
        ] {
            hasher.update(&table);
        }
        hasher.update(VERSION.as_bytes());
        hasher.update(&(self.rules().len() as u64).to_le_bytes());
        for rule in self.rules() {
            hasher.update(&[rule.name as u8, rule.date as u8]);
            hasher.update(&rule.least_bits.to_le_bytes());
        }
        *hasher.finalize().as_bytes()
    }
}

/// Version of what the code of this room, of class keys and of what they rest on makes of a record.
const VERSION: &str = "conjunctions/1";

/// Few unrelated notices open: of 200,000, half a percent to an asker with 100,000 subjects.
const NARROW: &[Rule] = &[
    Rule::new(Name::Identifier, Date::None, 0.0),
    Rule::new(Name::TokenInitial, Date::Day, 15.5),
    Rule::new(Name::Pair, Date::Day, 15.0),
    Rule::new(Name::Pair, Date::Tens, 25.0),
    Rule::new(Name::Pair, Date::YearOnly, 33.0),
    Rule::new(Name::Letters, Date::YearOnly, 27.0),
    Rule::new(Name::LettersLess, Date::Day, 8.0),
    Rule::new(Name::LettersLess, Date::Tens, 28.5),
    Rule::new(Name::LettersLess, Date::MonthDay, 31.5),
    Rule::new(Name::LettersLess, Date::YearOnly, 42.0),
];

/// More true pairs are found, and up to two percent of unrelated notices open.
const WIDE: &[Rule] = &[
    Rule::new(Name::Identifier, Date::None, 0.0),
    Rule::new(Name::TokenInitial, Date::Day, 13.0),
    Rule::new(Name::Pair, Date::Day, 15.0),
    Rule::new(Name::Pair, Date::Tens, 21.5),
    Rule::new(Name::Pair, Date::YearOnly, 25.5),
    Rule::new(Name::Letters, Date::Year, 23.0),
    Rule::new(Name::Letters, Date::YearOnly, 23.0),
    Rule::new(Name::Letters, Date::Missing, 36.5),
    Rule::new(Name::LettersLess, Date::Day, 8.0),
    Rule::new(Name::LettersLess, Date::Tens, 29.0),
    Rule::new(Name::LettersLess, Date::MonthDay, 27.5),
    Rule::new(Name::LettersLess, Date::YearOnly, 31.5),
    Rule::new(Name::LettersLess, Date::Missing, 48.5),
];

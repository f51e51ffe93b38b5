//! The kinds of corruption, their codes and how often each is drawn.

/// How a name was changed on its way from a notice to a subject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CorruptionKind {
    /// Not at all.
    #[default]
    Exact,
    /// One letter replaced, left out or put in, by a neighbouring key.
    Typo,
    /// Two such letters.
    TwoTypos,
    /// Two neighbouring letters swapped.
    Transposition,
    /// A confusion of scanned text: rn/m, 0/o, cl/d.
    Ocr,
    /// Cut at a fixed width.
    Truncation,
    /// A part left out.
    DroppedToken,
    /// A further given name put in.
    AddedToken,
    /// Family name first, with or without a comma; or last, where it stands first.
    Order,
    /// Given names as initials.
    Initials,
    /// Two parts written as one.
    Merged,
    /// One part written as two.
    Split,
    /// A particle (al-, de, van) put in, left out or glued.
    Particles,
    /// A title put before.
    Title,
    /// Patronymic or father's name put in or left out.
    Patronymic,
    /// Diacritics left out, or written as two letters.
    Diacritics,
    /// Another spelling of the same name.
    Spelling,
    /// The native form.
    Native,
    /// Letters of another script that look alike.
    Homoglyph,
    /// Invisible characters put in.
    ZeroWidth,
    /// Vowels left out.
    Vowels,
    /// A letter doubled, or a double letter made single.
    Doubled,
    /// Digits for letters.
    Leet,
    /// A short or pet form of the given name.
    Nickname,
    /// Capital letters throughout, as machine-readable zones have them.
    Capitals,
    /// Legal form left out or changed.
    LegalForm,
    /// A business word shortened.
    Abbreviation,
    /// "The" put before or taken away, or `MV` before a ship.
    Article,
    /// All vowels left out but those at the start of a word.
    NoVowels,
    /// Written as it sounds, by another country's ear.
    Phonetic,
    /// The line cut where a narrow field ends.
    Narrow,
    /// Each word cut at a fixed width.
    CutWords,
    /// Family name first, given names as initials.
    FamilyInitials,
    /// To the native script and back, letter by letter.
    Romanized,
}

/// What stands behind a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Manner {
    /// The same name, rightly written in another way.
    Benign,
    /// Somebody does not want to be found.
    Evasive,
    /// A slip, a scan, a field that is too short.
    Degraded,
}

impl Manner {
    /// Stable text code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Benign => "benign",
            Self::Evasive => "evasive",
            Self::Degraded => "degraded",
        }
    }
}

/// Kind, code, weight in synthetic data, manner. Those of weight 0 are drawn for `evaluate variation`
/// alone.
const KINDS: &[(CorruptionKind, &str, u32, Manner)] = &[
    (CorruptionKind::Exact, "exact", 12, Manner::Benign),
    (CorruptionKind::Typo, "typo", 8, Manner::Degraded),
    (CorruptionKind::TwoTypos, "two_typos", 3, Manner::Degraded),
    (
        CorruptionKind::Transposition,
        "transposition",
        4,
        Manner::Degraded,
    ),
    (CorruptionKind::Ocr, "ocr", 3, Manner::Degraded),
    (
        CorruptionKind::Truncation,
        "truncation",
        2,
        Manner::Degraded,
    ),
    (
        CorruptionKind::DroppedToken,
        "dropped_token",
        5,
        Manner::Benign,
    ),
    (CorruptionKind::AddedToken, "added_token", 4, Manner::Benign),
    (CorruptionKind::Order, "order", 7, Manner::Benign),
    (CorruptionKind::Initials, "initials", 4, Manner::Benign),
    (CorruptionKind::Merged, "merged", 2, Manner::Evasive),
    (CorruptionKind::Split, "split", 2, Manner::Evasive),
    (CorruptionKind::Particles, "particles", 3, Manner::Benign),
    (CorruptionKind::Title, "title", 2, Manner::Benign),
    (CorruptionKind::Patronymic, "patronymic", 4, Manner::Benign),
    (CorruptionKind::Diacritics, "diacritics", 4, Manner::Benign),
    (CorruptionKind::Spelling, "spelling", 16, Manner::Benign),
    (CorruptionKind::Native, "native", 10, Manner::Benign),
    (CorruptionKind::Homoglyph, "homoglyph", 2, Manner::Evasive),
    (CorruptionKind::ZeroWidth, "zero_width", 2, Manner::Evasive),
    (CorruptionKind::Vowels, "vowels", 2, Manner::Evasive),
    (CorruptionKind::Doubled, "doubled", 3, Manner::Evasive),
    (CorruptionKind::Leet, "leet", 1, Manner::Evasive),
    (CorruptionKind::Nickname, "nickname", 3, Manner::Benign),
    (CorruptionKind::Capitals, "capitals", 3, Manner::Benign),
    (CorruptionKind::LegalForm, "legal_form", 25, Manner::Benign),
    (
        CorruptionKind::Abbreviation,
        "abbreviation",
        10,
        Manner::Benign,
    ),
    (CorruptionKind::Article, "article", 6, Manner::Benign),
    (CorruptionKind::NoVowels, "no_vowels", 0, Manner::Evasive),
    (CorruptionKind::Phonetic, "phonetic", 0, Manner::Evasive),
    (CorruptionKind::Narrow, "narrow", 0, Manner::Degraded),
    (CorruptionKind::CutWords, "cut_words", 0, Manner::Degraded),
    (
        CorruptionKind::FamilyInitials,
        "family_initials",
        0,
        Manner::Benign,
    ),
    (CorruptionKind::Romanized, "romanized", 0, Manner::Benign),
];

impl CorruptionKind {
    /// Every kind, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        KINDS.iter().map(|(kind, ..)| *kind)
    }

    fn row(self) -> Option<&'static (Self, &'static str, u32, Manner)> {
        KINDS.iter().find(|(kind, ..)| *kind == self)
    }

    /// Stable text code.
    pub fn code(self) -> &'static str {
        self.row().map_or("", |(_, code, ..)| *code)
    }

    /// What stands behind it.
    pub fn manner(self) -> Manner {
        self.row().map_or(Manner::Benign, |(.., manner)| *manner)
    }

    /// Whether synthetic subjects are changed in this way.
    pub fn is_drawn(self) -> bool {
        self.row().is_some_and(|(_, _, weight, _)| *weight > 0)
    }

    /// The kind of a text code.
    pub fn from_code(code: &str) -> Option<Self> {
        KINDS
            .iter()
            .find(|(_, c, ..)| *c == code)
            .map(|(kind, ..)| *kind)
    }
}

/// How a birth date was changed on its way from a notice to a subject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DateCorruption {
    /// Not at all.
    #[default]
    Exact,
    /// Day and month swapped.
    Swapped,
    /// One day off.
    Day,
    /// One year off.
    Year,
    /// The last two digits of the year swapped.
    Digits,
    /// Year only.
    YearOnly,
    /// Year and month only.
    MonthOnly,
    /// 1 January of the year.
    NewYear,
    /// Approximate year.
    Circa,
    /// Left out.
    Missing,
}

/// Kind, code, weight. 85 of 100 true pairs keep the day.
const DATES: &[(DateCorruption, &str, u32)] = &[
    (DateCorruption::Exact, "exact", 85),
    (DateCorruption::Swapped, "swapped", 3),
    (DateCorruption::Day, "day", 2),
    (DateCorruption::Year, "year", 1),
    (DateCorruption::Digits, "digits", 1),
    (DateCorruption::YearOnly, "year_only", 2),
    (DateCorruption::MonthOnly, "month_only", 1),
    (DateCorruption::NewYear, "new_year", 1),
    (DateCorruption::Circa, "circa", 1),
    (DateCorruption::Missing, "missing", 3),
];

impl DateCorruption {
    /// Every kind, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        DATES.iter().map(|(kind, _, _)| *kind)
    }

    /// Stable text code.
    pub fn code(self) -> &'static str {
        DATES
            .iter()
            .find(|(kind, _, _)| *kind == self)
            .map_or("", |(_, code, _)| *code)
    }

    /// The kind of a text code.
    pub fn from_code(code: &str) -> Option<Self> {
        DATES
            .iter()
            .find(|(_, c, _)| *c == code)
            .map(|(kind, _, _)| *kind)
    }
}

/// Which corruptions are drawn how often. A kind that changes nothing in a name is drawn again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corruption {
    /// Kinds with weights.
    pub kinds: Vec<(CorruptionKind, u32)>,
    /// Kinds of date corruption with weights.
    pub dates: Vec<(DateCorruption, u32)>,
}

impl Default for Corruption {
    /// The weights of the table: all kinds, 85 of 100 dates kept.
    fn default() -> Self {
        Self {
            kinds: KINDS.iter().map(|(kind, _, w, _)| (*kind, *w)).collect(),
            dates: DATES.iter().map(|(kind, _, w)| (*kind, *w)).collect(),
        }
    }
}

impl Corruption {
    /// Only one kind, dates kept: for a figure per family.
    pub fn only(kind: CorruptionKind) -> Self {
        Self {
            kinds: vec![(kind, 1)],
            dates: vec![(DateCorruption::Exact, 1)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back_to_their_kinds() {
        for kind in CorruptionKind::all() {
            assert_eq!(CorruptionKind::from_code(kind.code()), Some(kind));
        }
        for kind in DateCorruption::all() {
            assert_eq!(DateCorruption::from_code(kind.code()), Some(kind));
        }
    }

    #[test]
    fn dates_are_kept_in_85_of_100() {
        let all: u32 = DATES.iter().map(|(_, _, w)| w).sum();
        assert_eq!((all, DATES[0].2), (100, 85));
    }
}

//! What a score is made of.

/// What a piece of evidence is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EvidenceKind {
    /// Two aligned name tokens.
    NameToken,
    /// A token of the subject's name without a partner.
    ExtraSubjectToken,
    /// A token of the notice's name without a partner.
    ExtraNoticeToken,
    /// Order of the tokens, joined or split tokens, other facts of the whole name.
    NameForm,
    /// The compared name is a weak alias.
    WeakAlias,
    /// Birth date (or date of incorporation or build).
    Date,
    /// Nationality, residence, flag, jurisdiction.
    Country,
    /// Sex.
    Sex,
    /// Place of birth.
    Place,
    /// Passport, registration number, IMO number, ...
    Identifier,
    /// Person, organisation, vessel, aircraft.
    Kind,
    /// The fixed prior of the model.
    Prior,
}

impl EvidenceKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::NameToken,
        Self::ExtraSubjectToken,
        Self::ExtraNoticeToken,
        Self::NameForm,
        Self::WeakAlias,
        Self::Date,
        Self::Country,
        Self::Sex,
        Self::Place,
        Self::Identifier,
        Self::Kind,
        Self::Prior,
    ];

    /// The kind of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|k| k.code() == code)
    }

    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NameToken => "name_token",
            Self::ExtraSubjectToken => "extra_subject_token",
            Self::ExtraNoticeToken => "extra_notice_token",
            Self::NameForm => "name_form",
            Self::WeakAlias => "weak_alias",
            Self::Date => "date",
            Self::Country => "country",
            Self::Sex => "sex",
            Self::Place => "place",
            Self::Identifier => "identifier",
            Self::Kind => "kind",
            Self::Prior => "prior",
        }
    }
}

/// One piece of evidence: what was compared, how it agreed, and what it adds.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// What it is about.
    pub kind: EvidenceKind,
    /// What it adds, in bits (log2 of a Bayes factor); negative for a conflict.
    pub bits: f64,
    /// The subject's value, or empty.
    pub subject: String,
    /// The notice's value, or empty.
    pub notice: String,
    /// How they agree, in a few words: `same`, `one letter differs`, `year conflicts`, ...
    pub note: String,
}

/// A scored pair. `bits` is the sum over `evidence`, the prior included; `score` is a strictly
/// increasing function of `bits` into 0–1 and no probability of identity.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scored {
    /// Sum of the evidence in bits.
    pub bits: f64,
    /// Strictly increasing in `bits`, 0 to 1.
    pub score: f64,
    /// The evidence, in the order it is explained.
    pub evidence: Vec<Evidence>,
}

/// How two values agree. The words are what an analyst reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Same,
    SoundsSame,
    Similar,
    OtherForm,
    ShortForm,
    Cut,
    Joined,
    Initial,
    Differ,
    Extra,
    Reordered,
    UsualTogether,
    Exclude,
    DescentSwapped,
    Complete,
    PartDiffers,
    Floor,
    WeakAlone,
    SameDay,
    DayMonthSwapped,
    OneDigit,
    SameMonth,
    SameYear,
    InRange,
    NearYear,
    YearOnlyConflict,
    DayConflict,
    FarYear,
    Shared,
    NoneShared,
    SameNumber,
    SameNumberOtherKind,
    OtherNumber,
    Model,
}

impl Level {
    /// The words shown beside the evidence.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::SoundsSame => "another spelling of the same sound",
            Self::Similar => "similar spelling",
            Self::OtherForm => "another form of the same name",
            Self::ShortForm => "a usual short form",
            Self::Cut => "the beginning of the other",
            Self::Joined => "the same when joined",
            Self::Initial => "the initial fits",
            Self::Differ => "differ",
            Self::Extra => "only on one side",
            Self::Exclude => "exclude each other",
            Self::DescentSwapped => "child and parent in each other's place",
            Self::UsualTogether => "these parts often stand together",
            Self::Reordered => "in another order",
            Self::Complete => "every part has its partner",
            Self::PartDiffers => "a part differs, as with relatives: by name alone no hit",
            Self::Floor => "more disagreement says nothing new",
            Self::WeakAlone => "a weak alias alone does not reach the threshold",
            Self::SameDay => "same day",
            Self::DayMonthSwapped => "day and month swapped",
            Self::OneDigit => "one part of the date differs",
            Self::SameMonth => "same month",
            Self::SameYear => "same year",
            Self::InRange => "within the range",
            Self::NearYear => "close years",
            Self::YearOnlyConflict => "the years differ",
            Self::DayConflict => "same year, another day",
            Self::FarYear => "the years are far apart",
            Self::Shared => "in common",
            Self::NoneShared => "none in common",
            Self::SameNumber => "same number",
            Self::SameNumberOtherKind => "same number, but kind or country differ",
            Self::OtherNumber => "another number",
            Self::Model => "fixed by the model",
        }
    }
}

/// A piece of evidence before words: small enough for the hot loop. Spans are (start, length) in
/// the tokens of the compared names, or (position, 1) in other fields; length 0 is nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Part {
    pub kind: EvidenceKind,
    pub level: Level,
    pub bits: f64,
    pub a: (u8, u8),
    pub b: (u8, u8),
}

/// Bits of three digits behind the point; none of them is -0.
pub(super) fn thousandths(bits: f64) -> f64 {
    (bits * 1_000.0).round() / 1_000.0 + 0.0
}

impl Part {
    /// Bits are rounded to thousandths, so that what is shown adds up to what is summed.
    pub(super) fn new(kind: EvidenceKind, level: Level, bits: f64) -> Self {
        Self {
            kind,
            level,
            bits: thousandths(bits),
            a: (0, 0),
            b: (0, 0),
        }
    }

    pub(super) fn tokens(
        kind: EvidenceKind,
        level: Level,
        bits: f64,
        a: (u8, u8),
        b: (u8, u8),
    ) -> Self {
        Self {
            a,
            b,
            ..Self::new(kind, level, bits)
        }
    }

    pub(super) fn form(level: Level, bits: f64) -> Self {
        Self::new(EvidenceKind::NameForm, level, bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_to_nothing_is_nothing() {
        assert!(thousandths(-0.0004).is_sign_positive());
        assert!((thousandths(-1.0004) + 1.0).abs() < 1e-9);
    }
}

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
    /// Another name of the notice also agrees.
    OtherName,
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
        Self::OtherName,
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
            Self::OtherName => "other_name",
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

//! Hits: pairs above the threshold, in the form analysts receive them.

mod make;
mod rank;

pub use make::{LiveNotice, ShownName, hit_id, make_hit};
pub use rank::{Ranked, rank};

use jiff::civil::Date;

use crate::record::{
    Action, Band, Digest, Handling, Kind, NameKind, NoticeType, Sex, Status, Strength,
};
use crate::score::Evidence;

/// What of a subject and a notice disagrees, shown beside the agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the names say it")]
pub enum Conflict {
    Name,
    Date,
    Sex,
    Country,
    Kind,
    Id,
}

impl Conflict {
    /// Every conflict.
    pub const ALL: &'static [Self] = &[
        Self::Name,
        Self::Date,
        Self::Sex,
        Self::Country,
        Self::Kind,
        Self::Id,
    ];

    /// The conflict of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|c| c.code() == code)
    }

    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Date => "dob",
            Self::Sex => "sex",
            Self::Country => "country",
            Self::Kind => "kind",
            Self::Id => "id",
        }
    }

    /// What an analyst reads.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Name => "a part of the name",
            Self::Date => "the date of birth",
            Self::Sex => "the sex",
            Self::Country => "the countries",
            Self::Kind => "the kind of subject",
            Self::Id => "an identifier",
        }
    }
}

/// A possible match of one subject with one notice. A person decides what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// `h` and 32 hex digits; depends on subject id and notice uid alone.
    pub hit_id: String,
    /// The subject holder's id.
    pub subject_id: String,
    /// `<list_id>:<source_id>`.
    pub notice_uid: String,
    /// List.
    pub list_id: String,
    /// The publisher's own id.
    pub source_id: String,
    /// 0 to 1, strictly increasing in `bits`.
    pub score: f64,
    /// Sum of the evidence in bits.
    pub bits: f64,
    /// Strong, possible or weak.
    pub band: Band,
    /// The subject's name of the best name pair.
    pub matched_subject_name: String,
    /// The notice's name of the best name pair.
    pub matched_notice_name: String,
    /// The same in Latin letters; empty where it already is.
    pub matched_notice_name_latin: String,
    /// The notice's primary name.
    pub notice_primary_name: String,
    /// Kind of the matched notice name.
    pub name_kind: NameKind,
    /// Strength of the matched notice name.
    pub name_strength: Strength,
    /// How many other names of the notice also reach the threshold.
    pub other_names_hit: u32,
    /// Kind of the notice's subject.
    pub notice_kind: Kind,
    /// Type of the notice.
    pub notice_type: NoticeType,
    /// What the publisher asks.
    pub action_requested: Action,
    /// Status on the as-of day.
    pub status: Status,
    /// The subject's birth dates, canonical text, `;`-joined.
    pub subject_birth: String,
    /// The notice's birth dates, canonical text, `;`-joined.
    pub notice_birth: String,
    /// ISO codes, `;`-joined.
    pub subject_countries: String,
    /// ISO codes, `;`-joined.
    pub notice_countries: String,
    /// Sex of the subject as stated.
    pub subject_sex: Sex,
    /// Sex of the notice as stated.
    pub notice_sex: Sex,
    /// The identifier that agrees, or empty.
    pub matched_id: String,
    /// What disagrees.
    pub conflicts: Vec<Conflict>,
    /// Programme codes, `;`-joined.
    pub programs: String,
    /// Group number text shared by hits of one subject on the same entity, or empty.
    pub same_entity: String,
    /// Handling code of the notice.
    pub handling: Handling,
    /// Date of the list edition.
    pub list_date: Option<Date>,
    /// Hash of the notice record.
    pub record_hash: Digest,
    /// One plain sentence.
    pub explanation: String,
    /// The evidence the bits are the sum of.
    pub evidence: Vec<Evidence>,
    /// References and strong identifiers of the notice, by which `same_entity` is found. In no hits
    /// file.
    pub links: Vec<String>,
}

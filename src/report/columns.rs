//! The columns of a hits file, in order: one table that all four formats write and read by.
//!
//! In: a [`Hit`]. Out: its [`Cell`]s, and back. How a cell is spelt is each format's affair.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::hits::{Conflict, Hit};
use crate::record::{
    Action, Band, Digest, Handling, Kind, NameKind, NoticeType, Sex, Status, Strength,
};
use crate::score::{Evidence, EvidenceKind};

/// Name and version of what this table describes; stands in the metadata of Parquet files.
pub const HITS_SCHEMA: &str = "hits/1";

/// One value of one hit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    Text(Cow<'a, str>),
    Number(f64),
    Count(u32),
    Day(Option<Date>),
    Digest(Digest),
    Conflicts(Cow<'a, [Conflict]>),
    Evidence(Cow<'a, [Evidence]>),
}

/// What kind of value a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    Number,
    Count,
    Day,
    Digest,
    Conflicts,
    Evidence,
}

/// A column: how to take it from a hit and how to put it back.
pub(crate) struct HitColumn {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) cell: for<'a> fn(&'a Hit) -> Cell<'a>,
    /// `None` where the value does not fit the column.
    pub(crate) put: fn(&mut Hit, Cell<'_>) -> Option<()>,
}

macro_rules! text {
    ($field:ident) => {
        HitColumn {
            name: stringify!($field),
            shape: Shape::Text,
            cell: |hit| Cell::Text(Cow::Borrowed(&hit.$field)),
            put: |hit, cell| {
                hit.$field = cell.into_text()?;
                Some(())
            },
        }
    };
}

macro_rules! code {
    ($field:ident, $list:ty) => {
        HitColumn {
            name: stringify!($field),
            shape: Shape::Text,
            cell: |hit| Cell::Text(Cow::Borrowed(hit.$field.code())),
            put: |hit, cell| {
                hit.$field = <$list>::from_code(&cell.into_text()?)?;
                Some(())
            },
        }
    };
}

macro_rules! plain {
    ($field:ident, $shape:ident) => {
        HitColumn {
            name: stringify!($field),
            shape: Shape::$shape,
            cell: |hit| Cell::$shape(hit.$field),
            put: |hit, cell| match cell {
                Cell::$shape(value) => {
                    hit.$field = value;
                    Some(())
                }
                _ => None,
            },
        }
    };
}

macro_rules! list {
    ($field:ident, $shape:ident) => {
        HitColumn {
            name: stringify!($field),
            shape: Shape::$shape,
            cell: |hit| Cell::$shape(Cow::Borrowed(&hit.$field)),
            put: |hit, cell| match cell {
                Cell::$shape(values) => {
                    hit.$field = values.into_owned();
                    Some(())
                }
                _ => None,
            },
        }
    };
}

/// Every column, in the order of the files.
pub(crate) const COLUMNS: &[HitColumn] = &[
    text!(hit_id),
    text!(subject_id),
    text!(notice_uid),
    text!(list_id),
    text!(source_id),
    plain!(score, Number),
    plain!(bits, Number),
    code!(band, Band),
    text!(matched_subject_name),
    text!(matched_notice_name),
    text!(matched_notice_name_latin),
    text!(notice_primary_name),
    code!(name_kind, NameKind),
    code!(name_strength, Strength),
    plain!(other_names_hit, Count),
    code!(notice_kind, Kind),
    code!(notice_type, NoticeType),
    code!(action_requested, Action),
    code!(status, Status),
    text!(subject_birth),
    text!(notice_birth),
    text!(subject_countries),
    text!(notice_countries),
    code!(subject_sex, Sex),
    code!(notice_sex, Sex),
    text!(matched_id),
    list!(conflicts, Conflicts),
    text!(programs),
    text!(same_entity),
    code!(handling, Handling),
    plain!(list_date, Day),
    plain!(record_hash, Digest),
    text!(explanation),
    list!(evidence, Evidence),
];

/// Columns without which a row is no hit; a missing other column stays empty, so files of older
/// versions read for ever.
pub(crate) const NEEDED: &[&str] = &["hit_id", "subject_id", "notice_uid"];

impl Cell<'_> {
    fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.into_owned()),
            _ => None,
        }
    }

    /// The cell as one text, for formats whose cells are text. Numbers are written with as many
    /// digits as it takes to read the same number back.
    pub(crate) fn to_text(&self) -> Result<Cow<'_, str>, serde_json::Error> {
        Ok(match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Count(count) => Cow::Owned(count.to_string()),
            Self::Day(day) => day.map_or(Cow::Borrowed(""), |d| Cow::Owned(d.to_string())),
            Self::Digest(digest) => Cow::Owned(format!("{digest:?}")),
            Self::Conflicts(conflicts) => {
                let codes: Vec<_> = conflicts.iter().map(|c| c.code()).collect();
                Cow::Owned(codes.join(";"))
            }
            Self::Evidence(evidence) => Cow::Owned(evidence_json(evidence)?),
        })
    }
}

impl Shape {
    /// The cell of a text; `None` where the text does not fit.
    pub(crate) fn parse(self, text: &str) -> Option<Cell<'static>> {
        Some(match self {
            Self::Text => Cell::Text(Cow::Owned(text.to_owned())),
            Self::Number => Cell::Number(text.parse().ok().filter(|n: &f64| n.is_finite())?),
            Self::Count => Cell::Count(text.parse().ok()?),
            Self::Day if text.is_empty() => Cell::Day(None),
            Self::Day => Cell::Day(Some(text.parse().ok()?)),
            Self::Digest => Cell::Digest(digest_from_hex(text)?),
            Self::Conflicts => {
                let codes = text.split(';').filter(|code| !code.is_empty());
                Cell::Conflicts(codes.map(Conflict::from_code).collect::<Option<_>>()?)
            }
            Self::Evidence if text.is_empty() => Cell::Evidence(Cow::Borrowed(&[])),
            Self::Evidence => {
                let wires: Vec<EvidenceWire<'_>> = serde_json::from_str(text).ok()?;
                Cell::Evidence(
                    wires
                        .into_iter()
                        .map(EvidenceWire::read)
                        .collect::<Option<_>>()?,
                )
            }
        })
    }
}

/// Evidence as it stands in files.
#[derive(Serialize, Deserialize)]
pub(crate) struct EvidenceWire<'a> {
    pub(crate) kind: Cow<'a, str>,
    pub(crate) bits: f64,
    pub(crate) subject: Cow<'a, str>,
    pub(crate) notice: Cow<'a, str>,
    pub(crate) note: Cow<'a, str>,
}

impl<'a> EvidenceWire<'a> {
    pub(crate) fn of(evidence: &'a Evidence) -> Self {
        Self {
            kind: evidence.kind.code().into(),
            bits: evidence.bits,
            subject: Cow::Borrowed(&evidence.subject),
            notice: Cow::Borrowed(&evidence.notice),
            note: Cow::Borrowed(&evidence.note),
        }
    }

    pub(crate) fn read(self) -> Option<Evidence> {
        Some(Evidence {
            kind: EvidenceKind::from_code(&self.kind)?,
            bits: self.bits,
            subject: self.subject.into_owned(),
            notice: self.notice.into_owned(),
            note: self.note.into_owned(),
        })
    }
}

/// Evidence as a compact JSON array.
pub(crate) fn evidence_json(evidence: &[Evidence]) -> Result<String, serde_json::Error> {
    let wires: Vec<_> = evidence.iter().map(EvidenceWire::of).collect();
    serde_json::to_string(&wires)
}

/// A hit with nothing in it, to be filled column by column.
pub(crate) fn blank() -> Hit {
    Hit {
        hit_id: String::new(),
        subject_id: String::new(),
        notice_uid: String::new(),
        list_id: String::new(),
        source_id: String::new(),
        score: 0.0,
        bits: 0.0,
        band: Band::default(),
        matched_subject_name: String::new(),
        matched_notice_name: String::new(),
        matched_notice_name_latin: String::new(),
        notice_primary_name: String::new(),
        name_kind: NameKind::default(),
        name_strength: Strength::default(),
        other_names_hit: 0,
        notice_kind: Kind::default(),
        notice_type: NoticeType::default(),
        action_requested: Action::default(),
        status: Status::default(),
        subject_birth: String::new(),
        notice_birth: String::new(),
        subject_countries: String::new(),
        notice_countries: String::new(),
        subject_sex: Sex::default(),
        notice_sex: Sex::default(),
        matched_id: String::new(),
        conflicts: Vec::new(),
        programs: String::new(),
        same_entity: String::new(),
        handling: Handling::default(),
        list_date: None,
        record_hash: Digest::default(),
        explanation: String::new(),
        evidence: Vec::new(),
        links: Vec::new(),
    }
}

fn digest_from_hex(text: &str) -> Option<Digest> {
    let bytes = base16ct::mixed::decode_vec(text).ok()?;
    bytes.try_into().ok().map(Digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_stand_in_the_documented_order() {
        let names: Vec<_> = COLUMNS.iter().map(|c| c.name).collect();
        insta::assert_snapshot!(names.join(","), @"hit_id,subject_id,notice_uid,list_id,source_id,score,bits,band,matched_subject_name,matched_notice_name,matched_notice_name_latin,notice_primary_name,name_kind,name_strength,other_names_hit,notice_kind,notice_type,action_requested,status,subject_birth,notice_birth,subject_countries,notice_countries,subject_sex,notice_sex,matched_id,conflicts,programs,same_entity,handling,list_date,record_hash,explanation,evidence");
    }

    #[test]
    fn cells_that_do_not_fit_are_none() {
        for (shape, text) in [
            (Shape::Number, "NaN"),
            (Shape::Number, ""),
            (Shape::Count, "-1"),
            (Shape::Day, "1970-02-31"),
            (Shape::Digest, "00"),
            (Shape::Conflicts, "dob;weather"),
            (Shape::Evidence, "[{]"),
        ] {
            assert!(shape.parse(text).is_none(), "{shape:?} {text}");
        }
    }
}

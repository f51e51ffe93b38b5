//! What a release says of a notice: chosen fields, as texts.
//!
//! In: a notice, the fields that the agreement admits, a level of redaction. Out: JSON bytes of
//! bounded length for the sealed row of a release; and back, where they come from the other side.

use std::collections::BTreeMap;

use crate::error::{Problem, Result};
use crate::record::{Notice, PartialDate, PlaceKind};

/// A field that a release may carry.
#[derive(Clone, Copy, Debug)]
pub struct ReleaseField {
    /// Its code in agreements and files.
    pub code: &'static str,
    values: fn(&Notice) -> Vec<String>,
}

/// Every field that can be agreed, in the order of the files.
pub const RELEASE_FIELDS: [ReleaseField; 18] = [
    field("notice_uid", |n| vec![n.uid()]),
    field("kind", |n| vec![n.record.kind.code().to_owned()]),
    field("notice_type", |n| vec![n.notice_type.code().to_owned()]),
    field("action_requested", |n| {
        vec![n.action_requested.code().to_owned()]
    }),
    field("status", |n| vec![n.status.code().to_owned()]),
    field("issuing_country", |n| vec![n.issuing_country.clone()]),
    field("name", |n| {
        n.record
            .names
            .iter()
            .map(|name| name.full.clone())
            .collect()
    }),
    field("birth_date", |n| {
        n.record.dates.iter().map(PartialDate::to_text).collect()
    }),
    field("birth_place", |n| places(n, true)),
    field("address", |n| places(n, false)),
    field("sex", |n| vec![n.record.sex.code().to_owned()]),
    field("nationality", |n| {
        n.record.countries.iter().map(|c| c.iso2.clone()).collect()
    }),
    field("identifier", identifiers),
    field("reference", |n| {
        n.refs
            .iter()
            .map(|r| format!("{}:{}", r.scheme, r.value))
            .collect()
    }),
    field("program", |n| {
        n.programs.iter().map(|p| p.code.clone()).collect()
    }),
    field("charge", |n| {
        n.charges.iter().map(|c| c.text.clone()).collect()
    }),
    field("caveat", |n| vec![n.handling.caveat.clone()]),
    field("remarks", |n| vec![n.remarks.clone()]),
];

const fn field(code: &'static str, values: fn(&Notice) -> Vec<String>) -> ReleaseField {
    ReleaseField { code, values }
}

fn places(notice: &Notice, of_birth: bool) -> Vec<String> {
    let places = notice.record.places.iter();
    let places = places.filter(|place| (place.kind == PlaceKind::Birth) == of_birth);
    places.map(|place| place.text.clone()).collect()
}

fn identifiers(notice: &Notice) -> Vec<String> {
    let text = |id: &crate::record::Identifier| {
        format!("{} {} {}", id.kind.code(), id.value, id.country)
            .trim()
            .to_owned()
    };
    notice.record.ids.iter().map(text).collect()
}

/// How much of the agreed fields a decision lets out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Redaction {
    /// All of them.
    #[default]
    None,
    /// Years in place of dates, and neither identifiers, places, charges nor remarks.
    Years,
    /// What kind of notice it is, what is asked, and whom to turn to.
    Contact,
}

impl Redaction {
    /// All levels, from most to least that is let out.
    pub const ALL: [Self; 3] = [Self::None, Self::Years, Self::Contact];

    /// Stable word for files and logs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Years => "years",
            Self::Contact => "contact",
        }
    }

    /// The level of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.word() == word)
    }

    fn admits(self, code: &str) -> bool {
        let contact = [
            "notice_uid",
            "kind",
            "notice_type",
            "action_requested",
            "status",
            "issuing_country",
            "caveat",
        ];
        match self {
            Self::None => true,
            Self::Years => {
                contact.contains(&code)
                    || ["name", "birth_date", "sex", "nationality", "program"].contains(&code)
            }
            Self::Contact => contact.contains(&code),
        }
    }
}

/// Fields of a notice that came with a release: code to values. `cut` names fields that did not fit.
pub type ReleasedFields = BTreeMap<String, Vec<String>>;

/// The bytes of a release: the agreed fields that have a value, in at most `most` bytes. Where they
/// are longer, the longest fields are left out, and `cut` names them.
///
/// # Errors
/// Internal, where not even the names of the fields fit.
pub fn release_bytes<'a>(
    notice: &Notice,
    agreed: impl Iterator<Item = &'a str>,
    redaction: Redaction,
    most: usize,
) -> Result<Vec<u8>> {
    let agreed: Vec<&str> = agreed.collect();
    // A notice may say itself what of it may be released.
    let own = &notice.handling.releasable;
    let is_released = |code: &str| {
        agreed.contains(&code)
            && redaction.admits(code)
            && (own.is_empty() || own.iter().any(|field| field == code))
    };
    let mut fields = ReleasedFields::new();
    for field in RELEASE_FIELDS
        .iter()
        .filter(|field| is_released(field.code))
    {
        let mut values = if field.code == "birth_date" && redaction >= Redaction::Years {
            notice
                .record
                .dates
                .iter()
                .map(|date| date.year.to_string())
                .collect()
        } else {
            (field.values)(notice)
        };
        values.retain(|value| !value.is_empty());
        if !values.is_empty() {
            fields.insert(field.code.to_owned(), values);
        }
    }
    loop {
        let bytes = serde_json::to_vec(&fields).map_err(|_| Problem::Internal("a release"))?;
        if bytes.len() <= most {
            return Ok(bytes);
        }
        let length = |values: &Vec<String>| values.iter().map(String::len).sum::<usize>();
        let longest = fields.iter().filter(|(code, _)| *code != CUT);
        let longest = longest
            .max_by_key(|(_, values)| length(values))
            .map(|(code, _)| code);
        let Some(longest) = longest.cloned() else {
            return Err(Problem::Internal("a release without room").into());
        };
        fields.remove(&longest);
        fields.entry(CUT.to_owned()).or_default().push(longest);
    }
}

/// Names the fields that did not fit.
const CUT: &str = "cut";

/// Reads the bytes of a release.
///
/// # Errors
/// Integrity: they are no release.
pub fn read_release(bytes: &[u8]) -> Result<ReleasedFields> {
    serde_json::from_slice(bytes).map_err(|_| {
        Problem::Refused {
            what: "release",
            why: "its fields cannot be read",
        }
        .into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{IdKind, Identifier, ListId, Name, Record, RecordId};

    fn notice() -> Notice {
        Notice {
            list_id: ListId::parse("north").unwrap(),
            record: Record {
                id: RecordId("N-1".into()),
                names: vec![Name::primary("Tarvo Kvetanik")],
                dates: vec![PartialDate::from_ymd(1970, 5, 3).unwrap()],
                ids: vec![Identifier::new(IdKind::Passport, "KX 4471902", "EE")],
                ..Record::default()
            },
            remarks: "seen in Aldmoor ".repeat(30),
            ..Notice::default()
        }
    }

    fn released(redaction: Redaction, most: usize) -> ReleasedFields {
        let agreed = RELEASE_FIELDS.iter().map(|field| field.code);
        let agreed = agreed.filter(|code| *code != "sex");
        let bytes = release_bytes(&notice(), agreed, redaction, most).unwrap();
        assert!(bytes.len() <= most);
        read_release(&bytes).unwrap()
    }

    #[test]
    fn levels_let_out_less_and_less() {
        let all = released(Redaction::None, 4_000);
        assert_eq!(all["birth_date"], ["1970-05-03"]);
        assert_eq!(all["identifier"], ["passport KX 4471902 EE"]);
        assert!(!all.contains_key("sex"), "not agreed");
        let years = released(Redaction::Years, 4_000);
        assert_eq!(years["birth_date"], ["1970"]);
        assert!(!years.contains_key("identifier") && !years.contains_key("remarks"));
        let contact = released(Redaction::Contact, 4_000);
        assert_eq!(contact["notice_uid"], ["north:N-1"]);
        assert!(!contact.contains_key("name") && !contact.contains_key("birth_date"));
    }

    #[test]
    fn what_does_not_fit_is_left_out_and_named() {
        let fields = released(Redaction::None, 300);
        assert_eq!(fields["cut"], ["remarks"]);
        assert_eq!(fields["name"], ["Tarvo Kvetanik"]);
        let agreed = RELEASE_FIELDS.iter().map(|field| field.code);
        assert!(release_bytes(&notice(), agreed, Redaction::None, 20).is_err());
    }

    #[test]
    fn a_notice_may_narrow_what_is_released() {
        let mut narrow = notice();
        narrow.handling.releasable = vec!["kind".into()];
        let agreed = RELEASE_FIELDS.iter().map(|field| field.code);
        let bytes = release_bytes(&narrow, agreed, Redaction::None, 4_000).unwrap();
        assert_eq!(bytes, br#"{"kind":["unknown"]}"#);
        assert!(read_release(b"[1]").unwrap_err().is_integrity());
    }
}

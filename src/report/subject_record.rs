//! A subject as bytes: what its inputs follow from, and no more.
//!
//! In an exchange the asker commits to these bytes before it asks, and an auditor who is shown them
//! makes the inputs again. So they hold names, dates and identifiers, and the ids by which the asker
//! finds its own row; in one form, as JSON.

use serde::{Deserialize, Serialize};

use crate::error::{Problem, Result};
use crate::record::{
    Calendar, DateKind, IdKind, Identifier, Kind, Name, NameKind, PartialDate, Record, RecordId,
    Role, Strength, Subject,
};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    id: String,
    kind: String,
    role: String,
    /// Text, kind, strength.
    names: Vec<[String; 3]>,
    dates: Vec<WireDate>,
    /// Kind, value, country.
    ids: Vec<[String; 3]>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireDate {
    kind: String,
    year: i16,
    month: u8,
    day: u8,
    year_to: i16,
    circa: bool,
    calendar: String,
}

/// The bytes of a subject. Equal subjects have equal bytes.
///
/// # Errors
/// None in practice: the value is made here.
pub fn subject_bytes(subject: &Subject) -> Result<Vec<u8>> {
    let record = &subject.record;
    let code = str::to_owned;
    let wire = Wire {
        id: record.id.0.clone(),
        kind: code(record.kind.code()),
        role: code(subject.role.code()),
        names: record
            .names
            .iter()
            .map(|n| [n.full.clone(), code(n.kind.code()), code(n.strength.code())])
            .collect(),
        dates: record.dates.iter().map(WireDate::of).collect(),
        ids: record
            .ids
            .iter()
            .map(|i| {
                [
                    code(i.kind.code()),
                    i.value.trim().to_owned(),
                    i.country.clone(),
                ]
            })
            .collect(),
    };
    serde_json::to_vec(&wire).map_err(|_| Problem::Internal("a subject as JSON").into())
}

/// The subject of these bytes.
///
/// # Errors
/// Integrity: they are not what [`subject_bytes`] writes.
pub fn read_subject(bytes: &[u8]) -> Result<Subject> {
    let refused = || Problem::Refused {
        what: "subject record",
        why: "it is not in its one form",
    };
    let wire: Wire = serde_json::from_slice(bytes).map_err(|_| refused())?;
    let subject = wire.subject().ok_or_else(refused)?;
    if subject_bytes(&subject)? != bytes {
        return Err(refused().into());
    }
    Ok(subject)
}

impl Wire {
    fn subject(self) -> Option<Subject> {
        let name = |[full, kind, strength]: [String; 3]| {
            Some(Name {
                full,
                kind: NameKind::from_code(&kind)?,
                strength: Strength::from_code(&strength)?,
                ..Name::default()
            })
        };
        let id = |[kind, value, country]: [String; 3]| {
            Some(Identifier::new(IdKind::from_code(&kind)?, &value, &country))
        };
        Some(Subject {
            record: Record {
                id: RecordId(self.id),
                kind: Kind::from_code(&self.kind)?,
                names: self.names.into_iter().map(name).collect::<Option<_>>()?,
                dates: self
                    .dates
                    .into_iter()
                    .map(WireDate::date)
                    .collect::<Option<_>>()?,
                ids: self.ids.into_iter().map(id).collect::<Option<_>>()?,
                ..Record::default()
            },
            role: Role::from_code(&self.role)?,
            ..Subject::default()
        })
    }
}

impl WireDate {
    fn of(date: &PartialDate) -> Self {
        Self {
            kind: date.kind.code().to_owned(),
            year: date.year,
            month: date.month.unwrap_or(0),
            day: date.day.unwrap_or(0),
            year_to: date.year_to.unwrap_or(0),
            circa: date.circa,
            calendar: date.calendar.code().to_owned(),
        }
    }

    fn date(self) -> Option<PartialDate> {
        let date = match self.year_to {
            0 => PartialDate::from_ymd(self.year, self.month, self.day)?,
            to => PartialDate::from_years(self.year, to)?,
        };
        Some(PartialDate {
            kind: DateKind::from_code(&self.kind)?,
            circa: self.circa,
            calendar: Calendar::from_code(&self.calendar),
            ..date
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject() -> Subject {
        let date = |text| PartialDate::parse(text, None).unwrap();
        Subject {
            record: Record {
                id: RecordId("S-1".into()),
                kind: Kind::Person,
                names: vec![
                    Name::primary("Тарво Kvetanik"),
                    Name::alias("T.", Strength::Weak),
                ],
                dates: vec![date("1970-05-03"), date("~1968..1970"), date("1970-05")],
                ids: vec![Identifier::new(IdKind::Passport, "KX 44-71", "EE")],
                ..Record::default()
            },
            role: Role::Witness,
            ..Subject::default()
        }
    }

    #[test]
    fn a_subject_comes_back_from_its_bytes() {
        let bytes = subject_bytes(&subject()).unwrap();
        assert_eq!(read_subject(&bytes).unwrap(), subject());
    }

    #[test]
    fn damaged_bytes_are_refused_without_panic() {
        let bytes = subject_bytes(&subject()).unwrap();
        for cut in 0..bytes.len() {
            assert!(read_subject(&bytes[..cut]).unwrap_err().is_integrity());
        }
        let text = String::from_utf8(bytes).unwrap();
        for bad in [
            text.replace("\"kind\":\"person\"", "\"kind\":\"Person\""),
            text.replace("1970", "99999"),
            text.replace('{', "{ "),
            text.replace("witness", "king"),
        ] {
            assert!(read_subject(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}

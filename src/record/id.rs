//! Identifiers: documents, registrations, marks.

use crate::record::{IdFlag, IdKind, PartialDate};

/// One identifier of a record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Identifier {
    /// Passport, IMO number, tax number, ...
    pub kind: IdKind,
    /// As published.
    pub value: String,
    /// Upper-case ASCII letters and digits of `value`; what is compared. See
    /// [`normalize_identifier`].
    pub norm: String,
    /// Issuing country, ISO 3166-1 alpha-2, or empty.
    pub country: String,
    /// Date of issue.
    pub issued: Option<PartialDate>,
    /// Date of expiry.
    pub expires: Option<PartialDate>,
    /// What is known against it.
    pub flags: Vec<IdFlag>,
    /// The source's own words around it, or empty.
    pub raw: String,
}

impl Identifier {
    /// An identifier with its comparable form.
    pub fn new(kind: IdKind, value: &str, country: &str) -> Self {
        Self {
            kind,
            value: value.trim().to_owned(),
            norm: normalize_identifier(kind, value),
            country: country.to_owned(),
            ..Self::default()
        }
    }
}

impl IdKind {
    /// Whether an exact agreement is strong on its own: the number names one person, ship,
    /// aircraft or firm, however the names differ.
    pub const fn is_strong(self) -> bool {
        !matches!(
            self,
            Self::Other | Self::Phone | Self::Email | Self::CallSign
        )
    }
}

/// The comparable form: letters and digits only, upper case; an IMO number keeps its digits.
pub fn normalize_identifier(kind: IdKind, value: &str) -> String {
    let kept = value
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_uppercase);
    match kind {
        IdKind::Imo | IdKind::Mmsi => kept.filter(char::is_ascii_digit).collect(),
        _ => kept.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_and_case_do_not_separate_identifiers() {
        assert_eq!(
            normalize_identifier(IdKind::Passport, " ab-12 34/x "),
            "AB1234X"
        );
        assert_eq!(normalize_identifier(IdKind::Imo, "IMO 9187629"), "9187629");
    }
}

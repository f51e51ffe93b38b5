//! Names that stand in files which leave: of parties, and codes.
//!
//! Both are short and of few characters, so that no text of a record can be put in their place
//! unseen, and none needs escaping anywhere.

use std::fmt;

use serde::Deserialize;

/// The name of an organisation in agreements, manifests and signatures: 1 to 64 of `a-z`, `0-9`,
/// `.` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct PartyName(String);

/// A code from an agreement: purpose, legal basis, list, notice type, handling, field, reference of
/// a case. 1 to 64 of letters, digits, `.`, `_`, `:` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Code(String);

/// Longest name or code.
const LIMIT: usize = 64;

impl PartyName {
    /// `None` for what is no name.
    pub fn new(text: &str) -> Option<Self> {
        let admits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(&b);
        fits(text, admits).then(|| Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Code {
    /// `None` for what is no code.
    pub fn new(text: &str) -> Option<Self> {
        let admits = |b: u8| b.is_ascii_alphanumeric() || b"._:-".contains(&b);
        fits(text, admits).then(|| Self(text.to_owned()))
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn fits(text: &str, admits: impl Fn(u8) -> bool) -> bool {
    (1..=LIMIT).contains(&text.len()) && text.bytes().all(admits)
}

impl TryFrom<String> for PartyName {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(&text).ok_or("not the name of a party: 1 to 64 of a-z, 0-9, `.` and `-`")
    }
}

impl TryFrom<String> for Code {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(&text).ok_or("not a code: 1 to 64 of letters, digits, `.`, `_`, `:` and `-`")
    }
}

impl fmt::Display for PartyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_are_short_and_plain() {
        for good in ["north", "border-police.north", "a", &"a".repeat(64)] {
            assert!(PartyName::new(good).is_some(), "{good}");
        }
        for bad in ["", "North", "no rth", "n\n", "nörd", &"a".repeat(65)] {
            assert!(PartyName::new(bad).is_none(), "{bad}");
        }
        for good in ["UN-SC", "reg:2016.794_18", "x"] {
            assert!(Code::new(good).is_some(), "{good}");
        }
        for bad in ["", "two words", "a/b", "é", &"a".repeat(65)] {
            assert!(Code::new(bad).is_none(), "{bad}");
        }
    }
}

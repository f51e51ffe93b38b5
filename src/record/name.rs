//! Names as published, before any normalization.

use unicode_script::UnicodeScript as _;

use crate::record::{NameKind, PartKind, Strength};

pub use unicode_script::Script;

/// One name of a record, as published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// The whole name in reading order (given before family where the source says which is which).
    pub full: String,
    /// Primary, alias, former, ...
    pub kind: NameKind,
    /// Strong, weak or unknown (unknown counts as strong).
    pub strength: Strength,
    /// Parts, where the source tells them apart; may be empty.
    pub parts: Vec<NamePart>,
    /// Language tag as published, or empty.
    pub lang: String,
    /// The source's own words where `full` was rearranged, or empty.
    pub raw: String,
}

/// One part of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamePart {
    /// Given, family, patronymic, ...
    pub kind: PartKind,
    /// The text of the part.
    pub value: String,
}

impl Name {
    /// A primary name of unknown strength without parts.
    pub fn primary(full: impl Into<String>) -> Self {
        Self {
            full: full.into(),
            ..Self::default()
        }
    }

    /// An alias.
    pub fn alias(full: impl Into<String>, strength: Strength) -> Self {
        Self {
            full: full.into(),
            kind: NameKind::Alias,
            strength,
            ..Self::default()
        }
    }

    /// The script most of the letters belong to.
    pub fn script(&self) -> Script {
        script_of(&self.full)
    }
}

/// The script most letters of a text belong to; [`Script::Common`] where there are no letters.
/// Ties go to the script met first.
pub fn script_of(text: &str) -> Script {
    let mut counts: Vec<(Script, u32)> = Vec::new();
    for script in text.chars().map(|c| c.script()) {
        if matches!(script, Script::Common | Script::Inherited | Script::Unknown) {
            continue;
        }
        match counts.iter_mut().find(|(s, _)| *s == script) {
            Some((_, n)) => *n += 1,
            None => counts.push((script, 1)),
        }
    }
    let most = counts.iter().map(|(_, n)| *n).max().unwrap_or(0);
    counts
        .into_iter()
        .find(|(_, n)| *n == most)
        .map_or(Script::Common, |(s, _)| s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_of_most_letters_wins() {
        assert_eq!(script_of("Иван Petrov Сидоров"), Script::Cyrillic);
        assert_eq!(script_of("12-34"), Script::Common);
    }
}

//! Corruptions: what happens to a name between a notice and somebody's file.
//!
//! In: a name as parts or as text. Out: the changed text, or `None` where the kind changes nothing
//! in this name (no diacritics to drop, no legal form to change). Tables lie beside this file.

mod dates;
mod kinds;
mod letters;
mod spelling;
mod tokens;

pub use kinds::{Corruption, CorruptionKind, DateCorruption, Manner};

pub(super) use dates::corrupt_date;
pub(super) use spelling::{are_spellings, spell};
pub(super) use tokens::words;

use crate::record::{Kind, PartKind};
use crate::synth::Draw;
use crate::synth::person::{Part, Wording};
use crate::synth::pool::pools;

/// A name changed in one way; `None` where that kind changes nothing in it.
///
/// **Example**
/// ```
/// use veilmatch::synth::{CorruptionKind, Draw, corrupt};
///
/// let mut draw = Draw::new(7, 0);
/// let changed = corrupt("Ada Example", CorruptionKind::Vowels, &mut draw);
/// assert_ne!(changed.as_deref(), Some("Ada Example"));
/// ```
pub fn corrupt(name: &str, kind: CorruptionKind, draw: &mut Draw) -> Option<String> {
    apply(&wording_of(name), kind, draw)
}

/// A text as parts: the last word is taken for the family name, native forms come from the pools.
pub(super) fn wording_of(text: &str) -> Wording {
    let known = words("particle");
    let tokens: Vec<&str> = text.split_whitespace().collect();
    let parts = tokens.iter().enumerate().map(|(i, token)| {
        let kind = if known.iter().any(|(p, _)| token.eq_ignore_ascii_case(p)) {
            PartKind::Other
        } else if i == 0 {
            PartKind::Given
        } else if i + 1 == tokens.len() {
            PartKind::Family
        } else {
            PartKind::Middle
        };
        Part {
            latin: (*token).to_owned(),
            ..Part::of(kind, pools().find(token).unwrap_or_default())
        }
    });
    let forms = words("form");
    let firm = forms
        .iter()
        .any(|(f, _)| text.ends_with(&format!(" {f}")) || text.starts_with(&format!("{f} ")));
    Wording {
        parts: parts.collect(),
        origin: None,
        bearer: if firm {
            Kind::Organization
        } else {
            Kind::Person
        },
    }
}

/// A wording changed in one way.
pub(super) fn apply(name: &Wording, kind: CorruptionKind, draw: &mut Draw) -> Option<String> {
    let text = name.latin();
    let person = name.bearer == Kind::Person;
    let changed = match kind {
        CorruptionKind::Exact => return Some(text),
        CorruptionKind::Typo => letters::typo(&text, draw),
        CorruptionKind::TwoTypos => {
            let once = letters::typo(&text, draw)?;
            letters::typo(&once, draw)
        }
        CorruptionKind::Transposition => letters::transposition(&text, draw),
        CorruptionKind::Ocr => letters::exchange(&text, "ocr", draw),
        CorruptionKind::Truncation => letters::truncation(&text, 16..=24, draw),
        CorruptionKind::Narrow => letters::truncation(&text, 10..=15, draw),
        CorruptionKind::CutWords => letters::cut_words(&text, draw),
        CorruptionKind::NoVowels => letters::no_vowels(&text),
        CorruptionKind::Phonetic => letters::exchange_some(&text, "phonetic", draw),
        CorruptionKind::Diacritics => letters::diacritics(&text, draw),
        CorruptionKind::Homoglyph => letters::exchange_some(&text, "homoglyph", draw),
        CorruptionKind::ZeroWidth => letters::zero_width(&text, draw),
        CorruptionKind::Vowels => letters::vowels(&text, draw),
        CorruptionKind::Doubled => letters::doubled(&text, draw),
        CorruptionKind::Leet => letters::exchange_some(&text, "leet", draw),
        CorruptionKind::Capitals => Some(text.to_uppercase()),
        CorruptionKind::Merged => tokens::merged(&text, draw),
        CorruptionKind::Split => tokens::split(&text, draw),
        CorruptionKind::DroppedToken => tokens::dropped(name, draw),
        CorruptionKind::Order => tokens::order(name, draw),
        CorruptionKind::Native => name.native(),
        CorruptionKind::Romanized => spelling::romanized(name),
        CorruptionKind::Spelling if person => spelling::spelling(name, draw),
        CorruptionKind::AddedToken if person => tokens::added(name, draw),
        CorruptionKind::Initials if person => tokens::initials(name, draw),
        CorruptionKind::FamilyInitials if person => tokens::family_initials(name, draw),
        CorruptionKind::Particles if person => tokens::particles(name, draw),
        CorruptionKind::Title if person => tokens::title(&text, draw),
        CorruptionKind::Patronymic if person => tokens::patronymic(name, draw),
        CorruptionKind::Nickname if person => spelling::nickname(name, draw),
        CorruptionKind::LegalForm if !person => tokens::legal_form(&text, draw),
        CorruptionKind::Abbreviation if !person => tokens::abbreviation(&text, draw),
        CorruptionKind::Article if name.bearer == Kind::Vessel => {
            Some(tokens::article(&text, "MV "))
        }
        CorruptionKind::Article if name.bearer == Kind::Organization => {
            Some(tokens::article(&text, "The "))
        }
        _ => None,
    };
    changed.filter(|t| *t != text && !t.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_changes_some_name() {
        const NAMES: &[&str] = &[
            "Aleksandr Ivanovich Smirnov",
            "Robert José von Müller",
            "Sergey Ivanov",
            "Omar bin Yusuf al-Example",
            "Example Trading Limited",
        ];
        for kind in CorruptionKind::all() {
            let changed = NAMES
                .iter()
                .any(|name| (0..30).any(|i| corrupt(name, kind, &mut Draw::new(1, i)).is_some()));
            let structural = matches!(kind, CorruptionKind::Patronymic | CorruptionKind::Romanized);
            assert!(changed || structural, "{}", kind.code());
        }
    }

    #[test]
    fn the_native_form_comes_from_the_pools() {
        let native = corrupt(
            "Sergey Ivanov",
            CorruptionKind::Native,
            &mut Draw::new(1, 1),
        );
        assert_eq!(native.as_deref(), Some("Сергей Иванов"));
    }
}

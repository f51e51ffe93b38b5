//! Alias texts of the UN list, which hold more than one name.
//!
//! In: one `ALIAS_NAME` such as `"Ali Example; Aly Example"`, `"مثال (Ali Example)"`,
//! `"Example Front (EF)"`, `"EXAMPLE, Ali"`, `"Ali (birth name)"`. Out: one `Name` each, in reading
//! order, and what was said about them.

use super::draft::{name_from_parts, squeeze};
use crate::record::{Name, NameKind, PartKind, Script, Strength, script_of};

/// Words about a name that stand in brackets behind it, and the kind of name they make it.
const REMARKS: &[(&str, NameKind)] = &[
    ("birth name", NameKind::Birth),
    ("maiden name", NameKind::Birth),
    ("previously listed", NameKind::Former),
    ("formerly", NameKind::Former),
];

/// The names in one alias text, and the notes that are no names.
pub(super) fn split(
    text: &str,
    kind: NameKind,
    strength: Strength,
    is_person: bool,
) -> (Vec<Name>, Vec<String>) {
    let mut split = Split {
        kind,
        strength,
        is_person,
        names: Vec::new(),
        notes: Vec::new(),
    };
    let text = squeeze(text);
    split.whole(text.trim_end_matches([',', ';', ' ']));
    for name in &mut split.names {
        if name.raw.is_empty() && name.full != text {
            text.clone_into(&mut name.raw);
        }
    }
    (split.names, split.notes)
}

/// A name without the acronym in brackets behind it, and the acronym.
pub(super) fn without_acronym(text: &str) -> (&str, Option<&str>) {
    match trailing_bracket(text) {
        Some((before, inside)) if is_acronym(inside) => (before, Some(inside)),
        _ => (text, None),
    }
}

struct Split {
    kind: NameKind,
    strength: Strength,
    is_person: bool,
    names: Vec<Name>,
    notes: Vec<String>,
}

impl Split {
    fn whole(&mut self, text: &str) {
        let Some((before, inside)) = trailing_bracket(text) else {
            return self.list(text, self.kind);
        };
        let inside = inside
            .trim_start_matches("original script:")
            .trim()
            .trim_end_matches("(original script)")
            .trim();
        let lower = inside.to_lowercase();
        let remark = REMARKS.iter().find(|(words, _)| lower.contains(words));
        let (outer, inner) = (script_of(before), script_of(inside));
        if let Some((_, kind)) = remark {
            self.list(before, *kind);
            self.notes.push(inside.to_owned());
        } else if is_acronym(inside) {
            self.whole(before);
            self.add(inside, NameKind::Abbreviation);
        } else if outer != inner && outer != Script::Common && inner != Script::Common {
            self.whole(before);
            // Original-script names translate their romanisation, which may be several.
            let inside = inside.replace('(', "; ").replace(')', "");
            self.list(&inside, self.kind);
        } else {
            self.whole(before);
            self.notes.push(inside.to_owned());
        }
    }

    /// Names joined by `;`.
    fn list(&mut self, text: &str, kind: NameKind) {
        for one in text.split(';') {
            let (one, born) = match one.split_once(", born ") {
                Some((name, born)) => (name, Some(format!("born {born}"))),
                None => (one, None),
            };
            self.notes.extend(born);
            self.one(one.trim().trim_matches(['"', '“', '”', ',']), kind);
        }
    }

    /// One name; `FAMILY, Given` is put in reading order for persons.
    fn one(&mut self, text: &str, kind: NameKind) {
        let pieces: Vec<&str> = text.split(',').map(str::trim).collect();
        match pieces.as_slice() {
            [family, given] if self.is_person && !is_suffix(given) => {
                let mut name = name_from_parts(vec![
                    (PartKind::Given, (*given).to_owned()),
                    (PartKind::Family, (*family).to_owned()),
                ]);
                text.clone_into(&mut name.raw);
                self.push(name, kind);
            }
            [_, _, _, ..] if self.is_person && pieces.iter().all(|p| !p.contains(' ')) => {
                for piece in pieces {
                    self.add(piece, kind);
                }
            }
            _ => self.add(text, kind),
        }
    }

    fn add(&mut self, text: &str, kind: NameKind) {
        self.push(Name::primary(squeeze(text)), kind);
    }

    fn push(&mut self, mut name: Name, kind: NameKind) {
        if name.full.chars().any(char::is_alphanumeric) {
            let is_native = !matches!(name.script(), Script::Latin | Script::Common);
            name.kind = if is_native && kind == NameKind::Alias {
                NameKind::OriginalScript
            } else {
                kind
            };
            name.strength = self.strength;
            self.names.push(name);
        }
    }
}

/// Splits `"before (inside)"`; brackets in the middle belong to the name.
fn trailing_bracket(text: &str) -> Option<(&str, &str)> {
    let text = text.trim().trim_end_matches([',', ';', ' ']);
    let body = text.strip_suffix([')', ']'])?;
    let mut depth = 1u32;
    for (at, c) in body.char_indices().rev() {
        match c {
            ')' | ']' => depth = depth.saturating_add(1),
            '(' | '[' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            let before = body.get(..at)?.trim();
            let inside = body.get(at..)?.trim_start_matches(['(', '[']).trim();
            return (!before.is_empty() && !inside.is_empty()).then_some((before, inside));
        }
    }
    None
}

/// Capitals without spaces: `AQAP`, `ISIS-GS`, `LRM/A`.
fn is_acronym(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    (2..=10).contains(&letters)
        && text
            .chars()
            .all(|c| c.is_ascii_uppercase() || matches!(c, '-' | '/' | '.'))
}

fn is_suffix(text: &str) -> bool {
    let first = text.split([' ', '.']).next().unwrap_or_default();
    ["jr", "sr", "ii", "iii", "iv"]
        .iter()
        .any(|s| first.eq_ignore_ascii_case(s))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, is_person: bool, expected: &[(&str, NameKind)]) {
        let (names, _) = split(text, NameKind::Alias, Strength::Strong, is_person);
        let got: Vec<(&str, NameKind)> = names.iter().map(|n| (n.full.as_str(), n.kind)).collect();
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn joined_and_bracketed_aliases_are_taken_apart() {
        use NameKind::{Abbreviation, Alias, Birth, Former, OriginalScript};
        check(
            "Ali Example; Aly\nExample",
            true,
            &[("Ali Example", Alias), ("Aly Example", Alias)],
        );
        check(
            "علي مثال (Ali Example; Aly Example)",
            true,
            &[
                ("علي مثال", OriginalScript),
                ("Ali Example", Alias),
                ("Aly Example", Alias),
            ],
        );
        check(
            "Ali (original script: Али)",
            true,
            &[("Ali", Alias), ("Али", OriginalScript)],
        );
        check(
            "Example Front (EF)",
            false,
            &[("Example Front", Alias), ("EF", Abbreviation)],
        );
        check("Ali Example (birth name)", true, &[("Ali Example", Birth)]);
        check(
            "Ali Example (previously listed as)",
            true,
            &[("Ali Example", Former)],
        );
        check("EXAMPLE, Ali", true, &[("Ali EXAMPLE", Alias)]);
        check("\"EXAMPLE, Ali\"", true, &[("Ali EXAMPLE", Alias)]);
        check("Example, III (third)", true, &[("Example, III", Alias)]);
        check(
            "Alik, Alek, Alak",
            true,
            &[("Alik", Alias), ("Alek", Alias), ("Alak", Alias)],
        );
        check(
            "EXAMPLE COMPANY, LTD",
            false,
            &[("EXAMPLE COMPANY, LTD", Alias)],
        );
        check(
            "Example (Hong Kong) Trading",
            false,
            &[("Example (Hong Kong) Trading", Alias)],
        );
    }

    #[test]
    fn notes_are_kept_apart_from_names() {
        let text = "Ali Example, born 1 Jan. 1953 (Oman passport no. 1)";
        let (names, notes) = split(text, NameKind::Alias, Strength::Weak, true);
        assert_eq!(names.len(), 1);
        assert_eq!(names[0].full, "Ali Example");
        assert_eq!(notes, ["born 1 Jan. 1953", "Oman passport no. 1"]);
    }

    #[test]
    fn lone_brackets_and_empty_texts_give_no_panic() {
        for text in [
            "", "(", ")", "()", "(a)", "((", "))", "a (", "a )", "; ;", "(ا) (ب",
        ] {
            let _ = split(text, NameKind::Alias, Strength::Unknown, true);
        }
    }
}

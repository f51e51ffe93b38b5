//! Digits that stand for letters (`Kha1id`, `M0hamed`) in words of people's names.

use unicode_script::UnicodeScript as _;

use crate::record::Script;

/// The word with its digits read as letters; nothing where digits are not few among letters or
/// one of them stands for no letter.
pub(super) fn fold(word: &str) -> Option<String> {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    if digits == 0 || letters <= digits || !word.chars().any(is_alphabet_letter) {
        return None;
    }
    let chars: Vec<char> = word.chars().collect();
    let mut out = String::with_capacity(word.len());
    for (i, c) in chars.iter().enumerate() {
        out.push(match c {
            '0' => 'o',
            '1' => one(out.chars().last(), chars.get(i + 1).copied()),
            '3' => 'e',
            '4' => 'a',
            '5' => 's',
            '7' => 't',
            c if c.is_ascii_digit() => return None,
            c => *c,
        });
    }
    Some(out)
}

fn is_alphabet_letter(c: char) -> bool {
    matches!(c.script(), Script::Latin | Script::Cyrillic | Script::Greek)
}

/// `1` is an `i` between consonants and an `l` elsewhere.
fn one(before: Option<char>, after: Option<char>) -> char {
    let consonant = |c: char| c.is_alphabetic() && !"aeiouyAEIOUY".contains(c);
    match (before, after) {
        (Some(b), Some(a)) if consonant(b) && consonant(a) => 'i',
        (None, Some(a)) if consonant(a) => 'i',
        _ => 'l',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_as_letters_by_their_neighbours() {
        for (word, expected) in [
            ("Kha1id", "Khalid"),
            ("M1chael", "Michael"),
            ("M0hamed", "Mohamed"),
            ("5alman", "salman"),
            ("Wi11iam", "William"),
        ] {
            assert_eq!(fold(word).as_deref(), Some(expected));
        }
    }

    #[test]
    fn numbers_and_marks_stay() {
        assert_eq!(fold("747"), None);
        assert_eq!(fold("B747"), None);
        assert_eq!(fold("Iva9nov"), None);
    }
}

//! Digits and signs that stand for letters (`Kha1id`, `M0hamed`, `Dur@id`) in words of people's
//! names.

use unicode_script::UnicodeScript as _;

use crate::record::Script;

/// Signs that stand for letters inside a word.
const SIGNS: &[char] = &['@', '$', '!', '€'];

/// Whether a character is such a sign.
pub(super) fn is_sign(c: char) -> bool {
    SIGNS.contains(&c)
}

/// Whether a sign between two characters stands for a letter. `@` and `$` also close a word and
/// open one before a consonant; `!` closes a sentence and opens none.
pub(super) fn is_letter_sign(before: Option<char>, sign: char, after: Option<char>) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let is_consonant = |c: char| c.is_alphabetic() && !is_vowel(c);
    match sign {
        '@' | '$' | '!' | '€' if is_letter(before) && is_letter(after) => true,
        '@' | '$' if after.is_none_or(char::is_whitespace) => is_letter(before),
        '@' | '$' if before.is_none_or(char::is_whitespace) => after.is_some_and(is_consonant),
        _ => false,
    }
}

/// The word with its digits and signs read as letters; nothing where they are not few among
/// letters or one of them stands for no letter.
///
/// In an ASCII word `1` stays, for it may be read as `i` and as `l`: [`readings`].
pub(super) fn fold(word: &str) -> Option<String> {
    let is_posing = |c: char| c.is_ascii_digit() || SIGNS.contains(&c);
    let posing = word.chars().filter(|c| is_posing(*c)).count();
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let chars: Vec<char> = word.chars().collect();
    let stands_between = || {
        let is_letter = |c: &char| c.is_alphabetic();
        let mut threes = chars.windows(3);
        threes.any(|w| is_letter(&w[0]) && is_posing(w[1]) && is_letter(&w[2]))
    };
    let are_few = letters > posing || (letters == posing && stands_between());
    if posing == 0 || !are_few || !chars.iter().any(|c| is_alphabet_letter(*c)) {
        return None;
    }
    let has_readings = word.is_ascii();
    let mut out = String::with_capacity(word.len());
    for (i, c) in chars.iter().enumerate() {
        let next = chars.get(i + 1).copied();
        out.push(match c {
            '0' => 'o',
            '1' if has_readings => '1',
            '1' => one(out.chars().last(), next),
            '!' => 'i',
            '3' | '€' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '7' => 't',
            // Behind a word they are numbers: `Anna 2`.
            '2' if next.is_some() => 'z',
            '6' | '8' if next.is_some() => 'b',
            '9' if next.is_some() || matches!(out.as_bytes().last(), Some(b'n' | b'N')) => 'g',
            c if c.is_ascii_digit() => return None,
            c => *c,
        });
    }
    Some(out)
}

/// The readings of a folded word in which `1` stands for letters, the likelier one first.
///
/// **Shape**: 1 to 3; the word itself where it has no `1` or nothing else.
pub(crate) fn readings(word: &str) -> Vec<String> {
    if !word.contains('1') || !word.bytes().any(|b| b.is_ascii_lowercase()) {
        return vec![word.to_owned()];
    }
    let chars: Vec<char> = word.chars().collect();
    let mut likely = String::with_capacity(word.len());
    for (i, c) in chars.iter().enumerate() {
        likely.push(match c {
            '1' => one(likely.chars().last(), chars.get(i + 1).copied()),
            c => *c,
        });
    }
    let mut all = vec![likely];
    for reading in [word.replace('1', "i"), word.replace('1', "l")] {
        if !all.contains(&reading) {
            all.push(reading);
        }
    }
    all
}

fn is_alphabet_letter(c: char) -> bool {
    matches!(c.script(), Script::Latin | Script::Cyrillic | Script::Greek)
}

fn is_vowel(c: char) -> bool {
    "aeiouyAEIOUY".contains(c)
}

/// `1` is an `i` between consonants and an `l` elsewhere.
fn one(before: Option<char>, after: Option<char>) -> char {
    let consonant = |c: char| c.is_alphabetic() && !is_vowel(c);
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
    fn digits_and_signs_are_read_as_letters() {
        for (word, expected) in [
            ("M0hamed", "Mohamed"),
            ("5alman", "salman"),
            ("Dur@id", "Duraid"),
            ("$ergey", "sergey"),
            ("R!chard", "Richard"),
            ("Mu2afar", "Muzafar"),
            ("A8dullah", "Abdullah"),
            ("Iva9nov", "Ivagnov"),
            ("Yan9", "Yang"),
            ("M0r3", "More"),
        ] {
            assert_eq!(fold(word).as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_one_has_two_readings() {
        for (word, expected) in [
            ("khal1d", vec!["khalid", "khalld"]),
            ("kha1id", vec!["khalid", "khaiid"]),
            ("wi11iam", vec!["william", "wiiiiam"]),
            ("maria", vec!["maria"]),
            ("11", vec!["11"]),
        ] {
            assert_eq!(
                readings(word).first().map(String::as_str),
                expected.first().copied()
            );
            assert!(readings(word).iter().all(|r| r == "11" || !r.contains('1')));
            assert!(
                expected
                    .iter()
                    .all(|e| readings(word).iter().any(|r| r == e)),
                "{word}"
            );
        }
    }

    #[test]
    fn numbers_and_marks_stay() {
        assert_eq!(fold("747"), None);
        assert_eq!(fold("B747"), None);
        assert_eq!(fold("Anna2"), None);
    }

    #[test]
    fn signs_between_words_part_them() {
        assert!(is_letter_sign(Some('r'), '@', Some('i')));
        assert!(is_letter_sign(None, '$', Some('m')));
        assert!(is_letter_sign(Some('s'), '$', None));
        assert!(!is_letter_sign(Some('i'), '!', None));
        assert!(!is_letter_sign(Some(' '), '@', Some('a')));
        assert!(!is_letter_sign(Some(' '), '$', Some('5')));
    }
}

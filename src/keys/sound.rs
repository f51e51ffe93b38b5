//! Sound forms: a Latin form rewritten so that letters that sound alike are written alike.
//!
//! `Tschaikowsky` and `Tchaikovskiy` become `caikovski`. Unlike class keys, vowels and order stay;
//! the score compares sound forms with weighted edits.

use std::sync::LazyLock;

use crate::keys::Form;

/// Rewrites, tried in this order at each position. The letters `c q w x y` are free after the
/// rewrite and stand for sounds: `c` ch, `w` sh, `x` kh, `y` zh.
///
/// Source: own compilation from the ICAO Doc 9303, BGN/PCGN and ISO 9 romanisation tables and the
/// German, French, Polish and Turkish spellings of the same sounds.
const RULES: &[(&str, &str)] = &[
    ("shch", "w"),
    ("schtsch", "w"),
    ("tsch", "c"),
    ("stch", "w"),
    ("tch", "c"),
    ("sch", "w"),
    ("dzh", "j"),
    ("dsch", "j"),
    ("ch", "c"),
    ("cz", "c"),
    ("cs", "c"),
    ("sh", "w"),
    ("sz", "w"),
    ("zh", "y"),
    ("kh", "x"),
    ("gh", "g"),
    ("ph", "f"),
    ("th", "t"),
    ("dh", "d"),
    ("dj", "j"),
    ("dg", "j"),
    ("ck", "k"),
    ("ks", "ks"),
    ("x", "ks"),
    ("tz", "ts"),
    // Jamal al-Din, Jamaleddine.
    ("ldin", "din"),
    ("qu", "kv"),
    ("q", "k"),
    ("ce", "se"),
    ("ci", "si"),
    ("cy", "si"),
    ("c", "k"),
    ("w", "v"),
    ("iy", "i"),
    ("ij", "i"),
    ("yi", "i"),
    ("ee", "i"),
    ("ie", "i"),
    ("ey", "ei"),
    ("ay", "ai"),
    ("oo", "u"),
    ("ou", "u"),
    ("y", "i"),
];

/// A rule as the loop below reads it: the first eight bytes of the text in one number.
#[derive(Clone, Copy, Debug)]
struct Rule {
    /// Covers the bytes that the rule asks for.
    mask: u64,
    from: u64,
    taken: usize,
    to: &'static [u8],
}

/// The rules that begin with a letter, in their order.
fn by_first_letter(letter: u8) -> &'static [Rule] {
    static RULES_OF: LazyLock<[Vec<Rule>; 26]> = LazyLock::new(|| {
        let rule = |(from, to): &(&'static str, &'static str)| Rule {
            mask: u64::MAX >> (64 - 8 * from.len()),
            from: first_eight(from.as_bytes()),
            taken: from.len(),
            to: to.as_bytes(),
        };
        std::array::from_fn(|at| {
            let begins = |from: &str| from.bytes().map(|b| usize::from(b - b'a')).next() == Some(at);
            let rules = RULES.iter().filter(|(from, _)| begins(from));
            rules.map(rule).collect()
        })
    });
    RULES_OF
        .get(usize::from(letter.wrapping_sub(b'a')))
        .map_or(&[], |rules| rules)
}

/// The first eight bytes, zeros behind the end.
fn first_eight(text: &[u8]) -> u64 {
    if let Some(first) = text.first_chunk() {
        return u64::from_le_bytes(*first);
    }
    let bytes = text.iter().rev();
    bytes.fold(0, |all, byte| all << 8 | u64::from(*byte))
}

/// The sound form of a Latin form.
pub(crate) fn sound_form(form: &Form) -> Form {
    let bytes = form.as_bytes();
    // No rule writes more letters than it takes but `x`, twice as many.
    let mut out = [0; 64];
    let (mut length, mut last) = (0, 0);
    let mut i = 0;
    while i < bytes.len() {
        let next = first_eight(&bytes[i..]);
        let mut rules = by_first_letter(bytes[i]).iter();
        let rule = rules.find(|rule| next & rule.mask == rule.from);
        let (to, taken) = rule.map_or((&bytes[i..=i], 1), |rule| (rule.to, rule.taken));
        for byte in to {
            // Doubled letters sound once; digits stay.
            if last != *byte || byte.is_ascii_digit() {
                out[length] = *byte;
                length += 1;
                last = *byte;
            }
        }
        i += taken;
    }
    // A final h after a vowel is silent: Abdullah, Fatimah.
    if length > 2 && last == b'h' {
        length -= 1;
    }
    Form::of(&out[..length])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(forms: &[&str], expected: &str) {
        for form in forms {
            assert_eq!(sound_form(&Form::new(form)).as_str(), expected, "{form}");
        }
    }

    #[test]
    fn spellings_of_one_sound_become_one_form() {
        check(&["tschaikowsky", "tchaikovskiy", "chaykovski"], "caikovski");
        check(&["abdullah", "abdula"], "abdula");
        check(&["alexander", "aleksander"], "aleksander");
        check(&["schmidt"], "wmidt");
        check(&["77"], "77");
    }
}

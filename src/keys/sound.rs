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

/// A rewrite of up to eight letters, which are compared as one number.
struct Rule {
    letters: u64,
    /// Of the letters at hand those that count.
    mask: u64,
    taken: usize,
    to: &'static [u8],
}

impl Rule {
    fn new((from, to): &(&str, &'static str)) -> Self {
        let mut letters = [0; 8];
        letters[..from.len()].copy_from_slice(from.as_bytes());
        let letters = u64::from_le_bytes(letters);
        Self {
            letters,
            mask: u64::MAX >> (64 - 8 * from.len()),
            taken: from.len(),
            to: to.as_bytes(),
        }
    }
}

/// The rules that begin with each letter, in their order.
static RULES_OF: LazyLock<[Vec<Rule>; 26]> = LazyLock::new(|| {
    std::array::from_fn(|at| {
        let begins = |from: &str| from.bytes().next().map(|b| usize::from(b - b'a')) == Some(at);
        let rules = RULES.iter().filter(|(from, _)| begins(from));
        rules.map(Rule::new).collect()
    })
});

/// The sound form of a Latin form.
pub(crate) fn sound_form(form: &Form) -> Form {
    let rules_of = &*RULES_OF;
    // Room behind the last letter, for eight are looked at.
    let mut bytes = [0; Form::MOST + 7];
    bytes[..form.len()].copy_from_slice(form.as_bytes());
    // A letter becomes two at most.
    let (mut out, mut len) = ([0; 2 * Form::MOST], 0);
    let mut i = 0;
    while i < form.len() {
        let mut eight = [0; 8];
        eight.copy_from_slice(&bytes[i..i + 8]);
        let letters = u64::from_le_bytes(eight);
        let rules = rules_of.get(usize::from(bytes[i].wrapping_sub(b'a')));
        let fits = |rule: &&Rule| letters & rule.mask == rule.letters;
        let (to, taken) = match rules.and_then(|rules| rules.iter().find(fits)) {
            Some(rule) => (rule.to, rule.taken),
            None => (&bytes[i..=i], 1),
        };
        for byte in to {
            // Doubled letters sound once; digits stay.
            if len == 0 || out[len - 1] != *byte || byte.is_ascii_digit() {
                out[len] = *byte;
                len += 1;
            }
        }
        i += taken;
    }
    // A final h after a vowel is silent: Abdullah, Fatimah.
    if len > 2 && out[len - 1] == b'h' {
        len -= 1;
    }
    Form::of(&out[..len])
}

/// The sound form of a word that lacks its vowels: no two letters are read as one or sound once, for a
/// vowel may have stood between them, and every `c` is read as the letter given, `k` or `s`.
pub(crate) fn parted_sound(form: &Form, c: u8) -> Form {
    let each = form.as_bytes().iter().map(|letter| match letter {
        b'c' => c,
        b'q' => b'k',
        b'w' => b'v',
        b'y' => b'i',
        other => *other,
    });
    Form::of(&each.collect::<Vec<u8>>())
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

    #[test]
    fn letters_between_which_vowels_are_missing_stay_apart() {
        for (form, c, expected) in [
            ("zhr", b'k', "zhr"),
            ("ccl", b's', "ssl"),
            ("mcht", b'k', "mkht"),
        ] {
            assert_eq!(parted_sound(&Form::new(form), c).as_str(), expected);
        }
    }
}

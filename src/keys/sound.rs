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

/// The rules that begin with a letter, in their order.
fn by_first_letter(letter: u8) -> &'static [(&'static str, &'static str)] {
    static RULES_OF: LazyLock<[Vec<(&str, &str)>; 26]> = LazyLock::new(|| {
        std::array::from_fn(|at| {
            let begins =
                |from: &str| from.bytes().next().map(|b| usize::from(b - b'a')) == Some(at);
            RULES
                .iter()
                .copied()
                .filter(|(from, _)| begins(from))
                .collect()
        })
    });
    RULES_OF
        .get(usize::from(letter.wrapping_sub(b'a')))
        .map_or(&[], |rules| rules)
}

/// The sound form of a Latin form.
pub(crate) fn sound_form(form: &Form) -> Form {
    let bytes = form.as_bytes();
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len() + 4);
    let mut i = 0;
    while i < bytes.len() {
        let rest = &bytes[i..];
        let rule = by_first_letter(rest[0])
            .iter()
            .find(|(from, _)| rest.starts_with(from.as_bytes()));
        let (to, taken) = match rule {
            Some((from, to)) => (to.as_bytes(), from.len()),
            None => (&rest[..1], 1),
        };
        for byte in to {
            // Doubled letters sound once; digits stay.
            if out.last() != Some(byte) || byte.is_ascii_digit() {
                out.push(*byte);
            }
        }
        i += taken;
    }
    // A final h after a vowel is silent: Abdullah, Fatimah.
    if out.len() > 2 && out.ends_with(b"h") {
        out.pop();
    }
    Form::new(std::str::from_utf8(&out).unwrap_or_default())
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

//! Names that an unknown word may be a slip of.
//!
//! A word that no table of names holds, and that one slip of a finger or of an eye makes of a name that
//! they do hold, gets the keys of that name as well: two slips in two words of a name leave no other key.
//! What the slip takes from the score is for the score to say.

use crate::keys::form::Form;
use crate::rarity::{self, UNSEEN_BITS};

/// Letters that scanners and hurried eyes take for each other, as written and as meant.
///
/// Source: own compilation of shapes that touch or part in print; one letter for one other is a slip
/// like any other and needs no row.
const LOOK_ALIKE: &[(&str, &str)] = &[
    ("rn", "m"),
    ("nn", "m"),
    ("m", "rn"),
    ("cl", "d"),
    ("d", "cl"),
    ("vv", "w"),
    ("w", "vv"),
    ("ii", "u"),
    ("li", "h"),
    ("ri", "n"),
    ("lc", "k"),
    ("lo", "b"),
];

/// Shortest word that is looked up, in letters: shorter ones have a neighbour whatever they are.
const SHORTEST: usize = 4;

/// Most names that a word is taken to be a slip of.
const MOST: usize = 2;

/// Known names that a form may be a slip of, the most common ones first; none where it is short or has
/// a digit.
///
/// **Cost**: some 55 look-ups a letter.
pub(super) fn meant(form: &Form) -> impl Iterator<Item = Form> + use<> {
    most_common::<MOST>(form, for_each_slip)
}

/// What looks like a form and is a known name: the most common one.
pub(super) fn seen_as(form: &Form) -> Option<Form> {
    most_common::<1>(form, for_each_look_alike).next()
}

/// What is called with each word that is made.
type See<'a> = dyn FnMut(&[u8]) + 'a;

/// The most common known names among what a function makes of the letters of a form.
fn most_common<const N: usize>(
    form: &Form,
    for_each: fn(&[u8], &mut See<'_>),
) -> impl Iterator<Item = Form> + use<N> {
    let mut found = [(UNSEEN_BITS, Form::default()); N];
    let letters = form.as_bytes();
    if letters.len() >= SHORTEST && letters.iter().all(u8::is_ascii_lowercase) {
        for_each(letters, &mut |name| {
            let bits = std::str::from_utf8(name).map_or(UNSEEN_BITS, rarity::bits);
            let at = found.iter().position(|(b, _)| bits < *b);
            if let Some(at) = at.filter(|_| found.iter().all(|(_, f)| f.as_bytes() != name)) {
                found[at..].rotate_right(1);
                found[at] = (bits, Form::of(name));
            }
        });
    }
    found.into_iter().map(|(_, f)| f).filter(|f| !f.is_empty())
}

/// Calls `see` with every word that is one letter more, less or other, or has two neighbours swapped; and
/// with those that look alike.
fn for_each_slip(letters: &[u8], see: &mut See<'_>) {
    let mut place = [0; Form::MOST + 1];
    let len = letters.len();
    // A letter too many.
    for at in 0..len {
        place[..at].copy_from_slice(&letters[..at]);
        place[at..len - 1].copy_from_slice(&letters[at + 1..]);
        see(&place[..len - 1]);
    }
    // Another letter, and neighbours swapped.
    place[..len].copy_from_slice(letters);
    for at in 0..len {
        for letter in (b'a'..=b'z').filter(|l| *l != letters[at]) {
            place[at] = letter;
            see(&place[..len]);
        }
        place[at] = letters[at];
        if at + 1 < len && letters[at] != letters[at + 1] {
            place.swap(at, at + 1);
            see(&place[..len]);
            place.swap(at, at + 1);
        }
    }
    // A letter too few.
    if len < Form::MOST {
        for at in 0..=len {
            place[..at].copy_from_slice(&letters[..at]);
            place[at + 1..=len].copy_from_slice(&letters[at..]);
            for letter in b'a'..=b'z' {
                place[at] = letter;
                see(&place[..=len]);
            }
        }
    }
    for_each_look_alike(letters, see);
}

/// Calls `see` with every word that looks like this one.
fn for_each_look_alike(letters: &[u8], see: &mut See<'_>) {
    let mut place = [0; Form::MOST + 1];
    for (written, meant) in LOOK_ALIKE {
        let (written, meant) = (written.as_bytes(), meant.as_bytes());
        let all = letters.len() + meant.len() - written.len();
        if letters.len() < written.len() || all > Form::MOST {
            continue;
        }
        for at in 0..=letters.len() - written.len() {
            let behind = at + written.len();
            if letters[at..behind] != *written {
                continue;
            }
            place[..at].copy_from_slice(&letters[..at]);
            place[at..at + meant.len()].copy_from_slice(meant);
            place[at + meant.len()..all].copy_from_slice(&letters[behind..]);
            see(&place[..all]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(form: &str) -> Vec<String> {
        let meant = meant(&Form::new(form));
        meant.map(|f| f.as_str().to_owned()).collect()
    }

    #[test]
    fn a_slip_of_a_known_name_is_undone() {
        for (slip, name) in [
            ("franikie", "frankie"),
            ("rayond", "raymond"),
            ("calhoyn", "calhoun"),
            ("muhammda", "muhammad"),
            ("rashicl", "rashid"),
        ] {
            assert!(names(slip).contains(&name.to_owned()), "{slip}");
        }
        assert_eq!(names("xqzzyvv"), Vec::<String>::new());
        assert_eq!(names("ana"), Vec::<String>::new());
        let longest = "a".repeat(Form::MOST);
        assert_eq!(names(&longest), Vec::<String>::new());
    }

    #[test]
    fn letters_that_touch_are_read_as_one() {
        let seen = |form| seen_as(&Form::new(form)).map(|f| f.as_str().to_owned());
        assert_eq!(seen("ahrnad").as_deref(), Some("ahmad"));
        assert_eq!(seen("rashid"), None);
    }
}

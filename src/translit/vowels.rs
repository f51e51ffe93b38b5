//! Vowels that a script leaves unwritten, in the spellings its table makes.
//!
//! The tables mark where they may be: `.` after a consonant; `+` before a written vowel sign,
//! `~` for none, `!` for a nasal after the inherent vowel.

/// The spelling without any guessed vowel.
pub(super) fn bare(marked: &str) -> String {
    marked.chars().filter(|c| *c != '.').collect()
}

/// The spelling with vowels guessed so that every syllable has one consonant before its vowel and
/// at most one after: `s.l.man` becomes `salman`. A guessed vowel is `a`, but `last` in the last
/// syllable.
pub(super) fn syllables(marked: &str, last: char) -> String {
    let units = units(marked);
    let consonant = |i: usize| units.get(i).is_some_and(|u| u.ends_with('.'));
    // Gaps (before which unit a vowel goes), from the right.
    let mut gaps: Vec<usize> = Vec::new();
    let mut i = units.len();
    while i > 0 {
        i -= 1;
        if !consonant(i) {
            // A written vowel takes the consonant before it as its onset.
            i = i.saturating_sub(usize::from(i > 0 && consonant(i - 1)));
            continue;
        }
        if i == 0 {
            // A consonant left alone at the beginning takes a vowel after it.
            if consonant(1) && gaps.last() != Some(&1) {
                gaps.push(1);
            }
        } else if consonant(i - 1) {
            gaps.push(i);
            i -= 1;
        }
    }
    let mut out = String::with_capacity(marked.len() + gaps.len());
    for (i, unit) in units.iter().enumerate() {
        if gaps.contains(&i) {
            out.push(if i + 1 == units.len() { last } else { 'a' });
        }
        out.push_str(unit.trim_end_matches('.'));
    }
    out
}

/// Consonants with their dot; single vowels.
fn units(marked: &str) -> Vec<&str> {
    let mut units = Vec::new();
    let mut start = 0;
    for (i, c) in marked.char_indices() {
        let end = i + c.len_utf8();
        let dotted = marked[end..].starts_with('.');
        let inside = !is_vowel(c) && c != '.' && marked[end..].contains('.') && !dotted;
        if c == '.' || is_vowel(c) || !(dotted || inside) {
            units.push(&marked[start..end]);
            start = end;
        }
    }
    units
}

/// The spelling of an abugida with its inherent vowel, and the one with the vowel left out
/// between a vowel and consonant and a consonant and vowel (`raj.kumar`).
pub(super) fn inherent(marked: &str, vowel: char) -> (String, String) {
    let chars: Vec<char> = marked.chars().collect();
    let mut full = String::with_capacity(marked.len());
    let mut dropped = String::with_capacity(marked.len());
    for (i, c) in chars.iter().enumerate() {
        let next = chars.get(i + 1).copied();
        match c {
            '+' | '~' | '!' => {}
            // The inherent vowel is silent at the end, but not after joined consonants, and gives
            // way to a sign.
            '.' if next.is_none() && !after_joined(&chars[..i]) => {}
            '.' if matches!(next, Some('+' | '~')) => {}
            '.' => {
                full.push(vowel);
                let medial = next.is_some_and(|n| n != '!')
                    && after_vowel(&chars[..i])
                    && before_vowel(&chars[i + 1..]);
                if !medial {
                    dropped.push(vowel);
                }
            }
            c => {
                full.push(*c);
                dropped.push(*c);
            }
        }
    }
    (full, dropped)
}

/// Whether the consonant that ends here follows a spoken vowel.
fn after_vowel(before: &[char]) -> bool {
    let consonant = |c: &&char| !is_vowel(**c) && !matches!(**c, '.' | '+' | '~' | '!');
    let rest = before.len() - before.iter().rev().take_while(consonant).count();
    rest > 0 && rest < before.len() && (is_vowel(before[rest - 1]) || before[rest - 1] == '.')
}

/// Whether the consonant that ends here is joined to one before it.
fn after_joined(before: &[char]) -> bool {
    before
        .iter()
        .rev()
        .find(|c| matches!(c, '.' | '+' | '~' | '!'))
        .is_some_and(|c| *c == '~')
}

/// Whether one consonant with a spoken vowel follows.
fn before_vowel(after: &[char]) -> bool {
    let Some(end) = after
        .iter()
        .position(|c| matches!(c, '.' | '~' | '!' | '+'))
    else {
        return false;
    };
    after[end] == '.' && after.get(end + 1).is_some_and(|c| *c != '~')
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vowel_is_guessed_between_consonants() {
        for (marked, last, expected) in [
            ("s.l.m.an.", 'a', "salman"),
            ("h.s.n.", 'a', "hasan"),
            ("kh.al.d.", 'i', "khalid"),
            ("m.h.m.d.", 'a', "mahmad"),
            ("r.sh.id.", 'i', "rashid"),
            ("sh.h.", 'a', "shah"),
        ] {
            assert_eq!(syllables(marked, last), expected);
        }
        assert_eq!(bare("s.l.m.an."), "slman");
    }

    #[test]
    fn the_inherent_vowel_is_left_out_where_it_is_silent() {
        let (full, dropped) = inherent("r.+aj.k.+um.+ar.", 'a');
        assert_eq!((full.as_str(), dropped.as_str()), ("rajakumar", "rajkumar"));
    }
}

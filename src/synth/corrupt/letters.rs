//! Corruptions that look at letters alone.

use std::sync::OnceLock;

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use crate::synth::Draw;
use crate::synth::pool::rows;

const TABLE: &str = include_str!("letters.tsv");

/// Kind, from, to.
type Row = (&'static str, &'static str, Vec<&'static str>);

fn letters(kind: &'static str) -> impl Iterator<Item = &'static Row> {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    ROWS.get_or_init(|| {
        rows(TABLE)
            .filter_map(|row| match row[..] {
                [kind, from, to] => Some((kind, from, to.split('|').collect())),
                _ => None,
            })
            .collect()
    })
    .iter()
    .filter(move |row| row.0 == kind)
}

/// Places of a text (as characters) that fit, of which one is drawn.
fn place(text: &[char], fits: impl Fn(usize) -> bool, draw: &mut Draw) -> Option<usize> {
    let places: Vec<usize> = (0..text.len()).filter(|i| fits(*i)).collect();
    draw.pick(&places).copied()
}

/// One letter replaced, left out or put in.
pub(super) fn typo(text: &str, draw: &mut Draw) -> Option<String> {
    let mut chars: Vec<char> = text.chars().collect();
    let at = place(&chars, |i| i > 0 && chars[i].is_alphabetic(), draw)?;
    let lower = chars[at].to_lowercase().to_string();
    let near = letters("key").find(|row| row.1 == lower);
    let near = near
        .and_then(|row| draw.pick(&row.2))
        .and_then(|s| s.chars().next());
    match (draw.below(3), near) {
        (0, Some(c)) => chars[at] = c,
        (1, Some(c)) => chars.insert(at, c),
        _ if chars.len() > 3 => {
            chars.remove(at);
        }
        _ => return None,
    }
    Some(chars.into_iter().collect())
}

/// Two neighbouring letters swapped.
pub(super) fn transposition(text: &str, draw: &mut Draw) -> Option<String> {
    let mut chars: Vec<char> = text.chars().collect();
    let fits = |i: usize| {
        i > 0
            && i + 1 < chars.len()
            && chars[i].is_alphabetic()
            && chars[i + 1].is_alphabetic()
            && !chars[i].is_uppercase()
            && chars[i] != chars[i + 1]
    };
    let at = place(&chars, fits, draw)?;
    chars.swap(at, at + 1);
    Some(chars.into_iter().collect())
}

/// One pair of the table exchanged, not at the start of the text.
pub(super) fn exchange(text: &str, kind: &'static str, draw: &mut Draw) -> Option<String> {
    let mut spots: Vec<(usize, &Row)> = Vec::new();
    for row in letters(kind) {
        let found = text.match_indices(row.1).filter(|(at, _)| *at > 0);
        spots.extend(found.map(|(at, _)| (at, row)));
    }
    let (at, row) = *draw.pick(&spots)?;
    let to = draw.pick(&row.2)?;
    Some(format!("{}{to}{}", &text[..at], &text[at + row.1.len()..]))
}

/// Several exchanges of one table, as somebody makes them who does not want to be found.
pub(super) fn exchange_some(text: &str, kind: &'static str, draw: &mut Draw) -> Option<String> {
    let mut changed = exchange(text, kind, draw)?;
    for _ in 0..=draw.below(2) {
        if let Some(next) = exchange(&changed, kind, draw) {
            changed = next;
        }
    }
    (changed != text).then_some(changed)
}

/// Cut to a fixed width, in characters.
pub(super) fn truncation(
    text: &str,
    widths: std::ops::RangeInclusive<usize>,
    draw: &mut Draw,
) -> Option<String> {
    let width = widths.start() + draw.below(widths.clone().count());
    let cut: String = text.chars().take(width).collect();
    let cut = cut.trim_end();
    (cut.len() < text.len()).then(|| cut.to_owned())
}

/// Each word cut to a fixed width of 5 to 8 characters.
pub(super) fn cut_words(text: &str, draw: &mut Draw) -> Option<String> {
    let width = 5 + draw.below(4);
    let words = text.split(' ');
    let cut: Vec<String> = words.map(|w| w.chars().take(width).collect()).collect();
    let cut = cut.join(" ");
    (cut != text).then_some(cut)
}

/// All vowels left out but those at the start of a word.
pub(super) fn no_vowels(text: &str) -> Option<String> {
    let mut before = ' ';
    let left: String = text
        .chars()
        .filter(|c| {
            let inside = before.is_alphabetic();
            before = *c;
            !(inside && "aeiouyAEIOUY".contains(*c))
        })
        .collect();
    (left != text).then_some(left)
}

/// Diacritics left out, or letters such as ü written as two.
pub(super) fn diacritics(text: &str, draw: &mut Draw) -> Option<String> {
    let mut out = text.to_owned();
    let expand = draw.percent(50);
    for row in letters("expand").filter(|_| expand) {
        out = out.replace(row.1, row.2.first().copied().unwrap_or_default());
    }
    if out == text {
        let plain = [
            ('ı', 'i'),
            ('ł', 'l'),
            ('Ł', 'L'),
            ('đ', 'd'),
            ('Đ', 'D'),
            ('ø', 'o'),
        ];
        out = text
            .nfd()
            .filter(|c| !is_combining_mark(*c))
            .map(|c| plain.iter().find(|(a, _)| *a == c).map_or(c, |(_, b)| *b))
            .collect();
    }
    (out != text && out.is_ascii()).then_some(out)
}

/// An invisible character between two letters of one or two words.
pub(super) fn zero_width(text: &str, draw: &mut Draw) -> Option<String> {
    const INVISIBLE: &[char] = &['\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{ad}'];
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=draw.below(2) {
        let fits = |i: usize| i > 0 && chars[i].is_alphabetic() && chars[i - 1].is_alphabetic();
        let at = place(&chars, fits, draw)?;
        chars.insert(at, *draw.pick(INVISIBLE)?);
    }
    Some(chars.into_iter().collect())
}

/// One to three vowels left out, never at the start of a word.
pub(super) fn vowels(text: &str, draw: &mut Draw) -> Option<String> {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=draw.below(3) {
        let fits = |i: usize| i > 0 && "aeiouy".contains(chars[i]) && chars[i - 1].is_alphabetic();
        match place(&chars, fits, draw) {
            Some(at) => drop(chars.remove(at)),
            None => break,
        }
    }
    (chars.len() < text.chars().count()).then(|| chars.into_iter().collect())
}

/// A letter doubled, or a double letter made single.
pub(super) fn doubled(text: &str, draw: &mut Draw) -> Option<String> {
    let mut chars: Vec<char> = text.chars().collect();
    let double = |i: usize| i > 0 && chars[i] == chars[i - 1] && chars[i].is_alphabetic();
    if draw.percent(50)
        && let Some(at) = place(&chars, double, draw)
    {
        chars.remove(at);
    } else {
        let fits = |i: usize| i > 0 && chars[i].is_lowercase() && !double(i);
        let at = place(&chars, fits, draw)?;
        chars.insert(at, chars[at]);
    }
    Some(chars.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(f: impl Fn(&mut Draw) -> Option<String>) -> Vec<String> {
        (0..40).filter_map(|i| f(&mut Draw::new(1, i))).collect()
    }

    #[test]
    fn a_typo_is_one_edit_away() {
        for changed in some(|d| typo("Ada Example", d)) {
            assert_eq!(strsim::levenshtein("Ada Example", &changed), 1, "{changed}");
        }
    }

    #[test]
    fn a_transposition_keeps_the_letters() {
        let sorted = |t: &str| {
            let mut c: Vec<char> = t.chars().collect();
            c.sort_unstable();
            c
        };
        for changed in some(|d| transposition("Ada Example", d)) {
            assert_ne!(changed, "Ada Example");
            assert_eq!(sorted(&changed), sorted("Ada Example"));
        }
    }

    #[test]
    fn tables_are_used() {
        assert!(some(|d| exchange("Ana Marnic", "ocr", d)).contains(&"Ana Mamic".to_owned()));
        assert!(some(|d| exchange("Jo", "leet", d)).contains(&"J0".to_owned()));
        assert!(some(|d| diacritics("Jörg Groß", d)).contains(&"Joerg Gross".to_owned()));
        assert_eq!(diacritics("Ada", &mut Draw::new(1, 1)), None);
        assert!(some(|d| zero_width("Ada", d)).iter().all(|t| t.len() > 3));
        assert_eq!(vowels("Brr", &mut Draw::new(1, 1)), None);
        assert_eq!(truncation("Ada", 16..=24, &mut Draw::new(1, 1)), None);
        assert!(some(|d| truncation("Ada Example", 5..=6, d)).contains(&"Ada E".to_owned()));
        assert!(some(|d| cut_words("Ada Example", d)).contains(&"Ada Examp".to_owned()));
        assert_eq!(no_vowels("Ada Example").as_deref(), Some("Ad Exmpl"));
        assert!(some(|d| exchange("Stephen", "phonetic", d)).contains(&"Stefen".to_owned()));
    }
}
